"""Forge's noise over the known area, drawn for every picture of a batch from its own seed.

Forge noises the known area anew at every step, a batch in one draw from the global generator: a picture of it could not be
made again alone. A1111 blends latents that are denoised already, and draws nothing there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

_FORGE = "backend.sampling.sampling_function"


@contextmanager
def of_each_picture(seeds: Sequence[int]) -> Iterator[None]:
    """Inside, the known area of picture i is noised by seed i; nothing happens on other hosts than Forge.

    Args:
        seeds: one a picture of the batch that is sampled inside.
    """
    if _FORGE not in sys.modules:
        yield
        return
    from modules import script_callbacks

    generators = [torch.Generator("cpu").manual_seed(seed % 2**63) for seed in seeds]

    def noised(params: Any) -> None:
        params.x = _noised(params, generators)

    script_callbacks.on_cfg_denoiser(noised)
    try:
        yield
    finally:
        script_callbacks.remove_callbacks_for_function(noised)


def _noised(params: Any, generators: Sequence[torch.Generator]) -> Any:
    """What the model sees: the host's own, but for the noise over the known area."""
    denoiser = params.denoiser
    known = denoiser.init_latent
    if denoiser.mask is None:
        return params.x
    # On the CPU, so that a picture does not depend on the device.
    noise = torch.stack([torch.randn(known.shape[1:], generator=generator) for generator in generators]).to(known)
    predictor = denoiser.inner_model.inner_model.forge_objects.unet.model.predictor
    noisy = predictor.noise_scaling(params.sigma[:, None, None, None], noise, known, max_denoise=False)
    return params.x * denoiser.nmask + noisy * denoiser.mask
