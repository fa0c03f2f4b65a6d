"""Sizes, originals, mask polarity and prefill, as sampled by the host's own code."""

import numpy as np
import pytest
import torch
from PIL import Image

from .conftest import pixels


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
