"""What reaches the host's sampler: one fresh, quiet copy a pass. Each test is one of the host's traps."""

import copy

import numpy as np
import pytest

from lib_outpaint.errors import BackendError

from .conftest import array

FOUR = {"left": 32, "right": 8, "up": 16, "down": 8, "overlap": 16}
TWO_PASSES = {"left": 64, "step": 32, "context": 64, "overlap": 16}


def test_every_pass_samples_a_copy_and_the_object_itself_stays_as_it_was(host, make, run):
    p = make(
        TWO_PASSES, mask_blur_x=7, resize_mode=2, inpainting_fill=3, do_not_save_samples=True, override_settings={"eta": 0.5}
    )
    before = {name: copy.copy(value) if isinstance(value, (dict, list)) else value for name, value in vars(p).items()}
    run(TWO_PASSES, p=p)
    assert len(host.processing.calls) == 2
    assert all(c is not p for c in host.processing.calls)
    changed = {name for name, value in vars(p).items() if name not in before or _differs(value, before[name])}
    # Only what the host itself sets on a processing object when it samples.
    assert changed <= {
        "all_prompts",
        "all_negative_prompts",
        "all_seeds",
        "all_subseeds",
        "main_prompt",
        "main_negative_prompt",
        "comments",
    }
    assert p.script_args is before["script_args_value"]


def _differs(a, b):
    return a != b if isinstance(a, (int, float, str, dict, list, tuple, type(None))) else a is not b


def test_a_copy_is_set_up_for_its_window_alone(host, run):
    run(
        {"left": 24, "overlap": 16},
        resize_mode=1,
        mask_blur_x=9,
        mask_blur_y=9,
        inpainting_mask_invert=1,
        tiling=True,
        restore_faces=True,
        seed_resize_from_w=640,
        styles=["oil"],
    )
    (c,) = host.processing.calls
    assert (c.width, c.height) == (120, 80)  # 24 + 96 px: less than windows in steps of 64
    assert c.init_images[0].size == (c.width, c.height)
    assert (c.resize_mode, c.mask_blur_x, c.mask_blur_y, c.inpainting_mask_invert) == (0, 0, 0, 0)
    assert (c.inpainting_fill, c.inpaint_full_res, c.tiling, c.restore_faces) == (1, False, False, False)
    assert (c.seed_resize_from_w, c.n_iter, c.batch_size) == (-1, 1, 1)
    assert c.do_not_save_samples
    assert c.do_not_save_grid
    assert c.prompt == ["a cup, oil"]
    assert c.styles == []


