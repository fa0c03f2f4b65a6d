"""What a WebUI has or lacks is asked in lib_outpaint/webui/variants*.py alone. No module there names a family of models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lib_outpaint
from lib_outpaint.models.families import FAMILIES

WEBUI = Path(lib_outpaint.__file__).parent / "webui"
FILES = sorted(WEBUI.rglob("*.py"))


def probes(source: str) -> Iterator[str]:
    """Where a source asks what an object or the interpreter has: hasattr, getattr with a default, sys.modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in ("hasattr", "getattr_static"):
            yield f"{node.lineno}: {node.id}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and len(node.args) != 2:
            yield f"{node.lineno}: getattr with a default"
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.modules":
            yield f"{node.lineno}: sys.modules"
        if isinstance(node, ast.ImportFrom) and node.module == "sys":
            yield f"{node.lineno}: from sys import"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(WEBUI).as_posix())
def test_what_a_host_has_is_asked_in_one_place(file: Path) -> None:
    found = list(probes(file.read_text(encoding="utf-8")))
    if file.parent == WEBUI and file.name.startswith("variants"):
        assert found or file.name != "variants_base.py"  # the walk sees something
    else:
        assert not found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(WEBUI).as_posix())
def test_no_family_is_named(file: Path) -> None:
    names = {name for family in FAMILIES for name in (family.key, family.name)}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    documents = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)}
    assert not [text for text in texts if text not in documents and any(name in text for name in names)]


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_the_walk_sees_every_form() -> None:
    lines = [
        "hasattr(p, 'x')",
        "getattr(p, 'x', None)",
        "sys.modules.get('x')",
        "from sys import modules",
        "has = hasattr",
        "getattr(p, 'x')",  # raises where it is not there
        "modules.shared",
    ]
    assert [bool(list(probes(line))) for line in lines] == [True] * 5 + [False] * 2
