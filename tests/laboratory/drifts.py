"""What a sampler does to the colours of the true picture, with known amounts.

All functions work on levels: float32 (3, H, W), 0..255, not yet clipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from lib_outpaint.pixels.filters import gaussian

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Drift:
    """A drift of one window. The default does nothing.

    Attributes:
        name: for tables.
        offset: levels added to red, green and blue.
        gain: factor on all levels, about black.
        gradient: levels from one end of the window to the other, along `axis`; 0 at its start.
        axis: "x", "y", or "xy" for half along each.
        wave: amplitude in levels of a wave along `axis`, with a period of 256 px.
        blur: standard deviation in px of a Gaussian blur.
        noise: standard deviation in levels of grain that is correlated over about 2 px, as a VAE leaves it.
        alternate: whether offset and gradient change their sign with every pass.
    """

    name: str = "none"
    offset: Triple = (0.0, 0.0, 0.0)
    gain: float = 1.0
    gradient: float = 0.0
    axis: str = "x"
    wave: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    alternate: bool = False

    def applied(self, levels: torch.Tensor, seed: int, number: int = 0) -> torch.Tensor:
        """The drifted levels of a window; `seed` chooses the grain, `number` is that of the pass."""
        sign = -1.0 if self.alternate and number % 2 else 1.0
        found = gaussian(levels, self.blur) if self.blur else levels
        found = found * self.gain + sign * torch.tensor(self.offset, device=levels.device)[:, None, None]
        x, y = _along(levels)
        if self.gradient:
            found = found + sign * self.gradient * {"x": x, "y": y, "xy": (x + y) / 2}[self.axis]
        if self.wave:
            place = y * levels.shape[1] if self.axis == "y" else x * levels.shape[2]
            found = found + self.wave * torch.sin(2 * math.pi * (place / 256 + 0.1))
        return found + self.noise * _grain(levels, seed) if self.noise else found


OFFSET = Drift("offset", offset=(6, 4, -5))
GAIN = Drift("gain", gain=1.03)
GRADIENT_X = Drift("gradient", gradient=4, axis="x")
GRADIENT_Y = Drift("gradient", gradient=4, axis="y")
NONE = Drift()
VAE = Drift("vae", blur=0.7, noise=2.0)


def clipped_bytes(levels: torch.Tensor) -> torch.Tensor:
    """Levels as the WebUI returns them: clipped, then truncated to whole levels (not rounded)."""
    return levels.clamp(0, 255).floor()


def _along(levels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Coordinates from 0 to 1 across the window: (1, W) and (H, 1)."""
    height, width = levels.shape[1:]
    x = torch.linspace(0, 1, width, device=levels.device)[None, :]
    y = torch.linspace(0, 1, height, device=levels.device)[:, None]
    return x, y


def _grain(levels: torch.Tensor, seed: int) -> torch.Tensor:
    # Drawn on the CPU: the same grain on every device.
    drawn = torch.randn(levels.shape, generator=torch.Generator().manual_seed(seed % 2**63)).to(levels.device)
    soft = gaussian(drawn, 0.8)
    return soft / soft.std()
