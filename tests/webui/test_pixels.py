"""Originals kept, no prefill left, painted masks repainted."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

SOFT = {"soft inpainting": {"args": [True, 1, 0.5, 4, 0, 0.5, 2]}}


@pytest.mark.parametrize("model", ["plain", "inpainting"])
@pytest.mark.parametrize("overlap", [0, 16])
def test_source_bytes_outside_the_band_are_unchanged(webui, picture, model, overlap):
    arguments = {"left": 24, "right": 9, "up": 16, "down": 7, "overlap": overlap, "fill": "edge"}
    answer = webui.outpaint(picture, arguments, model=getattr(webui, model))
    height, width = picture.shape[:2]
    kept = answer.first[16 + overlap : 16 + height - overlap, 24 + overlap : 24 + width - overlap]
    np.testing.assert_array_equal(kept, picture[overlap : height - overlap, overlap : width - overlap])
    if overlap:
        band = answer.first[16 : 16 + height, 24 : 24 + overlap]
        assert (band != picture[:, :overlap]).any()


@pytest.mark.parametrize("soft", [False, True], ids=["plain", "soft inpainting"])
@pytest.mark.parametrize("order", ["together", "one by one"])
def test_no_prefill_is_left(webui, picture, soft, order):
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
        answer = webui.outpaint(framed, arguments, denoising_strength=1.0, steps=3, alwayson_scripts=SOFT if soft else {})
        np.testing.assert_array_equal(answer.first[32:-32, 32:-32], framed)
        holds_prefill.append((np.abs(answer.first.astype(int) - colour) <= 12).all(-1))
        assert ("Soft Inpainting was off" in answer.notes) == soft
    new = np.ones(answer.first.shape[:2], bool)
    new[32:-32, 32:-32] = False
    assert not (holds_prefill[0] & holds_prefill[1])[new].any()


def test_extras_show_the_prefill_and_the_mask(webui, picture):
    answer = webui.outpaint(picture, {"left": 32, "fill": "edge", "overlap": 16, "extras": "both"})
    result, canvas, mask = answer.pictures
    assert result.shape == canvas.shape == mask.shape
    np.testing.assert_array_equal(canvas[:, :32], np.repeat(picture[:, :1], 32, 1))
    assert (mask[:, :32] == 255).all()
    assert (mask[:, 32 + 16 :] == 0).all()


def test_a_painted_mask_is_repainted_before_growing(webui, picture):
    painted = np.zeros(picture.shape[:2], np.uint8)
    painted[30:54, 40:70] = 255
    buffer = io.BytesIO()
    Image.fromarray(painted).save(buffer, "PNG")
    mask = base64.b64encode(buffer.getvalue()).decode()
    answer = webui.outpaint(picture, {"left": 24, "overlap": 0}, mask=mask, inpainting_fill=1)
    assert "Outpaint passes: 2" in answer.infotext
    changed = (answer.first[:, 24:] != picture).any(-1)
    assert changed[30:54, 40:70].mean() > 0.8
    assert not changed[painted == 0].any()


def test_an_inverted_painted_mask(webui, picture):
    painted = np.full(picture.shape[:2], 255, np.uint8)
    painted[30:54, 40:70] = 0
    buffer = io.BytesIO()
    Image.fromarray(painted).save(buffer, "PNG")
    mask = base64.b64encode(buffer.getvalue()).decode()
    answer = webui.outpaint(picture, {"left": 24, "overlap": 0}, mask=mask, inpainting_mask_invert=1)
    changed = (answer.first[:, 24:] != picture).any(-1)
    assert changed[30:54, 40:70].mean() > 0.8
    assert not changed[painted == 255].any()


def test_the_mask_weight_acts_on_an_inpainting_checkpoint(webui, picture):
    def grown(weight):
        return webui.outpaint(picture, {"left": 32, "mask_weight": weight}).first.astype(int)

    first, again, other = grown(1), grown(1), grown(0)
    baseline = np.abs(first - again).max()
    assert np.abs(first - other).max() > baseline
    assert baseline == 0


def test_the_users_mask_weight_is_used_and_told(webui, picture):
    answer = webui.outpaint(picture, {"left": 32}, override_settings={"inpainting_mask_weight": 0.25})
    assert "Conditional mask weight: 0.25" in answer.infotext
    named = webui.outpaint(picture, {"left": 32, "mask_weight": 0.25})
    np.testing.assert_array_equal(answer.first, named.first)
    assert "Conditional mask weight: 0.25" in named.infotext


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA"])
def test_pictures_of_any_mode(webui, picture, mode):
    buffer = io.BytesIO()
    Image.fromarray(picture).convert("RGB").convert(mode).save(buffer, "PNG")
    image = base64.b64encode(buffer.getvalue()).decode()
    answer = webui.outpaint(picture, {"left": 16, "overlap": 8}, init_images=[image])
    wanted = np.array(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"))
    np.testing.assert_array_equal(answer.first[:, 16 + 8 :], wanted[:, 8:])
