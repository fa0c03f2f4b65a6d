"""What is asked for, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import ParamError
from ..parameters.params import Params
from ..parameters.sampling import SEED_LIMIT, Sampling
from ..planning.geometry import Box, Extent
from ..planning.limits import Limits
from .seeds import image_seed

if TYPE_CHECKING:
    import torch

    from ..pixels.levels import Levels

MOST_PROMPT = 100_000  # characters
FILL_OF_NEW = "as new"


@dataclass(frozen=True)
class Shot:
    """One picture to make: its seeds and prompts. `subseed` is a variation seed, None without one."""

    seed: int
    subseed: int | None = None
    prompt: str = ""
    negative_prompt: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise ParamError("seed", self.seed, "seed-range", high="2^63 - 1")
        for name in ("prompt", "negative_prompt"):
            if len(getattr(self, name)) > MOST_PROMPT:
                raise ParamError(name, getattr(self, name), "text-too-long", most=MOST_PROMPT)


@dataclass(frozen=True, eq=False)
class Request:
    """A job for the engine.

    Attributes:
        pictures: float32 tensors (3, H, W) in 0..1; or levels, which take a quarter of the memory: uint8 or uint16 arrays
            (H, W), or (H, W, 1 or 3). All of one shape; shot i uses picture i modulo their count. They are not copied.
        params: the parameters.
        shots: the pictures to make.
        batch: how many windows to hand to the host at once.
        painted: bool (H, W), True where the user painted; repainted before growing. None without one.
        painted_fill: fill method for the painted region; "" leaves what is there, FILL_OF_NEW takes the parameter's.
    """

    pictures: tuple[torch.Tensor | Levels, ...]
    params: Params
    shots: tuple[Shot, ...]
    batch: int = 1
    sampling: Sampling = field(default_factory=Sampling)
    painted: torch.Tensor | None = None
    painted_fill: str = ""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.pictures or not self.shots:
            raise ParamError("count", len(self.shots), "too-few", least=1)
        shapes = {tuple(p.shape) for p in self.pictures}
        if len(shapes) > 1 or not all(map(_is_picture, self.pictures)):
            raise ParamError("pictures", sorted(shapes), "images-differ")
        if self.painted is not None and tuple(self.painted.shape) != (self.extent.height, self.extent.width):
            raise ParamError("painted", tuple(self.painted.shape), "mask-size", size=self.extent)

    @property
    def prompts(self) -> tuple[tuple[str, str], ...]:
        """The prompts and negative prompts of the shots, each pair once."""
        return tuple(dict.fromkeys((shot.prompt, shot.negative_prompt) for shot in self.shots))

    @property
    def extent(self) -> Extent:
        """The size of the pictures."""
        from ..pixels.levels import size_of  # needs NumPy, which `outpaint --help` does without

        return size_of(self.pictures[0])

    def painted_box(self) -> Box | None:
        """The bounding box of the painted region; None when nothing is painted."""
        if self.painted is None or not bool(self.painted.any()):
            return None
        return _bounds(self.painted)

    def kept_box(self) -> Box | None:
        """The bounding box of what is not painted; None when nothing is, empty when all is."""
        return None if self.painted is None else _bounds(~self.painted)


def _is_picture(picture: torch.Tensor | Levels) -> bool:
    import numpy as np

    if isinstance(picture, np.ndarray):
        return picture.dtype in (np.uint8, np.uint16) and (picture.ndim == 2 or picture.shape[2:] in ((1,), (3,)))
    return picture.dim() == 3 and picture.shape[0] == 3


def _bounds(where: torch.Tensor) -> Box:
    rows, columns = where.any(dim=1).nonzero().flatten(), where.any(dim=0).nonzero().flatten()
    if not len(rows):
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def numbered_shots(count: int, seed: int, prompt: str = "", negative_prompt: str = "") -> tuple[Shot, ...]:
    """Shots with consecutive seeds, which begin again at 0 after the last.

    Raises:
        ParamError: fewer than one or more than a job may have, or no seed from 0 to 2^32 - 1.
    """
    if count < 1:
        raise ParamError("count", count, "too-few", least=1)
    if count > Limits.pictures:
        raise ParamError("count", count, "too-many", most=Limits.pictures)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEED_LIMIT:
        raise ParamError("seed", seed, "seed-range", high="2^32 - 1")
    return tuple(Shot(image_seed(seed, i), None, prompt, negative_prompt) for i in range(count))
