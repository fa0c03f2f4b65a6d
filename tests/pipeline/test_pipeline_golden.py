"""The backend against a running WebUI v1.10.1: values noted from it, with the same tiny models. See golden/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pipeline_helpers import EULER, job

from lib_outpaint.backends.diffusers.samplers import SAMPLERS, named
from lib_outpaint.backends.diffusers.schedulers import Run
from lib_outpaint.backends.diffusers.text_encoding import encode
from lib_outpaint.parameters.sampling import Sampling

RED, SKY = "a red (house:1.3), [sky]", "the sky"
LONG = "a red house, the sky and " * 9 + "(the red house:1.2)"
CLOSE = 1e-3  # latents of these untrained models reach 50; equal up to rounding is about 1e-4


@pytest.fixture(scope="module")
def golden() -> Any:
    with np.load(Path(__file__).parent / "golden" / "webui-1.10.1.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


def final(host: Any, watched: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
    watch = watched(host)
    host.inpaint([job(*args, **kwargs)])
    watch.close()
    return watch.finals[-1]


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_nine_channels_are_those_of_the_webui(inpainting: Any, watched: Any, golden: Any, weight: float) -> None:
    watch = watched(inpainting)
    inpainting.inpaint([job(RED, SKY, Sampling(6, "Euler", cfg=7, denoise=1.0), mask_weight=weight)])
    without, with_prompt = watch.unet_inputs[0]
    there = golden[f"channels_{weight}"]  # the WebUI has the prompt first
    torch.testing.assert_close(with_prompt, there[0], atol=2e-6, rtol=0)
    torch.testing.assert_close(without, there[1], atol=2e-6, rtol=0)
    torch.testing.assert_close(watch.finals[0], golden[f"final_{weight}"], atol=CLOSE, rtol=0)


def test_the_mask_weights_really_differ(golden: Any) -> None:
    masked = golden["channels_0.0"][0, 4].bool()
    blank, half, shown = (golden[f"channels_{w}"][0, 5:] for w in (1.0, 0.5, 0.0))
    assert float((blank - shown)[:, masked].abs().mean()) > 0.05
    assert float((half - shown)[:, masked].abs().mean()) > 0.02


def test_the_new_area_has_the_pixels_of_the_webui(inpainting: Any, golden: Any) -> None:
    pixels = inpainting.inpaint([job(RED, SKY, Sampling(6, "Euler", cfg=7, denoise=1.0))])[0].pixels
    levels = (pixels * 255).floor()  # the WebUI cuts off, it does not round
    there = golden["picture"].permute(2, 0, 1).float()
    new = torch.zeros(64, 96, dtype=torch.bool)
    new[:, 64:], new[48:, :] = True, True
    assert float((levels - there).abs()[:, new].max()) <= 1


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("context", (RED, SKY)),
        ("long_context", (LONG,)),
        ("long_both", (LONG,)),
        ("break_context", ("the house BREAK a ((red)) sky \\(the\\) (a:0.5) [[sky]] : (", LONG)),
    ],
)
def test_prompts_are_encoded_as_the_webui_does(
    plain: Any, inpainting: Any, golden: Any, name: str, texts: tuple[str, ...]
) -> None:
    host = inpainting if name == "context" else plain
    for number, text in enumerate(texts[: len(golden[name])]):
        found = encode(text, host.passes.parts.encoders, host.info.pipeline)
        torch.testing.assert_close(found.text[0], golden[name][number], atol=1e-5, rtol=0)


SCHEDULED = [
    *(f"{s.name}" for s in SAMPLERS if s.exact),
    "Euler Karras",
    "Euler a Karras",
    "Euler Exponential",
    "Euler SGM Uniform",
    "Euler Simple",
    "Euler DDIM",
]


@pytest.mark.parametrize("name", SCHEDULED)
def test_samplers_end_where_the_webui_ends(plain: Any, watched: Any, golden: Any, name: str) -> None:
    there = golden["sampler_" + name]
    found = final(plain, watched, RED, SKY, Sampling(8, name, cfg=7, denoise=0.75), controlnet="off")
    torch.testing.assert_close(found, there, atol=CLOSE, rtol=0)


@pytest.mark.parametrize("sampler", [s for s in SAMPLERS if s.name not in ("DDIM", "UniPC")], ids=lambda s: s.name)
def test_samplers_ask_the_model_at_the_times_of_the_webui(plain: Any, golden: Any, sampler: Any) -> None:
    chosen, schedule = named(sampler.name)
    run = Run(chosen, schedule, 8, 0.75, plain.passes.parts.alphas_cumprod)
    times = torch.stack([run.time(i) for i in range(len(run))])
    torch.testing.assert_close(times, golden["times_" + sampler.name].float(), atol=0.01, rtol=0)


def test_a_long_prompt_beside_a_short_one(plain: Any, watched: Any, golden: Any) -> None:
    found = final(plain, watched, LONG, "sky", controlnet="off")
    torch.testing.assert_close(found, golden["long_final"], atol=CLOSE, rtol=0)


@pytest.mark.parametrize(
    ("name", "tags"), [("kohya", "<lora:kohya:0.8>"), ("te", "<lora:te:0.7>"), ("both", "<lora:kohya:0.8><lora:te:0.7>")]
)
def test_loras_act_as_in_the_webui(plain: Any, watched: Any, golden: Any, name: str, tags: str) -> None:
    found = final(plain, watched, "a house " + tags, controlnet="off")
    torch.testing.assert_close(found, golden["lora_" + name], atol=CLOSE, rtol=0)
    assert float((found - golden["plain_final"]).abs().max()) > 1


@pytest.mark.parametrize("mode", ["Balanced", "My prompt is more important", "ControlNet is more important"])
def test_the_controlnet_acts_as_in_the_webui(plain: Any, watched: Any, golden: Any, mode: str) -> None:
    found = final(plain, watched, "a house", "", EULER, controlnet="on", controlnet_weight=0.9, controlnet_mode=mode)
    torch.testing.assert_close(found, golden["controlnet_" + mode], atol=CLOSE, rtol=0)
    assert float((found - golden["plain_final"]).abs().max()) > 1
