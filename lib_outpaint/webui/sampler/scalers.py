"""The host's upscalers, for the small picture of hires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image

from ...errors import BackendError
from ...planning.capabilities import Scaler
from ..variants import variant


def scalers() -> Mapping[str, Scaler]:
    """Every upscaler of the host, by the name that its page has."""
    return {name: _scaler(name, found) for name, found in variant().scalers().items()}


def _scaler(name: str, found: Any) -> Scaler:
    def enlarged(pixels: torch.Tensor, factor: float) -> torch.Tensor:
        levels = (pixels.cpu().clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
        image = Image.fromarray(np.ascontiguousarray(levels.numpy()))
        try:
            larger = variant().scaled(found, image, factor).convert("RGB")
        except Exception as error:  # upscalers raise anything, for example when their file cannot be fetched
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise BackendError("scaler-failed", name=name, reason=reason) from error
        return torch.from_numpy(np.array(larger)).permute(2, 0, 1).float() / 255

    return enlarged
