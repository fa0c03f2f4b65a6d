"""Documents that are made from the code are not stale, and what they name exists."""

import re
from pathlib import Path

import pytest

from lib_outpaint.apps.cli.params_command import documentation

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_table_of_parameters_is_the_declaration():
    assert (ROOT / "docs/parameters.md").read_text(encoding="utf8") == documentation(), (
        "make it again: outpaint params --markdown > docs/parameters.md"
    )


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


def test_tests_named_in_a_page_exist():
    """By file and name, such as `faults/test_killed_runs.py::test_...`, or by the name alone, then in any file."""
    functions = {
        path: re.findall(r"^def (test_\w+)", path.read_text(encoding="utf8"), re.MULTILINE)
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    everywhere = {name for found in functions.values() for name in found}
    named = [
        (page.name, *found)
        for page in PAGES
        for found in re.findall(r"`(?:tests/)?(?:([\w/]+\.py)(?:::)?)?(test_\w+)?`", page.read_text(encoding="utf8"))
        if found[1] or "/test_" in found[0]
    ]
    assert len(named) > 30
    missing = [
        (page, file, name)
        for page, file, name in named
        if (file and ROOT / "tests" / file not in functions)
        or (name and name not in (functions[ROOT / "tests" / file] if file else everywhere))
    ]
    assert missing == []


def test_the_readme_has_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf8")
    assert '\npip install -e ".[draft]" && outpaint image examples/coffee.jpg -o bigger.png --left 256 --up 96\n' in text
    assert '\npip install -e ".[test]" && pytest -n 2 --dist loadfile\n' in text
    assert (ROOT / "examples/coffee.jpg").exists()
