"""Several pictures in one job: seeds, batch counts and sizes, the batch tab, different pictures."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.errors import ParamError

from .conftest import TWO_PASSES, array


def test_a_picture_of_the_batch_tab_that_cannot_grow_is_left_out(host, make, monkeypatch):
    warned = []
    monkeypatch.setitem(sys.modules, "gradio", SimpleNamespace(Warning=warned.append))
    p = make()
    results = []
    for number, left in enumerate([24, 5000, 16], 1):
        host.shared.state.job = f"{number} out of 3"
        results.append(host.job.run(p, [{"left": left}], p.place))
        assert len(results[-1].images) == len(results[-1].infotexts) == (0 if left == 5000 else 1)
    assert warned == ["image 2 out of 3 was left out: left: 5000 is outside 0..4096"]
    assert warned[0] in "".join(p.comments)
    assert warned[0] in results[0].comments  # all that the page shows of a batch's comments


def test_the_first_picture_of_the_batch_tab_may_be_the_one_left_out(host, make, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", SimpleNamespace(Warning=lambda message: None))
    p = make()
    results = []
    for number in (1, 2):
        host.shared.state.job = f"{number} out of 2"
        results.append(host.job.run(p, [{"left": 5000 + number}], p.place))
    assert results[0].comments.splitlines() == [
        f"⚠ Directional outpaint: image {n} out of 2 was left out: left: {5000 + n} is outside 0..4096" for n in (1, 2)
    ]


def test_seeds_and_batches(host, run):
    processed = run(TWO_PASSES, n_iter=2, batch_size=2)
    assert processed.all_seeds == [5, 6, 7, 8]
    first, second, third, _ = host.processing.calls
    assert first.seed == [5, 6]
    assert third.seed == [7, 8]
    assert second.seed != first.seed
    pictures = processed.images[processed.index_of_first_image :]
    for number, seed in enumerate([5, 6, 7, 8]):
        alone = run(TWO_PASSES, seed=seed).images[0]
        np.testing.assert_array_equal(array(alone), array(pictures[number]))
        assert f"Seed: {seed}" in processed.infotexts[number + processed.index_of_first_image]


def test_variation_seeds(host, run):
    processed = run(TWO_PASSES, batch_size=2, subseed_strength=0.3)
    assert processed.all_seeds == [5, 5]
    assert processed.all_subseeds == [9, 10]
    first, second = host.processing.calls
    assert first.subseed == [9, 10]
    assert second.subseed != first.subseed
    assert second.seed[0] == second.seed[1]


def test_the_batch_tab_reuses_one_object_for_several_files(host, make, run, picture):
    p = make({"left": 16}, batch_size=2)
    sizes = []
    for size in ((96, 80), (64, 64)):
        p.init_images = [picture.resize(size)] * 2
        p.outpath_samples = "out"
        p.override_settings["samples_filename_pattern"] = f"file{size[0]}"
        processed = run({"left": 16}, p=p)
        sizes.append(processed.images[processed.index_of_first_image].size)
    assert sizes == [(112, 80), (80, 64)]
    names = [r["pattern"] for r in host.images.saved if not r["grid"]]
    assert names == ["file96", "file96", "file64", "file64"]
    assert host.shared.opts.samples_filename_pattern == "[seed]"


def test_a_batch_of_different_pictures(host, run, picture):
    from lib_outpaint.errors import PictureError

    other = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    processed = run({"left": 8, "overlap": 0}, init_images=[picture, other], batch_size=3)
    made = processed.images[processed.index_of_first_image :]
    assert len(made) == 2
    np.testing.assert_array_equal(array(made[1])[:, 8:], array(other))
    with pytest.raises(PictureError) as refused:
        run({"left": 8}, init_images=[picture, other])
    assert (refused.value.code, refused.value.message.values) == ("more-images-than-batch", {"count": 2, "batch": 1})


def test_pictures_of_several_sizes_are_no_batch(host, run, picture):
    from lib_outpaint.errors import PictureError

    with pytest.raises(PictureError) as refused:
        run({"left": 16}, init_images=[picture, picture.resize((64, 64))], batch_size=2)
    assert (refused.value.code, refused.value.message.values) == ("batch-sizes-differ", {"sizes": "96x80, 64x64"})
    assert host.processing.calls == []


@pytest.mark.parametrize("fields", [{"n_iter": 2000}, {"n_iter": 10**9}, {"n_iter": 300, "batch_size": 8}], ids=str)
def test_too_many_pictures_are_refused_before_anything_is_made(host, run, fields):
    with pytest.raises(ParamError) as refused:
        run({"left": 8}, **fields)
    assert (refused.value.field, refused.value.code) == ("n_iter", "too-many-by-batch")
    assert refused.value.message.values["most"] == 1000
    assert host.processing.calls == []
