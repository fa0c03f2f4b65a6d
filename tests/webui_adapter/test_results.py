"""What the WebUI gets back and what is saved: pictures, grids, comparisons, infotexts, params.txt."""

import re

import pytest

from lib_outpaint.errors import BackendError

from .conftest import TWO_PASSES, array, raises


def test_params_txt_holds_the_whole_job_and_a_failed_job_leaves_it(host, run, tmp_path):
    run(TWO_PASSES)
    text = (tmp_path / "params.txt").read_text(encoding="utf8")
    assert "Size: 160x80" in text
    assert "Outpaint left: 64" in text
    host.processing.hooks["sample"] = raises(RuntimeError("broken"))
    with pytest.raises(BackendError):
        run({"left": 8})
    assert (tmp_path / "params.txt").read_text(encoding="utf8") == text


def test_saved_once_with_the_hosts_naming(host, run):
    run(TWO_PASSES, n_iter=2, outpath_samples="out", override_settings={"samples_filename_pattern": "photo-[generation]"})
    records = [r for r in host.images.saved if not r["grid"]]
    assert [r["image"].size for r in records] == [(160, 80)] * 2
    assert {r["path"] for r in records} == {"out"}
    assert {r["pattern"] for r in records} == {"photo-[generation]"}
    assert [r["seed"] for r in records] == [5, 6]
    assert [(r["p"].iteration, r["p"].batch_index) for r in records] == [(0, 0), (1, 0)]
    assert all("Size: 160x80" in r["info"] for r in records)


@pytest.mark.parametrize("fields", [{"do_not_save_samples": True, "do_not_save_grid": True}])
def test_nothing_is_saved_when_the_host_would_not(host, run, fields):
    run(TWO_PASSES, batch_size=2, **fields)
    assert host.images.saved == []


def test_incomplete_pictures_are_saved_only_when_the_host_saves_such(host, run):
    host.processing.hooks["sample"] = lambda p: len(host.processing.calls) % 3 == 2 and host.shared.state.interrupt()
    run({**TWO_PASSES, "left": 96})
    assert host.images.saved == []
    host.shared.opts.save_incomplete_images = True
    host.processing.calls.clear()
    run({**TWO_PASSES, "left": 96})
    assert len(host.images.saved) == 1


def test_the_grid_by_the_hosts_rules(host, run):
    assert run(TWO_PASSES).index_of_first_image == 0
    two = run(TWO_PASSES, batch_size=2)
    assert two.index_of_first_image == 1
    assert len(two.images) == len(two.infotexts) == 3
    assert run(TWO_PASSES, batch_size=2, do_not_save_grid=True).index_of_first_image == 0


def test_compare_returns_a_labelled_grid_first(run):
    processed = run({"left": 16, "compare": "fill=edge,mirror; overlap=0,8"})
    assert processed.index_of_first_image == 1
    assert len(processed.images) == 5
    assert "Outpaint fill: mirror" in processed.infotexts[3]


def test_a_comparisons_grid_and_params_txt_hold_what_was_asked_for(host, run, tmp_path):
    processed = run({"left": 16, "step": 8, "compare": "fill=edge,mirror"}, batch_size=2)
    grid, pictures = processed.infotexts[0], processed.infotexts[1:]
    assert 'Outpaint compare: "fill=edge,mirror"' in grid
    assert "Outpaint fill" not in grid
    assert host.infotext_utils.parse_generation_parameters(grid)["Outpaint compare"] == "fill=edge,mirror"
    one = int(re.search(r"Outpaint passes: (\d+)", pictures[0])[1])
    assert f"Outpaint passes: {4 * one}" in grid
    assert not any("Outpaint compare" in text for text in pictures)
    assert processed.info == processed.images[0].info["parameters"] == grid
    assert (tmp_path / "params.txt").read_text(encoding="utf8") == grid
    assert [saved["grid"] for saved in host.images.saved if saved["info"] == grid] == [True]
    assert processed.extra_generation_params["Outpaint compare"] == "fill=edge,mirror"


def test_extras_come_last(run):
    processed = run({"left": 16, "extras": "both", "fill": "edge"})
    assert [image.size for image in processed.images] == [(112, 80)] * 3
    mask = array(processed.images[2])
    assert (mask[:, :16] == 255).all()


