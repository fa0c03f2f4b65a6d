"""The WebUI's samplers as diffusers schedulers that run on the WebUI's own noise levels.

A noise level is k-diffusion's sigma: noised = clean + sigma * noise (Karras et al. 2022, arXiv:2206.00364). A scheduler
is built by diffusers and then given exactly the levels the WebUI would use, so that img2img starts where it starts there
(modules/sd_samplers_kdiffusion.py: t_enc = int(min(denoise, 0.999) * steps), the last t_enc + 1 of the levels).
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ...parameters.sampling import steps_run
from .samplers import Levels, Sampler


def all_levels(alphas_cumprod: torch.Tensor) -> np.ndarray[Any, Any]:
    """The noise level of every training step, rising; float64 (1000,)."""
    alphas = alphas_cumprod.double().cpu().numpy()
    return np.asarray(np.sqrt((1 - alphas) / alphas))


def noise_levels(schedule: str, steps: int, known: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A whole run's levels, falling, with 0 at the end; float64 (steps + 1,).

    The WebUI's modules/sd_schedulers.py; Karras: arXiv:2206.00364, equation 5 with rho 7.
    """
    last = len(known) - 1
    ramp = np.linspace(0, 1, steps)
    if schedule == "Karras":
        low, high = known[0] ** (1 / 7), known[-1] ** (1 / 7)
        found = (high + ramp * (low - high)) ** 7
    elif schedule == "Exponential":
        found = np.exp(np.log(known[-1]) + ramp * (np.log(known[0]) - np.log(known[-1])))
    elif schedule == "Simple":
        found = known[[last - int(i * len(known) / steps) for i in range(steps)]]
    elif schedule == "DDIM":
        found = known[list(range(1, len(known), max(len(known) // steps, 1)))[::-1]]
    else:
        times = np.linspace(last, 0, steps + 1)[:-1] if schedule == "SGM Uniform" else np.linspace(last, 0, steps)
        found = np.exp(np.interp(times, np.arange(len(known)), np.log(known)))
    return np.append(found, 0.0)


class Run:
    """One run of a scheduler, from the level that `denoise` starts at down to 0.

    Args:
        alphas_cumprod: float (1000,), of the model's training schedule.
        steps, denoise: as the WebUI's img2img takes them.
    """

    def __init__(self, sampler: Sampler, schedule: str, steps: int, denoise: float, alphas_cumprod: torch.Tensor) -> None:
        import diffusers

        known = all_levels(alphas_cumprod)
        levels = noise_levels(schedule, steps + (1 if sampler.discard else 0), known)
        if sampler.discard:
            levels = np.append(levels[:-2], levels[-1])
        first = max(steps - steps_run(steps, denoise), 0)
        levels = levels[min(first, len(levels) - 2) :]
        self._known = known
        betas = 1 - alphas_cumprod.double() / torch.cat([alphas_cumprod.new_ones(1), alphas_cumprod[:-1]]).double()
        self.scheduler: Any = getattr(diffusers, sampler.scheduler)(
            num_train_timesteps=len(known), trained_betas=betas.float().numpy(), prediction_type="epsilon", **sampler.options
        )
        self.clean_scale = sampler.scheduler.startswith(("DPMSolver", "UniPC"))
        self._lay_out(sampler.levels, levels)
        self.scheduler.set_begin_index(0)
        self._takes_generator = "generator" in inspect.signature(self.scheduler.step).parameters

    def _lay_out(self, kind: Levels, levels: np.ndarray[Any, Any]) -> None:
        """Gives the scheduler its levels, and the time of every call of the UNet."""
        middle = np.append(np.sqrt(levels[:-2] * levels[1:-1]), 0.0)
        if kind == "heun":
            levels = np.concatenate([levels[:1], np.repeat(levels[1:-1], 2), levels[-1:]])
        elif kind == "singlestep":
            levels = np.append(np.stack([levels[:-1], middle], 1).ravel()[:-1], 0.0)
        asked = levels[:-1]
        if kind == "middle":
            asked = np.stack([levels[:-1], middle], 1).ravel()[:-1]
        self.scheduler.set_timesteps(len(asked) if kind == "singlestep" else len(levels) - 1)
        if kind == "middle":
            self.scheduler.sigmas_interpol = torch.from_numpy(np.concatenate([[0.0], np.repeat(middle, 2), [0.0]])).float()
            levels = np.concatenate([levels[:1], np.repeat(levels[1:], 2), levels[-1:]])
        self.scheduler.sigmas = torch.from_numpy(levels).float()
        self.scheduler.timesteps = torch.from_numpy(self._times(asked)).float()
        self.scheduler.num_inference_steps = len(asked)
        self.asked = asked

    def _times(self, levels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(np.interp(np.log(levels), np.log(self._known), np.arange(len(self._known))))

    def __len__(self) -> int:
        """How often the UNet is called."""
        return len(self.asked)

    def time(self, index: int) -> torch.Tensor:
        """The training time of a call, float in 0..999: k-diffusion does not round it."""
        found: torch.Tensor = self.scheduler.timesteps[index]
        return found

    def start(self, clean: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """The noised latents that sampling starts from, in the scheduler's own scale."""
        sigma = float(self.asked[0])
        noised = clean + noise * sigma
        return noised / (1 + sigma**2) ** 0.5 if self.clean_scale else noised

    def scaled(self, x: torch.Tensor, index: int) -> torch.Tensor:
        """What the UNet gets for x: of unit variance."""
        found: torch.Tensor = self.scheduler.scale_model_input(x, self.time(index))
        return found

    def mix(self, index: int) -> tuple[float, float]:
        """How much clean picture and how much noise is in what `scaled` gives: (alpha, sigma), alpha² + sigma² = 1."""
        sigma = float(self.asked[index])
        return 1 / (1 + sigma**2) ** 0.5, sigma / (1 + sigma**2) ** 0.5

    def step(self, noise: torch.Tensor, index: int, x: torch.Tensor, generators: Sequence[torch.Generator]) -> torch.Tensor:
        """x one step on, from the noise that is predicted to be in it."""
        extra = {"generator": list(generators)} if self._takes_generator else {}
        found: torch.Tensor = self.scheduler.step(noise, self.time(index), x, return_dict=False, **extra)[0]
        return found
