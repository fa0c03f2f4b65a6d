"""Every command in a document is run: here, in a copy with small pictures, or by the suite its mark names."""

import re
import shlex

import pytest
from docs_blocks import (
    COMMANDS,
    FENCE,
    HAND,
    MARKS,
    PAGES,
    ROOT,
    SHELLS,
    blocks,
    command_lines,
    marked,
    run_block,
    small_examples,
)

from lib_outpaint.apps import cli

OURS = [page for page in PAGES if any(block.runs and not block.marks for block in blocks(page))]
SCRIPTS = "\n".join(path.read_text(encoding="utf8") for path in [ROOT / ".ci/run", *sorted((ROOT / ".ci/parts").iterdir())])


@pytest.mark.long
@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_the_commands_of_a_page_work_in_their_order(page, tmp_path, monkeypatch):
    small_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.runs and not block.marks:
            run_block(block, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_block_escapes(page):
    for block in blocks(page):
        assert block.language, f"{block}: say the language, such as bash, python or text"
        assert set(block.marks) <= {*MARKS, HAND}, f"{block}: marks are {', '.join(MARKS)} and {HAND}"
        assert len(block.marks) < 2, f"{block}: one mark names the one suite that runs it"
    hidden = re.findall(f"^ {{4,}}{COMMANDS}.*$", FENCE.sub("", page.read_text(encoding="utf8")), re.MULTILINE)
    for block in blocks(page):
        if not block.runs:
            hidden += re.findall(f"^{COMMANDS}.*$", block.text, re.MULTILINE)
    assert hidden == [], f"commands belong into a block of their language, with the mark {HAND!r} if no test can run them"


@pytest.mark.parametrize("mark", MARKS)
def test_what_runs_the_marked_blocks_exists(mark):
    runner = ROOT / MARKS[mark]
    assert runner.exists()
    if runner.is_file():
        assert f'marked("{mark}")' in runner.read_text(encoding="utf8")


@pytest.mark.parametrize("block", marked("ci"), ids=str)
def test_ci_runs_its_commands(block):
    assert block.language in SHELLS
    for line in command_lines(block.text):
        first = line.split(" && ")[0]
        assert first in SCRIPTS, f"{block}: no script in .ci runs {first!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_named_in_the_text_exist(page):
    text = page.read_text(encoding="utf8")
    for block in blocks(page):
        text = text.replace(block.text, "")
    for command in re.findall(r"`(outpaint [a-z][^`]*)`", text):
        line = re.sub(r"\s+", " ", command.replace("...", "x"))
        flags = [word for word in shlex.split(line)[2:] if word.startswith("--")]
        assert not unknown_flags(shlex.split(line)[1], flags), f"{page.name}: `{command}`"
    for script in re.findall(r"`(?:python|pytest) ([a-z_]+/[^` ]+)[^`]*`", text):
        assert (ROOT / script).exists(), f"{page.name}: {script}"


def unknown_flags(command: str, flags: list[str]) -> list[str]:
    """The flags that a command of `outpaint` does not have; the command itself when there is none of that name."""
    actions = [a for a in cli.command_parser()._actions if getattr(a, "choices", None) and command in a.choices]
    if not actions:
        return [command]
    known = actions[0].choices[command]._option_string_actions
    return [flag for flag in flags if flag.split("=")[0] not in known]