def test_a_full_disk_costs_no_picture(host, run, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(host.images, "save_image", full)
    processed = run({"left": 8}, batch_size=2)
    assert [image.size for image in processed.images[-2:]] == [(104, 80)] * 2
    assert "saving an image failed" in processed.comments
    assert "saving the grid failed" in processed.comments
    assert "No space left" in processed.comments
    assert len(processed.images) == 3
    assert processed.index_of_first_image == 1


def test_pictures_are_saved_as_they_are_finished(host, run):
    host.processing.hooks["sample"] = raises(RuntimeError("broken"), at=2)
    processed = run({"left": 8}, n_iter=2)
    assert len([r for r in host.images.saved if not r["grid"]]) == 1
    assert len(processed.images) == 1
    assert "broken" in processed.comments


def test_options_the_host_refuses_are_not_set_for_saving(host, run, monkeypatch):
    """With --hide-ui-dir-config the host ignores folders in overrides."""
    set_option = host.shared.Options.set

    def refusing(self, name, value, **rest):
        if not name.startswith("outdir"):
            set_option(self, name, value, **rest)

    monkeypatch.setattr(host.shared.Options, "set", refusing)
    host.shared.opts.save_init_img = True
    run({"left": 8}, override_settings={"outdir_init_images": "/elsewhere"})
    assert {r["path"] for r in host.images.saved if r["forced"]} == {"init"}


def test_compare_lists_one_seed_a_picture(run):
    assert run({"left": 8, "compare": "fill=edge,mirror"}, batch_size=2).all_seeds == [5, 6, 5, 6]


@pytest.mark.parametrize(("extension", "held"), [("jpg", False), ("webp", False), ("png", True)])
def test_an_infotext_too_long_for_a_jpeg_costs_the_file_its_text_and_not_the_picture(run, host, extension, held):
    host.shared.opts.samples_format = host.shared.opts.grid_format = extension
    prompt = "cup " * 10_000
    processed = run({"left": 16}, prompt=prompt, batch_size=2)
    assert [record["grid"] for record in host.images.saved] == [False, False, True]
    assert [(record["info"] is not None) for record in host.images.saved] == [held] * 3
    assert ("too long for a" in processed.comments) != held
    assert prompt in processed.infotexts[0]


def test_older_hosts_lack_the_callback_after_composites(host, run, monkeypatch):
    monkeypatch.delattr(host.scripts.ScriptRunner, "postprocess_image_after_composite")
    processed = run({"left": 16})
    assert processed.images[0].size == (112, 80)
    assert "failed" not in processed.comments


class Counting:
    def __init__(self):
        self.indices = []

    def title(self):
        return "Counting"

    def postprocess_image(self, p, pp):
        self.indices.append(pp.index)
        pp.image = pp.image.copy()
        pp.image.putpixel((0, 0), (1, 2, pp.index))


def test_forge_is_told_which_picture_is_finished(run, as_host):
    as_host("Forge")
    counting = Counting()
    run({"left": 16}, scripts=[counting], batch_size=2, n_iter=2, do_not_save_grid=True)
    assert counting.indices == [0, 1, 2, 3]


@pytest.mark.parametrize(("saved", "shown"), [(True, True), (False, True), (True, False)])
def test_the_grid_is_saved_and_shown_as_the_settings_say(host, run, saved, shown):
    host.shared.opts.grid_save, host.shared.opts.return_grid = saved, shown
    processed = run({"left": 16}, batch_size=2)
    assert len(processed.images) == 2 + shown
    assert sum(record["grid"] for record in host.images.saved) == saved


@pytest.mark.parametrize("wanted", [True, False])
def test_pictures_carry_an_infotext_only_where_the_settings_want_one(host, run, wanted):
    host.shared.opts.enable_pnginfo = wanted
    processed = run({"left": 16}, batch_size=2)
    assert [("parameters" in image.info) for image in processed.images] == [wanted] * 3
    assert all("Outpaint left: 16" in text for text in processed.infotexts)


def test_two_equal_pictures_of_a_batch_are_saved_once(host, run, picture):
    host.shared.opts.save_init_img = True
    run({"left": 16}, init_images=[picture, picture.copy()], batch_size=2)
    assert len([r for r in host.images.saved if r["forced"]]) == 1
