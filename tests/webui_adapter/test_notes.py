"""Notes on a finished job, on the stand-in."""

import sys
from types import SimpleNamespace

import pytest
import torch

from .test_controlnet import ControlNet, Unit

TWO_PASSES = {"left": 64, "step": 32, "context": 64}
BOTH = {"left": 32, "right": 32}


def notes(processed):
    return processed.comments.splitlines()


def test_what_a_job_took(run):
    (line,) = [note for note in notes(run(TWO_PASSES, steps=4, denoising_strength=1)) if "latent" in note]
    # Two windows of 128x128, which is 16x16 latents, 4 steps each; the canvas is 160x80, 20x10 latents.
    assert line.startswith("2 passes in ")
    assert line.endswith(" s, 960 latent pixels x steps (120% of the whole canvas at once)")


def test_of_several_pictures_the_sum_is_told(run):
    (line,) = [note for note in notes(run(TWO_PASSES, steps=4, denoising_strength=1, batch_size=3)) if "latent" in note]
    assert line.startswith("6 passes in ")
    assert line.endswith("2,880 latent pixels x steps (120% of the whole canvases at once)")


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        ({**BOTH, "order": "one by one"}, "auto: 96 to 128 px of the image in view"),
        (BOTH, "auto: all sides in one pass"),
        ({**BOTH, "side_prompts": "left: sea", "context": 32}, "auto: one side after the other"),
        ({**BOTH, "order": "one by one", "context": 32}, None),
        ({"left": 16, "context": 32}, None),
    ],
)
def test_what_auto_chose(run, arguments, note):
    assert [line for line in notes(run(arguments)) if line.startswith("auto")] == ([note] if note else [])


def test_a_checkpoint_that_does_not_inpaint_is_told_what_would_do_better(run):
    (line,) = [note for note in notes(run({"left": 16})) if "not an inpainting" in note]
    assert line == (
        "plain is not an inpainting checkpoint: inpainting or the ControlNet control_v11p_sd15_inpaint would do better"
    )


def test_the_most_similar_installed_inpainting_checkpoint_of_the_same_base_is_named(run, host, tmp_path):
    for name, what in (("plain_v2-inpainting", {}), ("plainInpainting_xl", {"sdxl": True}), ("not-inpainting", None)):
        host.sd_models.add(
            f"{name}.safetensors", tmp_path / f"{name}.safetensors", inpainting=what is not None, **(what or {})
        )
    (line,) = [note for note in notes(run({"left": 16})) if "not an inpainting" in note]
    assert line.startswith("plain is not an inpainting checkpoint: plain_v2-inpainting or ")


def test_an_inpainting_checkpoint_needs_no_advice(run):
    processed = run({"left": 16}, override_settings={"sd_model_checkpoint": "inpainting.safetensors"})
    assert "inpainting checkpoint" not in processed.comments


@pytest.mark.parametrize("units", [[Unit()], [Unit(True, "inpaint_global_harmonious"), Unit()]], ids=["ours", "the user's"])
def test_neither_does_one_with_an_inpaint_controlnet(run, monkeypatch, units):
    monkeypatch.setitem(
        sys.modules,
        "internal_controlnet.external_code",
        SimpleNamespace(
            get_models=lambda: ["control_v11p_sd15_inpaint [1]"], get_modules=lambda: ["inpaint_global_harmonious"]
        ),
    )
    assert "would do better" not in run({"left": 16}, scripts=[ControlNet(*units)]).comments


@pytest.mark.parametrize(("enabled", "told"), [(True, True), (False, False)])
def test_what_a1111_makes_of_a_users_inpaint_only_is_told(run, enabled, told):
    processed = run({"left": 16}, scripts=[ControlNet(Unit(enabled, "inpaint_only"), Unit())])
    assert ("used inpaint_global_harmonious for your unit's inpaint_only" in processed.comments) == told


def test_an_interrupted_job_without_a_picture_tells_of_nothing(run, host):
    host.processing.hooks["sample"] = lambda p: host.shared.state.interrupt()
    try:
        assert "latent" not in run({"left": 16}).comments
    finally:
        host.processing.hooks["sample"] = None


