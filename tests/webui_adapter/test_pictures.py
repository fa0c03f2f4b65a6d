"""Pictures and painted masks that a job is given: none, transparent, 16-bit, of another size."""

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.images import save

from .conftest import array


def test_the_painted_mask_is_a_pass_of_its_own(host, run, picture):
    painted = np.zeros((80, 96), np.uint8)
    painted[30:50, 40:60] = 255
    processed = run({"left": 16, "overlap": 0}, mask=Image.fromarray(painted), inpainting_fill=1)
    assert len(host.processing.calls) == 2
    out = array(processed.images[0])[:, 16:]
    changed = (out != array(picture)).any(-1)
    assert changed[painted > 0].mean() > 0.9
    assert not changed[painted == 0].any()


def test_a_blank_mask_is_no_mask(host, run):
    run({"left": 16}, mask=Image.new("L", (96, 80)))
    assert len(host.processing.calls) == 1


def test_a_mask_of_the_tabs_size_is_brought_to_the_pictures(host, run):
    mask = Image.new("L", (48, 40))
    mask.paste(255, (20, 20, 30, 30))
    run({"left": 16}, mask=mask)
    assert len(host.processing.calls) == 2


def test_transparency_is_laid_on_the_hosts_background(run, picture):
    clear = picture.convert("RGBA")
    clear.putalpha(128)
    processed = run({"left": 16, "overlap": 0}, init_images=[clear])
    assert processed.images[0].mode == "RGB"
    assert "background colour" in processed.comments
    assert array(processed.images[0])[40, 60].mean() > array(picture)[40, 44].mean()


@pytest.mark.parametrize("images", [[], [None]], ids=["api", "page"])
def test_no_picture_on_page_or_api_is_one_clear_line(run, images):
    from lib_outpaint.errors import PictureError

    with pytest.raises(PictureError) as refused:
        run({"left": 8}, init_images=images)
    assert refused.value.code == "no-image"


def test_sixteen_bit_grey_is_reduced_with_a_note(run):
    grey = np.linspace(0, 65535, 96 * 80).reshape(80, 96).astype(np.uint16)
    processed = run({"left": 16, "overlap": 0}, init_images=[Image.fromarray(grey)])
    assert "16 bits per channel were reduced to 8" in processed.comments
    expected = np.repeat((grey / 257).round().astype(np.uint8)[..., None], 3, -1)
    assert np.abs(array(processed.images[0])[:, 16:].astype(int) - expected).max() <= 1


def test_sixteen_bits_of_colour_are_reduced_with_a_note(run, tmp_path):
    """As the API opens a file: not loaded yet."""
    deep = np.random.default_rng(1).integers(0, 65536, (80, 96, 3), dtype=np.uint16)
    save(deep, tmp_path / "deep.png")
    processed = run({"left": 16, "overlap": 0}, init_images=[Image.open(tmp_path / "deep.png")])
    assert "16 bits per channel were reduced to 8" in processed.comments
    np.testing.assert_array_equal(array(processed.images[0])[:, 16:], deep >> 8)


def test_an_alpha_that_hides_nothing_is_dropped_without_a_note(run, picture):
    opaque = picture.convert("RGBA")
    processed = run({"left": 16, "overlap": 0}, init_images=[opaque])
    assert "transparency" not in processed.comments
    np.testing.assert_array_equal(array(processed.images[0])[:, 16:], array(picture))
