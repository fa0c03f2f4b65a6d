"""Transparency: what is seen of an image, and how opacity goes on where the image grows.

Colours are stored under transparent pixels too, and mean nothing there: black, or whatever an editor left. They are kept
byte for byte where nothing is touched, but neither prefill nor sampler may see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..planning.geometry import Box, Extent

if TYPE_CHECKING:
    import torch

_TRUSTED = 1 / 8  # opacity from which on a pixel's colour stands; below, it has too few bits where it was premultiplied


def seen_colours(colours: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Colours as they are where something is to be seen, and a smooth continuation of those where nothing is.

    Args:
        colours: float32 (3, H, W) in 0..1, not premultiplied.
        alpha: float32 (H, W) in 0..1.
    """
    import torch

    from ..pixels.fills.smooth import push_pull

    trusted = (alpha / _TRUSTED).clamp(0, 1)
    if bool((trusted == 1).all()):
        return colours
    if not bool((trusted > 0).any()):
        return torch.full_like(colours, 0.5)
    return torch.where(trusted[None] == 1, colours, push_pull(colours, trusted).clamp(0, 1))


def grown_alpha(alpha: NDArray[Any], source: Box, extent: Extent, opaque: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """The opacity of a grown image: the original's own, and on the new area that of the nearest pixel of its edge.

    Args:
        alpha: uint8 or uint16 (H, W), the original's.
        source: where the original lies on the grown image.
        extent: the grown image's size.
        opaque: bool (H, W) on the original, what was painted and repainted; it becomes opaque before it is continued.

    Returns:
        As `alpha`, of the grown image's size.
    """
    if opaque is not None:
        alpha = np.where(opaque, np.iinfo(alpha.dtype).max, alpha).astype(alpha.dtype)
    around = ((source.top, extent.height - source.bottom), (source.left, extent.width - source.right))
    return np.pad(alpha, around, mode="edge")


def without_level(stored: NDArray[Any], level: int | tuple[int, ...]) -> NDArray[Any]:
    """Grey (H, W) or colours (H, W, 3) with an opacity of their own, 0 where they are of the level that is transparent."""
    layers = stored if stored.ndim == 3 else stored[:, :, None]
    hidden = (layers == np.asarray(level)).all(axis=2, keepdims=True)
    opacity = np.where(hidden, 0, np.iinfo(stored.dtype).max).astype(stored.dtype)
    return np.concatenate([layers, opacity], axis=2)
