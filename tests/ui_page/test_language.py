"""The page in another language: which one, and how it names settings in messages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lib_outpaint.apps.page.language import Texts, language_for, translate_choices
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import make_plan


def outside(field):
    return message("outside", field=field, value=5000, low=0, high=4096)


def test_english_is_itself():
    say = Texts("en")
    assert say.found == {}
    assert say("Generate") == "Generate"


@pytest.mark.parametrize(
    ("field", "english", "chinese"),
    [
        ("left", "Grow left", "向左扩展"),
        ("cfg", "CFG scale", "提示词引导系数 (CFG)"),
        ("seed", "Seed", "随机数种子"),
        ("count", "Images", "张数"),
        ("negative_prompt", "Negative prompt", "反向提示词"),
        ("max-megapixels", "max-megapixels", "max-megapixels"),  # has no control
    ],
)
def test_a_field_is_named_as_its_control_is(field, english, chinese):
    assert Texts("en").message(outside(field)) == f"{english}: 5000 is outside 0..4096"
    assert Texts("zh").message(outside(field)) == f"{chinese}：5000 超出范围 0..4096"


def test_a_label_inside_a_message_is_translated_too():
    other = message("other-source-size", field="source_size", value="6x4", size="8x8", label="Only for a picture of")
    assert "清空“仅限此尺寸的图片”" in Texts("zh").message(other)


def test_messages_inside_a_message_are_in_its_language():
    caps = Capabilities("test", native_side=64)
    step = make_plan(Extent(200, 300), Params(left=48, hires="off"), caps).passes[1]
    told = message("page-steps", name=step.label, done=7, steps=30)
    assert Texts("en").message(told).startswith("left 1, tile 2 of ")
    assert Texts("zh").message(told).startswith("左 1，第 2/")
    stopped = message("page-stopped", error=outside("left"))
    assert Texts("zh").message(stopped) == "已停止：向左扩展：5000 超出范围 0..4096"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.5", "en"),
        ("fr;q=0.9, en;q=0.3, zh;q=0.6", "zh"),
        ("fr;q=0.9, zh-Hans;q=0.95", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("zh;q=x,en", "en"),
        ("zh;q=many, fr", "en"),
        ("ZH-tw;q=1.", "zh"),
        ("*", "en"),
    ],
)
def test_the_language_is_the_first_of_ours_that_is_accepted(accepted, language):
    assert language_for(accepted) == language


def test_choices_are_read_in_the_language_and_keep_their_values():
    radio = SimpleNamespace(choices=[("none", "none"), ("px", 1)])
    button, empty = SimpleNamespace(label="none"), SimpleNamespace(choices=[])
    translate_choices([radio, button, empty], Texts("zh"))
    assert radio.choices == [("无", "none"), ("px", 1)]
    assert button.label == "none"
    assert empty.choices == []
