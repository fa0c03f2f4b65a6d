"""Fills by libraries: PatchMatch copies real texture from the picture, Telea's method marches inwards from the seam."""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import BackendError, MissingExtra
from ...parameters.params import Params
from .copies import edge

Bytes = NDArray[np.uint8]
Bits = NDArray[np.bool_]
PATCH_RADIUS = 3  # px: larger patches follow structure better and take several times as long
# px of hole beyond which Python 3.10 takes patches 1 px smaller: its last PyPatchMatch needs 2.5 times as long as later ones
SLOW_AREA = 50_000
TELEA_RADIUS = 4  # px
# The native library keeps one random generator for the process: seed and search belong together.
_SEARCH = threading.Lock()


def patchmatch(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """PatchMatch (Barnes et al. 2009; Wexler et al. 2007 for the pyramid): real texture of the known area.

    Raises:
        MissingExtra: PyPatchMatch is not installed.
    """
    return _from_bytes(patchmatch_bytes(_to_bytes(pixels), ~_to_bits(known), seed), pixels)


def telea(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Telea's fast marching fill (2004) from OpenCV.

    OpenCV lets what the unknown part holds shine through a little, so it holds the edge fill; and it reads beyond a
    window of one row or column, so there is a frame.

    Raises:
        MissingExtra: OpenCV is not installed.
    """
    cv2 = opencv()
    hole = np.pad((~_to_bits(known)).astype(np.uint8), 1, mode="edge")
    start = torch.where(known[None], pixels, edge(pixels, known, params, seed))
    framed = np.pad(_to_bytes(start), ((1, 1), (1, 1), (0, 0)), mode="edge")
    filled = np.asarray(cv2.inpaint(framed, hole, TELEA_RADIUS, cv2.INPAINT_TELEA))
    return _from_bytes(filled[1:-1, 1:-1], pixels)


def patchmatch_bytes(image: Bytes, hole: Bits, seed: int) -> Bytes:
    """PatchMatch on uint8 (H, W, 3) with a bool hole (H, W).

    Raises:
        MissingExtra: PyPatchMatch is not installed.
        BackendError: the library failed.
    """
    native = patchmatch_library()
    image = np.where(hole[..., None], np.uint8(0), image)  # 2.0.0rc5 lets what was there show through in a few px
    small = sys.version_info < (3, 11) and int(hole.sum()) > SLOW_AREA
    try:
        with _SEARCH:
            native.set_random_seed(seed % 2**32)
            found = native.inpaint(image, hole, patch_size=PATCH_RADIUS - 1 if small else PATCH_RADIUS)
    except (RuntimeError, ValueError) as error:
        raise BackendError("patchmatch-failed", reason=str(error)) from error
    return np.asarray(found, dtype=np.uint8)


def opencv() -> Any:
    """OpenCV's module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise MissingExtra("fill 'telea'", "opencv-python-headless", "opencv") from error
    return cv2


def patchmatch_library() -> Any:
    """PyPatchMatch's module.

    Raises:
        MissingExtra: it is not installed, or its native library does not load.
    """
    try:
        import patchmatch as native

        if native.patchmatch_available:
            return native
    except (ImportError, AttributeError) as error:
        raise MissingExtra("PatchMatch", "PyPatchMatch", "draft") from error
    raise MissingExtra("PatchMatch", "PyPatchMatch", "draft")


def _to_bytes(pixels: torch.Tensor) -> Bytes:
    array: Bytes = (pixels.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().cpu().numpy()
    return np.ascontiguousarray(array)


def _to_bits(mask: torch.Tensor) -> Bits:
    bits: Bits = mask.cpu().numpy()
    return bits


def _from_bytes(array: Bytes, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(like.device).permute(2, 0, 1).float() / 255
