"""Notes on a job on a running WebUI: by API in `info`, and never in the infotext."""

import re

import numpy as np

LEFT = {"left": 32, "overlap": 8, "controlnet": "off"}


def test_what_a_job_took(grow):
    answer = grow(LEFT)
    found = re.search(
        r"(\d+) pass(?:es)? in (\d+\.\d) s, ([\d,]+) latent pixels x steps \((\d+)% of the whole canvas", answer.notes
    )
    assert found, answer.notes
    assert int(found[1]) == grow.batch
    # Two steps of 0.75 are int(1.5) + 1 = 2 calls of the UNet; the infotext tells the cost of one picture.
    cost = int(found[3].replace(",", ""))
    assert f"Outpaint cost: {cost // grow.batch}," in answer.infotext
    assert int(found[4]) == round(100 * cost / (grow.batch * 2 * (128 // 8) * (80 // 8)))
    assert "latent pixels" not in answer.infotext
    assert "VRAM" not in answer.notes  # these hosts run on the CPU


def test_a_plain_checkpoint_is_told_what_would_do_better(grow, webui):
    notes = grow(LEFT).notes
    assert ("is not an inpainting checkpoint" in notes) == (grow.kind == "4 channels")
    if grow.kind == "4 channels":
        assert f"{webui.inpainting.split('.')[0]}" in notes


def test_what_auto_chose(grow):
    both = {"right": 32, **LEFT}
    assert "auto: all sides in one pass" in grow(both).notes
    assert "auto: 96 to 128 px of the image in view" in grow({**both, "order": "one by one"}).notes
    assert "auto" not in grow({**LEFT, "context": 32}).notes


def test_notes_change_neither_picture_nor_infotext(grow):
    one, two = grow(LEFT), grow(LEFT)
    assert one.info["infotexts"] == two.info["infotexts"]
    np.testing.assert_array_equal(one.first, two.first)