def test_masks_are_whole_cells_and_white_is_repaint(host, run):
    run({"left": 24, "overlap": 16})
    (c,) = host.processing.sampled
    latent, image = np.array(c.latent_mask), np.array(c.image_mask)
    assert latent.shape == (c.height // 8, c.width // 8)
    assert set(np.unique(latent)) <= {0, 255}
    assert set(np.unique(image)) <= {0, 255}
    cells = image.reshape(c.height // 8, 8, c.width // 8, 8)
    assert (cells.min((1, 3)) == cells.max((1, 3))).all()
    # New: 3 cells. The band: 2 more in the latent mask, of which half (one cell) is conditioning.
    assert (latent[0] == [255] * 5 + [0] * 10).all()
    assert (image[0, ::8] == [255] * 4 + [0] * 11).all()


def test_originals_are_kept_and_no_overlay_puts_the_prefill_back(host, run, picture):
    for order in ("together", "one by one"):
        processed = run({**FOUR, "order": order, "fill": "edge"})
        out = array(processed.images[0])
        assert out.shape == (80 + 24, 96 + 40, 3)
        np.testing.assert_array_equal(out[32:-24, 48:-24], array(picture)[16:-16, 16:-16])
        prefill = np.repeat(array(picture)[:, :1], 32, 1)
        assert (out[16:-8, :32] != prefill).any(-1).mean() > 0.95
    assert host.shared.opts.overlay_inpaint


def test_pixels_come_back_before_the_host_truncates_them(host, run):
    """Half a level on average: with float pixels the new area keeps its mean."""
    processed = run({"left": 64, "overlap": 0, "color_match": "off"})
    new = array(processed.images[0])[:, :64].astype(float) / 255
    generator_mean = float(host.processing.sampled[0].sample()[0, :, :80, :64].mean())
    assert abs(new.mean() - generator_mean) < 0.25 / 255


def test_the_global_generator_does_not_matter_and_is_not_moved(host, run):
    import random

    import torch

    torch.manual_seed(1)
    first = array(run(TWO_PASSES).images[0])
    torch.manual_seed(2)
    random.seed(3)
    np.random.seed(4)
    expected = (torch.rand(1), random.random(), np.random.rand())
    torch.manual_seed(2)
    random.seed(3)
    np.random.seed(4)
    second = array(run(TWO_PASSES).images[0])
    assert (torch.rand(1), random.random(), np.random.rand()) == expected
    np.testing.assert_array_equal(first, second)


class Soft:
    values = (True, 1, 0.5)

    def title(self):
        return "Soft Inpainting"

    def process(self, p, enabled, *rest):
        p.soft = True


def test_soft_inpainting_is_off_on_the_copy_with_a_note(host, run):
    processed = run({"left": 16}, scripts=[Soft()])
    assert not hasattr(host.processing.calls[0], "soft")
    assert "Soft Inpainting was off" in processed.comments
    assert len(run.p.scripts.alwayson_scripts) == 1


class Detailer:
    """As adetailer: works on every finished picture, and needs what its process() set up."""

    values = ("ad",)

    def __init__(self):
        self.sizes = []

    def title(self):
        return "ADetailer"

    def process(self, p, value):
        p.detailer_ready = True

    def postprocess_image(self, p, pp, value):
        assert p.detailer_ready
        self.sizes.append(pp.image.size)
        pp.image = pp.image.copy()
        pp.image.putpixel((0, 0), (1, 2, 3))


def test_what_works_on_finished_pictures_runs_once_on_the_finished_picture(host, run):
    detailer = Detailer()
    processed = run(TWO_PASSES, scripts=[detailer], restore_faces=True)
    assert detailer.sizes == [(160, 80)]
    assert processed.images[0].getpixel((0, 0)) == (1, 2, 3)
    assert host.face_restoration.calls == [(80, 160, 3)]
    assert run.p.scripts.errors == []


class Wildcards:
    values = ("on",)

    def __init__(self):
        self.count = 0

    def title(self):
        return "Dynamic Prompts v2.17"

    def process(self, p, value):
        self.count += 1
        p.all_prompts = [text.replace("{x|y}", f"pick{self.count}-{i}") for i, text in enumerate(p.all_prompts)]
        p.extra_generation_params["Template"] = "{x|y}"


def test_wildcards_and_styles_are_resolved_once_for_the_job(host, run):
    script = Wildcards()
    processed = run(TWO_PASSES, scripts=[script], prompt="a {x|y}", styles=["oil"], batch_size=2)
    assert script.count == 1
    assert [c.prompt for c in host.processing.calls] == [["a pick1-0, oil", "a pick1-1, oil"]] * 2
    assert processed.all_prompts == ["a pick1-0, oil", "a pick1-1, oil"]
    assert "Template: {x|y}" in processed.infotexts[-1]


def test_save_init_img_saves_the_picture_once_and_no_window(host, run, picture):
    host.shared.opts.save_init_img = True
    run(TWO_PASSES, do_not_save_samples=True, do_not_save_grid=True)
    assert [record["image"].size for record in host.images.saved] == [picture.size]
    assert host.shared.opts.data["save_init_img"] is True


def test_return_mask_does_not_mix_masks_into_the_windows(host, run):
    host.shared.opts.return_mask = True
    processed = run(FOUR, batch_size=2)
    assert {image.size for image in processed.images[processed.index_of_first_image :]} == {(136, 104)}


@pytest.mark.parametrize("kind", [list, tuple])
def test_script_arguments_keep_their_kind_and_are_not_shared(host, make, run, kind):
    p = make(FOUR)
    p.script_args = kind(p.script_args)
    run(FOUR, p=p)
    (c,) = host.processing.calls
    assert type(c.script_args) is kind
    if kind is list:
        assert c.script_args is not p.script_args


@pytest.mark.parametrize("name", ["Forge", "reForge"])
def test_forges_piles_are_emptied_on_the_copy(host, make, run, as_host, name):
    as_host(name)
    p = make(TWO_PASSES)
    p.extra_result_images, p.latents_after_sampling = ["old"], ["old"]
    run(TWO_PASSES, p=p)
    assert [(c.extra_result_images, c.latents_after_sampling) for c in host.processing.calls] == [([], [])] * 2
    assert p.extra_result_images == ["old"]


class Combinatorial(Wildcards):
    """As Dynamic Prompts in its combinatorial mode: another number of pictures."""

    def __init__(self, count):
        super().__init__()
        self.pictures = count

    def process(self, p, value):
        p.all_prompts = [f"cup {i}" for i in range(self.pictures)]
        p.all_negative_prompts = p.all_negative_prompts[:1] * self.pictures
        p.all_seeds = [p.all_seeds[0]] * self.pictures


@pytest.mark.parametrize("count", [1, 5])
def test_wildcards_may_change_the_number_of_pictures(host, run, count):
    processed = run({"left": 8}, scripts=[Combinatorial(count)], batch_size=2, prompt="cup")
    assert processed.all_prompts == [f"cup {i}" for i in range(count)]
    assert len(processed.images) - processed.index_of_first_image == count


class Broken(Wildcards):
    def process(self, p, value):
        raise ValueError("no such wildcard")


def test_a_broken_wildcard_script_is_told_and_does_not_stop_the_job(run):
    processed = run({"left": 8}, scripts=[Broken()])
    assert len(processed.images) == 1
    assert "placeholders" in processed.comments


def test_copies_are_let_go_of(host, run):
    import gc
    import weakref

    gc.disable()
    try:
        run(TWO_PASSES)
        seen = [weakref.ref(c) for c in host.processing.calls]
        host.processing.calls.clear()
        host.processing.sampled.clear()
        assert [ref() for ref in seen] == [None, None]
    finally:
        gc.enable()


def test_a_host_that_rounds_sizes_is_told(host, run, monkeypatch):
    """Its picture would not fit the window. Some descendants of Forge Neo round to 64 px."""
    kind = host.processing.StableDiffusionProcessingImg2Img
    setup = kind.setup_prompts

    def rounding(self):
        setup(self)
        self.width = 128

    monkeypatch.setattr(kind, "setup_prompts", rounding)
    with pytest.raises(BackendError) as failed:
        run({"left": 24, "overlap": 16})
    assert failed.value.code == "window-resized"
    assert failed.value.message.values == {"wanted": "120x80", "got": "128x80"}
