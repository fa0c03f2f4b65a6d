"""Who may import what: the core knows neither a user interface nor a sampler."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lib_outpaint
from lib_outpaint.models.families import FAMILIES

ROOT = Path(lib_outpaint.__file__).parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

# From the ground up: a room imports only from rooms that stand before it.
ROOMS = (
    "version",
    "messages",
    "errors",
    "parameters",
    "models",
    "planning",
    "pixels",
    "engine",
    "images",
    "backends",
    "webui",
    "evaluate",
    "apps",
    "api",
    "__main__",
)
# A package, and where alone it may be imported: a file of lib_outpaint or a folder that ends in "/".
ALLOWED = {
    "modules": ("webui/",),
    "modules_forge": ("webui/",),
    "launch": ("webui/",),
    "gradio": ("apps/panel/", "apps/page/", "webui/"),
    "fastapi": ("apps/page/", "webui/script/"),
    "diffusers": ("backends/diffusers/",),
    "transformers": ("backends/diffusers/",),
    "accelerate": ("backends/diffusers/",),
    "peft": ("backends/diffusers/",),
    "cv2": ("pixels/fills/libraries.py",),
    "patchmatch": ("pixels/fills/libraries.py",),
}


def imported(file: str) -> Iterator[str]:
    """Absolute names of the modules a file imports, anywhere in it; relative ones resolved."""
    package = ["lib_outpaint", *file.split("/")[:-1]]
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
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
        "def late():\n    import h\n    importlib.import_module('i')\n    __import__('j')\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert set(imported("hosts/some.py")) == {
        "a.b",
        "c",
        "c.d",
        "lib_outpaint.hosts",
        "lib_outpaint.hosts.e",
        "lib_outpaint.f",
        "lib_outpaint.f.g",
        "h",
        "i",
        "j",
    }


@pytest.mark.parametrize("file", FILES)
def test_packages_are_imported_only_where_they_belong(file: str) -> None:
    for name in imported(file):
        places = ALLOWED.get(name.split(".")[0])
        if places is not None:
            assert file.startswith(places), f"{file} imports {name}, which belongs into {' or '.join(places)}"


def room(module: str) -> str:
    """The room of a module of ours: lib_outpaint.planning.windows is in "planning"."""
    return module.split(".")[1] if "." in module else ""


def arrows() -> dict[str, set[str]]:
    """Which modules of ours each of ours imports, anywhere in it."""
    modules = {}
    for file in FILES:
        parts = file.removesuffix(".py").split("/")
        modules[".".join(["lib_outpaint", *(parts[:-1] if parts[-1] == "__init__" else parts)])] = file
    found: dict[str, set[str]] = {}
    for module, file in modules.items():
        found[module] = {name for name in imported(file) if name in modules and name != module}
    return found


def test_no_import_runs_upwards_between_the_rooms() -> None:
    up = [
        f"{module} -> {other}"
        for module, others in arrows().items()
        for other in others
        if room(module) and room(other) and ROOMS.index(room(other)) > ROOMS.index(room(module))
    ]
    assert not up


def test_what_faces_the_host_knows_nothing_of_what_faces_the_user() -> None:
    up = [
        (module, other)
        for module, others in arrows().items()
        for other in others
        if module.startswith("lib_outpaint.webui.sampler.") and other.startswith("lib_outpaint.webui.script.")
    ]
    assert not up


def test_no_imports_run_in_circles() -> None:
    found = arrows()
    for package in list(found):  # a package's face only hands names on: what imports it wants what stands behind it
        found[package] = {other for other in found[package] if not package.startswith(other + ".")}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module not in done:
            for other in found[module]:
                walk(other, (*path, module))
            done.add(module)

    for module in found:
        walk(module, ())


def test_every_basename_is_there_once() -> None:
    names = [file.rsplit("/", 1)[-1] for file in FILES]
    assert sorted(name for name in set(names) if names.count(name) > 1) == ["__init__.py"]


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
import lib_outpaint.engine.loop, lib_outpaint.backends.draft, lib_outpaint.images, lib_outpaint.planning.plan_json
import lib_outpaint.engine.preview, lib_outpaint.images.metadata, lib_outpaint.images.grid
try:
    lib_outpaint.backends.draft.Draft()
except lib_outpaint.errors.MissingExtra as error:
    print(error)
"""


@pytest.mark.long
def test_the_core_works_with_its_four_packages_alone() -> None:
    run = subprocess.run([sys.executable, "-c", WITH_LITTLE], capture_output=True, text=True, cwd=ROOT.parent)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == (
        'PatchMatch needs PyPatchMatch: run pip install -e ".[draft]" in the folder of this program'
    )


@pytest.mark.parametrize(
    "module",
    [
        "lib_outpaint",
        "lib_outpaint.parameters.codecs",
        "lib_outpaint.models.inspect",
        "lib_outpaint.planning.plan",
        "lib_outpaint.messages",
        "lib_outpaint.apps.cli",
    ],
)
def test_what_needs_no_pixels_imports_no_torch(module: str) -> None:
    code = f"import sys, {module}; print('torch' in sys.modules, 'PIL' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT.parent)
    assert run.stdout.split() == ["False", "False"], run.stderr


def test_no_module_but_the_table_names_a_family() -> None:
    """Neither by its key nor by its name; docstrings and comments may speak of them."""
    names = {name for family in FAMILIES for name in (family.key, family.name)}
    found = []
    for file in FILES:
        if file.startswith("models/families"):
            continue
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                found += [f"{file}:{node.lineno}: {name}" for name in names if re.search(rf"\b{name}\b", node.value)]
    assert not found
