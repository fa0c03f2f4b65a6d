"""A small picture first, on a running WebUI."""

from contract.cases import levels
from contract.driver import Driver
from contract.hires_cases import *  # noqa: F403
from contract.hires_cases import TWO_STEPS, tall


def test_what_is_not_replaced_is_the_small_picture(driver: Driver) -> None:
    picture = tall()
    made = {
        denoise: driver.outpaint(picture, {**TWO_STEPS, "hires_denoise": denoise}, denoising_strength=0.9, steps=4).first
        for denoise in (0.25, 1)
    }
    assert levels(made[0.25], made[1]) > 0


def test_the_hosts_own_scalers_enlarge_it(driver: Driver) -> None:
    picture = tall()
    plain, nearest = (
        driver.outpaint(picture, {**TWO_STEPS, "hires_denoise": 0, "hires_scaler": scaler}).first
        for scaler in ("Lanczos", "nearest")
    )
    assert levels(plain, nearest) > 0
