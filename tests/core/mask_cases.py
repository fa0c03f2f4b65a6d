"""Coverage for tests: bands to try, and how it is written out."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import box_coverage
from lib_outpaint.planning.geometry import Box

bands = st.tuples(
    st.sampled_from([1, 2, 3, 8, 33, 256]), st.sampled_from([0, 1, 4, 17, 64]), st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0])
)


def percent(mask: torch.Tensor) -> list[list[int]]:
    return [[round(100 * float(value)) for value in row] for row in mask]


def coverage(new: list[Box], window: Box, source: Box, **values: object) -> torch.Tensor:
    return box_coverage(new, window, Params(**values), source, torch.device("cpu"))
