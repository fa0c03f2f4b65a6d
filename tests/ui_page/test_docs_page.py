"""The documents' commands that open the page: they serve it until they are ended."""

import urllib.request

import pytest
import torch
from docs_blocks import command_lines, marked, small_examples, words_of
from safetensors.torch import save_file

from .conftest import Server

UNET = "model.diffusion_model.input_blocks."


@pytest.mark.parametrize("block", marked("page"), ids=str)
def test_commands_of_the_documents(block, tmp_path, monkeypatch):
    pytest.importorskip("gradio", minversion="6.31")
    small_examples(tmp_path)
    (tmp_path / "models").mkdir()
    for name in ("sd-v1-5", "sd-v1-5-inpainting", "models/sd-v1-5"):  # what tells an SD 1 checkpoint: nothing is sampled
        save_file(
            {
                f"{UNET}0.0.weight": torch.zeros(32, 9 if "inpainting" in name else 4, 3, 3),
                f"{UNET}1.1.transformer_blocks.0.attn2.to_k.weight": torch.zeros(32, 768),
            },
            tmp_path / f"{name}.safetensors",
        )
    monkeypatch.chdir(tmp_path)
    for line in command_lines(block.text):
        words = words_of(line)
        assert words is not None, f"{block}: {line}"
        assert words[0] == "ui", f"{block}: {line}"
        server = Server(tmp_path, *(str(tmp_path / word) if (tmp_path / word).exists() else word for word in words[1:]))
        try:
            with urllib.request.urlopen(server.url, timeout=20) as answer:
                assert answer.status == 200
                assert b"<html" in answer.read()
        finally:
            assert server.stop() == 0, "".join(server.said)
