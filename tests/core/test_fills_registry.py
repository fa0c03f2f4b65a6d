"""Which fills there are, what they need, and where they work."""

from __future__ import annotations

import builtins
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from fill_shapes import DEFAULTS, RANDOM, mask

from lib_outpaint.errors import MissingExtra, ParamError
from lib_outpaint.parameters.params import FILLS
from lib_outpaint.pixels.fills import REGISTRY, Fill, prefill, working_device
from lib_outpaint.pixels.fills.libraries import patchmatch_library


def test_an_unknown_method() -> None:
    with pytest.raises(ParamError) as caught:
        prefill("lama", torch.zeros(3, 4, 4), mask(["##.."] * 4), DEFAULTS, 0)
    assert (caught.value.field, caught.value.value, caught.value.code) == ("fill", "lama", "not-a-choice")
    assert caught.value.message.values["known"] == ", ".join(FILLS)


@pytest.mark.parametrize(
    ("fill", "module", "package", "extra"),
    [("telea", "cv2", "opencv-python-headless", "opencv"), ("patchmatch", "patchmatch", "PyPatchMatch", "draft")],
)
def test_a_missing_package_is_named(
    fill: str, module: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    for known in (mask(["##.."] * 4), mask(["####"] * 4)):
        with pytest.raises(MissingExtra) as caught:
            prefill(fill, torch.zeros(3, 4, 4), known, DEFAULTS, 0)
        assert (caught.value.code, caught.value.extra) == ("missing-extra", extra)
        assert package in caught.value.message.values["package"]
        assert str(caught.value).endswith(f'run pip install -e ".[{extra}]" in the folder of this program')


def test_the_registry_says_what_it_needs() -> None:
    assert tuple(REGISTRY) == FILLS
    assert all(isinstance(fill, Fill) and (fill.look is None) == (fill.extra == "") for fill in REGISTRY.values())
    assert RANDOM == ["noise", "patchmatch", "texture"]


@pytest.mark.parametrize(
    ("device", "works_on"),
    [("mps", "cpu"), ("privateuseone:0", "cpu"), ("cuda:1", "cuda:1"), ("xpu:0", "xpu:0"), ("cpu", "cpu")],
)
def test_devices_without_float64_leave_fills_to_the_cpu(device: str, works_on: str) -> None:
    assert working_device(torch.device(device)) == torch.device(works_on)


def test_a_patchmatch_whose_library_does_not_load_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(patchmatch_available=True)
    monkeypatch.setitem(sys.modules, "patchmatch", there)
    assert patchmatch_library() is there
    there.patchmatch_available = False
    with pytest.raises(MissingExtra, match="PatchMatch"):
        patchmatch_library()
