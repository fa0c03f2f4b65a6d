"""The engines that a page offers, with a stand-in for the model, and what passes a stop on to it."""

from __future__ import annotations

import json
import struct
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from lib_outpaint.apps.page.engines import DRAFT, Engines, Watched, models_in
from lib_outpaint.backends.draft import Draft
from lib_outpaint.engine.protocol import Outcome
from lib_outpaint.errors import ModelError, ParamError
from lib_outpaint.parameters.guidance import Guidance
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.planning.capabilities import Capabilities

SD1 = {
    "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3),
    "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    "cond_stage_model.transformer.text_model.final_layer_norm.weight": (768,),
}
LORA = {"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (4, 768)}


def weights(path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    """A file with a header alone; its numbers are a hole in the disk."""
    header, at = {}, 0
    for name, shape in shapes.items():
        end = at + 2 * torch.Size(shape).numel()
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    raw = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        file.truncate(8 + len(raw) + at)


class Model:
    """Stands in for `Diffusers`: keeps what it was made with."""

    def __init__(self, model, device="auto", on_step=None, **options):
        self.model, self.asked_device, self.on_step, self.options = model, device, on_step, options
        self.interrupted = 0
        self.checked = []

    def capabilities(self):
        return Capabilities("diffusers")

    def check(self, guidance, sampling, prompts):
        self.checked.append((guidance, sampling, prompts))

    def inpaint(self, jobs):
        return [Outcome(None, steps_run=number) for number in jobs]

    def interrupt(self):
        self.interrupted += 1


@pytest.fixture
def engines(monkeypatch):
    monkeypatch.setitem(sys.modules, "lib_outpaint.backends.diffusers", SimpleNamespace(Diffusers=Model))
    return Engines(["owner/one", "owner/two"], {"dtype": "fp16"}, "cpu")


def test_only_checkpoints_of_a_folder_are_offered(tmp_path):
    (tmp_path / "readme.txt").write_text("no weights")
    (tmp_path / "damaged.safetensors").write_bytes(b"nothing")
    (tmp_path / "folder").mkdir()
    weights(tmp_path / "lora.safetensors", LORA)
    with pytest.raises(ModelError) as raised:
        models_in(tmp_path)
    assert raised.value.code == "no-checkpoint"
    weights(tmp_path / "b.safetensors", SD1)
    weights(tmp_path / "A.SAFETENSORS", SD1)
    assert models_in(tmp_path) == [str(tmp_path / "A.SAFETENSORS"), str(tmp_path / "b.safetensors")]


def test_names_are_short_where_they_tell_models_apart(tmp_path):
    for name in ("a/m.safetensors", "b/m.safetensors", "b/n.safetensors"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = Engines([str(tmp_path / name) for name in ("a/m.safetensors", "b/m.safetensors", "b/n.safetensors")])
    assert found.names == [DRAFT, *found.models[:2], "n.safetensors"]


@pytest.mark.parametrize(
    ("cards", "mps", "expected"),
    [
        (0, False, ["auto", "cpu"]),
        (1, False, ["auto", "cpu", "cuda"]),
        (2, False, ["auto", "cpu", "cuda:0", "cuda:1"]),
        (0, True, ["auto", "cpu", "mps"]),
    ],
)
def test_devices_are_those_of_this_machine(monkeypatch, cards, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cards > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert Engines().devices == expected
    assert Engines(device="cpu").devices == expected


def test_a_model_is_made_once_as_it_was_asked_for(engines):
    made = engines.backend("owner/two", "cpu")
    assert (made.model, made.asked_device, made.options) == ("owner/two", "cpu", {"dtype": "fp16"})
    assert engines.backend("owner/two", "cpu") is made
    assert engines.backend("owner/two", "auto") is not made
    with pytest.raises(ParamError) as raised:
        engines.backend("owner/two", "warp")
    assert (raised.value.field, raised.value.code) == ("device", "not-a-choice")


def test_the_draft_is_the_same_on_every_device(engines):
    pytest.importorskip("patchmatch", reason="the draft's library")
    assert isinstance(engines.backend(DRAFT, "a device of no draft"), Draft)


def test_a_run_lets_other_models_go_and_is_told_of_steps(engines):
    other = engines.backend("owner/one", "cpu")
    other.on_step(1, 20)  # nobody listens yet
    seen = []
    chosen = engines.for_run("owner/two", "cpu", lambda done, total: seen.append((done, total)))
    chosen.on_step(3, 20)
    assert seen == [(3, 20)]
    assert engines.backend("owner/two", "cpu") is chosen
    assert engines.backend("owner/one", "cpu") is not other


def test_what_was_named_at_the_start_can_be_chosen(tmp_path):
    (tmp_path / "below").mkdir()
    for name in ("z.safetensors", "below/a.safetensors", "note.txt"):
        (tmp_path / name).touch()
    named = Engines([], {"lora_dir": str(tmp_path), "controlnet": "nets/inpaint.safetensors"})
    assert (named.loras, named.controlnets) == (["a", "z"], ["inpaint"])
    assert (Engines().loras, Engines().controlnets) == ([], [])


def test_a_watched_backend_is_the_backend_until_it_is_stopped():
    stop, told, host = threading.Event(), [], Model("m")
    watched = Watched(host, stop, told.append)
    watched.check(Guidance(mask_weight=1), Sampling(), ("a", "b"))
    assert host.checked == [(Guidance(mask_weight=1), Sampling(), ("a", "b"))]
    assert watched.capabilities() == host.capabilities()
    watched.report("a progress")
    assert told == ["a progress"]
    watched.stepped()
    assert host.interrupted == 0
    assert [outcome.steps_run for outcome in watched.inpaint([5, 6])] == [5, 6]
    stop.set()
    watched.stepped()
    assert host.interrupted == 1
    stopped = watched.inpaint([5, 6])
    assert [(outcome.pixels, outcome.steps_run) for outcome in stopped] == [(None, 0), (None, 0)]


def test_a_backend_that_cannot_be_interrupted_finishes_its_pass():
    host = SimpleNamespace(inpaint=lambda jobs: [Outcome(None, steps_run=9)])
    stop = threading.Event()
    watched = Watched(host, stop, print)
    assert watched.inpaint([1])[0].steps_run == 9
    stop.set()
    assert watched.stepped() is None
