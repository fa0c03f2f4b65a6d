"""Prefill methods: what the new area holds before it is sampled, behind one registry.

A method takes a window's pixels, float32 (3, H, W) in 0..1, and a bool mask (H, W) of what is known, and returns new
pixels of the same shape in 0..1 whose known part is unchanged. What the unknown part held before has no influence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from ...errors import not_a_choice
from ...parameters.params import FILLS, Params
from .copies import edge, mirror, mosaic
from .libraries import opencv, patchmatch, patchmatch_library, telea
from .random_phase import texture
from .smooth import smooth
from .spectrum import noise

Method = Callable[[torch.Tensor, torch.Tensor, Params, int], torch.Tensor]


@dataclass(frozen=True)
class Fill:
    """A registered method: whether it follows the seed, the extra it needs ("" for none) and what looks for that."""

    name: str
    method: Method
    random: bool = False
    extra: str = ""
    look: Callable[[], object] | None = None


REGISTRY: dict[str, Fill] = {
    fill.name: fill
    for fill in (
        Fill("edge", edge),
        Fill("mirror", mirror),
        Fill("mosaic", mosaic),
        Fill("smooth", smooth),
        Fill("noise", noise, random=True),
        Fill("patchmatch", patchmatch, random=True, extra="draft", look=patchmatch_library),
        Fill("telea", telea, extra="opencv", look=opencv),
        Fill("texture", texture, random=True),
    )
}
assert tuple(REGISTRY) == FILLS, "every declared fill is registered, in order"


def prefill(name: str, pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Fills what is not known by the named method.

    Args:
        pixels: float32 (3, H, W) in 0..1.
        known: bool (H, W).
        seed: for the methods that are random; the same seed gives the same pixels.

    Raises:
        ParamError: there is no such method.
        MissingExtra: its package is not installed.
    """
    require(name)
    if bool(known.all()):
        return pixels.clone()
    if not bool(known.any()):
        return torch.full_like(pixels, 0.5)
    here = working_device(pixels.device)
    filled = REGISTRY[name].method(pixels.to(here), known.to(here), params, seed).to(pixels.device)
    return torch.where(known[None], pixels, filled.clamp(0, 1))


def working_device(device: torch.device) -> torch.device:
    """Where a fill is made: the CPU for Apple's and DirectML's devices, which lack float64 and more that fills need."""
    return torch.device("cpu") if device.type in ("mps", "privateuseone") else device


def require(name: str) -> None:
    """Sees to it that a method can be used here.

    Raises:
        ParamError: there is no such method.
        MissingExtra: its package is not installed.
    """
    if name not in REGISTRY:
        raise not_a_choice("fill", name, REGISTRY)
    look = REGISTRY[name].look
    if look is not None:
        look()
