"""Tiny random-weight models, made on the spot: nothing is downloaded, and a test that tries to is stopped."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import HAVE_DIFFUSERS, write_folders

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not HAVE_DIFFUSERS:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="needs the extra [diffusers]"))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Networks this small are fastest on one thread, and their sums then always add up in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("these tests use no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a WebUI user has it: single files and, beside them, a folder `clip` with the tokenizer."""
    import ldm_layout
    import tiny_clip

    folder = tmp_path_factory.mktemp("models")
    words = tiny_clip.write_clip(folder / "clip")
    for channels, name in ((4, "tiny"), (9, "tiny-inpainting")):
        ldm_layout.write_sd15(folder / f"{name}.safetensors", words, channels)
        ldm_layout.write_yaml(folder / f"{name}.yaml", folder / "clip", channels)
        ldm_layout.write_sdxl(folder / f"{name}-xl.safetensors", words, channels)
    ldm_layout.write_controlnet(folder / "control_v11p_sd15_inpaint.safetensors")
    loras = folder / "loras"
    loras.mkdir()
    ldm_layout.write_lora(loras / "kohya.safetensors")
    ldm_layout.write_lora(loras / "peft.safetensors", "peft")
    ldm_layout.write_lora(loras / "te.safetensors", text=True)
    ldm_layout.write_lora(loras / "te-peft.safetensors", "peft", text=True)
    return folder


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models in diffusers' own layout, built from configs: see `write_folders`."""
    folder = tmp_path_factory.mktemp("folders")
    write_folders(folder)
    return folder


@pytest.fixture(scope="session")
def plain(models: Path) -> Any:
    """A backend with the plain SD 1 file, LoRAs and a ControlNet at hand."""
    from lib_outpaint.backends.diffusers import Diffusers

    return Diffusers(
        models / "tiny.safetensors",
        device="cpu",
        lora_dir=models / "loras",
        local_files_only=True,
        controlnet=models / "control_v11p_sd15_inpaint.safetensors",
    )


@pytest.fixture(scope="session")
def inpainting(models: Path) -> Any:
    """A backend with the 9-channel SD 1 file."""
    from lib_outpaint.backends.diffusers import Diffusers

    return Diffusers(models / "tiny-inpainting.safetensors", device="cpu", local_files_only=True)


@pytest.fixture
def watched() -> Iterator[Any]:
    """Watches a backend's networks: see `pipeline_helpers.Watch`."""
    from pipeline_helpers import Watch

    watches: list[Watch] = []

    def watch(host: Any) -> Watch:
        watches.append(Watch(host))
        return watches[-1]

    yield watch
    for one in watches:
        one.close()
