"""An image that was read, and putting a grown one together from it and its own bytes.

PyTorch is imported where pixels become tensors or come from them: reading a file alone does without.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..messages import Message
from ..pixels.levels import Levels, floats
from ..pixels.levels import strips as rows_of
from ..planning.geometry import Box
from . import alpha
from .carried import Carried
from .image_strips import Strips, strips_of

if TYPE_CHECKING:
    import torch

    from ..engine.result import Grown
    from ..pixels.composite import Composite


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that was read.

    Attributes:
        stored: uint8 or uint16 (H, W) or (H, W, C), the bytes to be kept.
        mode: PIL mode of the output: L, LA, RGB, RGBA or I;16; or LA;16, RGB;16 or RGBA;16, which Pillow has not.
        notes: what reading it changed.
        carried: XMP, IPTC, comments, a PNG's texts and statements about colour.
    """

    stored: NDArray[Any]
    mode: str
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[Message, ...] = ()
    carried: Carried = field(default_factory=Carried)

    @property
    def pixels(self) -> torch.Tensor:
        """Float32 (3, H, W) in 0..1, without alpha; where nothing is to be seen, the colours from around continued."""
        return pixels_of(self.stored, self.mode)

    @property
    def levels(self) -> Levels:
        """What `pixels` are in levels: (H, W, 1 or 3), without alpha; no copy unless something is hidden."""
        stored = alpha.seen_colours(self.stored) if has_alpha(self.mode) else self.stored
        return stored if stored.ndim == 3 else stored[:, :, None]

    @property
    def marked(self) -> torch.Tensor:
        """As a mask, bool (H, W): where it is lighter than middle grey on black, which transparent pixels show."""
        import torch

        found = torch.empty(self.stored.shape[:2], dtype=torch.bool)
        for rows in rows_of(len(self.stored)):
            part = self.stored[rows]
            if has_alpha(self.mode):
                found[rows] = floats(part[:, :, :-1]).mean(0) * floats(part[:, :, -1])[0] > 0.5
            else:
                found[rows] = floats(part).mean(0) > 0.5
        return found

    @property
    def transparent(self) -> bool:
        """Whether any pixel of it is not opaque."""
        return has_alpha(self.mode) and int(self.stored[:, :, -1].min()) < np.iinfo(self.stored.dtype).max


def has_alpha(mode: str) -> bool:
    """Whether images of a mode (as `Picture.mode`) have an alpha channel."""
    return mode.partition(";")[0] in ("LA", "RGBA")


def pixels_of(stored: NDArray[Any], mode: str) -> torch.Tensor:
    """Stored levels as float32 (3, H, W) in 0..1; grey in all three channels, what alpha hides continued from around."""
    return floats(alpha.seen_colours(stored) if has_alpha(mode) else stored)


def in_strips(picture: Picture, grown: Grown) -> Strips:
    """The grown image in the source's mode: rounded once, the source's own levels wherever nothing was touched."""
    stored = picture.stored if picture.stored.ndim == 3 else picture.stored[:, :, None]
    shape = (grown.extent.height, grown.extent.width, stored.shape[2])
    opaque = None
    if has_alpha(picture.mode) and grown.painted is not None:
        # What was painted and is not repainted yet, because the run ended early, stays as it was.
        opaque = grown.painted.cpu().numpy() & grown.made.changed(grown.source).numpy()

    def make(rows: slice) -> NDArray[Any]:
        result = np.zeros((rows.stop - rows.start, *shape[1:]), stored.dtype)
        colours = result[:, :, :-1] if has_alpha(picture.mode) else result
        box = Box(0, rows.start, shape[1], rows.stop)
        own = grown.source.intersect(box)
        colours[own.within(box).slices] = stored[own.within(grown.source).slices][:, :, : colours.shape[2]]
        for patch, common in grown.made.over(box):
            where = patch.where[common.within(patch.box).slices].numpy()
            levels = patch.levels(common, stored.dtype, colours.shape[2])
            colours[common.within(box).slices][where] = levels[where]
        if has_alpha(picture.mode):
            result[:, :, -1] = alpha.grown_alpha(stored[:, :, -1], grown.source, grown.extent, opaque, rows)
        return result if picture.stored.ndim == 3 else result[:, :, 0]

    return Strips(shape[: picture.stored.ndim], stored.dtype, make)


def written(picture: Picture, grown: Grown) -> NDArray[Any]:
    """`in_strips` as one array, as `Picture.stored` is: uint8 or uint16 (H, W) or (H, W, C)."""
    return in_strips(picture, grown).array()


def assembled(picture: Picture, grown: Grown) -> Image.Image:
    """`in_strips` as an image; one of 16 bits a channel and colours is rounded to 8, for Pillow has no more."""
    return in_strips(picture, grown).image()


def to_image(array: NDArray[Any]) -> Image.Image:
    """Levels (H, W) or (H, W, 2 to 4) as a PIL image of mode L, LA, RGB, RGBA or I;16; deeper ones are rounded to 8 bits."""
    return strips_of(array).image()


def float_image(pixels: torch.Tensor) -> Image.Image:
    """Float pixels (3, H, W), or a mask (H, W), in 0..1 as an RGB or L image."""
    from ..pixels.composite import composite_of

    return layer_image(composite_of(pixels[None] if pixels.dim() == 2 else pixels))


def layer_image(layer: Composite) -> Image.Image:
    """A layer of three channels, or of one, as an RGB or L image."""
    height, width = layer.extent.height, layer.extent.width

    def make(rows: slice) -> NDArray[Any]:
        pixels = layer.part(Box(0, rows.start, width, rows.stop))
        array: NDArray[Any] = (pixels * 255).round().clamp(0, 255).byte().numpy().transpose(1, 2, 0)
        return array if layer.channels > 1 else array[:, :, 0]

    shape = (height, width, layer.channels) if layer.channels > 1 else (height, width)
    return Strips(shape, np.dtype(np.uint8), make).image()
