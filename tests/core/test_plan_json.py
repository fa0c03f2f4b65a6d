"""Plans as JSON: they come back, and mistakes in them are named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from plan_cases import SD1, cases, planned

from lib_outpaint.errors import PlanError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent, Margins
from lib_outpaint.planning.plan import make_plan
from lib_outpaint.planning.plan_json import from_json, to_json


@settings(max_examples=60)
@given(cases())
def test_json_comes_back(case: tuple[Extent, Params, Capabilities]) -> None:
    plan = planned(case)
    text = json.dumps(to_json(plan))
    assert from_json(json.loads(text)) == plan


def a_plan() -> dict[str, Any]:
    return to_json(make_plan(Extent(371, 681), Params(left=128), SD1))


def test_json_is_this() -> None:
    assert a_plan() == {
        "version": 1,
        "canvas": [499, 681],
        "source": [128, 0, 499, 681],
        "margins": {"left": 128, "right": 0, "up": 0, "down": 0},
        "cell": 8,
        "passes": [
            {
                "name": "left 1",
                "kind": "side",
                "side": "left",
                "step": 1,
                "tile": 1,
                "tiles": 1,
                "new": [[0, 0, 128, 681]],
                "known": [[128, 0, 499, 681]],
                "window": [0, 0, 512, 704],
            }
        ],
        "cost": {"latents_a_step": 5632, "whole_canvas_latents_a_step": 5418},
    }


def changed(path: str, value: object) -> dict[str, Any]:
    plan = a_plan()
    *parents, last = path.split(".")
    at: Any = plan
    for name in parents:
        at = at[int(name) if name.isdigit() else name]
    if value is KeyError:
        del at[last]
    else:
        at[int(last) if last.isdigit() else last] = value
    return plan


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "plan: is no object"),
        (None, "plan: is no object"),
        ({}, "plan.version: is missing"),
        (changed("version", 2), "plan.version: 2 is not 1"),
        (changed("passes", KeyError), "plan.passes: is missing"),
        (changed("paases", []), "plan.paases: is unknown; known are version, canvas"),
        (changed("canvas", [499]), "plan.canvas: is no list of 2 whole numbers"),
        (changed("canvas", "499x681"), "plan.canvas: is no list"),
        (changed("canvas.0", 499.0), "plan.canvas[0]: 499.0 is no whole number"),
        (changed("canvas.0", True), "plan.canvas[0]: True is no whole number"),
        (changed("canvas.0", 0), "plan.canvas[0]: 0 is less than 1"),
        (changed("canvas.0", 500), "do not make up the canvas, which is 500x681"),
        (changed("margins.left", -1), "plan.margins.left: -1 is less than 0"),
        (changed("margins.north", 1), "plan.margins.north: is unknown"),
        (changed("source.2", 100), "plan.source: [128, 0, 100, 681] is empty"),
        (changed("cell", 0), "plan.cell: 0 is less than 1"),
        (changed("cell", 7), "plan.passes[0].window: 512x704 is not made of cells of 7 px"),
        (changed("passes", {}), "plan.passes: is no list"),
        (changed("passes.0", 5), "plan.passes[0]: is no object"),
        (changed("passes.0.kind", "diagonal"), "plan.passes[0].kind: 'diagonal' is none of side, together, mask"),
        (changed("passes.0.side", "north"), "plan.passes[0].side: 'north' does not go with kind 'side'"),
        (changed("passes.0.side", None), "plan.passes[0].side: None does not go with kind 'side'"),
        (changed("passes.0.kind", "mask"), "plan.passes[0].side: 'left' does not go with kind 'mask'"),
        (changed("passes.0.tile", 0), "plan.passes[0].tile: 0 is less than 1"),
        (changed("passes.0.new", []), "plan.passes[0].new: is no list of boxes"),
        (changed("passes.0.new.0", [0, 0, 1]), "plan.passes[0].new[0]: is no list of 4 whole numbers"),
        (changed("passes.0.window.1", "0"), "plan.passes[0].window[1]: '0' is no whole number"),
        (changed("cost.latents_a_step", 1), "plan.cost: {'latents_a_step': 1,"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_with_mistakes(value: object, words: str) -> None:
    with pytest.raises(PlanError) as caught:
        from_json(value)
    assert words in str(caught.value)


def test_a_summary_may_stand_in_the_json() -> None:
    assert from_json({**a_plan(), "summary": "anything"}).margins == Margins(left=128)
