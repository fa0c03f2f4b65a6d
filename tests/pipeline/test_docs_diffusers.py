"""The documents' commands that need the diffusers engine, on tiny models in the documents' file names."""

import shutil

import pytest
from docs_blocks import marked, run_block, small_examples


@pytest.fixture
def folder(models, tmp_path, monkeypatch):
    small_examples(tmp_path)
    for name, tiny in (("sd-v1-5-inpainting", "tiny-inpainting"), ("sd-v1-5", "tiny"), ("dream", "tiny")):
        shutil.copy(models / f"{tiny}.safetensors", tmp_path / f"{name}.safetensors")
        shutil.copy(models / f"{tiny}.yaml", tmp_path / f"{name}.yaml")
    shutil.copy(models / "control_v11p_sd15_inpaint.safetensors", tmp_path)
    shutil.copytree(models / "clip", tmp_path / "tokenizer")
    shutil.copytree(models / "loras", tmp_path / "loras")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", marked("diffusers"), ids=str)
def test_commands_of_the_documents(block, folder):
    run_block(block, folder)
