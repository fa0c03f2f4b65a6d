"""A stand-in for the UNet that predicts exactly the noise on the way to the latents in its conditioning channels, and one
for the VAE that loses nothing: what comes out is then known to the pixel, and an error of mask, polarity or mask weight
shows as a wrong picture."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from lib_outpaint.backends.diffusers import known_samplers
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling


class Knowing(torch.nn.Module):
    """A UNet that knows the clean picture: the four last of its nine channels."""

    def __init__(self, alphas_cumprod: torch.Tensor, predicts: str) -> None:
        super().__init__()
        levels = ((1 - alphas_cumprod) / alphas_cumprod).sqrt().double()
        self.log_levels = levels.log()
        self.predicts = predicts
        self.masks: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor, times: torch.Tensor, **_: Any) -> tuple[torch.Tensor]:
        self.masks.append(x[0, 4])
        low = times.double().floor().long().clamp(max=998)
        part = times.double() - low
        sigma = torch.lerp(self.log_levels[low], self.log_levels[low + 1], part).exp()[:, None, None, None]
        alpha, noise = 1 / (1 + sigma**2).sqrt(), sigma / (1 + sigma**2).sqrt()
        clean, given = x[:, 5:].double(), x[:, :4].double()
        eps = (given - alpha * clean) / noise
        return (((alpha * eps - noise * clean) if self.predicts == "v" else eps).float(),)


class Blocks(torch.nn.Module):
    """A VAE whose latents are the mean colour of each 8x8 block."""

    config = SimpleNamespace(scaling_factor=0.5, shift_factor=None)

    def encode(self, pixels: torch.Tensor, return_dict: bool = True) -> Any:
        mean = F.avg_pool2d(pixels, 8)
        latents = torch.cat([mean, mean[:, :1]], dim=1)
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: latents))

    def decode(self, latents: torch.Tensor, return_dict: bool = False) -> tuple[torch.Tensor]:
        return (F.interpolate(latents[:, :3], scale_factor=8.0),)


@pytest.fixture(params=["epsilon", "v"])
def knowing(request: pytest.FixtureRequest, inpainting: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The inpainting host with both stand-ins in place."""
    passes = inpainting.passes
    parts = dataclasses.replace(
        passes.parts, unet=Knowing(passes.parts.alphas_cumprod, request.param), vae=Blocks(), prediction=request.param
    )
    monkeypatch.setattr(passes, "parts", parts)
    return inpainting


def blocky() -> torch.Tensor:
    g = torch.Generator().manual_seed(1)
    return F.interpolate(torch.rand(1, 3, 10, 12, generator=g), scale_factor=8.0)[0]


def grown(host: Any, weight: float, sampling: Sampling, **params: Any) -> Grown:
    values: dict[str, Any] = {"fill": "edge", "overlap": 0, "color_match": "off", "mask_weight": weight, "extras": "canvas"}
    request = Request((blocky(),), Params(**(values | params)), numbered_shots(1, 5), sampling=sampling)
    return outpaint(request, host).pictures[0]


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("side", ["left", "right", "up", "down"])
def test_the_picture_grows_into_its_conditioning(knowing: Any, side: str, weight: float) -> None:
    made = grown(knowing, weight, Sampling(5, "Euler a", cfg=2, denoise=1.0), **{side: 32})
    assert made.canvas is not None
    # At weight 0 the model is shown the prefill, at 1 mid-grey, at 0.5 their mean; the known part always.
    wanted = torch.lerp(made.canvas, torch.full_like(made.canvas, 0.5), weight)
    rows, columns = made.source.slices
    wanted[:, rows, columns] = blocky()
    torch.testing.assert_close(made.pixels, wanted, atol=2e-4, rtol=0)
    step = made.plan.passes[0]
    told = torch.ones(step.window.height // 8, step.window.width // 8)
    rows, columns = made.source.within(step.window).slices
    told[rows.start // 8 : rows.stop // 8, columns.start // 8 : columns.stop // 8] = 0
    assert torch.equal(knowing.passes.parts.unet.masks[0], told)  # 1 where nothing is known


@pytest.mark.parametrize("sampler", known_samplers())
def test_every_sampler_arrives(knowing: Any, sampler: str) -> None:
    for steps, denoise in ((1, 1.0), (7, 0.6), (20, 1.0)):
        made = grown(knowing, 0.0, Sampling(steps, sampler, cfg=3, denoise=denoise), right=24)
        assert made.canvas is not None
        rows, columns = made.source.slices
        made.canvas[:, rows, columns] = blocky()
        torch.testing.assert_close(made.pixels, made.canvas, atol=1e-3, rtol=0)


def test_two_passes_build_on_each_other(knowing: Any) -> None:
    made = grown(knowing, 0.0, Sampling(3, "Euler", cfg=2, denoise=1.0), left=32, step=16)
    assert len(made.passes) == 2
    edge = blocky()[:, :, :8].mean(2, keepdim=True).expand(-1, -1, 32)
    torch.testing.assert_close(made.pixels[:, :, :32], edge, atol=1e-3, rtol=0)
