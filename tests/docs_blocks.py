"""The fenced blocks of the documents, and how their commands are run: every command in a document is run somewhere.

A block's first words say what it is: the language, and for commands that need more than this package a mark that says
which suite runs them (`MARKS`). Blocks of other languages (text, json, mermaid) are not run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from lib_outpaint.apps import cli

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SHELLS = ("bash", "sh")
MARKS = {  # mark: what runs the block, from the root
    "ci": ".ci",
    "page": "tests/ui_page/test_docs_page.py",
    "diffusers": "tests/pipeline/test_docs_diffusers.py",
    "webui": "tests/webui/test_docs_webui.py",
}
HAND = "hand"  # takes hours, or changes the machine: the page says when it was last done by hand
COMMANDS = r"(?:\$ )?(?:pip|outpaint|python|pytest|git|curl|bash|mutmut|ruff|mypy) "
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block. `line` counts from 1 and is that of the fence."""

    page: Path
    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it holds commands or code."""
        return self.language in (*SHELLS, "python")


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page."""
    text = page.read_text(encoding="utf8")
    found = []
    for match in FENCE.finditer(text):
        language, *marks = match["info"].split() or [""]
        body = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        found.append(Block(page, text.count("\n", 0, match.start()) + 1, language, tuple(marks), body))
    return found


def marked(mark: str) -> list[Block]:
    """The blocks of all pages with a mark."""
    return [block for page in PAGES for block in blocks(page) if mark in block.marks and block.runs]


def command_lines(text: str) -> list[str]:
    """The lines of a shell block without comments, those that a backslash joins as one."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def words_of(line: str) -> list[str] | None:
    """The words of a plain `outpaint` command; None when it needs a shell or is another program's."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.commenters = "#"
    words = list(lexer)
    if words[:1] != ["outpaint"] or any(set(word) <= set("();<>|&") for word in words) or re.search(r"[$*`]", line):
        return None
    return shlex.split(line, comments=True)[1:]


def run_block(block: Block, folder: Path) -> None:
    """Runs a block in a folder, which must be the working directory.

    Plain `outpaint` commands are run in this process, which saves seconds of imports each; all else is run by bash.

    Raises:
        AssertionError: a command failed.
    """
    if block.language == "python":
        exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})
        return
    plain = [words_of(line) for line in command_lines(block.text)]
    if None in plain:
        run_by_bash(block, folder)
        return
    for words in plain:
        try:
            code = cli.main(words)
        except SystemExit as refused:
            code = int(refused.code or 0)
        assert code == 0, f"{block}: outpaint {shlex.join(words or [])} ended with {code}"


def run_by_bash(block: Block, folder: Path) -> None:
    """Runs a shell block as it stands, with this Python's programs first on the path."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{block}: ended with {done.returncode}\n{done.stdout}{done.stderr}"


def small_examples(folder: Path) -> None:
    """The examples at a quarter of their size, and the photo the documents call photo.jpg: commands take less time."""
    (folder / "examples").mkdir(parents=True)
    for path in sorted((ROOT / "examples").iterdir()):
        with Image.open(path) as image:
            image.resize((image.width // 4, image.height // 4)).save(folder / "examples" / path.name)
    with Image.open(folder / "examples/coffee.jpg") as image:
        image.save(folder / "photo.jpg")
