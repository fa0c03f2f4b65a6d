"""The stand-in as Forge Neo: what it has loaded, and its model families."""

from types import SimpleNamespace

import torch
from safetensors.torch import save_file

# What tells a file, what Neo calls the model's class, and the network's settings.
SIGNS = {
    "flux1-dev": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 64)}, "Flux", 16),
    "flux1-kontext": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 64)}, "Flux", 16),
    "flux1-fill": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 384)}, "Flux", 96),
    "flux2-klein": ({"double_stream_modulation_img.lin.weight": (48, 8), "img_in.weight": (8, 128)}, "Flux2", 128),
    "qwen-image": ({"txt_norm.weight": (8,), "img_in.weight": (8, 64)}, "QwenImage", 64),
    "qwen-image-edit": ({"txt_norm.weight": (8,), "img_in.weight": (8, 64)}, "QwenImage", 64),
    "z-image": ({"cap_embedder.1.weight": (8, 8), "x_embedder.weight": (8, 64)}, "ZImage", 16),
}


class Dynamic:
    """As backend.args.dynamic_args: attributes of a class."""


def neo_of(host, as_host, tmp_path):
    """The stand-in as Forge Neo; loads a checkpoint by name, and encodes and prompts as its edit models do."""
    Dynamic.ref_latents = ["the user's"]
    Dynamic.concat_latent = None
    Dynamic.last_extra_generation_params = {"Emphasis": "No norm"}
    refreshed = []
    main = SimpleNamespace(refresh_model_loading_parameters=lambda: refreshed.append(1))
    as_host(
        "Forge Neo",
        {"modules_forge.main_entry": main, "backend.args": SimpleNamespace(dynamic_args=Dynamic)},
    )
    loads = {}

    def added(name):
        shapes, kind, channels = SIGNS[name]
        path = tmp_path / f"{name}.safetensors"
        info = host.sd_models.add(f"{name}.safetensors", path)
        save_file({"model.diffusion_model." + tensor: torch.zeros(shape) for tensor, shape in shapes.items()}, str(path))
        info.model = type(kind, (), {})()
        info.model.__dict__ |= dict(
            sd_checkpoint_info=info,
            filename=str(path),
            model=SimpleNamespace(conditioning_key="crossattn"),
            model_config=SimpleNamespace(unet_config={"in_channels": channels}),
            ini_latent=None,
            ref_latents=[],
        )
        loads[name] = info
        return info

    def load(name):
        host.sd_models.reload_model_weights(info=added(name))
        host.shared.opts.data["sd_model_checkpoint"] = f"{name}.safetensors"
        host.processing.opt_f = 16 if "flux2" in name else 8

    return SimpleNamespace(load=load, add=added, refreshed=refreshed)
