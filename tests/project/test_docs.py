"""Documents that are made from the code are not stale, and what they name exists."""

import re
from pathlib import Path

import pytest

from lib_outpaint.cli.params import documentation

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_table_of_parameters_is_the_declaration():
    assert (ROOT / "docs/parameters.md").read_text(encoding="utf8") == documentation(), (
        "make it again: outpaint params --markdown > docs/parameters.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_to_files_that_exist(page):
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf8"))
    missing = [t for t in targets if not re.match(r"[a-z]+:", t) and not (page.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_anchors_lead_to_headings(page):
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf8"))
    assert [(name, anchor) for name, anchor in links if anchor not in anchors(page.parent / name if name else page)] == []


def anchors(page):
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_has_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf8")
    assert '\npip install -e ".[draft]" && outpaint image examples/coffee.jpg -o bigger.png --left 256 --up 96\n' in text
    assert '\npip install -e ".[test]" && pytest\n' in text
    assert (ROOT / "examples/coffee.jpg").exists()
