"""Forge's noise over the known area, drawn for every image of a batch from its own seed.

Forge noises the known area anew at every step, a batch in one draw from the global generator: an image of it could not be
made again alone. A1111 blends latents that are denoised already, and draws nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from modules import script_callbacks


@contextmanager
def of_each_image(seeds: Sequence[int]) -> Iterator[None]:
    """Inside, the known area of image i is noised by seed i.

    Args:
        seeds: one an image of the batch that is sampled inside.
    """
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
    # On the CPU, so that an image does not depend on the device.
    noise = torch.stack([torch.randn(known.shape[1:], generator=generator) for generator in generators]).to(known)
    predictor = denoiser.inner_model.inner_model.forge_objects.unet.model.predictor
    noisy = predictor.noise_scaling(params.sigma[:, None, None, None], noise, known, max_denoise=False)
    return params.x * denoiser.nmask + noisy * denoiser.mask
