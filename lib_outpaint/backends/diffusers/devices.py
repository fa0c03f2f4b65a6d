"""Devices: which one, in which precision, what a network takes there, and what ran out of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from ...errors import ParamError, not_a_choice

KNOWN = ("auto", "cpu", "cuda", "cuda:N", "mps")
DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}


def device_for(name: str) -> torch.device:
    """The device by name; "auto" is cuda, else mps, else cpu.

    Raises:
        ParamError: an unknown name, or one this machine (or this torch) does not have.
    """
    mps = torch.backends.mps.is_available()
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if mps else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise not_a_choice("device", name, KNOWN) from None
    there = {"cpu": True, "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(), "mps": mps}
    if device.type not in there:
        raise not_a_choice("device", name, KNOWN)
    if not there[device.type]:
        raise ParamError("device", name, "device-missing")
    return device


def dtype_for(name: str, device: torch.device) -> torch.dtype:
    """The precision by name; "auto" is fp16 on cuda and mps, fp32 on the CPU.

    Raises:
        ParamError: an unknown name.
    """
    if name == "auto":
        return torch.float32 if device.type == "cpu" else torch.float16
    if name not in DTYPES:
        raise not_a_choice("dtype", name, ("auto", *DTYPES))
    return DTYPES[name]


@contextmanager
def on_device(networks: list[Any], device: torch.device, offload: bool) -> Iterator[None]:
    """Networks on the device; with `offload` they leave it again afterwards."""
    for network in networks:
        torch.nn.Module.to(network, device)
    try:
        yield
    finally:
        if offload and device.type != "cpu":
            for network in networks:
                torch.nn.Module.to(network, "cpu")
            if device.type == "cuda":
                torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch raised this because memory ran out, on any device."""
    if isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text
    )


@dataclass
class Meter:
    """Wall-clock seconds and peak memory of a pass. On cuda what this process held on the device during the pass; on
    the CPU the process's peak since it started, which is all the system tells; on mps what is held at the end.
    """

    device: torch.device
    seconds: float = 0.0
    peak_bytes: int = 0

    def __enter__(self) -> Meter:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
            self.peak_bytes = torch.cuda.max_memory_allocated(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()
            self.peak_bytes = torch.mps.current_allocated_memory()
        else:
            self.peak_bytes = _process_peak()
        self.seconds = time.perf_counter() - self._began


def _process_peak() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
