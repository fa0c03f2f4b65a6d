"""The front door: an image in, larger images out, in a line of Python.

from lib_outpaint import Diffusers, outpaint, plan

outpaint("photo.jpg", right=128, seed=1).save("wide.png")
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from PIL import Image

from . import images
from .backends.draft import Draft
from .engine.loop import outpaint as run_request
from .engine.protocol import Backend
from .engine.request import FILL_OF_NEW, Request, numbered_shots
from .engine.result import Grown
from .errors import ParamError, not_a_choice
from .images.metadata import infotext
from .messages import Message
from .parameters.params import MASKED_CONTENT, Params
from .parameters.sampling import SAMPLING, SEED_LIMIT, Sampling
from .planning.capabilities import Capabilities
from .planning.geometry import Extent
from .planning.plan import Plan, make_plan

ImageInput = str | Path | Image.Image | NDArray[Any] | torch.Tensor


@dataclass(frozen=True, eq=False)
class OutpaintedImage:
    """One larger image, which knows how it was made and can save itself.

    Attributes:
        seed: what it was made with.
        size: width and height in px.
        complete: whether it has the size asked for; a run that was stopped early leaves smaller ones.
        label: its combination, with `compare`; else "".
        infotext: all settings, in the WebUI's form.
    """

    seed: int
    size: tuple[int, int]
    complete: bool
    label: str
    infotext: str
    grown: Grown
    source: images.Picture

    def pil(self) -> Image.Image:
        """As a PIL image in the source's mode, its own bytes wherever nothing was repainted.

        Pillow has no mode for 16 bits a channel of colours: these are rounded to 8. `numpy` and `save` have all of them.
        """
        return images.assembled(self.source, self.grown)

    def numpy(self) -> NDArray[Any]:
        """As uint8 (uint16 for 16-bit sources), (H, W) or (H, W, C)."""
        return images.written(self.source, self.grown)

    def tensor(self) -> torch.Tensor:
        """As float32 (3, H, W) in 0..1, not yet rounded to the source's depth."""
        return self.grown.pixels

    def save(self, path: str | Path) -> Path:
        """Writes it with its metadata; the suffix chooses the format. An existing file is replaced.

        Raises:
            PictureError: the format is unknown or cannot hold the image.
            SaveError: the place takes no file.
        """
        images.save(self.numpy(), Path(path), self.infotext, self.source)
        return Path(path)


@dataclass(frozen=True, eq=False)
class OutpaintResult(Sequence[OutpaintedImage]):
    """The images of a run, as a sequence; what is asked of the result itself is asked of its first image.

    Attributes:
        notes: what the user should know.
        stopped: why the run ended early; None when it did not.
        seconds: what it took.
    """

    images: tuple[OutpaintedImage, ...]
    notes: tuple[Message, ...]
    stopped: Message | None
    seconds: float

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[OutpaintedImage]:
        return iter(self.images)

    def __getitem__(self, index: Any) -> Any:
        return self.images[index]

    def pil(self) -> Image.Image:
        """The first image: see `OutpaintedImage.pil`."""
        return self.images[0].pil()

    def numpy(self) -> NDArray[Any]:
        """The first image: see `OutpaintedImage.numpy`."""
        return self.images[0].numpy()

    def tensor(self) -> torch.Tensor:
        """The first image: see `OutpaintedImage.tensor`."""
        return self.images[0].tensor()

    def save(self, path: str | Path) -> Path:
        """The first image: see `OutpaintedImage.save`."""
        return self.images[0].save(path)


def outpaint(
    image: ImageInput,
    params: Params | None = None,
    *,
    backend: Backend | None = None,
    prompt: str = "",
    negative_prompt: str = "",
    count: int = 1,
    mask: ImageInput | None = None,
    masked_content: str = MASKED_CONTENT[0],
    sampling: Sampling | None = None,
    **settings: Any,
) -> OutpaintResult:
    """Makes an image larger on the sides that are named.

    Args:
        image: a file, a PIL image, an array (uint8 or uint16, (H, W) or (H, W, C)), or a tensor (float 0..1, (3, H, W)).
        params: a full set of parameters; `settings` change single ones.
        backend: what samples; without one the draft, which needs no model.
        count: how many images, with consecutive seeds.
        mask: repaint where it is lighter than middle grey, before growing; of the image's size.
        masked_content: what the sampler starts from under the mask: "fill" (the parameter) or "original".
        sampling: a full set of sampling settings; `settings` change single ones.
        settings: parameters (left=128, aspect="16:9") and sampling settings (steps=30, seed=1) by name.

    Raises:
        InputError: what was asked for cannot be done; nothing was sampled.
        BackendError: the backend failed and no pass had finished.
    """
    source = _source(image)
    params, sampling = _settings(params, sampling, settings)
    if masked_content not in MASKED_CONTENT:
        raise not_a_choice("masked_content", masked_content, MASKED_CONTENT)
    seed = secrets.randbelow(SEED_LIMIT) if sampling.seed is None else sampling.seed
    request = Request(
        (source.levels,),
        params,
        numbered_shots(count, seed, prompt, negative_prompt),
        sampling=sampling,
        painted=None if mask is None else _source(mask).marked,
        painted_fill=FILL_OF_NEW if masked_content == "fill" else "",
    )
    result = run_request(request, backend or Draft())
    made = tuple(
        OutpaintedImage(
            grown.shot.seed,
            (grown.extent.width, grown.extent.height),
            grown.complete,
            grown.label,
            infotext(grown, result.engine),
            grown,
            source,
        )
        for grown in result.pictures
    )
    return OutpaintResult(made, result.notes, result.stopped, result.seconds)


def plan(size: tuple[int, int], params: Params | None = None, *, backend: Backend | None = None, **settings: Any) -> Plan:
    """How an image of this size (width, height) would grow: windows and cost, without an image.

    Args:
        backend: what would sample; without one a model of native side 512 is assumed.
        settings: parameters by name.

    Raises:
        ParamError, PlanError: it cannot grow like that.
    """
    params, _ = _settings(params, None, settings)
    caps = Capabilities("plan") if backend is None else backend.capabilities()
    return make_plan(Extent(*size), params, caps)


def _settings(params: Params | None, sampling: Sampling | None, given: dict[str, Any]) -> tuple[Params, Sampling]:
    names = {one.name for one in SAMPLING}
    for_sampling = {name: value for name, value in given.items() if name in names}
    others = {name: value for name, value in given.items() if name not in names}
    base = sampling or Sampling()
    return (params or Params()).changed(**others), Sampling(**{**vars(base), **for_sampling})


def _source(image: ImageInput) -> images.Picture:
    if isinstance(image, (str, Path)):
        return images.read(Path(image))
    if isinstance(image, Image.Image):
        return images.taken_over(image)
    if isinstance(image, torch.Tensor):
        if image.dim() != 3 or image.shape[0] != 3:
            raise ParamError("image", tuple(image.shape), "tensor-shape")
        return images.taken_over(images.float_image(image))
    return images.from_levels(image)
