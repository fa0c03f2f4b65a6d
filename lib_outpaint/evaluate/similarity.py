"""How like the truth a picture is, px by px or as a network sees it: PSNR, SSIM, LPIPS.

All take levels: float32 (3, H, W), 0..255, and look at the whole of what they are given.
"""

from __future__ import annotations

import math
import warnings
from importlib.util import find_spec
from typing import Any

import torch
import torch.nn.functional as F

from ..errors import MissingExtra, ModelError

SSIM_WINDOW = 11  # px, a Gaussian of SSIM_SIGMA
SSIM_SIGMA = 1.5
LPIPS_LEAST = 64  # px: AlexNet's layers leave nothing of less


def psnr(result: torch.Tensor, truth: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in dB over all channels, for a peak of 255; infinite when they are the same."""
    error = float((result.double() - truth.double()).square().mean())
    return 10 * math.log10(255**2 / error) if error else math.inf


def ssim(result: torch.Tensor, truth: torch.Tensor) -> float | None:
    """Structural similarity, at most 1 (the same); None for an area thinner than the window.

    As Wang et al. (2004) define it: a Gaussian window of 11x11 px and sigma 1.5, K1 = 0.01, K2 = 0.03, L = 255,
    population covariance; the mean over all places where the whole window lies inside, then over the channels.
    The same as scikit-image's structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
    """
    if min(result.shape[1:]) < SSIM_WINDOW:
        return None
    x, y = result.double()[:, None], truth.double()[:, None]
    mean_x, mean_y = _windowed(x), _windowed(y)
    var_x = _windowed(x * x) - mean_x**2
    var_y = _windowed(y * y) - mean_y**2
    covariance = _windowed(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float((top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def _windowed(values: torch.Tensor) -> torch.Tensor:
    """The mean under the Gaussian window, wherever it lies inside: (C, 1, H, W) to (C, 1, H - 10, W - 10)."""
    taps = torch.arange(SSIM_WINDOW, dtype=values.dtype) - SSIM_WINDOW // 2
    kernel = torch.exp(-((taps / SSIM_SIGMA) ** 2) / 2)
    kernel = kernel / kernel.sum()
    return F.conv2d(F.conv2d(values, kernel[None, None, None]), kernel[None, None, :, None])


class Lpips:
    """LPIPS (Zhang et al. 2018), version 0.1 on AlexNet, by the package `lpips`. 0 is the same; lower is better.

    Its first use downloads AlexNet's weights (233 MB) through torchvision, unless they are in torch's cache.

    Raises:
        MissingExtra: the package is not installed.
        ModelError: the weights cannot be had.
    """

    def __init__(self) -> None:
        if not lpips_installed():
            raise MissingExtra("LPIPS", "lpips", "evaluate")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of torchvision, about how lpips calls it
                import lpips

                self._network: Any = lpips.LPIPS(net="alex", verbose=False).eval()
        except (OSError, RuntimeError, ImportError, AttributeError, TypeError) as error:
            # A download that fails, and releases of torch, torchvision and lpips that do not fit each other.
            first = (str(error).splitlines() or [""])[0]
            raise ModelError("lpips-failed", reason=first or type(error).__name__) from error

    def __call__(self, result: torch.Tensor, truth: torch.Tensor) -> float | None:
        """The distance of two pictures; None when they are under 64 px wide or high."""
        if min(result.shape[1:]) < LPIPS_LEAST:
            return None
        with torch.inference_mode():
            return float(self._network(result[None] / 127.5 - 1, truth[None] / 127.5 - 1))


def lpips_installed() -> bool:
    """Whether the package is there; its weights may still have to be downloaded."""
    return find_spec("lpips") is not None
