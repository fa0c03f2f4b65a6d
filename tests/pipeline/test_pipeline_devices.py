"""Devices that a pipeline samples on: which there are, who stays on them, their memory and clocks."""

from __future__ import annotations

import pytest
import torch

from lib_outpaint.backends.diffusers import devices
from lib_outpaint.errors import ParamError


@pytest.mark.parametrize(
    ("name", "offload", "moves", "emptied"),
    [
        ("cuda", True, ["cuda", "cuda", "cpu", "cpu"], 1),
        ("mps", True, ["mps", "mps", "cpu", "cpu"], 0),
        ("cuda", False, ["cuda", "cuda"], 0),
        ("cpu", True, ["cpu", "cpu"], 0),
    ],
)
def test_networks_leave_a_device_again_when_they_shall(
    monkeypatch: pytest.MonkeyPatch, name: str, offload: bool, moves: list[str], emptied: int
) -> None:
    found: list[tuple[str, str]] = []
    cleared: list[int] = []
    monkeypatch.setattr(torch.nn.Module, "to", lambda network, device: found.append((network, str(device))))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: cleared.append(1))
    with devices.on_device(["unet", "vae"], torch.device(name), offload):  # type: ignore[list-item]
        assert found == [("unet", name), ("vae", name)]
    assert [device for _, device in found] == moves
    assert len(cleared) == emptied


def test_a_meter_reads_the_counters_of_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: waited.append(f"reset {device}"))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: waited.append(f"wait {device}"))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 123)
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waited.append("wait mps"))
    monkeypatch.setattr(torch.mps, "current_allocated_memory", lambda: 456)
    found = {}
    for name in ("cuda", "mps", "cpu"):
        with devices.Meter(torch.device(name)) as meter:
            pass
        found[name] = meter.peak_bytes
        assert meter.seconds > 0
    assert waited == ["reset cuda", "wait cuda", "wait mps"]
    assert (found["cuda"], found["mps"]) == (123, 456)


@pytest.mark.parametrize("name", ["meta", "nowhere"])
def test_a_device_that_samples_nothing_is_none(name: str) -> None:
    with pytest.raises(ParamError) as caught:
        devices.device_for(name)
    assert (caught.value.field, caught.value.code) == ("device", "not-a-choice")
