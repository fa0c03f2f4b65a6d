"""Simplified Chinese: complete, nothing left over, and a README that has what the English one has."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

from lib_outpaint.apps.page.page_texts import translatable
from lib_outpaint.messages import formats

ROOT = Path(__file__).parents[2]
FILE = ROOT / "localizations/zh_CN.json"
CHINESE = re.compile(r"[一-鿿]")
SAME = {"Inpaint ControlNet"}  # names that are not translated
# Messages of values, signs and names alone.
PLAIN = {"lora-rank", "lora-unet", "merged", "model-is", "page-loaded", "page-steps", "said"}
# What a heading, a code block or a picture looks like in a README.
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def no_doubles(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
    return dict(pairs)


@pytest.fixture(scope="module")
def chinese():
    return json.loads(FILE.read_text(encoding="utf8"), object_pairs_hook=no_doubles)


def test_every_text_is_there_and_none_that_nobody_shows(chinese):
    wanted = set(translatable())
    assert not wanted - set(chinese), "without a translation"
    assert not set(chinese) - wanted, "no longer in the panel, stage or page"


def test_texts_of_the_page_take_no_values(chinese):
    """What takes values is a message."""
    assert [text for text in chinese if "{" in text] == []


def test_translations_are_chinese(chinese):
    assert {key for key, text in chinese.items() if not CHINESE.search(text)} == SAME


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", formats())
def test_a_message_says_the_same_in_both_languages(code):
    english, translated = formats()[code]
    assert placeholders(english) == placeholders(translated)
    assert bool(CHINESE.search(translated)) == (code not in PLAIN)
    assert not CHINESE.search(english)


def parts(name):
    """Headings' levels, code blocks without comments, and pictures of a README, in order."""
    text = (ROOT / name).read_text(encoding="utf8")
    code = [re.sub(r"\s+#.*", "", block) for block in CODE.findall(text)]
    prose = CODE.sub("", text)
    return {
        "levels of headings": [len(mark) for mark in re.findall(r"^(#+) ", prose, re.MULTILINE)],
        "code": code,
        "pictures": re.findall(r"!\[[^\]]*\]\(([^)]+)\)", prose),
        "tables": [row.count("|") for row in re.findall(r"^\|.*", prose, re.MULTILINE)],
        "links": sorted({link for link in re.findall(r"\]\(([^)]+)\)", prose) if "README" not in link}),
    }


@pytest.mark.parametrize("part", ["levels of headings", "code", "pictures", "tables", "links"])
def test_the_chinese_readme_has_what_the_english_one_has(part):
    english, translated = parts("README.md")[part], parts("README.zh-CN.md")[part]
    missing = [item for item in english if english.count(item) > translated.count(item)]
    extra = [item for item in translated if translated.count(item) > english.count(item)]
    assert translated == english, f"README.zh-CN.md: {part}: without {missing}, has {extra} that README.md has not"


def test_the_two_readmes_name_each_other():
    assert "(README.zh-CN.md)" in (ROOT / "README.md").read_text(encoding="utf8")
    assert "(README.md)" in (ROOT / "README.zh-CN.md").read_text(encoding="utf8")
