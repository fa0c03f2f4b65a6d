"""Putting a sampled window back: once, in float, by coverage."""

from __future__ import annotations

import torch

from .errors import HostError


def blend(known: torch.Tensor, sampled: torch.Tensor, coverage: torch.Tensor) -> torch.Tensor:
    """known * (1 - coverage) + sampled * coverage; float32 (3, H, W), coverage (H, W).

    Where coverage is exactly 0 or 1 the result is exactly one of the two, whatever the other holds.
    """
    mixed = torch.lerp(known, sampled, coverage[None])
    mixed = torch.where(coverage[None] >= 1, sampled, mixed)
    return torch.where(coverage[None] <= 0, known, mixed)


def checked(sampled: torch.Tensor, prefilled: torch.Tensor) -> torch.Tensor:
    """The host's pixels on the window's device, or an error that says what is wrong with them.

    Raises:
        HostError: another size, NaN or infinity, or a black picture for one that was not.
    """
    if sampled.shape != prefilled.shape:
        raise HostError(f"the sampler returned {_size(sampled)} for a window of {_size(prefilled)}")
    sampled = sampled.to(device=prefilled.device, dtype=torch.float32)
    if not bool(torch.isfinite(sampled).all()):
        raise HostError("the sampler returned NaN or infinite pixels; try the VAE or model in full precision")
    if float(sampled.max()) <= 0 and float(prefilled.max()) > 0.1:
        raise HostError("the sampler returned a black picture, as models do that overflow; try full precision")
    return sampled.clamp(0, 1)


def _size(pixels: torch.Tensor) -> str:
    return f"{pixels.shape[-1]}x{pixels.shape[-2]}" if pixels.dim() >= 2 else str(tuple(pixels.shape))
