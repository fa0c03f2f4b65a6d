"""Pixels to latents and back, and what an inpainting UNet is told of the picture.

Latents are what the UNet works on: the VAE's mean times its scaling factor, float32 (1, 4, H / 8, W / 8).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from ...pixels.masks import as_pixels


def encode_pixels(vae: Any, pixels: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Latents of a picture: float32 (3, H, W) in -1..1 to float32 (1, 4, h, w).

    The mean of what the VAE finds, not a sample of it as in the WebUI: the difference is invisible, and the same
    picture gives the same latents.
    """
    moments = vae.encode(pixels[None].to(dtype), return_dict=True).latent_dist
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    latents: torch.Tensor = (moments.mode().float() - shift) * vae.config.scaling_factor
    return latents


def decode_latents(vae: Any, latents: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The picture of latents (1, 4, h, w): float32 (3, H, W) in 0..1."""
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    decoded = vae.decode((latents / vae.config.scaling_factor + shift).to(dtype), return_dict=False)[0]
    pixels: torch.Tensor = decoded[0].float() / 2 + 0.5
    # NaN stays NaN: the engine says what it means.
    return pixels.clamp(0, 1)


def inpainting_channels(
    vae: Any, pixels: torch.Tensor, mask: torch.Tensor, cell: int, weight: float, dtype: torch.dtype
) -> torch.Tensor:
    """The five channels that a 9-channel UNet gets beside the latents, as the WebUI's inpainting_image_conditioning
    builds them: the mask, then the latents of the masked picture.

    Args:
        pixels: float32 (3, H, W) in -1..1.
        mask: bool (H / cell, W / cell), True where nothing is known.
        weight: the inpainting conditioning mask weight: 1 blanks masked pixels (to 0, mid-grey), 0 shows them.

    Returns:
        float32 (1, 5, h, w).
    """
    blanked = pixels * (1 - as_pixels(mask, cell).to(pixels.dtype))
    latents = encode_pixels(vae, torch.lerp(pixels, blanked, weight), dtype)
    small = F.interpolate(mask[None, None].float(), size=latents.shape[-2:])
    return torch.cat([small, latents], dim=1)


def control_image(pixels: torch.Tensor, mask: torch.Tensor, cell: int) -> torch.Tensor:
    """What an inpaint ControlNet 1.1 sees: float32 (1, 3, H, W), the picture in 0..1 and -1 where it is masked.

    Args:
        pixels: float32 (3, H, W) in 0..1.
    """
    hole = as_pixels(mask, cell)
    return torch.where(hole[None], -torch.ones_like(pixels), pixels)[None]
