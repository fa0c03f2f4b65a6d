"""Checkpoints: two files, and what is loaded."""

from types import SimpleNamespace

import torch
from safetensors.torch import save_file

from . import shared

checkpoints = {}
checkpoint_aliases = {}  # exact names: the only ones that overrides may use
loads = []


def add(name, filename, *, inpainting=False, sdxl=False, sd2=False, velocity=False):
    text = "conditioner.embedders.1.x" if sdxl else "cond_stage_model.model.x" if sd2 else "cond_stage_model.transformer.x"
    save_file(
        {
            "model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, 9 if inpainting else 4, 1, 1),
            text: torch.zeros(1),
        },
        str(filename),
        {"modelspec.prediction_type": "v" if velocity else "epsilon"},
    )
    info = SimpleNamespace(name=name, title=name, name_for_extra=name.split(".")[0], filename=str(filename))
    info.model = SimpleNamespace(
        sd_checkpoint_info=info,
        is_sdxl=sdxl,
        is_sd2=sd2,
        is_sd1=not (sdxl or sd2),
        is_sdxl_inpaint=sdxl and inpainting,
        model=SimpleNamespace(conditioning_key="hybrid" if inpainting else "crossattn"),
        parameterization="v" if velocity else "eps",
    )
    checkpoints[name] = info
    checkpoint_aliases.update({name: info, info.name_for_extra: info})
    return info


def get_closet_checkpoint_match(name):
    return next((info for title, info in checkpoints.items() if name and name in title), None)


def reload_model_weights(sd_model=None, info=None):
    info = info or get_closet_checkpoint_match(shared.opts.sd_model_checkpoint)
    if info is not None and shared.sd_model is not info.model:
        loads.append(info.name)
        shared.sd_model = info.model
