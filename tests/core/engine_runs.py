"""Runs of the engine for tests: a small picture of noise, the edge fill, no colour match, and one of `hosts`."""

from __future__ import annotations

from typing import Any

import torch
from hosts import PaintingHost, RecordingHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown, Result
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.geometry import Side

SIDES = [side.value for side in Side]
ALL_SIDES = {"left": 20, "right": 30, "up": 10, "down": 17}


def noise_picture(width: int, height: int, seed: int = 0) -> torch.Tensor:
    """A picture of whole 8-bit levels: float32 (3, H, W)."""
    return torch.randint(0, 256, (3, height, width), generator=torch.Generator().manual_seed(seed)).float() / 255


def run(picture: torch.Tensor, host: RecordingHost | None = None, count: int = 1, **values: Any) -> Result:
    more = {name: values.pop(name) for name in ("painted", "painted_fill", "batch", "sampling", "limits") if name in values}
    params = Params(**{"fill": "edge", "color_match": "off", **values})
    return outpaint(Request((picture,), params, numbered_shots(count, 11), **more), host or PaintingHost())


def one(picture: torch.Tensor, host: RecordingHost | None = None, **values: Any) -> Grown:
    (grown,) = run(picture, host, **values).pictures
    return grown


def levels(pixels: torch.Tensor) -> torch.Tensor:
    return (pixels * 255).round().byte()


def outside_the_band(grown: Grown, overlap: int) -> torch.Tensor:
    """Bool (H, W) of the output: px of the source further than `overlap` from the new area."""
    height, width = grown.touched.shape
    far = torch.zeros(height, width, dtype=torch.bool)
    box = grown.source
    left = box.left + overlap if box.left else 0
    top = box.top + overlap if box.top else 0
    right = box.right - overlap if box.right < width else width
    bottom = box.bottom - overlap if box.bottom < height else height
    far[top : max(bottom, top), left : max(right, left)] = True
    return far
