"""What every WebUI does with a small picture first (hires); a folder of tests takes these in beside `cases`."""

from __future__ import annotations

import pytest

from .cases import KINDS, levels, photo
from .driver import Driver

# A model of 512 px sees the whole height of this in a smaller picture alone.
TALL = (144, 1000)
TWO_STEPS = {"right": 160, "hires": "on", "overlap": 16}


@pytest.mark.parametrize("model", KINDS)
def test_two_steps_are_told_and_keep_the_original(driver: Driver, model: str) -> None:
    picture = photo(*TALL)
    answer = driver.outpaint(picture, TWO_STEPS, model=model, denoising_strength=0.75)
    assert answer.size() == (304, 1000)
    assert (answer.first[:, : 144 - 16] == picture[:, : 144 - 16]).all()
    assert "made in two steps: first as " in answer.notes
    for entry in ("Outpaint hires: on", "Outpaint small picture: ", "Denoising strength: 0.75"):
        assert entry in answer.infotext
    names = [part.split(":")[0] for part in answer.infotext.split("Outpaint ")[1:]]
    assert not any("upscale" in name.lower() for name in names)  # hosts take such an entry for their own


def test_a_picture_that_fits_is_made_as_before(driver: Driver) -> None:
    picture = photo(96, 80)
    first, second = (driver.outpaint(picture, {"left": 24, "hires": hires}).first for hires in ("auto", "off"))
    assert levels(first, second) == 0


def test_a_picture_of_a_batch_is_the_same_alone(driver: Driver) -> None:
    picture = photo(*TALL)
    both = driver.outpaint(picture, TWO_STEPS, batch_size=2, override_settings=driver.no_grid)
    alone = driver.outpaint(picture, TWO_STEPS, seed=6)
    first = both.info["index_of_first_image"]
    assert levels(both.pictures[first + 1], alone.first) <= 1


def test_an_unknown_scaler_is_refused(driver: Driver) -> None:
    told = driver.refused(photo(*TALL), {**TWO_STEPS, "hires_scaler": "no such"})
    assert "hires_scaler" in told
    assert "Nearest" in told
