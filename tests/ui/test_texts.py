"""What panel and stage write is listed in one place, and both languages' sides of it agree."""

import json
import re
from pathlib import Path

from lib_outpaint.apps.panel import panel_texts as texts
from lib_outpaint.parameters.params import DECLARED

FOLDER = Path(__file__).parents[2] / "javascript"


def test_the_stages_table_is_the_same_on_both_sides():
    source = (FOLDER / "outpaint_texts.js").read_text(encoding="utf8")
    table = re.search(r"TEXTS = (\[.*?\]);", source, re.DOTALL)
    assert tuple(json.loads(table[1])) == texts.STAGE


def test_the_stage_says_nothing_that_is_not_in_the_table():
    said = set()
    for path in FOLDER.glob("*.js"):
        said.update(re.findall(r'\bsay\("([^"]+)"', path.read_text(encoding="utf8")))
    assert said
    assert said <= set(texts.STAGE)


def test_every_group_has_a_place_and_presets_are_parameters():
    assert {p.group for p in DECLARED} <= set(texts.GROUPS)
    names = {p.name for p in DECLARED}
    for preset in texts.PRESETS:
        assert set(preset.amounts) <= names
    assert len(texts.translatable()) == len(set(texts.translatable())) > 80
