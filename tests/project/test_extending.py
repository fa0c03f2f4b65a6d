"""A new family and a new sampling setting take one row and one field: shown in a copy of the package that has them."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import lib_outpaint

PACKAGE = Path(lib_outpaint.__file__).parent
LAST_ROW = "\n)\n\n\ndef by_key("
ROW = """
    Family(
        "lumen",
        "Lumen 3",
        cell=16,
        size_multiple=32,
        channels=64,
        native_side=1280,
        inpaints=("fill",),
        inpainting_channels=96,
        signs=Signs(tensors=("lumen_blocks.",), context=3072, lora=("lumen",), file="lumen"),
    ),"""
LAST_FIELD = "\n    def __post_init__(self) -> None:\n        check_fields(self, SAMPLING)"
FIELD = """    shift: float | None = param(
        "float", None, "Sampling", "Shift", "Moves the noise levels.", low=0, high=12, optional=True, feature="sampling"
    )
"""


def changed(folder: Path, file: str, before: str, more: str) -> Path:
    """A copy of the package in which `more` stands before a text of a file."""
    copy = folder / "lib_outpaint"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (copy / file).write_text(text.replace(before, more + before), encoding="utf-8")
    return folder


def said(root: Path, *command: str) -> str:
    """What a program prints that imports the copy."""
    run = subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd=root, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    return run.stdout


def weights(path: Path, shapes: dict[str, list[int]], **metadata: str) -> Path:
    """A safetensors file of float16 zeros."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    end = 0
    for name, shape in shapes.items():
        size = 2
        for n in shape:
            size *= n
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
    return path


@pytest.fixture(scope="module")
def with_family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return changed(tmp_path_factory.mktemp("family"), "models/families.py", LAST_ROW, ROW)


def test_a_family_is_a_row_and_its_files_are_known(with_family: Path, tmp_path: Path) -> None:
    unet = "model.diffusion_model."
    checkpoint = weights(
        tmp_path / "a.safetensors",
        {"lumen_blocks.0.weight": [8], unet + "input_blocks.0.0.weight": [4, 4, 1, 1]},
    )
    lora = weights(
        tmp_path / "b.safetensors",
        {"lora_unet_x.lora_down.weight": [4, 8], "lora_unet_x.lora_up.weight": [8, 4]},
        ss_base_model_version="lumen_v3",
    )
    told = said(with_family, "-m", "lib_outpaint", "inspect", str(checkpoint), str(lora))
    assert told.count("Lumen 3") == 2
    assert "1280 px" in told
    found = json.loads(said(with_family, "-m", "lib_outpaint", "inspect", "--json", str(checkpoint), str(lora)))
    assert [(one["kind"], one["base"]) for one in found] == [("checkpoint", "lumen"), ("lora", "lumen")]
    assert found[0]["native_side"] == 1280


@pytest.mark.long
def test_a_familys_row_decides_windows_and_masks(with_family: Path) -> None:
    code = """
from lib_outpaint import plan, Draft
from lib_outpaint.models.families import by_tensors
from lib_outpaint.planning.capabilities import Capabilities
family = by_tensors(["lumen_blocks.0.weight"])
class Sampler:
    def capabilities(self):
        return Capabilities("lumen", family.cell, family.size_multiple, family.side(""))
found = plan((700, 500), backend=Sampler(), left=100)
print(found.cell, [(step.window.width % 32, step.window.height % 32, step.window.width) for step in found.passes])
"""
    assert said(with_family, "-c", code).strip() == "16 [(0, 0, 832)]"


@pytest.fixture(scope="module")
def with_setting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return changed(tmp_path_factory.mktemp("setting"), "parameters/sampling.py", LAST_FIELD, FIELD)


def test_a_sampling_setting_is_a_field_on_the_command_line_and_in_the_docs(with_setting: Path) -> None:
    assert "--shift" in said(with_setting, "-m", "lib_outpaint", "image", "--help-all")
    assert "| `shift` |" in said(with_setting, "-m", "lib_outpaint", "params", "--markdown")


@pytest.mark.long
def test_a_sampling_setting_reaches_the_sampler_from_python_and_the_command_line(with_setting: Path) -> None:
    code = """
import argparse
from lib_outpaint import Capabilities, Outcome, outpaint
from lib_outpaint.parameters.codecs import add_flags, from_flags
from lib_outpaint.parameters.sampling import SAMPLING, Sampling
import numpy as np

class Sampler:
    def capabilities(self):
        return Capabilities("test", features=frozenset({"sampling"}))
    def check(self, guidance, sampling, prompts):
        print("checked", sampling.shift)
    def inpaint(self, jobs):
        print("sampled", jobs[0].sampling.shift)
        return [Outcome(job.pixels) for job in jobs]
    def report(self, progress):
        pass

outpaint(np.zeros((16, 16, 3), np.uint8), backend=Sampler(), left=8, shift=2.5, seed=1)
parser = argparse.ArgumentParser()
add_flags(parser, SAMPLING)
print("flag", Sampling(**from_flags(parser.parse_args(["--shift", "3"]), SAMPLING)).shift)
"""
    assert said(with_setting, "-c", code).split("\n")[:3] == ["checked 2.5", "sampled 2.5", "flag 3.0"]


def test_a_sampling_setting_stands_on_the_page(with_setting: Path) -> None:
    pytest.importorskip("gradio", minversion="6", reason="the page wants gradio 6; .ci/run has an environment with it")
    code = """
from pathlib import Path
from lib_outpaint.apps.page.engines import Engines
from lib_outpaint.apps.page.language import Texts
from lib_outpaint.apps.page.layout import build
from lib_outpaint.apps.page.session import Session, Shelf
from lib_outpaint.planning.limits import Limits
blocks = build(Session(Path("nowhere"), Shelf()), Engines(), Limits(), Texts("en"))
labels = [getattr(block, "label", "") for block in blocks.blocks.values()]
print(labels.index("Shift") > labels.index("CFG scale") > 0)
"""
    # What the page wants beside the package.
    shutil.copy(PACKAGE.parent / "style.css", with_setting)
    for name in ("javascript", "localizations"):
        shutil.copytree(PACKAGE.parent / name, with_setting / name)
    assert said(with_setting, "-c", code).strip() == "True"
