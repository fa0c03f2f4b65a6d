"""Configs read off the shapes of full-size checkpoints are those that diffusers publishes for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lib_outpaint.backends.diffusers import configs
from lib_outpaint.backends.diffusers.configs import Hints
from lib_outpaint.errors import ModelError
from lib_outpaint.models.families import Pipeline, by_key
from lib_outpaint.models.header import Header, Tensor


def header(widths: tuple[int, ...], depths: tuple[int, ...], middle: int, context: int, linear: bool, extra: Any) -> Header:
    """The names and shapes that matter of an original checkpoint with two residual blocks a level."""
    found: dict[str, tuple[int, ...]] = dict(extra)
    prefix = configs.UNET + "input_blocks."
    found[prefix + "0.0.weight"] = (widths[0], 4, 3, 3)
    index = 1
    for level, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        for _ in range(2):
            found[f"{prefix}{index}.0.out_layers.3.weight"] = (width, width, 3, 3)
            if depth:
                found[f"{prefix}{index}.1.proj_in.weight"] = (width, width) if linear else (width, width, 1, 1)
            for i in range(depth):
                found[f"{prefix}{index}.1.transformer_blocks.{i}.attn2.to_k.weight"] = (width, context)
            index += 1
        if level < len(widths) - 1:
            found[f"{prefix}{index}.0.op.weight"] = (width, width, 3, 3)
            index += 1
    for i in range(middle):
        found[f"{configs.UNET}middle_block.1.transformer_blocks.{i}.attn2.to_k.weight"] = (widths[-1], context)
    vae = configs.VAE
    found[vae + "decoder.conv_in.weight"] = (512, 4, 3, 3)
    for level, width in enumerate((128, 256, 512, 512)):
        for block in range(2):
            found[f"{vae}encoder.down.{level}.block.{block}.conv2.weight"] = (width, width, 3, 3)
    return Header(Path("x.safetensors"), {name: Tensor("F16", shape) for name, shape in found.items()}, {}, 0)


def clip(prefix: str, width: int, layers: int) -> dict[str, tuple[int, ...]]:
    return {
        prefix + "embeddings.position_embedding.weight": (77, width),
        prefix + "embeddings.token_embedding.weight": (49408, width),
        prefix + "encoder.layers.0.mlp.fc1.weight": (4 * width, width),
        f"{prefix}encoder.layers.{layers - 1}.x": (1,),
    }


def open_clip(prefix: str, width: int, layers: int) -> dict[str, tuple[int, ...]]:
    return {
        prefix + "positional_embedding": (77, width),
        prefix + "token_embedding.weight": (49408, width),
        prefix + "text_projection": (width, width),
        prefix + "transformer.resblocks.0.mlp.c_fc.weight": (4 * width, width),
        f"{prefix}transformer.resblocks.{layers - 1}.x": (1,),
    }


def pipeline(key: str) -> Pipeline:
    found = by_key(key).pipeline
    assert found is not None
    return found


ONE, TWO, WIDE = pipeline("sd1"), pipeline("sd2"), pipeline("sdxl")
CROSS, DOWN, UP = "CrossAttnDownBlock2D", "DownBlock2D", "UpBlock2D"
SD1 = header((320, 640, 1280, 1280), (1, 1, 1, 0), 1, 768, False, clip(ONE.clip, 768, 12))
SD2 = header((320, 640, 1280, 1280), (1, 1, 1, 0), 1, 1024, True, open_clip(TWO.openclip, 1024, 24))
XL = header(
    (320, 640, 1280),
    (0, 2, 10),
    10,
    2048,
    True,
    {
        **clip(WIDE.clip, 768, 12),
        **open_clip(WIDE.openclip, 1280, 32),
        configs.UNET + "label_emb.0.0.weight": (1280, 2816),
    },
)


@pytest.mark.parametrize(
    ("found", "family", "published"),
    [
        (
            SD1,
            ONE,
            dict(
                block_out_channels=[320, 640, 1280, 1280],
                layers_per_block=2,
                cross_attention_dim=768,
                attention_head_dim=8,
                down_block_types=[CROSS] * 3 + [DOWN],
                use_linear_projection=False,
                up_block_types=[UP] + ["CrossAttnUpBlock2D"] * 3,
                transformer_layers_per_block=[1, 1, 1, 1],
            ),
        ),
        (SD2, TWO, dict(cross_attention_dim=1024, attention_head_dim=[5, 10, 20, 20], use_linear_projection=True)),
        (
            XL,
            WIDE,
            dict(
                block_out_channels=[320, 640, 1280],
                cross_attention_dim=2048,
                attention_head_dim=[5, 10, 20],
                down_block_types=[DOWN, CROSS, CROSS],
                transformer_layers_per_block=[1, 2, 10],
                addition_embed_type="text_time",
                addition_time_embed_dim=256,
                use_linear_projection=True,
                projection_class_embeddings_input_dim=2816,
            ),
        ),
    ],
    ids=["sd1", "sd2", "sdxl"],
)
def test_unets(found: Header, family: Pipeline, published: dict[str, Any]) -> None:
    config = configs.unet_config(found, family, Hints())
    assert {name: config[name] for name in published} == published


def test_vaes() -> None:
    config = configs.vae_config(SD1, ONE, Hints())
    assert config["block_out_channels"] == [128, 256, 512, 512]
    assert (config["layers_per_block"], config["scaling_factor"]) == (2, 0.18215)
    assert configs.vae_config(XL, WIDE, Hints())["scaling_factor"] == 0.13025


def test_text_encoders() -> None:
    def facts(found: Header, family: Pipeline) -> list[tuple[Any, ...]]:
        return [
            (
                c["hidden_size"],
                c["num_hidden_layers"],
                c["num_attention_heads"],
                c["intermediate_size"],
                c["vocab_size"],
                c["hidden_act"],
                c["eos_token_id"],
            )
            for c in configs.text_configs(found, family, Hints())
        ]

    assert facts(SD1, ONE) == [(768, 12, 12, 3072, 49408, "quick_gelu", 49407)]
    assert facts(SD2, TWO) == [(1024, 23, 16, 4096, 49408, "gelu", 49407)]
    assert facts(XL, WIDE) == [(768, 12, 12, 3072, 49408, "quick_gelu", 49407), (1280, 32, 20, 5120, 49408, "gelu", 49407)]


def test_the_documentation_names_every_sampler_and_schedule() -> None:
    from lib_outpaint.backends.diffusers.samplers import SAMPLERS, SCHEDULES

    text = (Path(__file__).parents[2] / "docs" / "diffusers.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.count("|") == 5]
    table = {name.strip(): row for row in rows for name in row[0].split(",")}
    for sampler in SAMPLERS:
        row = table[sampler.name]
        assert row[1].split(" ")[0] + "Scheduler" == sampler.scheduler
        assert row[2] == sampler.schedule
        assert row[3] == ("yes" if sampler.exact else "no")
    assert ", ".join(SCHEDULES) in text


def bare(*shapes: tuple[str, tuple[int, ...]]) -> Header:
    return Header(Path("x.safetensors"), {configs.UNET + name: Tensor("F16", shape) for name, shape in shapes}, {}, 0)


FIRST, ATTENTION = ("input_blocks.0.0.weight", (320, 4, 3, 3)), ("middle_block.1.attn2.to_k.weight", (320, 768))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (bare(), "tensor-missing"),
        (bare(FIRST), "unet-layout"),
        (bare(FIRST, ("input_blocks.1.0.out_layers.3.weight", (320, 320, 3, 3))), "unet-without-text"),
    ],
    ids=["nothing", "no blocks", "no attention"],
)
def test_what_is_no_unet(found: Header, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        configs.unet_config(found, ONE, Hints())
    assert caught.value.code == code


def test_a_very_deep_unet_is_read_to_its_63rd_block() -> None:
    blocks = [(f"input_blocks.{i}.0.out_layers.3.weight", (320, 320, 3, 3)) for i in range(1, 70)]
    assert configs.unet_config(bare(FIRST, ATTENTION, *blocks), ONE, Hints())["layers_per_block"] == 63
