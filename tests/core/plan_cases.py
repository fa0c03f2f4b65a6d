"""Plans of any source, parameters and capabilities, for property tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from lib_outpaint.errors import OutpaintError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, Side
from lib_outpaint.planning.plan import Plan, make_plan

SD1 = Capabilities("test")
SDXL = Capabilities("test", native_side=1024)
SIDES = [side.value for side in Side]
NO_PLAN = {
    "nothing-grows",
    "less-than-a-pixel",
    "together-too-large",
    "together-over-step",
    "window-too-wide",
    "too-many-passes",
}

lengths = st.one_of(st.sampled_from([1, 2, 7, 8, 9, 63, 64, 65, 371, 512, 681]), st.integers(1, 1300))
amounts = st.one_of(st.just(0), st.sampled_from([1, 7, 8, 64, 128, 256, 257]), st.integers(1, 700))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Extent, Params, Capabilities]:
    source = Extent(draw(lengths), draw(lengths))
    unit = draw(st.sampled_from(["px", "px", "%"]))
    values: dict[str, Any] = {
        name: draw(amounts) if unit == "px" else draw(st.sampled_from([0, 5, 12.5, 33.3, 100])) for name in SIDES
    }
    params = Params(
        **values,
        unit=unit,
        order=draw(st.sampled_from(["auto", "auto", "one by one", "together"])),
        step=draw(st.sampled_from([0, 0, 40, 64, 100, 300])),
        context=draw(st.sampled_from([0, 0, 16, 200, 1000])),
        overlap=draw(st.sampled_from([0, 1, 32, 100, 256])),
    )
    cell, multiple = draw(st.sampled_from([(8, 8), (8, 8), (8, 16), (16, 16), (8, 64), (32, 32)]))
    caps = Capabilities(
        "test",
        cell=cell,
        size_multiple=multiple,
        native_side=draw(st.sampled_from([512, 768, 1024])),
        largest_window=draw(st.sampled_from([0, 0, 512 * 512, 640 * 512])),
    )
    return source, params, caps


def planned(case: tuple[Extent, Params, Capabilities], painted: Box | None = None) -> Plan:
    """A case's plan. What no plan follows from for a reason that is tested elsewhere is left out."""
    try:
        return make_plan(*case, painted=painted)
    except OutpaintError as error:
        if error.code in NO_PLAN:
            assume(False)
        raise


def drawn(plan: Plan, boxes: list[Box]) -> np.ndarray:
    """How often each px of the canvas lies in one of the boxes."""
    count = np.zeros((plan.canvas.height, plan.canvas.width), np.uint8)
    for box in boxes:
        assert plan.canvas.box.contains(box)
        count[box.slices] += 1
    return count
