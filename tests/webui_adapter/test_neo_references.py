"""What the editing models of Forge Neo are shown."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lib_outpaint.errors import ParamError

from .conftest import array
from .neo_host import neo_of


@pytest.fixture
def neo(host, as_host, tmp_path):
    return neo_of(host, as_host, tmp_path)


@pytest.fixture
def encoder(host, monkeypatch):
    """Neo's editing models: what is encoded last is the reference once the prompt is. Gives what was sampled with."""
    kind, seen = host.processing.StableDiffusionProcessingImg2Img, []
    init = kind.init

    def encode(image, approximation, model):
        model.ini_latent = image.clone()
        torch.rand(7)  # an encoder draws
        return image

    def whole(self, *args):
        init(self, *args)
        looks = type(host.shared.sd_model).__name__ in ("Flux2", "QwenImage") and not encode.off
        host.shared.sd_model.ini_latent = self.init_latent.clone() if looks else None

    encode.off = False
    common = importlib.import_module("modules.sd_samplers_common")
    monkeypatch.setattr(common, "images_tensor_to_samples", encode, raising=False)
    monkeypatch.setattr(kind, "init", whole)
    monkeypatch.setattr(host.shared, "device", torch.device("cpu"))
    host.processing.hooks["sample"] = lambda c: seen.append(host.shared.sd_model.ini_latent)
    return SimpleNamespace(seen=seen, encode=encode)


def test_an_editing_model_sees_the_known_picture_alone(host, neo, encoder, run, picture):
    """Never the prefill, and on the later of two passes the picture as far as it was made."""
    neo.load("flux2-klein")
    run({"left": 64, "step": 32, "context": 64, "overlap": 0, "fill": "edge"})
    first, second = encoder.seen
    assert first.shape[-2:] == (80, 64)  # the window's known part, in whole cells, ending where the window does
    np.testing.assert_allclose(first[0].permute(1, 2, 0).numpy(), array(picture)[:, :64] / 255, atol=1e-6)
    assert second.shape[-2:] == (80, 64)
    assert run({"left": 16, "overlap": 0}).images[0].tobytes() == run({"left": 16, "overlap": 0}).images[0].tobytes()


@pytest.mark.parametrize(("name", "off"), [("flux1-dev", False), ("flux2-klein", True)])
def test_a_model_that_looks_at_nothing_is_shown_nothing(host, neo, encoder, run, name, off):
    """A setting may switch it off."""
    neo.load(name)
    encoder.encode.off = off
    run({"left": 64})
    assert encoder.seen == [None]


def test_where_nothing_is_known_as_a_rectangle_nothing_is_shown(host, neo, encoder):
    from lib_outpaint.webui.variants import variant

    neo.load("flux2-klein")
    host.shared.sd_model.ini_latent = "the prefilled window"
    variant().show(None)
    assert host.shared.sd_model.ini_latent is None


@pytest.mark.parametrize(("reference", "shown"), [("auto", True), ("on", True), ("off", False)])
def test_whether_an_editing_model_is_shown_a_picture_can_be_set(host, neo, encoder, run, reference, shown):
    neo.load("flux2-klein")
    processed = run({"left": 32, "reference": reference})
    assert (encoder.seen[0] is not None) is shown
    assert ("Outpaint reference: " in processed.infotexts[0]) is (reference != "auto")


def test_an_editing_model_is_instructed_when_asked(host, neo, encoder, run):
    """The infotext has the user's own prompt, and the parameter beside it."""
    neo.load("flux2-klein")
    assert "Outpaint edit instruction" not in run({"left": 32}).infotexts[0]
    said = []
    host.processing.hooks["sample"] = lambda c: said.extend(c.prompt)
    processed = run({"left": 32, "edit_instruction": "on"}, prompt="a cup")
    assert said[0].startswith("Extend this picture to the left.")
    assert said[0].endswith(" a cup")
    assert processed.infotexts[0].startswith("a cup\n")
    assert "Outpaint edit instruction: on" in processed.infotexts[0]


def test_other_models_cannot_be_shown_one(host, neo, run):
    neo.load("flux1-dev")
    with pytest.raises(ParamError) as refused:
        run({"left": 32, "reference": "on"})
    assert (refused.value.field, refused.value.code) == ("reference", "reference-needs-editing")
    run({"left": 32, "reference": "off"})
