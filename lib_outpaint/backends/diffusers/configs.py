"""diffusers configs for a single-file checkpoint, read off the shapes in its header.

diffusers brings no configs along: its from_single_file fetches those of a family from a hub, which needs a network, and they
are wrong for narrowed or pruned models. Those read off shapes are right for both. What shapes cannot tell (how many heads)
comes from a .yaml beside the checkpoint or a given config folder, else from the family.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import ModelError
from ...models.families import Pipeline
from ...models.header import Header

UNET, VAE = "model.diffusion_model.", "first_stage_model."
Config = dict[str, Any]
_UP = {"CrossAttnDownBlock2D": "CrossAttnUpBlock2D", "DownBlock2D": "UpBlock2D"}


@dataclass(frozen=True)
class Hints:
    """What shapes cannot tell. 0 and {} leave it to the family.

    Attributes:
        unet_heads, head_channels: attention heads, or channels of each, of the UNet.
        text: values of the (first) text encoder's own config.
        scale_factor: of the VAE's latents.
        prediction: "v" or "epsilon"; "" when nothing says.
    """

    unet_heads: int = 0
    head_channels: int = 0
    text: Mapping[str, Any] = field(default_factory=dict)
    scale_factor: float = 0.0
    prediction: str = ""


def unet_config(header: Header, pipeline: Pipeline, hints: Hints) -> Config:
    """The UNet's config, from the original layout's blocks (CompVis' and Stability's openaimodel.py)."""
    config = _blocks(header, UNET)
    config |= {
        "_class_name": "UNet2DConditionModel",
        "out_channels": 4,
        "sample_size": 64,
        "up_block_types": [_UP[kind] for kind in reversed(config["down_block_types"])],
        "attention_head_dim": _heads(config["block_out_channels"], pipeline, hints),
    }
    added = header.shape(UNET + "label_emb.0.0.weight")
    if added:
        pooled = header.shape(pipeline.openclip + "text_projection") if pipeline.size_conditioning else ()
        config |= {
            "addition_embed_type": "text_time",
            # beside the pooled text, six numbers: sizes and crops
            "addition_time_embed_dim": (added[1] - pooled[1]) // 6 if pooled else 256,
            "projection_class_embeddings_input_dim": added[1],
        }
    return config


def _blocks(header: Header, prefix: str) -> Config:
    """What a UNet and its ControlNet have in common."""
    first = _needed(header, prefix + "input_blocks.0.0.weight")
    levels = _levels(header, prefix)
    depths = [max(one[1] for one in level) for level in levels]
    middle = _count(header, prefix + r"middle_block\.1\.transformer_blocks\.(\d+)\.")
    widths = [level[0][0] for level in levels]
    text = next(
        (t.shape[1] for n, t in header.tensors.items() if n.startswith(prefix) and n.endswith("attn2.to_k.weight")), 0
    )
    if not text:
        raise ModelError("unet-without-text", name=header.path.name)
    linear = (
        len(next((t.shape for n, t in header.tensors.items() if n.startswith(prefix) and n.endswith("proj_in.weight")), ()))
        == 2
    )
    return {
        "in_channels": first[1],
        "block_out_channels": widths,
        "layers_per_block": len(levels[0]),
        "cross_attention_dim": text,
        "down_block_types": ["CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in depths],
        "transformer_layers_per_block": [depth or 1 for depth in depths[:-1]] + [depths[-1] or middle or 1],
        "use_linear_projection": linear,
    }


def _levels(header: Header, prefix: str) -> list[list[tuple[int, int]]]:
    """The way down, level by level: of each residual block, its width and how deep its transformer is (0: none)."""
    levels: list[list[tuple[int, int]]] = [[]]
    for index in range(1, 64):
        block = f"{prefix}input_blocks.{index}."
        width = header.shape(block + "0.out_layers.3.weight")
        if width:
            levels[-1].append((width[0], _count(header, re.escape(block) + r"1\.transformer_blocks\.(\d+)\.")))
        elif header.shape(block + "0.op.weight"):
            levels.append([])
        else:
            break
    if not all(levels):
        raise ModelError("unet-layout", name=header.path.name)
    return levels


def _heads(widths: list[int], pipeline: Pipeline, hints: Hints) -> int | list[int]:
    """diffusers' `attention_head_dim`, which despite its name is the number of heads."""
    if hints.unet_heads:
        return hints.unet_heads
    channels = hints.head_channels or pipeline.head_channels
    return [max(width // channels, 1) for width in widths] if channels else 8


def vae_config(header: Header, pipeline: Pipeline, hints: Hints, prefix: str = VAE) -> Config:
    """The VAE's config, from the original layout (CompVis' model.py)."""
    latent = _needed(header, prefix + "decoder.conv_in.weight")
    levels = _count(header, re.escape(prefix) + r"encoder\.down\.(\d+)\.")
    widths = [header.shape(f"{prefix}encoder.down.{i}.block.0.conv2.weight")[0] for i in range(levels)]
    blocks = _count(header, re.escape(prefix) + r"encoder\.down\.0\.block\.(\d+)\.")
    return {
        "_class_name": "AutoencoderKL",
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": latent[1],
        "block_out_channels": widths,
        "layers_per_block": blocks,
        "scaling_factor": hints.scale_factor or pipeline.latent_scale,
        "sample_size": 512,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "norm_num_groups": 32,
        "act_fn": "silu",
        "force_upcast": not pipeline.half_vae,
    }


def text_configs(header: Header, pipeline: Pipeline, hints: Hints) -> list[Config]:
    """The configs of the text encoders, in the pipeline's order."""
    found: list[Config] = []
    for kind in pipeline.text_encoders:
        if kind == "clip":
            found.append(_clip(header, pipeline.clip) | dict(hints.text))
            continue
        config = _open_clip(header, pipeline.openclip)
        if not pipeline.penultimate:
            # The last of OpenCLIP's layers is not used: the text is taken before it, through the last norm.
            config |= {"num_hidden_layers": config["num_hidden_layers"] - 1, "architectures": ["CLIPTextModel"]}
        found.append(config)
    return found


def _clip(header: Header, prefix: str) -> Config:
    place = _needed(header, prefix + "embeddings.position_embedding.weight")
    layers = _count(header, re.escape(prefix) + r"encoder\.layers\.(\d+)\.")
    words = header.shape(prefix + "embeddings.token_embedding.weight")[0]
    inner = header.shape(prefix + "encoder.layers.0.mlp.fc1.weight")[0]
    return _text(place, layers, words, inner) | {"hidden_act": "quick_gelu", "architectures": ["CLIPTextModel"]}


def _open_clip(header: Header, prefix: str) -> Config:
    place = _needed(header, prefix + "positional_embedding")
    layers = _count(header, re.escape(prefix) + r"transformer\.resblocks\.(\d+)\.")
    words = header.shape(prefix + "token_embedding.weight")[0]
    inner = header.shape(prefix + "transformer.resblocks.0.mlp.c_fc.weight")[0]
    projection = header.shape(prefix + "text_projection")
    return _text(place, layers, words, inner) | {
        "hidden_act": "gelu",
        "architectures": ["CLIPTextModelWithProjection"],
        "projection_dim": projection[1] if projection else place[1],
    }


def _text(place: tuple[int, ...], layers: int, words: int, inner: int) -> Config:
    # The end token is the last of the vocabulary; every CLIP text model has heads of 64 channels.
    return {
        "model_type": "clip_text_model",
        "hidden_size": place[1],
        "max_position_embeddings": place[0],
        "num_hidden_layers": layers,
        "num_attention_heads": max(place[1] // 64, 1),
        "intermediate_size": inner,
        "vocab_size": words,
        "projection_dim": place[1],
        "layer_norm_eps": 1e-5,
        "bos_token_id": words - 2,
        "eos_token_id": words - 1,
        "pad_token_id": 1,
    }


def controlnet_config(header: Header, heads: int | list[int], prefix: str) -> Config:
    """A ControlNet's config, from the original layout (lllyasviel/ControlNet's cldm.py). `heads` are its UNet's."""
    hint = [header.shape(f"{prefix}input_hint_block.{i}.weight") for i in (0, 4, 8, 12)]
    return _blocks(header, prefix) | {
        "_class_name": "ControlNetModel",
        "attention_head_dim": heads,
        "conditioning_embedding_out_channels": [shape[0] for shape in hint if shape] or [16, 32, 96, 256],
    }


def _count(header: Header, pattern: str) -> int:
    """One more than the highest number that the pattern's group finds at the start of a name; 0 when none."""
    compiled = re.compile(pattern)
    return max((int(m[1]) + 1 for name in header.tensors if (m := compiled.match(name))), default=0)


def _needed(header: Header, name: str) -> tuple[int, ...]:
    shape = header.shape(name)
    if len(shape) < 2:
        raise ModelError("tensor-missing", name=header.path.name, tensor=name)
    return shape
