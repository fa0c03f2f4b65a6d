"""Texts that mean something to one of the grammars here, and any others."""

from __future__ import annotations

from hypothesis import strategies as st

letters = st.characters(exclude_categories=("Cs",))
pieces = st.sampled_from(
    [
        "left: sky",
        "512x512",
        "16:9",
        "\n",
        "\r",
        '"',
        '""',
        "\\",
        "\\\\",
        ",",
        ", ",
        ":",
        ";",
        "<lora:a:1>",
        "天空",
        "🙂",
        " ",
        "\t",
        "\u2028",
        "\x85",
        "\0",
        "Steps: 20",
        "Negative prompt: x",
        "Outpaint left: 7",
        "{",
        "}",
        "'",
    ]
)
texts = st.one_of(st.lists(pieces, max_size=6).map("".join), st.text(letters, max_size=30)).map(lambda t: t.rstrip("\n"))
