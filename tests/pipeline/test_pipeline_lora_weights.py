"""Weights of LoRA files that act on every pass: what is no number never reaches the model."""

from __future__ import annotations

import math

import pytest

from lib_outpaint.apps.cli.model_flags import _lora
from lib_outpaint.backends.diffusers import Diffusers
from lib_outpaint.errors import ModelError, ParamError


@pytest.mark.parametrize("weight", ["nan", "inf", "-inf", "10.5", "-11", "1e9"])
def test_a_weight_that_is_none(weight: str) -> None:
    path, number = _lora(f"style.safetensors:{weight}")
    assert math.isnan(number) or number == float(weight)
    with pytest.raises(ParamError) as caught:
        Diffusers("model.safetensors", loras=[(path, number)])
    assert (caught.value.field, caught.value.value, caught.value.code) == ("loras", "style.safetensors", "lora-weight")


@pytest.mark.parametrize("text", ["x.safetensors:-10", "x.safetensors:0.5", "x.safetensors", "C:\\x.safetensors"])
def test_a_weight_that_is_one_is_no_error_of_its_own(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        Diffusers("model.safetensors", loras=[_lora(text)])
    assert caught.value.code == "checkpoint-missing"
