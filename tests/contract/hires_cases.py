"""What every WebUI does with a small picture first (hires); a folder of tests takes these in beside `cases`."""

from __future__ import annotations

import re

import numpy as np
import pytest

from .cases import KINDS, levels, photo
from .driver import Driver, Pixels

TWO_STEPS = {"right": 224, "hires": "on", "overlap": 16}


def tall() -> Pixels:
    """144x1700: even a model of 1024 px sees the whole height of this in a smaller picture alone."""
    half = photo(144, 850)
    return np.ascontiguousarray(np.concatenate([half, half[::-1]]))


@pytest.mark.parametrize("model", KINDS)
def test_two_steps_are_told_and_keep_the_original(driver: Driver, model: str) -> None:
    picture = tall()
    answer = driver.outpaint(picture, TWO_STEPS, model=model, denoising_strength=0.75)
    assert answer.size() == (368, 1700)
    assert (answer.first[:, : 144 - 16] == picture[:, : 144 - 16]).all()
    assert "made in two steps: first as " in answer.notes
    assert "Outpaint hires: on" in answer.infotext
    assert "Outpaint small picture: " in answer.infotext
    assert set(re.findall(r"Denoising strength: ([\d.]+)", answer.infotext)) == {"0.75"}  # the job's, not the second step's
    names = [part.split(":")[0] for part in answer.infotext.split("Outpaint ")[1:]]
    assert not any("upscale" in name.lower() for name in names)  # hosts take such an entry for their own


def test_a_picture_that_fits_is_made_as_before(driver: Driver) -> None:
    picture = photo(96, 80)
    first, second = (driver.outpaint(picture, {"left": 24, "hires": hires}).first for hires in ("auto", "off"))
    assert levels(first, second) == 0


def test_a_picture_of_a_batch_is_the_same_alone(driver: Driver) -> None:
    picture = tall()
    both = driver.outpaint(picture, TWO_STEPS, batch_size=2, override_settings=driver.no_grid)
    alone = driver.outpaint(picture, TWO_STEPS, seed=6)
    first = both.info["index_of_first_image"]
    assert levels(both.pictures[first + 1], alone.first) <= 1


def test_an_unknown_scaler_is_refused(driver: Driver) -> None:
    told = driver.refused(tall(), {**TWO_STEPS, "hires_scaler": "no such"})
    assert "hires_scaler" in told
