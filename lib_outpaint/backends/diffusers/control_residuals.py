"""The inpaint ControlNet: loading it, and what it adds to the UNet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ...errors import ModelError
from ...models import families
from ...models.header import read_header
from ...models.inspect import ModelInfo, inspect
from ...parameters.guidance import CONTROL_MODES
from . import configs
from .quiet import quiet
from .sources import first_line

BALANCED, PROMPT_FIRST, CONTROL_FIRST = CONTROL_MODES
SOFT = 0.825  # the ControlNet extension's soft weights: this to the power of the distance from the deepest block


@dataclass(frozen=True, eq=False)
class Control:
    """How a batch is controlled.

    Attributes:
        image: float32 (B, 3, H, W), see `conditioning.control_image`.
        weight: 0..2.
        mode: one of CONTROL_MODES: "My prompt is more important" weakens the outer blocks, "ControlNet is more
            important" does too and controls only the prompted side of the guidance.
    """

    image: torch.Tensor
    weight: float
    mode: str

    def residuals(
        self, network: Any, latents: torch.Tensor, times: torch.Tensor, text: torch.Tensor, negative: Sequence[bool]
    ) -> dict[str, Any]:
        """What the UNet takes beside its input; `negative` says of each side in `latents` whether it is the negative."""
        image = self.image.repeat(len(negative), 1, 1, 1).to(latents.dtype)
        down, middle = network(latents[:, :4], times, encoder_hidden_states=text, controlnet_cond=image, return_dict=False)
        found = [*down, middle]
        scales = [self.weight] * len(found)
        if self.mode != BALANCED:
            scales = [self.weight * SOFT ** (len(found) - 1 - i) for i in range(len(found))]
        keep = torch.tensor([0.0 if side and self.mode == CONTROL_FIRST else 1.0 for side in negative])
        keep = keep.repeat_interleave(self.image.shape[0]).to(latents)[:, None, None, None]
        found = [residual * scale * keep for residual, scale in zip(found, scales, strict=True)]
        return {"down_block_additional_residuals": found[:-1], "mid_block_additional_residual": found[-1]}


def inspected(path: Path, model: ModelInfo) -> ModelInfo:
    """What the ControlNet file is.

    Raises:
        ModelError: it is none, is for another family, or its name says that it is not for inpainting.
    """
    info = inspect(path)
    if info.kind != "controlnet":
        raise ModelError("not-a-controlnet", what=info.describe()[0])
    usual = model.family.inpaint_controlnet
    if not usual or (info.family.known and info.family != model.family):
        known = ", ".join(family.name for family in reversed(families.FAMILIES) if family.inpaint_controlnet)
        names = {"made_for": info.family_name, "family": model.family_name, "known": known}
        raise ModelError("controlnet-family", name=path.name, **names)
    if info.control not in ("inpaint", ""):
        raise ModelError("controlnet-kind", name=path.name, control=info.control, usual=usual)
    return info


def load(info: ModelInfo, heads: Any, dtype: torch.dtype, local_files_only: bool) -> Any:
    """Loads an inspected ControlNet: a diffusers folder, or a file in the original or in diffusers' layout.

    Args:
        heads: the UNet's `attention_head_dim`, which the ControlNet shares.

    Raises:
        ModelError: it cannot be loaded; says why.
    """
    import diffusers

    kind = diffusers.ControlNetModel
    try:
        with quiet():
            if info.path.is_dir():
                network = kind.from_pretrained(
                    info.path, torch_dtype=dtype, use_safetensors=True, local_files_only=local_files_only
                )
            elif info.layout == "diffusers":
                network = _from_diffusers_file(kind, info)
            else:
                network = _from_original_file(kind, info, heads, dtype)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("controlnet-cannot-load", name=info.path.name, reason=first_line(error)) from error
    return torch.nn.Module.to(network.eval().requires_grad_(False), dtype)


def _from_original_file(kind: Any, info: ModelInfo, heads: Any, dtype: torch.dtype) -> Any:
    header = read_header(info.path)
    prefix = "control_model." if header.shape("control_model.input_hint_block.0.weight") else ""
    config = configs.controlnet_config(header, heads, prefix)
    with tempfile.TemporaryDirectory(prefix="outpaint-") as made:
        (Path(made) / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return kind.from_single_file(str(info.path), config=made, torch_dtype=dtype, local_files_only=True)


def _from_diffusers_file(kind: Any, info: ModelInfo) -> Any:
    if not (info.path.parent / "config.json").is_file():
        raise ModelError("controlnet-config", name=info.path.name)
    from safetensors.torch import load_file

    network = kind.from_config(kind.load_config(info.path.parent))
    network.load_state_dict(load_file(info.path))
    return network
