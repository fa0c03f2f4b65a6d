"""The WebUI's prompt syntax, by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib_outpaint.backends.diffusers.attention_syntax import pieces, refuse_unknown_syntax
from lib_outpaint.backends.diffusers.text_encoding import CHUNK, chunks
from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.loras import Lora, from_list, from_prompt


def read(text: str) -> list[tuple[str | None, float]]:
    return [(piece.text, round(piece.weight, 4)) for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("", 1)]),
        ("a b", [("a b", 1)]),
        ("(a)", [("a", 1.1)]),
        ("[a]", [("a", 0.9091)]),
        ("((a))", [("a", 1.21)]),
        ("(a:1.5)b", [("a", 1.5), ("b", 1)]),
        ("a (b [c] d:0.5)", [("a ", 1), ("b ", 0.5), ("c", 0.4545), (" d", 0.5)]),
        ("\\(a\\) \\\\", [("(a) \\", 1)]),
        ("(a", [("a", 1.1)]),
        ("[a (b", [("a ", 0.9091), ("b", 1)]),
        ("a) b]", [("a) b]", 1)]),
        ("a:1.5)", [("a:1.5)", 1)]),
        ("a: b", [("a: b", 1)]),
        ("(a:x)", [("a:x", 1.1)]),
        ("(a: +1.2 )", [("a", 1.2)]),
        ("a BREAK b", [("a", 1), (None, 1), ("b", 1)]),
        ("a BREAKS", [("a BREAKS", 1)]),
    ],
)
def test_weights(text: str, found: list[tuple[str | None, float]]) -> None:
    assert read(text) == found


@given(st.text(alphabet="ab ()[]:\\.1,B", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    try:
        found = pieces(text)
    except ParamError:
        return  # "(a:1.1.1)"
    assert all(piece.weight > 0 or ":" in text for piece in found)


@given(st.text(alphabet="ab ,.", max_size=30))
def test_text_without_brackets_stays_as_it_is(text: str) -> None:
    assert read(text) == [(text, 1)]


@pytest.mark.parametrize("text", ["[a:b:0.5]", "x [a|b] y", "a AND b", "[a::0.3]"])
def test_what_only_the_webui_does_is_refused(text: str) -> None:
    with pytest.raises(ParamError) as caught:
        refuse_unknown_syntax("prompt", text)
    assert caught.value.code == ("prompt-and" if "AND" in text else "prompt-editing")


@pytest.mark.parametrize("text", ["[a]", "\\[a:b:0.5\\]", "ANDROID", "(a:1.2)", "[a:b]"])
def test_what_looks_like_it_is_not(text: str) -> None:
    refuse_unknown_syntax("prompt", text)


class Letters:
    """A tokenizer of one token a letter; 0 is the comma."""

    def convert_tokens_to_ids(self, _: str) -> int:
        return 0

    def __call__(self, text: str, **_: Any) -> Any:
        return type("Out", (), {"input_ids": [0 if letter == "," else ord(letter) for letter in text]})


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", [0]),
        ("a" * 75, [75]),
        ("a" * 76, [75, 1]),
        ("a" * 200, [75, 75, 50]),
        ("a" * 60 + "," + "b" * 20, [61, 20]),  # a comma at most 20 tokens back: what follows moves on
        ("a" * 50 + "," + "b" * 30, [75, 6]),
        ("a" * 74 + "," + "b", [75, 1]),
        ("a BREAK b", [1, 1]),
        ("a" * 75 + ",", [75, 1]),
    ],
)
def test_chunks(text: str, lengths: list[int]) -> None:
    found = chunks(pieces(text), Letters())
    assert [len(chunk.tokens) for chunk in found] == lengths
    assert all(len(chunk.tokens) == len(chunk.weights) <= CHUNK for chunk in found)


def test_lora_tags() -> None:
    assert from_prompt("a <lora:x:0.5> b<lora:y>") == ("a  b", (Lora("x", 0.5, 0.5), Lora("y", 1, 1)))
    assert from_prompt("<lora:x:0.5:0.7>")[1] == (Lora("x", 0.5, 0.7),)
    assert from_prompt("<lora:x:unet=0.2:te=0.3>")[1] == (Lora("x", 0.3, 0.2),)
    assert from_prompt("<lora:x:0.4:unet=1>")[1] == (Lora("x", 0.4, 1),)
    assert from_list("x:0.8, y , z:-1") == (Lora("x", 0.8, 0.8), Lora("y", 1, 1), Lora("z", -1, -1))
    assert from_list("") == ()


@pytest.mark.parametrize("tag", ["<lora:>", "<lora:x:a>", "<lora:x:1:2:3>", "<lora:x:dyn=3>", "<lora:x:nan>", "<lora:x:99>"])
def test_lora_tags_that_cannot_be_read(tag: str) -> None:
    with pytest.raises(ParamError):
        from_prompt(tag)