class Cuda:
    """Counters as torch's own: set back, and read."""

    def __init__(self, monkeypatch, module):
        self.reset = 0
        monkeypatch.setattr(module.torch.cuda, "reset_peak_memory_stats", self._reset)
        monkeypatch.setattr(module.torch.cuda, "max_memory_allocated", lambda device: 3_210_000_000)

    def _reset(self, device):
        self.reset += 1


@pytest.mark.parametrize(("is_api", "rate", "told"), [(True, 8, True), (False, 8, False), (False, 0, True)])
def test_peak_memory_is_told_where_the_host_does_not(host, make, monkeypatch, is_api, rate, told):
    from lib_outpaint.webui.script import notes as ours

    cuda = Cuda(monkeypatch, ours)
    monkeypatch.setattr(host.shared, "device", torch.device("cuda"))
    monkeypatch.setattr(host.shared, "mem_mon", SimpleNamespace(disabled=False), raising=False)
    host.shared.opts.memmon_poll_rate = rate
    peak = ours.PeakMemory(make(is_api=is_api))
    assert peak.gigabytes() == (3.21 if told else None)
    assert cuda.reset == int(told)


def test_no_memory_is_invented_without_cuda(run):
    assert "VRAM" not in run({"left": 16}).comments


def test_a_checkpoint_of_an_unknown_family_is_promised_nothing(host, make):
    from lib_outpaint.messages import message
    from lib_outpaint.models.families import UNKNOWN
    from lib_outpaint.parameters.guidance import ControlNet
    from lib_outpaint.webui.sampler.checkpoint import Checkpoint
    from lib_outpaint.webui.script import notes as ours

    found = ours.advice(make(), ControlNet(), Checkpoint("mine", UNKNOWN, 512, False))
    assert found == message("not-inpainting", name="mine")


def test_memory_is_told_with_the_time_and_work_only_where_it_is_known(host):
    from lib_outpaint.webui.script import notes as ours

    nothing_told = SimpleNamespace(
        passes=(SimpleNamespace(steps_run=0),), cost=0, plan=SimpleNamespace(canvas_latent_pixels=200)
    )
    assert str(ours.spent([nothing_told], 1.25, None)) == "1 pass in 1.2 s"
    assert str(ours.spent([nothing_told], 1.25, 3.21)) == "1 pass in 1.2 s, at most 3.2 GB of VRAM"


@pytest.mark.parametrize(
    ("strength", "steps", "told"), [(0, 20, True), (0.04, 20, True), (0.05, 20, False), (0.75, 20, False), (0.9, 1, False)]
)
def test_a_denoising_strength_that_leaves_no_step_is_told(run, strength, steps, told):
    comments = run({"left": 16}, denoising_strength=strength, steps=steps).comments
    assert (f"denoising strength {strength:g} leaves none of {steps} steps" in comments) is told


@pytest.mark.parametrize(("key", "told"), [("sd1", True), ("flux1", False), ("flux1-kontext", False), ("z-image", False)])
def test_nobody_is_sent_for_an_inpainting_checkpoint_that_does_not_exist(host, make, key, told):
    from lib_outpaint.models.families import by_key
    from lib_outpaint.parameters.guidance import ControlNet
    from lib_outpaint.webui.sampler.checkpoint import Checkpoint
    from lib_outpaint.webui.script import notes as ours

    assert (ours.advice(make(), ControlNet(), Checkpoint("mine", by_key(key), 512, False)) is not None) is told


@pytest.mark.parametrize(
    ("cfg", "negative", "sides", "told"),
    [
        (1, "blurry", "", True),
        (1, "", "left -: people", True),
        (1, "", "left: sea", False),
        (1, "", "", False),
        (7, "blurry", "left -: people", False),
    ],
)
def test_negative_prompts_that_do_nothing_are_told_once(run, cfg, negative, sides, told):
    comments = run({"left": 16, "side_prompts": sides}, cfg_scale=cfg, negative_prompt=negative, n_iter=2).comments
    assert comments.count("negative prompts do nothing at CFG scale 1") == int(told)
