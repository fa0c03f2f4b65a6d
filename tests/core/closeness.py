"""Whether numbers are near each other, in tests of values worked out by hand."""

from __future__ import annotations

import torch


def near(found: torch.Tensor, expected: object, within: float = 1e-5) -> bool:
    return bool(torch.allclose(found, torch.as_tensor(expected, dtype=found.dtype), atol=within, rtol=0))
