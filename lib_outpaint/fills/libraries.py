"""Fills by libraries: PatchMatch copies real texture from the picture, Telea's method marches inwards from the seam."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import HostError, MissingExtra
from ..filters import dilated
from ..params import Params
from .copies import edge

Bytes = NDArray[np.uint8]
Bits = NDArray[np.bool_]
PATCH_RADIUS = 3  # px: larger patches follow structure better and take several times as long
TELEA_RADIUS = 4  # px
# The native library keeps one random generator for the process: seed and search belong together.
_SEARCH = threading.Lock()


def patchmatch(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """PatchMatch (Barnes et al. 2009; Wexler et al. 2007 for the pyramid): real texture of the known area.

    Raises:
        MissingExtra: neither PyPatchMatch (Python 3.11 and later) nor patchmatch-cython (3.10) is installed.
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

    A known area without room for a single patch has no texture to copy; patchmatch-cython refuses it, and the nearest
    pixels are repeated instead.

    Raises:
        MissingExtra: no PatchMatch library is installed.
        HostError: the library failed.
    """
    library = patchmatch_library()
    try:
        if library == "PyPatchMatch":
            import patchmatch as native

            with _SEARCH:
                native.set_random_seed(seed % 2**32)
                return np.asarray(native.inpaint(image, hole, patch_size=PATCH_RADIUS), dtype=np.uint8)
        if not _has_a_patch(hole):
            return _nearest(image, hole)
        from patchmatch_cython import CythonSolver, inpaint_pyramid

        found = inpaint_pyramid(image, hole, patch_size=2 * PATCH_RADIUS + 1, seed=seed % 2**31, solver_class=CythonSolver)
        return np.asarray(found, dtype=np.uint8)
    except (RuntimeError, ValueError) as error:
        raise HostError(f"PatchMatch failed: {error}") from error


def _has_a_patch(hole: Bits) -> bool:
    """Whether some patch lies wholly in the known area."""
    size = 2 * PATCH_RADIUS + 1
    if min(hole.shape) < size:
        return False
    inner = ~dilated(torch.from_numpy(hole), PATCH_RADIUS)
    return bool(inner[PATCH_RADIUS:-PATCH_RADIUS, PATCH_RADIUS:-PATCH_RADIUS].any())


def _nearest(image: Bytes, hole: Bits) -> Bytes:
    pixels = torch.from_numpy(image).permute(2, 0, 1).float() / 255
    return _to_bytes(edge(pixels, torch.from_numpy(~hole), Params(), 0))


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


def patchmatch_library() -> str:
    """The name of the PatchMatch library that will be used.

    Raises:
        MissingExtra: none is installed.
    """
    try:
        import patchmatch as native

        if native.patchmatch_available:
            return "PyPatchMatch"
    except (ImportError, AttributeError):
        pass  # the other library serves Python 3.10, for which this one has no wheels
    try:
        import patchmatch_cython  # noqa: F401
    except ImportError as error:
        raise MissingExtra("PatchMatch", "PyPatchMatch or patchmatch-cython", "draft") from error
    return "patchmatch-cython"


def _to_bytes(pixels: torch.Tensor) -> Bytes:
    array: Bytes = (pixels.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().cpu().numpy()
    return np.ascontiguousarray(array)


def _to_bits(mask: torch.Tensor) -> Bits:
    bits: Bits = mask.cpu().numpy()
    return bits


def _from_bytes(array: Bytes, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(like.device).permute(2, 0, 1).float() / 255
