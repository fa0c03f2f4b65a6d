"""The page in another language: which one, and how messages made from templates are put into it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lib_outpaint.apps.page.language import Texts, language_for, translate_choices

FIELD = "{field}: {value} is outside {low}..{high}"
TWICE = "{name} and {name}: {limit}"


def test_english_is_itself():
    say = Texts("en")
    assert say.found == {}
    assert say("Generate") == "Generate"
    assert say.message("left: 5000 is outside 0..4096") == "left: 5000 is outside 0..4096"


def test_a_field_is_named_as_the_panel_names_it():
    say = Texts("zh")
    assert say.message("left: 5000 is outside 0..4096") == "向左扩展：5000 超出范围 0..4096"


def test_a_field_of_the_page_alone_is_named_by_its_label_there():
    say = Texts("zh")
    assert say.message("seed: is empty") == f"{say('Seed')}：不能为空"
    given = Texts("xx", {FIELD: "<{field}> {value}", "Max megapixels": "Most"})
    assert given.message("max_megapixels: 0 is outside 1..9") == "<Most> 0"


def test_a_pass_inside_a_message_is_translated_too():
    say = Texts("xx", {"{pass_name}, {done}/{steps}": "{pass_name}: {done} of {steps}", "left {number}": "L{number}"})
    assert say.message("left 2, 3/20") == "L2: 3 of 20"
    assert say.message("left 2, three/20") == "left 2, three/20"


def test_a_text_that_is_known_as_it_stands_is_no_template():
    assert Texts("xx", {"together": "at once"}).message("together") == "at once"
    assert Texts("xx", {"together": "at once"}).message("apart") == "apart"


def test_a_name_that_a_template_has_twice_stands_for_the_same(monkeypatch):
    monkeypatch.setattr("lib_outpaint.apps.page.language.MESSAGES", (TWICE,))
    say = Texts("xx", {TWICE: "2x {name}, {limit}"})
    assert say.message("a and a: 5") == "2x a, 5"
    assert say.message("a and b: 5") == "a and b: 5"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr;q=0.9, en;q=0.3, zh;q=0.6", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=0", "en"),
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
    translate_choices([radio, button, empty], Texts("xx", {"none": "keins"}))
    assert radio.choices == [("keins", "none"), ("px", 1)]
    assert button.label == "none"
    assert empty.choices == []
