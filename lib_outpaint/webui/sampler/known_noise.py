"""The host's noise over the known area, drawn for every image of a batch from its own seed.

Some hosts noise the known area anew at every step, a batch in one draw from the global generator: an image of it could not
be made again alone. All of them draw it by `torch.randn_like` of the module that blends known and new, so that inside a pass
this module has a `torch` that draws by image. (A1111 blends latents that are denoised already, and draws nothing there.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch


class TorchByImage:
    """PyTorch, but its `randn_like` draws image i of a batch from a generator of its own."""

    def __init__(self, host_torch: Any, seeds: Sequence[int]) -> None:
        self._torch = host_torch
        # On the CPU, so that an image does not depend on the device.
        self._generators = [torch.Generator("cpu").manual_seed(seed % 2**63) for seed in seeds]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._torch, name)

    def randn_like(self, batch: torch.Tensor, **options: Any) -> torch.Tensor:
        """Noise for (n, ...) with n the number of seeds; PyTorch's own for anything else."""
        if batch.shape[:1] != (len(self._generators),):
            return torch.randn_like(batch, **options)
        drawn = [torch.randn(batch.shape[1:], generator=generator) for generator in self._generators]
        return torch.stack(drawn).to(**{"device": batch.device, "dtype": batch.dtype, **options})


@contextmanager
def of_each_image(seeds: Sequence[int], places: Iterable[Any]) -> Iterator[None]:
    """Inside, the known area of image i is noised by seed i.

    Args:
        seeds: one an image of the batch that is sampled inside.
        places: the host's modules that draw such noise.
    """
    with ExitStack() as after:
        for place in places:
            after.callback(setattr, place, "torch", place.torch)
            place.torch = TorchByImage(place.torch, seeds)
        yield
