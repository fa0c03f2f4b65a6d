"""The WebUI is as it was, after success, error and interrupt."""

from pathlib import Path

import numpy as np
import pytest

from .conftest import decoded


def everything(webui, picture):
    """What must not change: all options, and what plain img2img and another script make of a picture."""
    plain = webui.img2img(picture, model=webui.inpainting).json()["images"][0]
    name, arguments = "outpainting mk2", ["", 64, 8, ["left"], 1.0, 0.05]
    if webui.differs("it has no mk2"):
        name, arguments = "loopback", [2, 0.5, "Linear"]
    other = webui.img2img(
        picture, model=webui.inpainting, script_name=name, width=128, height=128, script_args=arguments
    ).json()["images"][0]
    # Where mk2's picture has an alpha channel, its colours count.
    return webui.state(), plain, decoded(other).tobytes() if webui.differs("mk2 returns an alpha channel") else other


def success(webui, picture, running):
    webui.outpaint(picture, {"left": 32, "mask_weight": 0.5}, n_iter=2, override_settings={"inpainting_mask_weight": 0.5})


def error(webui, picture, running):
    response = webui.img2img(
        picture,
        script_name="directional outpaint",
        script_args=[{"left": 99999}],
        override_settings={"inpainting_mask_weight": 0.5},
    )
    assert response.status_code == 422


def interrupt(webui, picture, running):
    job = running(
        lambda: webui.outpaint(
            picture, {"left": 96, "step": 32, "context": 64}, steps=30, override_settings={"inpainting_mask_weight": 0.5}
        )
    )
    assert job.wait_for("pass 2 of 3")
    webui.post("/sdapi/v1/interrupt")
    job.finished()


@pytest.mark.parametrize("happening", [success, error, interrupt], ids=lambda f: f.__name__)
def test_options_checkpoint_and_other_generations_stay_the_same(webui, picture, running, happening):
    everything(webui, picture)  # the host's own override leak, and where its generators are, are in both states
    before = everything(webui, picture)
    happening(webui, picture, running)
    after = everything(webui, picture)
    assert before[0] == after[0]
    assert before[1] == after[1]
    assert before[2] == after[2]


def test_overrides_do_not_leak(webui, picture):
    before = webui.state()
    webui.outpaint(
        picture,
        {"left": 16},
        override_settings={"overlay_inpaint": not before["overlay_inpaint"], "CLIP_stop_at_last_layers": 2},
    )
    assert webui.state() == before


def test_settings_changed_during_a_job_stay_changed(webui, picture, running):
    before = webui.state()["img2img_background_color"]
    try:
        job = running(lambda: webui.outpaint(picture, {"left": 64, "step": 32, "context": 64}, steps=30))
        assert job.wait_for("pass 1 of 2")
        webui.post("/sdapi/v1/options", {"img2img_background_color": "#123456"})
        job.finished()
        assert webui.state()["img2img_background_color"] == "#123456"
    finally:
        webui.post("/sdapi/v1/options", {"img2img_background_color": before})


def test_interrupt_keeps_finished_passes_in_full(webui, picture, running):
    arguments = {"left": 96, "step": 32, "context": 64, "overlap": 16}
    whole = webui.outpaint(picture, arguments, steps=30)
    job = running(lambda: webui.outpaint(picture, arguments, steps=30))
    assert job.wait_for("pass 2 of 3"), job.seen
    webui.post("/sdapi/v1/interrupt")
    answer = job.finished()
    assert answer.size() == (96 + 32, 80)
    # Pass 1 is what it is in the whole job, but for the band that pass 2 would have blended into it.
    np.testing.assert_array_equal(answer.first[:, 32:], whole.first[:, 96:])
    assert "Outpaint complete: no" in answer.infotext


def test_an_interrupt_before_anything_is_finished_gives_no_picture(webui, picture, running):
    job = running(lambda: webui.outpaint(picture, {"left": 64, "context": 64}, steps=40))
    assert job.wait_for("pass 1 of 1")
    webui.post("/sdapi/v1/interrupt")
    assert job.finished().pictures == []


def test_skip_ends_one_batch_and_the_next_goes_on(webui, picture, running):
    arguments = {"left": 64, "step": 32, "context": 64, "overlap": 16}
    job = running(lambda: webui.outpaint(picture, arguments, steps=30, n_iter=2, override_settings={"return_grid": False}))
    assert job.wait_for("pass 2 of 4"), job.seen
    webui.post("/sdapi/v1/skip")
    answer = job.finished()
    assert [answer.size(i) for i in range(2)] == [(96 + 32, 80), (96 + 64, 80)]
    assert "stopped in pass left 2" in answer.notes


def test_progress_counts_all_passes(webui, picture, running):
    job = running(lambda: webui.outpaint(picture, {"left": 96, "step": 32, "context": 64}, steps=10))
    for number in (1, 2, 3):
        assert job.wait_for(f"pass {number} of 3"), job.seen
    job.finished()


def test_nothing_is_saved_when_the_host_would_not_save(webui, picture):
    if webui.folder is None:
        pytest.skip("no --webui-dir")
    outputs = webui.folder / Path(webui.state()["outdir_img2img_samples"]).parts[0]  # "output" on the Forge of 2024

    def files():
        return {p for p in outputs.rglob("*") if p.is_file()}

    before = files()
    webui.outpaint(picture, {"left": 64, "step": 32, "context": 64}, batch_size=2)
    assert files() == before
    webui.outpaint(
        picture, {"left": 64, "step": 32, "context": 64}, save_images=True, override_settings={"save_init_img": True}
    )
    saved = [p for p in files() - before if "init-images" not in str(p)]
    assert len(saved) == 1
    from PIL import Image

    with Image.open(saved[0]) as image:
        assert image.size == (160, 80)
        assert "Outpaint left: 64" in image.info["parameters"]
    assert len(files() - before) <= 2  # the job's picture, and its one init image
    params = (webui.folder / "params.txt").read_text(encoding="utf8")
    assert "Outpaint left: 64" in params
    assert "Size: 160x80" in params
