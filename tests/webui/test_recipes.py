"""What docs/recipes.md says of its settings, as far as small models can show it (its code is run by test_docs_webui.py)."""

import uuid

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

SIDES = {"left": 32, "right": 32, "order": "one by one", "context": 32, "overlap": 8, "controlnet": "off"}


@pytest.fixture
def word(webui):
    """A learned word of ten vectors, as PowerPaint's P_ctxt, under a name that no one else has."""
    if webui.folder is None:
        pytest.skip("no --webui-dir")
    name = f"P_ctxt_{uuid.uuid4().hex[:8]}"
    among_models = webui.differs("learned words lie among the models")
    path = webui.folder / ("models/embeddings" if among_models else "embeddings") / f"{name}.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file({"emb_params": torch.randn(10, 64, generator=torch.Generator().manual_seed(1))}, path)
    try:
        webui.post("/sdapi/v1/refresh-embeddings")
        if name not in webui.get("/sdapi/v1/embeddings")["loaded"]:
            pytest.skip("the checkpoints take embeddings of another width")
        yield name
    finally:
        path.unlink()
        webui.post("/sdapi/v1/refresh-embeddings")


def test_a_learned_word_acts_on_every_pass_and_by_side(grow, webui, word):
    if webui.differs("learned words are looked for when a checkpoint is loaded"):
        other = webui.plain if grow.model == webui.inpainting else webui.inpainting
        assert webui.img2img(grow.picture, model=other, steps=1).status_code == 200
    without, everywhere, left = (
        grow({**SIDES, "side_prompts": sides}, prompt=prompt)
        for prompt, sides in (
            ("empty scene blur", ""),
            (f"empty scene blur {word}", ""),
            ("empty scene blur", f"left: {word}"),
        )
    )
    for a, b, c in zip(without.pictures, everywhere.pictures, left.pictures, strict=True):
        assert (a[:, :32] != b[:, :32]).any()
        assert (a[:, -32:] != b[:, -32:]).any()
        assert (a[:, :32] != c[:, :32]).any()
        np.testing.assert_array_equal(a[:, -32:], c[:, -32:])
    if webui.differs("infotexts name no learned words"):
        return  # its own img2img does not name them either
    told = f"TI: {word}" if webui.differs("learned words have no hashes") else f'TI hashes: "{word}'
    assert told in everywhere.infotext
    assert told in left.infotext  # though the last pass, on the right, does not use it


def test_edge_continues_a_black_border_in_the_prefill(webui):
    """The noise fill does not: it brings the picture's colours onto the black."""
    photo = np.zeros((80, 96, 3), np.uint8)
    photo[24:56, 32:64] = (250, 120, 30)
    arguments = {
        "left": 32,
        "overlap": 16,
        "extras": "canvas",
        "controlnet": "off",
        "side_prompts": "!left: plain black background\nleft -: stars, light, text",
    }
    canvas = {fill: webui.outpaint(photo, {**arguments, "fill": fill}).pictures[-1] for fill in ("edge", "noise")}
    assert canvas["edge"][:, :32].max() == 0
    assert canvas["noise"][:, :32].max() > 20
