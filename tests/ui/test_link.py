"""The answers to the stage: plan, preview, and messages for what cannot be done."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from lib_outpaint.apps.panel.link import Link, answer, params_from
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import make_plan
from lib_outpaint.planning.plan_json import to_json

COFFEE = Path(__file__).parents[2] / "examples/coffee.jpg"
LINK = Link(lambda: Capabilities("test", features=frozenset({"prompts"})), (), say=lambda message: message.code)


def asked(kind="plan", link=LINK, width=600, height=400, image=None, inputs=(), **values):
    question = {
        "id": 3,
        "kind": kind,
        "values": codecs.to_positional(codecs.from_dict(values)),
        "width": width,
        "height": height,
        "image": image,
    }
    return json.loads(answer(link, json.dumps(question), *inputs))


def data_url(image, kind="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def test_a_plan_is_the_plan_and_its_line():
    found = asked(left=128)
    assert (found["id"], found["kind"], found["combinations"], found["overlap"]) == (3, "plan", 1, 32)
    plan = make_plan(Extent(600, 400), Params(left=128), Capabilities("test"))
    assert found["plan"] == {**to_json(plan), "summary": plan.summary(32)}
    assert found["plan"]["canvas"] == [728, 400]


def test_combinations_are_counted_and_each_is_checked():
    assert asked(left=64, compare="overlap=16,48")["combinations"] == 2
    assert asked(left=64, compare="overlap=16,999")["error"] == "outside"


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({}, "left, right, up, down", "nothing-grows"),
        ({"aspect": "wide"}, "aspect", "not-a-ratio"),
        ({"left": 64, "mask_weight": 0.5}, "mask_weight", "not-supported"),
        ({"left": 4096, "right": 4096, "up": 4096, "down": 4096}, "", "canvas-too-large"),
    ],
)
@pytest.mark.parametrize("kind", ["plan", "preview"])
def test_what_cannot_be_done_is_a_message_with_its_field(kind, values, field, code):
    found = asked(kind, image=data_url(Image.new("RGB", (8, 6))), **values)
    assert (found["field"], found["error"]) == (field, code)
    assert "plan" not in found


def test_a_message_is_english_where_the_page_does_not_say_otherwise():
    found = asked(link=Link(lambda: Capabilities("test"), ()), left=64, loras="a:1")
    assert found["error"].startswith("loras: 'a:1' is not supported by the test engine")


def test_a_size_that_is_none_is_refused():
    for size in ({"width": 0}, {"height": True}, {"width": 1.5}, {"height": 65_537}):
        assert asked(**size, left=8)["error"] == "not-a-length"


def test_the_engine_is_asked_with_the_pages_own_values():
    seen = []
    link = Link(lambda engine: seen.append(engine) or Capabilities(engine, native_side=1024), ())
    found = asked(link=link, inputs=("big",), left=512)
    assert seen == ["big"]
    assert len(found["plan"]["passes"]) == 1


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P"])
def test_a_preview_is_the_canvas_and_the_mask_in_the_size_to_come(mode):
    image = Image.open(COFFEE).convert("RGB").resize((90, 60)).convert(mode)
    found = asked("preview", image=data_url(image), left=32, overlap=8)
    shown = {name: Image.open(io.BytesIO(base64.b64decode(found[name].partition(",")[2]))) for name in ("canvas", "mask")}
    assert {name: picture.size for name, picture in shown.items()} == {"canvas": (122, 60), "mask": (122, 60)}
    assert shown["mask"].convert("L").getpixel((5, 30)) == 255
    assert shown["mask"].convert("L").getpixel((60, 30)) == 0


@pytest.mark.parametrize("image", ["", "data:image/png;base64,@@@", "data:text/plain;base64,AAAA", "/etc/passwd"])
def test_what_is_no_picture_is_refused(image):
    assert asked("preview", image=image, left=32)["error"] == "not-an-image"


def test_text_boxes_hold_numbers_as_text_and_empty_ones_the_default():
    values = codecs.to_positional(Params())
    assert params_from(["" if value is None else value for value in values]) == Params()
    assert params_from(["12", 0.0, None]) == Params(left=12)
