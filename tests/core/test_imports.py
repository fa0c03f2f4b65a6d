"""Who may import what: the core knows neither a user interface nor a sampler."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lib_outpaint

ROOT = Path(lib_outpaint.__file__).parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

# A package, and where alone it may be imported: a file of lib_outpaint or a folder that ends in "/".
ALLOWED = {
    "modules": ("hosts/webui/",),
    "modules_forge": ("hosts/webui/",),
    "launch": ("hosts/webui/",),
    "gradio": ("ui/", "hosts/webui/"),
    "fastapi": ("ui/", "hosts/webui/"),
    "diffusers": ("hosts/pipeline/", "hosts/pipeline.py"),
    "transformers": ("hosts/pipeline/", "hosts/pipeline.py"),
    "accelerate": ("hosts/pipeline/", "hosts/pipeline.py"),
    "peft": ("hosts/pipeline/", "hosts/pipeline.py"),
    "cv2": ("fills/libraries.py",),
    "patchmatch": ("fills/libraries.py",),
    "skimage": ("evaluate/",),
}
SURFACES = ("cli/", "ui/", "evaluate/", "hosts/webui/", "hosts/pipeline/", "hosts/pipeline.py")


def imported(file: str) -> Iterator[str]:
    """Absolute names of the modules a file imports, anywhere in it; relative ones resolved."""
    package = ["lib_outpaint", *file.split("/")[:-1]]
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in ("import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def test_the_walk_sees_imports_of_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts" / "some.py").write_text(
        "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\n"
        "def late():\n    import h\n    importlib.import_module('i')\n    __import__('j')\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert set(imported("hosts/some.py")) == {
        "a.b", "c", "c.d", "lib_outpaint.hosts", "lib_outpaint.hosts.e", "lib_outpaint.f", "lib_outpaint.f.g",
        "h", "i", "j"}


@pytest.mark.parametrize("file", FILES)
def test_packages_are_imported_only_where_they_belong(file: str) -> None:
    for name in imported(file):
        places = ALLOWED.get(name.split(".")[0])
        if places is not None:
            assert file.startswith(places), f"{file} imports {name}, which belongs into {' or '.join(places)}"


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith(SURFACES)])
def test_the_core_knows_no_surface(file: str) -> None:
    closed = tuple("lib_outpaint." + place.rstrip("/").removesuffix(".py").replace("/", ".") for place in SURFACES)
    for name in imported(file):
        assert not any(name == place or name.startswith(place + ".") for place in closed), f"{file} imports {name}"


WITH_LITTLE = """
import importlib.abc, sys

ALLOWED = {"numpy", "PIL", "torch", "safetensors", "lib_outpaint"}
# What those packages import themselves.
THEIRS = {"typing_extensions", "sympy", "mpmath", "filelock", "networkx", "jinja2", "markupsafe", "fsspec", "setuptools",
          "packaging", "_distutils_hack", "functorch", "torchgen", "charset_normalizer", "defusedxml", "olefile"}

class Closed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top not in ALLOWED | THEIRS | sys.stdlib_module_names and not top.startswith("_"):
            raise ModuleNotFoundError(f"closed: {name}", name=name)

sys.meta_path.insert(0, Closed())
import lib_outpaint.engine, lib_outpaint.hosts.draft, lib_outpaint.picture_io, lib_outpaint.plan_json
import lib_outpaint.preview, lib_outpaint.metadata, lib_outpaint.compare
try:
    lib_outpaint.hosts.draft.DraftHost()
except lib_outpaint.errors.MissingExtra as error:
    print(error)
"""


def test_the_core_works_with_its_four_packages_alone() -> None:
    run = subprocess.run([sys.executable, "-c", WITH_LITTLE], capture_output=True, text=True, cwd=ROOT.parent)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == ("PatchMatch needs PyPatchMatch: "
                                  'pip install -e ".[draft]" in this program\'s folder')
