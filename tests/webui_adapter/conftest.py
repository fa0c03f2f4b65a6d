"""The stand-in for the host's `modules`, as new for every test, and a job to run in it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from lib_outpaint.parameters.params import DECLARED

pytest.register_assert_rewrite("contract")

from contract.driver import LocalDriver  # noqa: E402

STANDIN = str(Path(__file__).parents[1] / "standin")
OURS = "lib_outpaint.webui"


@pytest.fixture
def host(tmp_path, monkeypatch):
    """The stand-in's modules by name, with two checkpoints, the plain one loaded."""
    forget = [name for name in sys.modules if name == "modules" or name.startswith(("modules.", OURS))]
    for name in forget:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(STANDIN)
    names = (
        "shared",
        "processing",
        "scripts",
        "images",
        "sd_models",
        "sd_samplers",
        "sd_vae",
        "devices",
        "paths",
        "face_restoration",
        "script_callbacks",
        "infotext_utils",
    )
    found = SimpleNamespace(**{name: importlib.import_module(f"modules.{name}") for name in names})
    found.paths.data_path = str(tmp_path)
    (tmp_path / "params.txt").write_text("the last finished job", encoding="utf8")
    found.sd_models.add("plain.safetensors", tmp_path / "plain.safetensors")
    found.sd_models.add("inpainting.safetensors", tmp_path / "inpainting.safetensors", inpainting=True)
    found.sd_models.reload_model_weights()
    found.job = importlib.import_module(f"{OURS}.script.job")
    yield found
    for name in [n for n in sys.modules if n == "modules" or n.startswith(("modules.", OURS))]:
        del sys.modules[name]


class NumberedImage:
    """What Forge hands to scripts with a finished image; there the number has no default."""

    def __init__(self, image, index=None):
        self.image, self.index = image, index


SIGNS = {
    "reForge": "ldm_patched.modules.patcher_extension",
    "Forge Classic": "modules.uni_pc",
    "Forge Neo": "modules_forge.presets",
}


@pytest.fixture
def as_host(host, monkeypatch):
    """Makes the stand-in another WebUI, as far as that can be seen from outside: "Forge of 2024", "Forge Classic",
    "reForge" or "Forge".

    Further modules that the host has loaded are given by name: `as_host("Forge", {"lib_controlnet.global_state": state})`.
    """

    def become(name, modules=None):
        found = {"modules_forge.main_thread": SimpleNamespace(waiting_list=[], finished_list=[])}
        if name in SIGNS:
            found[SIGNS[name]] = SimpleNamespace()
        if name == "Forge":
            nothing = {
                f"refresh_{what}": lambda: None for what in ("memory_management_settings", "model_loading_parameters")
            }
            found["modules_forge.main_entry"] = SimpleNamespace(**nothing)
            monkeypatch.setattr(host.scripts, "PostprocessImageArgs", NumberedImage)
        for module, content in {**found, **(modules or {})}.items():
            monkeypatch.setitem(sys.modules, module, content)
        variants = importlib.import_module(f"{OURS}.variants")
        variants.variant.cache_clear()
        assert variants.variant().facts.name == name

    return become


@pytest.fixture
def picture() -> Image.Image:
    """A small photo, 96x80."""
    from skimage import data

    return Image.fromarray(np.ascontiguousarray(data.coffee()[100:180, 200:296]))


@pytest.fixture
def make(host, picture):
    """Makes a processing object; keywords are its fields. `scripts` are always-on scripts."""

    def made(*arguments, scripts=(), **fields):
        values = {"init_images": [picture], "seed": 5, "subseed": 9, "prompt": "a cup", "width": 64, "height": 64, **fields}
        p = host.processing.StableDiffusionProcessingImg2Img(**values)
        place = 1
        for script in scripts:
            script.args_from, script.args_to = place, place + len(getattr(script, "values", ()))
            place = script.args_to
        p.scripts = host.scripts.ScriptRunner(scripts, [SimpleNamespace(args_from=place, args_to=place + len(DECLARED))])
        p.script_args = (0, *(value for script in scripts for value in getattr(script, "values", ())), *arguments)
        p.place = (place, place + len(DECLARED))
        return p

    return made


@pytest.fixture
def run(host, make):
    """Runs the script on a new processing object and returns the host's Processed."""

    def ran(*arguments, p=None, **fields):
        p = p or make(*arguments, **fields)
        ran.p = p
        host.shared.state.begin()
        return host.job.run(p, arguments, p.place)

    return ran


@pytest.fixture
def driver(host, make):
    """The stand-in, called as by API."""
    return LocalDriver(host, make, frozenset({"task ids", "variation in the infotext"}))


def array(image: Image.Image) -> np.ndarray:
    return np.array(image.convert("RGB"))


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    return bool(torch.allclose(a, b, atol=1e-6))


TWO_PASSES = {"left": 64, "step": 32, "context": 64, "overlap": 16}


def raises(error, at=1):
    """A hook that raises at the nth call."""
    count = []

    def hook(p):
        count.append(p)
        if len(count) == at:
            raise error

    return hook
