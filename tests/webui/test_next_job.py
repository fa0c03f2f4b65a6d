"""What the user makes next is, byte for byte, what it would be had our job not run."""

import numpy as np
import pytest

from .conftest import encoded

TWO_PASSES = {"left": 64, "step": 32, "context": 64, "overlap": 16}


def grown(webui, picture, running):
    webui.outpaint(picture, {"left": 24, "up": 16, "mask_weight": 0.5}, batch_size=2)


def grown_on_another_checkpoint(webui, picture, running):
    webui.outpaint(picture, {"left": 24}, model=webui.plain)


def grown_with_a_lora_and_prompts(webui, picture, running):
    loras = f"{webui.loras()[0]}:1" if webui.loras() else ""
    arguments = {"left": 24, "right": 24, "loras": loras, "side_prompts": "left: the sea", "context": 32}
    webui.outpaint(picture, arguments, override_settings={"CLIP_stop_at_last_layers": 2})


def grown_with_a_controlnet(webui, picture, running):
    if not webui.inpaint_controlnets():
        pytest.skip("no inpaint ControlNet")
    arguments = {"left": 24, "controlnet": "on", "controlnet_model": webui.inpaint_controlnets()[0]}
    webui.outpaint(picture, arguments, model=webui.plain)


def refused(webui, picture, running):
    arguments = {"left": 24, "controlnet_model": "no-such-model", "controlnet": "on"}
    response = webui.img2img(picture, script_name="directional outpaint", script_args=[arguments])
    assert response.status_code == 422


def interrupted(webui, picture, running):
    job = running(lambda: webui.outpaint(picture, TWO_PASSES, model=webui.plain, steps=40))
    assert job.wait_for("pass 2 of 2")
    webui.post("/sdapi/v1/interrupt")
    job.finished()


JOBS = (
    grown,
    grown_on_another_checkpoint,
    grown_with_a_lora_and_prompts,
    grown_with_a_controlnet,
    refused,
    interrupted,
)


@pytest.fixture
def selected(webui):
    """The checkpoint that the user has chosen: the inpainting one, in the options and not by a request's overrides."""
    before = webui.state()["sd_model_checkpoint"]
    webui.post("/sdapi/v1/options", {"sd_model_checkpoint": webui.inpainting}).raise_for_status()
    yield
    webui.post("/sdapi/v1/options", {"sd_model_checkpoint": before}).raise_for_status()


def next_ones(webui, picture):
    """Plain img2img, the Inpaint tab and txt2img, without any override."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[:, :40] = 255
    common = {"prompt": "a cup", "steps": 2, "sampler_name": "Euler", "seed": 5, "save_images": False}
    size = {"width": 64, "height": 64}
    img2img = {**common, **size, "init_images": [encoded(picture)], "denoising_strength": 0.75}
    bodies = (
        ("/sdapi/v1/img2img", img2img),
        ("/sdapi/v1/img2img", {**img2img, "mask": encoded(mask), "inpaint_full_res": False, "inpainting_fill": 1}),
        ("/sdapi/v1/txt2img", {**common, **size}),
    )
    answers = [webui.post(path, body) for path, body in bodies]
    for answer in answers:
        assert answer.status_code == 200, answer.text[:500]
    return [answer.json()["images"] for answer in answers]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_what_comes_next_is_the_same_bytes_as_without_the_job(webui, picture, running, selected, job):
    next_ones(webui, picture)  # where the host's generators are depends on what ran before: from here on, always the same
    without = next_ones(webui, picture)
    job(webui, picture, running)
    assert next_ones(webui, picture) == without
