"""A smooth field over a window from scattered, noisy values: a screened Laplace equation on the latent grid.

Minimises  sum w (u - v)^2 + stiffness |grad u|^2 + stiffness / reach^2 u^2  with free edges, by conjugate gradients
(Hestenes and Stiefel, 1952) with a Jacobi preconditioner. Where there are no values u is harmonic up to the screening,
which lets it fade within some `reach`: the membrane interpolant of Farbman et al., Coordinates for Instant Image
Cloning, 2009, for values with noise.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

STEPS = 64


def membrane(values: torch.Tensor, weight: torch.Tensor, stiffness: float, reach: float) -> torch.Tensor:
    """The field.

    Args:
        values, weight: float32 (C, h, w); a weight is the inverse variance of its value, 0 where there is none.
        stiffness: of the membrane, in units of the weight.
        reach: cells over which the field fades where nothing holds it.
    """
    screen = stiffness / reach**2
    diagonal = weight + screen + stiffness * _neighbours(weight)
    found = torch.zeros_like(values)
    rest = weight * values
    preconditioned = rest / diagonal
    direction = preconditioned
    product = _dot(rest, preconditioned)
    for _ in range(STEPS):
        applied = (weight + screen) * direction + stiffness * _laplace(direction)
        along = product / _dot(direction, applied).clamp(min=1e-20)
        found = found + along * direction
        rest = rest - along * applied
        preconditioned = rest / diagonal
        following = _dot(rest, preconditioned)
        direction = preconditioned + following / product.clamp(min=1e-20) * direction
        product = following
    return found


def _laplace(field: torch.Tensor) -> torch.Tensor:
    """Minus the discrete Laplacian with free edges: sum over neighbours of (u - u')."""
    down = F.pad(field[:, 1:] - field[:, :-1], (0, 0, 1, 1))
    right = F.pad(field[:, :, 1:] - field[:, :, :-1], (1, 1))
    return down[:, :-1] - down[:, 1:] + right[:, :, :-1] - right[:, :, 1:]


def _neighbours(field: torch.Tensor) -> torch.Tensor:
    """How many neighbours each cell of the grid has: (1, h, w)."""
    one = torch.ones_like(field[:1])
    return F.avg_pool2d(F.pad(one, (1, 1, 1, 1))[None], 3, 1, divisor_override=1)[0] - one - _corners(one)


def _corners(one: torch.Tensor) -> torch.Tensor:
    wide = F.pad(one, (1, 1, 1, 1))
    return wide[:, :-2, :-2] + wide[:, :-2, 2:] + wide[:, 2:, :-2] + wide[:, 2:, 2:]


def _dot(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    return (first * second).sum((1, 2), keepdim=True)
