"""The WebUI's own processing code with two tiny checkpoints, and jobs to run in it through its own script runner."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint.parameters.params import DECLARED

from . import mount

pytest.register_assert_rewrite("contract")

from contract.driver import LocalDriver  # noqa: E402

TITLE = "Directional outpaint"
FIRST, LAST = 1, 1 + len(DECLARED)  # the script's place in the shared list of arguments


def _from_pipeline(name: str) -> ModuleType:
    """A module of the tests of the diffusers engine, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pipeline" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The host's modules by name, with the checkpoints `plain` and `inpainting` loaded."""
    if mount.package_folder() is None:
        pytest.skip(f"{mount.PACKAGE} is not installed; .ci/run has an environment of its own for these tests")
    layout, clip = _from_pipeline("ldm_layout"), _from_pipeline("tiny_clip")
    folder = tmp_path_factory.mktemp("models")
    words = clip.write_clip(folder / "clip")
    with mount.mounted(tmp_path_factory.mktemp("data")) as found:
        for channels, name in ((4, "plain"), (9, "inpainting")):
            file = layout.write_sd15(folder / f"{name}.safetensors", words, channels)
            layout.write_yaml(folder / f"{name}.yaml", folder / "clip", channels)
            mount.add_checkpoint(found, file)
            # The files' encoder draws nothing from the random generator; a real one does.
            found.shared.sd_model.first_stage_model.quant_conv.bias.data[4:] = -4
        yield found


@pytest.fixture(scope="session")
def picture() -> NDArray[np.uint8]:
    """A small photo: 96x80."""
    from skimage import data

    return np.ascontiguousarray(data.coffee()[100:180, 200:296])


@pytest.fixture
def watch(host: SimpleNamespace) -> Any:
    """An always-on script that keeps what every call of the sampler was given (`calls`) and decoded (`decoded`)."""

    class Watch(host.scripts.Script):
        def __init__(self) -> None:
            self.calls: list[Any] = []
            self.decoded: list[torch.Tensor] = []
            self.args_from = self.args_to = FIRST
            self.filename = "watch"

        def title(self) -> str:
            return "Watch"

        def postprocess_batch_list(self, p: Any, pp: Any, *args: Any, **kwargs: Any) -> None:
            self.calls.append(copy.copy(p))  # the pass's own copy lets go of its tensors afterwards
            self.decoded.append(torch.stack(list(pp.images)).clone())

    return Watch()


@pytest.fixture
def make(host: SimpleNamespace, picture: NDArray[np.uint8], watch: Any) -> Any:
    """Makes a processing object; keywords are its fields. Small and quick unless said otherwise: 2 steps, Euler."""

    class Script(host.scripts.Script):
        def title(self) -> str:
            return TITLE

        def run(self, p: Any, *args: Any) -> Any:
            return host.job.run(p, args, (self.args_from, self.args_to))

    def made(*arguments: Any, **fields: Any) -> Any:
        fields = {
            "init_images": [Image.fromarray(picture)],
            "prompt": "a cup",
            "steps": 2,
            "sampler_name": "Euler",
            "denoising_strength": 0.75,
            "seed": 5,
            "subseed": 9,
            "width": 64,
            "height": 64,
            "do_not_save_samples": True,
            "do_not_save_grid": True,
            **fields,
        }
        p = host.processing.StableDiffusionProcessingImg2Img(**fields)
        script = Script()
        script.args_from, script.args_to = FIRST, LAST
        runner = host.scripts.ScriptRunner()
        runner.scripts = [watch, script]
        runner.alwayson_scripts = [watch]
        runner.selectable_scripts = [script]
        p.scripts = runner
        p.script_args = (1, *arguments)  # the first script of the dropdown
        return p

    return made


@pytest.fixture
def outpaint(host: SimpleNamespace, make: Any) -> Any:
    """Runs the script as the host does; `model` is the checkpoint of the settings."""

    def ran(*arguments: Any, model: str = "inpainting", **fields: Any) -> Any:
        use(host, model)
        p = make(*arguments, **fields)
        host.shared.state.begin()
        return p.scripts.run(p, *p.script_args)

    return ran


@pytest.fixture
def img2img(host: SimpleNamespace, make: Any) -> Any:
    """Runs the host's plain img2img."""

    def ran(model: str = "inpainting", **fields: Any) -> Any:
        use(host, model)
        host.shared.state.begin()
        return host.processing.process_images(make(**fields))

    return ran


class Refused(Exception):
    """As FastAPI's HTTPException."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code, self.detail = status_code, detail


@pytest.fixture
def driver(host: SimpleNamespace, make: Any, monkeypatch: pytest.MonkeyPatch) -> LocalDriver:
    """The host's real processing code, called as by API. The package has no infotext but the prompt."""

    def create_infotext(p: Any, prompts: Any, seeds: Any, subseeds: Any, *_: Any, index: int = 0, **__: Any) -> str:
        entries = {"Seed": seeds[index], "Size": f"{p.width}x{p.height}", **p.extra_generation_params}
        return f"{prompts[index]}\n" + ", ".join(f"{name}: {value}" for name, value in entries.items())

    monkeypatch.setattr(host.processing, "create_infotext", create_infotext)
    monkeypatch.setitem(sys.modules, "fastapi", SimpleNamespace(HTTPException=Refused))
    use(host, "inpainting")
    lacks = {"task ids", "variation in the infotext", "mask weight in the infotext", "our settings"}
    return LocalDriver(host, make, frozenset(lacks))


def use(host: SimpleNamespace, model: str) -> None:
    host.shared.opts.data["sd_model_checkpoint"] = f"{model}.safetensors"
    host.sd_models.reload_model_weights()


def pixels(processed: Any, index: int = 0) -> NDArray[np.uint8]:
    """A finished picture."""
    return np.array(processed.images[processed.index_of_first_image + index].convert("RGB"))


def levels(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """The largest difference, in levels of 0..255."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())
