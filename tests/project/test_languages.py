"""Simplified Chinese: complete, nothing left over, and a README that has what the English one has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

from lib_outpaint import images
from lib_outpaint.apps.page.language import Texts, language_for
from lib_outpaint.apps.page.page_texts import translatable
from lib_outpaint.backends.draft import NOTE
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.errors import InputError, OutpaintError
from lib_outpaint.parameters.codecs import from_dict
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.limits import Limits
from lib_outpaint.planning.plan import make_plan

ROOT = Path(__file__).parents[2]
FILE = ROOT / "localizations/zh_CN.json"
CHINESE = re.compile(r"[一-鿿]")
SAME = {"Inpaint ControlNet"}  # names that are not translated
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


def test_what_stands_in_braces_is_kept(chinese):
    for key, text in chinese.items():
        assert sorted(set(re.findall(r"{\w+}", key))) == sorted(set(re.findall(r"{\w+}", text))), key


def test_translations_are_chinese(chinese):
    assert {key for key, text in chinese.items() if not CHINESE.search(text)} - SAME == {
        "{pass_name}, {done}/{steps}",
        "{name}: {size}",
    }


def plan(**values):
    return make_plan(Extent(64, 48), from_dict(values), Capabilities("test"), limits=Limits(1_000_000, 2))


def sampled(sampling=None, **values):
    host = type("Draft", (), {"capabilities": lambda self: Capabilities("draft")})()
    outpaint(
        Request((torch.zeros(3, 8, 8),), Params(left=8, **values), numbered_shots(1, 1), sampling=sampling or Sampling()),
        host,
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Params(left=5000),
        lambda: Params(left=float("nan")),
        lambda: Params(step=0.5),
        lambda: Params(left=0.5),
        lambda: Params(fill="lava"),
        lambda: Params(overlap="wide"),
        lambda: plan(),
        lambda: plan(aspect="4:3"),
        lambda: plan(aspect="wide"),
        lambda: plan(size="big"),
        lambda: plan(size="10x10"),
        lambda: plan(left=8, aspect="2:1"),
        lambda: plan(left=4000, right=4000, up=4000),
        lambda: plan(left=64, step=8),
        lambda: sampled(loras="a:1"),
        lambda: sampled(side_prompts="left a"),
        lambda: sampled(Sampling(steps=3)),
        lambda: numbered_shots(1, -5),
        lambda: images.read(images.in_memory(b"nothing")),
    ],
)
def test_messages_are_translated_as_they_are_raised(make):
    with pytest.raises((InputError, OutpaintError)) as raised:
        make()
    said = Texts("zh").message(str(raised.value))
    assert CHINESE.search(said), said
    assert not re.search(r"\b(is|the|not|outside|picture)\b", re.sub(r"'[^']*'", "", said).replace("the picture", "")), said


def test_what_a_run_says_is_translated():
    say = Texts("zh")
    assert say.message("left 2, tile 1 of 3, 7/30") == "左 2，第 1/3 块，7/30"
    assert say.message("mask") == "蒙版"
    assert CHINESE.search(say.message(NOTE))
    assert say.message("left: 5000 is outside 0..4096") == "向左扩展：5000 超出范围 0..4096"
    assert say.message("something nobody has translated: 7") == "something nobody has translated: 7"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.5", "en"),
        ("de,zh;q=0.3", "zh"),
        ("", "en"),
        ("*", "en"),
        ("fr;q=0.9, zh-Hans;q=0.95", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=x,en", "en"),
    ],
)
def test_the_language_that_a_browser_asks_for(header, language):
    assert language_for(header) == language


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
