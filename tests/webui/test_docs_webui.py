"""The documents' commands and code that need a running WebUI, page by page, as one session.

What stands in them is run as it stands, but for this: the WebUI's address and models are those of `--webui-url`, and 30 or
45 steps are 2. There are a photo.jpg, the examples at a quarter of their size, an explosion.png, and a text encoder as
PowerPaint's.
"""

import re
from dataclasses import replace
from urllib.parse import urlparse

import pytest
import torch
from docs_blocks import marked, run_block, small_examples
from PIL import Image
from safetensors.torch import save_file

from .test_again_and_again import explosion

BLOCKS = marked("webui")
LAMA = "inpaint_only+lama"


@pytest.fixture
def put_in(webui):
    """Puts what is there in the place of what a document names."""
    address = urlparse(webui.url)
    loras = webui.loras()
    here = f'host="{address.hostname}", port={address.port}'
    names = {
        "http://127.0.0.1:7860": webui.url,
        'host="127.0.0.1", port=7860': here,
        "sd-v1-5-inpainting": webui.inpainting,
        "512-inpainting-ema": webui.inpainting,
        "powerpaint-v1-inpainting": webui.inpainting,
        "v1-5-pruned-emaonly": webui.plain,
        '"steps": 30': '"steps": 2',
        "steps=30": "steps=2",
        '"steps": 20': '"steps": 2',
        "watercolor:0.8": f"{loras[0]}:0.8" if loras else "watercolor:0.8",
    }

    def put(block):
        text = block.text
        for there, here in names.items():
            text = text.replace(there, here)
        return replace(block, text=text)

    return put


def missing(block, webui):
    """What a block needs and this WebUI lacks, "" for nothing."""
    if '"loras"' in block.text and not webui.loras():
        return "no LoRA is installed"
    attaches = re.search("controlnet|was attached", block.text) and '"controlnet": "off"' not in block.text
    if attaches and not webui.inpaint_controlnets():
        return "no inpaint ControlNet"
    if LAMA in block.text and not lama_is_there(webui):
        return "no ControlNetLama.pth beside --webui-dir (a file of random weights will do)"
    return ""


def lama_is_there(webui):
    places = "extensions/*/annotator/downloads/lama", "models/ControlNetPreprocessor"  # A1111's extension, Forge
    found = (any(webui.folder.glob(f"{place}/ControlNetLama.pth")) for place in places) if webui.folder is not None else ()
    return any(found)


@pytest.mark.parametrize("page", sorted({block.page for block in BLOCKS}), ids=lambda page: page.name)
def test_the_code_of_a_page(page, webui, put_in, tmp_path, monkeypatch, record_property):
    small_examples(tmp_path)
    Image.fromarray(explosion()).save(tmp_path / "explosion.png")
    (tmp_path / "powerpaint").mkdir()
    save_file(
        {"text_model.embeddings.token_embedding.weight": torch.randn(49408 + 30, 64)},
        tmp_path / "powerpaint/text_encoder.safetensors",
    )
    monkeypatch.chdir(tmp_path)
    session = {"__name__": "__main__"}
    left_out = []
    for block in (block for block in BLOCKS if block.page == page):
        lacks = missing(block, webui)
        if lacks:
            left_out.append(f"{block}: {lacks}")
        elif block.language == "python":
            exec(compile(put_in(block).text, str(block), "exec"), session)
        else:
            run_block(put_in(block), tmp_path)
    record_property("left out", left_out)
    if left_out:
        pytest.skip("; ".join(left_out))
