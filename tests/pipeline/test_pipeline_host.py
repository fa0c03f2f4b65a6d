"""Batches, interruption, failures, and what is refused before anything is sampled."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import FEW, golden_window, job

from lib_outpaint.backends.diffusers import Diffusers, choices, known_samplers, named
from lib_outpaint.backends.diffusers.text_encoding import encode
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.errors import BackendError, OutOfMemory, ParamError
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling

LONG = "the red house, the sky, " * 12


def test_a_batch_gives_what_each_job_gives_alone(plain: Any) -> None:
    other = golden_window().flip(2)
    jobs = [
        job("the house", sampling=FEW, seed=1),
        job("a sky", "red", sampling=FEW, seed=2, pixels=other),
        job("the house", sampling=Sampling(2, "Heun", cfg=4, denoise=0.7), seed=3),
        job(LONG, sampling=FEW, seed=4),
        job("the house<lora:kohya:0.8>", sampling=FEW, seed=1),
        job("the house", sampling=FEW, seed=1, controlnet="off"),
    ]
    together = plain.inpaint(jobs)
    for one, outcome in zip(jobs, together, strict=True):
        alone = plain.inpaint([one])[0]
        torch.testing.assert_close(outcome.pixels, alone.pixels, atol=1e-4, rtol=0)
        assert outcome.steps_run == alone.steps_run
        assert outcome.info == alone.info
    assert not torch.equal(together[0].pixels, together[4].pixels)
    assert not torch.equal(together[0].pixels, together[5].pixels)


def test_jobs_alike_share_their_unet_calls(plain: Any, watched: Any) -> None:
    watch = watched(plain)
    plain.inpaint([job("the house", sampling=FEW, seed=n, controlnet="off") for n in range(3)])
    assert [x.shape[0] for x in watch.unet_inputs] == [6, 6, 6]  # 3 windows, with and without prompt


def test_prompts_are_encoded_once_for_all_passes(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def counted(text: str, *args: Any, **kwargs: Any) -> Any:
        texts.append(text)
        return encode(text, *args, **kwargs)

    monkeypatch.setattr("lib_outpaint.backends.diffusers.passes.encode", counted)
    plain.passes._encoded.clear()
    for loras in ("", "te:0.5", "", "te:0.5"):
        plain.inpaint([job("a red house", "sky", sampling=FEW, seed=n, loras=loras) for n in range(2)])
    assert texts == ["a red house", "sky"] * 2  # once with the LoRA, which changes the text encoder, and once without


def test_cfg_1_asks_the_unet_once(plain: Any, watched: Any) -> None:
    watch = watched(plain)
    plain.inpaint([job("the house", sampling=Sampling(2, "Euler", cfg=1, denoise=1.0), controlnet="off")])
    assert [x.shape[0] for x in watch.unet_inputs] == [1, 1]


def test_what_was_sampled_is_told(plain: Any) -> None:
    outcome = plain.inpaint([job("a", sampling=Sampling(8, "dpm++ 2m sde karras", cfg=5, denoise=0.5))])[0]
    assert outcome.info == {
        "Steps": "8",
        "Sampler": "DPM++ 2M SDE",
        "Schedule type": "Karras",
        "CFG scale": "5",
        "Denoising strength": "0.5",
        "Model": "tiny",
        "Outpaint ControlNet": "control_v11p_sd15_inpaint, weight 1, Balanced",
    }
    assert outcome.steps_run == 5
    assert outcome.notes[0].code == "pass-measured-memory"
    assert outcome.notes[0].values["steps"] == 5


def request(**params: Any) -> Request:
    return Request(
        (golden_window(),), Params(**{"step": 32, "overlap": 8, **params}), numbered_shots(1, 1, "the house"), sampling=FEW
    )


def test_ctrl_c_in_a_pass_keeps_the_passes_before(models: Path) -> None:
    calls: list[int] = []

    def on_step(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) == 6:
            raise KeyboardInterrupt

    host = Diffusers(models / "tiny.safetensors", device="cpu", local_files_only=True, on_step=on_step)
    result = outpaint(request(left=64), host)
    assert result.interrupted
    assert [len(p.passes) for p in result.pictures] == [1]
    assert result.pictures[0].extent.width == 96 + 32
    calls.clear()
    calls += [0] * 10  # and the host still works
    assert outpaint(request(left=64), host).stopped is None


def test_interrupt_from_another_thread(models: Path) -> None:
    host: Diffusers

    def on_step(done: int, total: int) -> None:
        if done == 1:
            thread = threading.Thread(target=host.interrupt)
            thread.start()
            thread.join()

    host = Diffusers(models / "tiny.safetensors", device="cpu", local_files_only=True, on_step=on_step)
    outcomes = host.inpaint([job("a", sampling=FEW), job("b", sampling=FEW)])
    assert [(outcome.pixels, outcome.stop) for outcome in outcomes] == [(None, "run")] * 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate"), OutOfMemory),
        (torch.cuda.OutOfMemoryError("x"), OutOfMemory),
        (MemoryError(), OutOfMemory),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
        (RuntimeError("shapes do not match\nand more"), BackendError),
        (ZeroDivisionError("division"), BackendError),
    ],
)
def test_failures_become_one_line(plain: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(plain.passes.parts.unet, "forward", fail)
    with pytest.raises(BackendError) as caught:
        plain.inpaint([job("a", sampling=FEW)])
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)


def test_out_of_memory_is_tried_again_in_smaller_windows(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = plain.passes.parts.unet.forward

    def limited(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if x.shape[-1] * x.shape[-2] > 24 * 32:
            raise RuntimeError("out of memory")
        return real(x, *args, **kwargs)

    monkeypatch.setattr(plain.passes.parts.unet, "forward", limited)
    source = golden_window().repeat(1, 4, 3)  # 288x256: the window is the whole height
    wide = Request((source,), Params(left=64, overlap=8), numbered_shots(1, 1, "the house"), sampling=FEW)
    result = outpaint(wide, plain)
    assert result.stopped is None
    assert "made-in-smaller-windows" in [note.code for note in result.notes]
    assert result.pictures[0].extent.width == 288 + 64


REFUSED: list[tuple[str, dict[str, Any], Sampling, tuple[str, str]]] = [
    ("mask_weight", {"mask_weight": 0.5}, FEW, ("", "")),
    ("sampler", {}, Sampling(sampler="DPM2 a"), ("", "")),
    ("sampler", {}, Sampling(sampler="Euler Beta"), ("", "")),
    ("scheduler", {}, Sampling(scheduler="Beta"), ("", "")),
    ("scheduler", {}, Sampling(sampler="Euler Karras", scheduler="Exponential"), ("", "")),
    ("loras", {"loras": "nowhere:1"}, FEW, ("", "")),
    ("loras", {"loras": "kohya:1"}, FEW, ("<lora:kohya:1>", "")),
    ("loras", {"side_prompts": "left: <lora:nowhere:1>"}, FEW, ("", "")),
    ("prompt", {}, FEW, ("<lora:kohya:1:2:3>", "")),
    ("negative_prompt", {}, FEW, ("", "<lora:kohya:1>")),
    ("prompt", {}, FEW, ("a [cat:dog:0.5]", "")),
    ("prompt", {}, FEW, ("a AND b", "")),
    ("prompt", {}, FEW, ("a [b|c]", "")),
    ("side_prompts", {"side_prompts": "left: a AND b"}, FEW, ("", "")),
    ("negative_prompt", {}, Sampling(cfg=1), ("", "ugly")),
    ("controlnet_module", {"controlnet_module": "canny"}, FEW, ("", "")),
    ("controlnet_module", {"controlnet_module": "inpaint_only+lama"}, FEW, ("", "")),
    ("controlnet_model", {"controlnet_model": "another"}, FEW, ("", "")),
]


@pytest.mark.parametrize(
    ("field", "params", "sampling", "prompts"), REFUSED, ids=[f"{n}-{case[0]}" for n, case in enumerate(REFUSED)]
)
def test_refused_before_anything_is_sampled(
    plain: Any, watched: Any, field: str, params: dict[str, Any], sampling: Sampling, prompts: tuple[str, str]
) -> None:
    with pytest.raises(ParamError) as caught:
        plain.check(Params(left=8, **params).guidance, sampling, prompts)
    assert caught.value.field == field
    if "side_prompts" in params:
        return  # a job has its pass's prompt, not the sides'
    watch = watched(plain)
    with pytest.raises(ParamError) as caught:
        plain.inpaint([job("a"), job(*prompts, sampling=sampling, **params)])
    assert caught.value.field == field
    assert watch.unet_inputs == []


@pytest.mark.parametrize(
    ("sampler", "scheduler", "found"),
    [
        ("Euler", "", "Uniform"),
        ("Euler", "karras", "Karras"),
        ("DPM2", "Exponential", "Exponential"),
        ("DPM2", "Automatic", "Karras"),
        ("Euler Karras", "Karras", "Karras"),
        ("Euler Karras", "Automatic", "Karras"),
        ("Euler Automatic", "Simple", "Simple"),
    ],
)
def test_a_schedule_beside_the_sampler(sampler: str, scheduler: str, found: str) -> None:
    chosen, schedule = named(sampler, scheduler)
    assert (chosen.name, schedule) == (sampler.split()[0], found)


def test_a_schedule_beside_the_sampler_is_the_one_in_its_name(plain: Any) -> None:
    one, two = (
        plain.inpaint([job("a", sampling=replace(FEW, sampler=sampler, scheduler=scheduler))])[0]
        for sampler, scheduler in (("Euler Karras", ""), ("Euler", "Karras"))
    )
    assert torch.equal(one.pixels, two.pixels)
    assert one.info == two.info
    assert one.info["Schedule type"] == "Karras"


def test_what_pages_offer_can_be_named() -> None:
    offered = choices()
    assert all(named(sampler, schedule) for sampler in offered["sampler"] for schedule in offered["scheduler"])


def test_without_a_controlnet_asking_for_one_is_an_error(models: Path) -> None:
    host = Diffusers(models / "tiny.safetensors", device="cpu", local_files_only=True)
    for params in ({"controlnet": "on"}, {"controlnet_weight": 0.5}):
        with pytest.raises(ParamError) as caught:
            host.check(Params(left=8, **params).guidance, FEW, ("", ""))
        assert caught.value.code == "controlnet-not-given"
    host.check(Params(left=8, controlnet="off").guidance, FEW, ("", ""))
    note = host.capabilities().note
    assert str(note) == (
        "tiny.safetensors is not an inpainting model; "
        "an inpainting checkpoint or control_v11p_sd15_inpaint would fit the new area better"
    )


def test_an_unknown_sampler_lists_those_that_are_known(plain: Any) -> None:
    with pytest.raises(ParamError) as caught:
        plain.check(Params(left=8).guidance, Sampling(sampler="Eulr"), ("", ""))
    assert all(name in str(caught.value) for name in known_samplers())


def test_names_as_the_webui_spells_them_are_taken(plain: Any) -> None:
    for name in ("euler a", "Euler a Automatic", "DPM++ 2M Karras", "DPM++ 2M SDE Heun Exponential", " Euler  SGM Uniform "):
        plain.check(Params(left=8).guidance, Sampling(sampler=name), ("", ""))
    plain.check(
        Params(left=8, controlnet_model="control_v11p_sd15_inpaint [de84615d]", controlnet_module="inpaint_only").guidance,
        FEW,
        ("", ""),
    )


@pytest.mark.parametrize(
    ("name", "denoise", "cfg"),
    [("tiny", 0.8, 7), ("tiny-inpainting", 1.0, 7), ("tiny-xl", 0.8, 6), ("tiny-inpainting-xl", 0.99, 6)],
)
def test_defaults_suit_the_model(models: Path, name: str, denoise: float, cfg: float) -> None:
    from lib_outpaint.backends.diffusers.defaults import settled

    info = Diffusers(models / f"{name}.safetensors", device="cpu", local_files_only=True).info
    found = settled(Sampling(), info)
    assert (found.denoise, found.cfg, found.steps, found.sampler_name) == (denoise, cfg, 30, "Euler a")


def test_full_denoise_on_sdxl_inpainting_is_done_with_a_warning(models: Path) -> None:
    host = Diffusers(models / "tiny-inpainting-xl.safetensors", device="cpu", local_files_only=True)
    notes = host.inpaint([job("a", sampling=Sampling(1, "Euler", cfg=2, denoise=1.0))])[0].notes
    assert "inpainting-fringe" in [note.code for note in notes]


@pytest.mark.parametrize(("steps", "denoise", "told"), [(2, 0.0, True), (2, 0.4, True), (2, 0.5, False), (1, 0.9, False)])
def test_a_denoising_strength_that_leaves_no_step_is_told(models: Path, steps: int, denoise: float, told: bool) -> None:
    host = Diffusers(models / "tiny.safetensors", device="cpu", local_files_only=True)
    notes = host.inpaint([job("a", sampling=Sampling(steps, "Euler", cfg=2, denoise=denoise))])[0].notes
    assert ("nothing-sampled" in [note.code for note in notes]) is told


@pytest.mark.parametrize(("name", "emptied"), [("cuda", 1), ("cpu", 0)])
def test_memory_that_ran_out_is_given_back_before_smaller_windows_are_tried(
    plain: Any, monkeypatch: pytest.MonkeyPatch, name: str, emptied: int
) -> None:
    def full(jobs: Any) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    cleared: list[int] = []
    monkeypatch.setattr(plain, "_sampled", full)
    monkeypatch.setattr(plain, "_device", torch.device(name))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: cleared.append(1))
    with pytest.raises(OutOfMemory) as caught:
        plain.inpaint([job("a", sampling=FEW)])
    assert caught.value.message == message("out-of-memory-window", device=name, size="96x64")
    assert len(cleared) == emptied


def test_encoded_prompts_do_not_pile_up(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib_outpaint.backends.diffusers.passes.KEPT_TEXTS", 2)
    plain.passes._encoded.clear()
    for prompt in ("a", "b", "c"):
        plain.inpaint([job(prompt, sampling=FEW)])
    assert {text for _, text, _ in plain.passes._encoded} == {"c", ""}
