"""The WebUI's sampler and schedule names, and which diffusers scheduler stands for each. Imports no library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...errors import ParamError, not_a_choice

Levels = Literal["plain", "heun", "middle", "singlestep"]


@dataclass(frozen=True)
class Sampler:
    """One sampler of the list.

    Attributes:
        scheduler: diffusers' class; `options` what its config is given.
        schedule: the spacing of noise levels when none is named.
        levels: how the class lays out its levels: as they are, each twice (Heun), with one in between (DPM2), or with
            one in between as a level of its own (a single-step solver of second order).
        discard: leaves out the last level but one.
        exact: whether it gives the WebUI's picture for the same seed, up to rounding.
    """

    name: str
    scheduler: str
    schedule: str = "Uniform"
    levels: Levels = "plain"
    discard: bool = False
    exact: bool = True
    options: dict[str, Any] = field(default_factory=dict, hash=False)


_SDE: dict[str, Any] = {"algorithm_type": "sde-dpmsolver++", "final_sigmas_type": "zero"}
_MULTI = "DPMSolverMultistepScheduler"

SAMPLERS: tuple[Sampler, ...] = (
    Sampler("Euler a", "EulerAncestralDiscreteScheduler"),
    Sampler("Euler", "EulerDiscreteScheduler"),
    Sampler("LMS", "LMSDiscreteScheduler"),
    Sampler("Heun", "HeunDiscreteScheduler", levels="heun"),
    Sampler("DPM2", "KDPM2DiscreteScheduler", "Karras", "middle", discard=True),
    Sampler("DPM++ 2M", _MULTI, "Karras", options={"solver_order": 2}),
    # The WebUI draws these samplers' noise from a Brownian tree; here it is drawn step by step.
    Sampler(
        "DPM++ SDE",
        "DPMSolverSinglestepScheduler",
        "Karras",
        "singlestep",
        exact=False,
        options={"solver_order": 2, "lower_order_final": True, **_SDE},
    ),
    Sampler("DPM++ 2M SDE", _MULTI, "Exponential", exact=False, options={"solver_order": 2, **_SDE}),
    Sampler(
        "DPM++ 2M SDE Heun", _MULTI, "Exponential", exact=False, options={"solver_order": 2, "solver_type": "heun", **_SDE}
    ),
    Sampler("DPM++ 3M SDE", _MULTI, "Exponential", discard=True, exact=False, options={"solver_order": 3, **_SDE}),
    # DDIM without added noise is Euler's method in these levels (Song et al. 2020, arXiv:2010.02502, section 4.3).
    Sampler("DDIM", "EulerDiscreteScheduler", "DDIM", exact=False),
    Sampler("UniPC", "UniPCMultistepScheduler", exact=False, options={"solver_order": 2, "final_sigmas_type": "zero"}),
)
SCHEDULES = ("Uniform", "Karras", "Exponential", "SGM Uniform", "Simple", "DDIM")
_ALIASES = {"": "", "automatic": "", "normal": "Uniform", "polyexponential": "Exponential"}


def known_samplers() -> list[str]:
    """The names of all samplers."""
    return [sampler.name for sampler in SAMPLERS]


def choices() -> dict[str, list[str]]:
    """What a page offers for the sampling settings that are names here."""
    return {"sampler": known_samplers(), "scheduler": list(SCHEDULES)}


def named(name: str, schedule: str = "") -> tuple[Sampler, str]:
    """A sampler and a schedule by the WebUI's names: "DPM++ 2M", or with a schedule "DPM++ 2M Karras".

    Args:
        schedule: given beside the sampler; "" and "Automatic" say nothing.

    Raises:
        ParamError: an unknown name (lists those that are known), or a schedule in the sampler's name and another beside it.
    """
    sampler, within = _split(" ".join(name.split()), name)
    beside = _schedule(" ".join(schedule.split()))
    if beside is None:
        raise not_a_choice("scheduler", schedule, SCHEDULES)
    if within and beside and within != beside:
        raise ParamError("scheduler", schedule, "schedule-twice", sampler=name)
    return sampler, beside or within or sampler.schedule


def _split(wanted: str, name: str) -> tuple[Sampler, str]:
    for sampler in sorted(SAMPLERS, key=lambda s: -len(s.name)):
        head, rest = wanted[: len(sampler.name)], wanted[len(sampler.name) :]
        if head.lower() != sampler.name.lower() or (rest and not rest.startswith(" ")):
            continue
        schedule = _schedule(rest.strip())
        if schedule is not None:
            return sampler, schedule
    known = ", ".join(known_samplers())
    raise ParamError("sampler", name, "sampler-unknown", known=known, schedules=", ".join(SCHEDULES))


def _schedule(name: str) -> str | None:
    """A schedule by its name, "" when the name says nothing, None when it is unknown."""
    return (_ALIASES | {schedule.lower(): schedule for schedule in SCHEDULES}).get(name.lower())
