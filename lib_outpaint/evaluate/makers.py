"""What makes images to be measured: the engine, fills without an engine, and other programs' results in a folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from .. import images
from ..engine.loop import begin, outpaint
from ..engine.protocol import Backend
from ..engine.request import Request, Shot
from ..errors import BackendError, MissingExtra, ParamError, PictureError
from ..images.metadata import infotext
from ..messages import Message, message
from ..parameters.codecs import to_dict
from ..parameters.params import DECLARED, Params
from ..parameters.sampling import SAMPLING, Sampling
from ..pixels.fills import REGISTRY, prefill, require
from ..planning.geometry import Extent, Side
from ..planning.limits import Limits
from .cut import Case
from .dataset import read_truth
from .sizes import LEAST, Resize

Kind = Literal["engine", "baseline", "folder"]
BASELINES = ("edge", "mirror", "mean colour")
AMOUNTS = tuple(p.name for p in DECLARED if p.group in ("Amounts", "Shape"))


@dataclass(frozen=True, eq=False)
class Made:
    """An image to be measured: uint8 (H, W, 3) of the truth's size, and what it took. Counts are None when unknown."""

    image: NDArray[np.uint8]
    seed: int | None = None
    seconds: float | None = None
    latent_pixels: int | None = None
    cost: int | None = None
    notes: tuple[Message, ...] = ()
    infotext: str = ""


class Maker(Protocol):
    """A column of the comparison. `identity` says all that its image of a case follows from, beside the case."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def engine(self) -> str: ...
    @property
    def overlap(self) -> int: ...
    def identity(self, case: Case) -> str: ...
    def make(self, case: Case) -> Made: ...


@dataclass(eq=False)
class EngineMaker:
    """Grows the side back with an engine.

    Attributes:
        load: called before the first image, so that loading a model is in no image's time.
        described: all that the backend was made from, for `identity`.
        seed: the base; each image has a seed of its own, the same with every setting.
    """

    label: str
    params: Params
    engine: str
    backend: Backend
    described: str = ""
    seed: int = 0
    prompt: str = ""
    negative_prompt: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    limits: Limits = field(default_factory=Limits)
    load: Callable[[], object] = lambda: None
    kind: Kind = "engine"

    def __post_init__(self) -> None:
        for name in (*AMOUNTS, "compare", "extras"):
            if getattr(self.params, name) != getattr(Params(), name):
                raise ParamError(name, getattr(self.params, name), "evaluation-sets-it")

    @property
    def overlap(self) -> int:
        return self.params.overlap

    def identity(self, case: Case) -> str:
        return json.dumps(
            [
                self.engine,
                self.described,
                to_dict(self.params),
                case.seed(self.seed),
                self.prompt,
                self.negative_prompt,
                {one.name: value for one in SAMPLING if (value := getattr(self.sampling, one.name)) != one.default},
            ]
        )

    def check(self) -> None:
        """Refuses what the engine cannot do whatever the image, before anything is read.

        Raises:
            InputError: the first such thing.
        """
        smallest = np.zeros((2 * LEAST, 2 * LEAST, 3), np.uint8)
        begin(self.request(Case("", "", smallest, Side.RIGHT, LEAST)), self.backend)

    def request(self, case: Case) -> Request:
        """What is asked of the engine."""
        pixels = torch.from_numpy(case.left.transpose(2, 0, 1).copy()).float() / 255
        shot = Shot(case.seed(self.seed), None, self.prompt, self.negative_prompt)
        return Request(
            (pixels,),
            self.params.changed(**{case.side.value: case.amount}),
            (shot,),
            sampling=self.sampling,
            limits=self.limits,
        )

    def make(self, case: Case) -> Made:
        """Raises: what `outpaint` does; BackendError when the backend stopped half-way; KeyboardInterrupt."""
        self.load()
        result = outpaint(self.request(case), self.backend)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.stopped is not None:
            raise BackendError(result.stopped)
        grown = result.pictures[0]
        image = images.assembled(images.Picture(case.left, "RGB"), grown)
        return Made(
            np.array(image),
            grown.shot.seed,
            result.seconds,
            grown.plan.latent_pixels,
            grown.cost,
            result.notes,
            infotext(grown, result.engine),
        )


@dataclass(frozen=True)
class BaselineMaker:
    """Fills the side without an engine: they show what a measure is fond of."""

    label: str
    kind: Kind = "baseline"
    engine: str = "none"
    overlap: int = 0

    def identity(self, case: Case) -> str:
        return self.label

    def make(self, case: Case) -> Made:
        began = time.perf_counter()
        rows, columns = case.source.slices
        if self.label == "mean colour":
            image = np.empty_like(case.truth)
            image[:] = case.left.reshape(-1, 3).mean(0).round()
            image[rows, columns] = case.left
        else:
            known = torch.zeros(case.truth.shape[:2], dtype=torch.bool)
            known[rows, columns] = True
            filled = prefill(self.label, case.levels() / 255, known, Params(), 0)
            image = np.array(images.float_image(filled))
        return Made(image, None, time.perf_counter() - began, 0, 0)


def fill_makers() -> list[BaselineMaker]:
    """Every fill that can be used here, as it is before anything is sampled."""
    found = []
    for name in REGISTRY:
        with suppress(MissingExtra):
            require(name)
            found.append(BaselineMaker(name))
    return found


@dataclass(eq=False)
class FolderMaker:
    """Takes images that another program made: `NAME-SIDE.*`, or `NAME.*` when one side alone is cut.

    Raises:
        PictureError: there is no such folder.
    """

    label: str
    folder: Path
    sides: tuple[Side, ...]
    kind: Kind = "folder"
    engine: str = "other"
    overlap: int = 0

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise PictureError("no-such-folder", path=self.folder)

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {
            path.stem: path
            for path in sorted(self.folder.iterdir())
            if path.suffix.lower() in images.READABLE and path.is_file()
        }

    def _file(self, case: Case) -> Path:
        names = [f"{case.name}-{case.side.value}"] + ([case.name] if len(self.sides) == 1 else [])
        for name in names:
            if name in self._files:
                return self._files[name]
        raise PictureError("no-result-named", path=self.folder, names=", ".join(names))

    def identity(self, case: Case) -> str:
        path = self._file(case)
        stat = path.stat()
        return f"{path.name} {stat.st_size} {stat.st_mtime_ns}"

    def make(self, case: Case) -> Made:
        path = self._file(case)
        array = read_truth(path, Resize())
        if array.shape != case.truth.shape:
            size = Extent(array.shape[1], array.shape[0])
            raise PictureError("result-size", name=path.name, size=size, wanted=case.extent)
        return Made(array, notes=(message("taken-from", name=path.name),))
