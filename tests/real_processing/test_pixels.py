"""Sizes, originals, mask polarity and prefill, as sampled by the host's own code."""

import numpy as np
import pytest
import torch
from PIL import Image

from .conftest import pixels


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ({"left": 24}, (120, 80)),
        ({"right": 13, "down": 7}, (109, 87)),
        ({"left": 9, "right": 9}, (114, 80)),
        ({"left": 16, "right": 8, "up": 5, "down": 24}, (120, 109)),
        ({"up": 64, "step": 32, "context": 64}, (96, 144)),
    ],
    ids=lambda value: " ".join(f"{k}{v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("model", ["plain", "inpainting"])
def test_sizes(outpaint, sides, size, model):
    processed = outpaint(sides, model=model)
    assert [image.size for image in processed.images] == [size]
    told = processed.comments.splitlines()
    assert "latent pixels x steps" in told[-1]  # what it took; nothing of failures
    assert not any("failed" in line for line in told)


def test_odd_sizes_of_the_picture(outpaint, picture):
    processed = outpaint({"left": 32, "up": 3}, init_images=[Image.fromarray(picture[:71, :93])])
    assert processed.images[0].size == (125, 74)


@pytest.mark.parametrize("model", ["plain", "inpainting"])
@pytest.mark.parametrize("overlap", [0, 16])
def test_source_bytes_outside_the_band_are_unchanged(outpaint, picture, model, overlap):
    sides = {"left": 24, "right": 9, "up": 16, "down": 7}
    result = pixels(outpaint({**sides, "overlap": overlap, "fill": "edge"}, model=model))
    height, width = picture.shape[:2]
    kept = result[16 + overlap : 16 + height - overlap, 24 + overlap : 24 + width - overlap]
    np.testing.assert_array_equal(kept, picture[overlap : height - overlap, overlap : width - overlap])
    if overlap:
        band = result[16 : 16 + height, 24 : 24 + overlap]
        assert (band != picture[:, :overlap]).any()


@pytest.fixture
def whole_cells(picture):
    """A picture of the window's height: with 64 px of new area and of context, a window is 128x64 and nothing is padded."""
    return {"init_images": [Image.fromarray(picture[:64])]}


NEW_LEFT = {"left": 64, "overlap": 0, "context": 64}


@pytest.mark.parametrize("model", ["plain", "inpainting"])
def test_the_new_area_is_sampled_and_the_known_one_is_not(outpaint, watch, whole_cells, model):
    """Of two seeds, what was decoded differs where it was repainted, and but for the decoder's reach nowhere else."""
    for seed in (5, 6):
        outpaint(NEW_LEFT, model=model, seed=seed, **whole_cells)
    first, second = (decoded[0] for decoded in watch.decoded)
    call = watch.calls[0]
    repainted = torch.nn.functional.interpolate(call.nmask[None, :1], scale_factor=8)[0, 0] > 0.5
    assert repainted[:, :64].all()  # white is repaint: the new area stands on the left
    assert not repainted[:, 64:].any()
    difference = (first - second).abs().amax(0)
    assert float((difference[repainted] > 2 / 255).float().mean()) > 0.9
    assert float(difference[repainted].mean()) > 5 * float(difference[:, 64 + 16 :].mean())


def test_what_an_inpainting_checkpoint_is_shown(outpaint, watch, whole_cells):
    """White of the conditioning mask is the new area, and the picture that goes with it is blank there."""
    for fill in ("edge", "mirror"):
        outpaint({**NEW_LEFT, "fill": fill}, **whole_cells)
    (edge, mirror) = (call.image_conditioning[0] for call in watch.calls)
    assert edge.shape[0] == 5
    assert (edge[0, :, :8] == 1).all()
    assert (edge[0, :, 8:] == 0).all()
    # The encoder sees no prefill: both fills give one masked picture, though what is repainted begins differently.
    assert torch.equal(edge, mirror)
    first, second = (call.init_latent for call in watch.calls)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_painted_mask_is_repainted_before_growing(outpaint, watch, picture, inverted):
    painted = np.zeros(picture.shape[:2], np.uint8)
    painted[30:54, 40:70] = 255
    mask = Image.fromarray(255 - painted if inverted else painted)
    processed = outpaint({"left": 24, "overlap": 0}, mask=mask, inpainting_fill=1, inpainting_mask_invert=int(inverted))
    assert len(watch.calls) == 2
    assert watch.calls[0].paste_to is None  # the whole window is sampled, no crop of it scaled up ("only masked")
    changed = (pixels(processed)[:, 24:] != picture).any(-1)
    assert changed[30:54, 40:70].mean() > 0.8
    assert not changed[painted == 0].any()


@pytest.mark.parametrize("model", ["plain", "inpainting"])
@pytest.mark.parametrize("order", ["together", "one by one"])
def test_no_prefill_is_left(outpaint, picture, model, order):
    """Twice the same job, but for the colour of the prefill: a pixel that has that colour both times holds prefill.

    (A random model may paint magenta by chance, but not magenta beside one frame and green beside another.)
    """
    holds_prefill = []
    for colour in ((255, 0, 255), (0, 255, 0)):
        framed = picture.copy()
        framed[:, 0] = framed[:, -1] = framed[0] = framed[-1] = colour  # the edge fill carries it over the new area
        arguments = {
            "left": 32,
            "right": 32,
            "up": 32,
            "down": 32,
            "fill": "edge",
            "overlap": 0,
            "color_match": "off",
            "order": order,
            "context": 64,
        }
        processed = outpaint(arguments, model=model, init_images=[Image.fromarray(framed)], denoising_strength=1.0)
        result = pixels(processed)
        np.testing.assert_array_equal(result[32:-32, 32:-32], framed)
        holds_prefill.append((np.abs(result.astype(int) - colour) <= 12).all(-1))
    new = np.ones(holds_prefill[0].shape, bool)
    new[32:-32, 32:-32] = False
    assert not (holds_prefill[0] & holds_prefill[1])[new].any()
