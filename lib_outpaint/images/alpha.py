"""Transparency: what is seen of an image, and how opacity goes on where the image grows.

Colours are stored under transparent pixels too, and mean nothing there: black, or whatever an editor left. They are kept
byte for byte where nothing is touched, but neither prefill nor sampler may see them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..planning.geometry import Box, Extent

_TRUSTED = 1 / 8  # opacity below which a pixel's colour has too few bits, where it was stored premultiplied
_FAR = 1 << 29  # more px than any side has

Indices = NDArray[np.int32]


def seen_colours(stored: NDArray[Any]) -> NDArray[Any]:
    """Colours as they are where something is to be seen; where nothing is, those of the pixel nearest in row or column.

    Texture that goes on to the sides is what prefills copy best: a smooth continuation is a grey of everything, and would
    be copied into what is seen of the new area. Where nothing at all is to be seen, middle grey.

    Args:
        stored: uint8 or uint16 (H, W, 2 or 4), alpha last and not premultiplied.

    Returns:
        As `stored`, without alpha.
    """
    colours = stored[:, :, :-1]
    top = np.iinfo(stored.dtype).max
    done = stored[:, :, -1] >= _TRUSTED * top
    if not done.any():
        return np.full_like(colours, (top + 1) // 2)
    if done.all():
        return colours
    height, width, channels = colours.shape
    filled = np.ascontiguousarray(colours).reshape(-1, channels)
    while not done.all():  # twice at most: after the first round all rows and columns with something to be seen are full
        across, far = _nearest(done, 1)
        down, far_down = _nearest(done, 0)
        across += np.arange(0, height * width, width, dtype=np.int32)[:, None]
        down *= width
        down += np.arange(width, dtype=np.int32)
        source = np.where(far <= far_down, across, down).ravel()
        reached = np.minimum(far, far_down) < _FAR
        hidden = np.flatnonzero(reached & ~done)
        filled[hidden] = filled.take(source[hidden], axis=0)
        done = reached
    return filled.reshape(colours.shape)


def _nearest(known: NDArray[np.bool_], axis: int) -> tuple[Indices, Indices]:
    """For each pixel, the index of the nearest known one along an axis, and how far it is (`_FAR`: there is none)."""
    length = known.shape[axis]
    places = np.arange(length, dtype=np.int32)
    places = places[None, :] if axis else places[:, None]
    before = np.maximum.accumulate(np.where(known, places, np.int32(-2 * _FAR)), axis=axis)
    turned = np.flip(np.where(known, places, np.int32(2 * _FAR)), axis)
    after = np.flip(np.minimum.accumulate(turned, axis=axis), axis)
    nearest = np.where(places - before <= after - places, before, after)
    distance = np.minimum(np.minimum(places - before, after - places), np.int32(_FAR))
    return nearest.clip(0, length - 1), distance


def grown_alpha(
    alpha: NDArray[Any],
    source: Box,
    extent: Extent,
    opaque: NDArray[np.bool_] | None = None,
    rows: slice | None = None,
) -> NDArray[Any]:
    """The opacity of a grown image: the original's own, and on the new area that of the nearest pixel of its edge.

    Args:
        alpha: uint8 or uint16 (H, W), the original's.
        source: where the original lies on the grown image.
        extent: the grown image's size.
        opaque: bool (H, W) on the original, what was painted and repainted; it becomes opaque before it is continued.
        rows: of the grown image, which are wanted; None for all.

    Returns:
        As `alpha`, of the grown image's width.
    """
    wanted = np.arange(extent.height)[rows or slice(None)]
    nearest = (wanted - source.top).clip(0, source.height - 1)
    found = alpha[nearest]
    if opaque is not None:
        found[opaque[nearest]] = np.iinfo(alpha.dtype).max
    return np.pad(found, ((0, 0), (source.left, extent.width - source.right)), mode="edge")


def without_level(stored: NDArray[Any], level: int | tuple[int, ...]) -> NDArray[Any]:
    """Grey (H, W) or colours (H, W, 3) with an opacity of their own, 0 where they are of the level that is transparent."""
    layers = stored if stored.ndim == 3 else stored[:, :, None]
    hidden = (layers == np.asarray(level)).all(axis=2, keepdims=True)
    opacity = np.where(hidden, 0, np.iinfo(stored.dtype).max).astype(stored.dtype)
    return np.concatenate([layers, opacity], axis=2)
