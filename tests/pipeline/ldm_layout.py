"""Tiny random-weight files in the layouts in which WebUI users have their models: the original SD 1 and SDXL checkpoints,
ControlNet 1.1, and LoRAs in kohya's and peft's naming. Names and shapes as in CompVis/stable-diffusion, Stability's
generative-models and lllyasviel/ControlNet; the same seed gives the same weights, so values noted from a WebUI stay true.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file

WIDTH, CONTEXT, HEADS, RANK = 32, 64, 4, 4
Shapes = Iterator[tuple[str, tuple[int, ...]]]


def layer(name: str, *shape: int) -> Shapes:
    yield name + ".weight", shape
    yield name + ".bias", shape[:1]


def res(name: str, cin: int, cout: int) -> Shapes:
    yield from layer(name + ".in_layers.0", cin)
    yield from layer(name + ".in_layers.2", cout, cin, 3, 3)
    yield from layer(name + ".emb_layers.1", cout, 4 * WIDTH)
    yield from layer(name + ".out_layers.0", cout)
    yield from layer(name + ".out_layers.3", cout, cout, 3, 3)
    if cin != cout:
        yield from layer(name + ".skip_connection", cout, cin, 1, 1)


def attention(name: str, n: int, context: int, linear: bool) -> Shapes:
    one = (n, n) if linear else (n, n, 1, 1)
    yield from layer(name + ".norm", n)
    yield from layer(name + ".proj_in", *one)
    block = name + ".transformer_blocks.0"
    for attn, width in (("attn1", n), ("attn2", context)):
        yield f"{block}.{attn}.to_q.weight", (n, n)
        yield f"{block}.{attn}.to_k.weight", (n, width)
        yield f"{block}.{attn}.to_v.weight", (n, width)
        yield from layer(f"{block}.{attn}.to_out.0", n, n)
    yield from layer(block + ".ff.net.0.proj", 8 * n, n)
    yield from layer(block + ".ff.net.2", n, 4 * n)
    for norm in ("norm1", "norm2", "norm3"):
        yield from layer(f"{block}.{norm}", n)
    yield from layer(name + ".proj_out", *one)


def encoder_blocks(prefix: str, channels: int, context: int, linear: bool, with_attention: tuple[bool, ...]) -> Shapes:
    """The UNet's way down and its middle: widths 1 and 2, one residual block a level."""
    yield from layer(prefix + "time_embed.0", 4 * WIDTH, WIDTH)
    yield from layer(prefix + "time_embed.2", 4 * WIDTH, 4 * WIDTH)
    yield from layer(prefix + "input_blocks.0.0", WIDTH, channels, 3, 3)
    yield from res(prefix + "input_blocks.1.0", WIDTH, WIDTH)
    if with_attention[0]:
        yield from attention(prefix + "input_blocks.1.1", WIDTH, context, linear)
    yield from layer(prefix + "input_blocks.2.0.op", WIDTH, WIDTH, 3, 3)
    yield from res(prefix + "input_blocks.3.0", WIDTH, 2 * WIDTH)
    if with_attention[1]:
        yield from attention(prefix + "input_blocks.3.1", 2 * WIDTH, context, linear)
    yield from res(prefix + "middle_block.0", 2 * WIDTH, 2 * WIDTH)
    yield from attention(prefix + "middle_block.1", 2 * WIDTH, context, linear)
    yield from res(prefix + "middle_block.2", 2 * WIDTH, 2 * WIDTH)


def unet(channels: int, context: int, linear: bool, added: int, with_attention: tuple[bool, ...]) -> Shapes:
    prefix = "model.diffusion_model."
    yield from encoder_blocks(prefix, channels, context, linear, with_attention)
    if added:
        yield from layer(prefix + "label_emb.0.0", 4 * WIDTH, added)
        yield from layer(prefix + "label_emb.0.2", 4 * WIDTH, 4 * WIDTH)
    n, m = WIDTH, 2 * WIDTH
    for i, (cin, cout, deep) in enumerate(((m + m, m, 1), (m + n, m, 1), (m + n, n, 0), (n + n, n, 0))):
        block = f"{prefix}output_blocks.{i}"
        yield from res(block + ".0", cin, cout)
        if with_attention[deep]:
            yield from attention(block + ".1", cout, context, linear)
        if i == 1:
            yield from layer(f"{block}.{2 if with_attention[deep] else 1}.conv", m, m, 3, 3)
    yield from layer(prefix + "out.0", n)
    yield from layer(prefix + "out.2", 4, n, 3, 3)


def vae() -> Shapes:
    n = WIDTH

    def block(name: str) -> Shapes:
        for i in (1, 2):
            yield from layer(f"{name}.norm{i}", n)
            yield from layer(f"{name}.conv{i}", n, n, 3, 3)

    for half, blocks, way, sampler in (("encoder", 1, "down", "downsample"), ("decoder", 2, "up", "upsample")):
        name = "first_stage_model." + half
        yield from layer(name + ".conv_in", n, 3 if half == "encoder" else 4, 3, 3)
        for level in range(4):
            for i in range(blocks):
                yield from block(f"{name}.{way}.{level}.block.{i}")
            if level != (3 if half == "encoder" else 0):
                yield from layer(f"{name}.{way}.{level}.{sampler}.conv", n, n, 3, 3)
        yield from block(name + ".mid.block_1")
        yield from layer(name + ".mid.attn_1.norm", n)
        for part in ("q", "k", "v", "proj_out"):
            yield from layer(f"{name}.mid.attn_1.{part}", n, n, 1, 1)
        yield from block(name + ".mid.block_2")
        yield from layer(name + ".norm_out", n)
        yield from layer(name + ".conv_out", 8 if half == "encoder" else 3, n, 3, 3)
    yield from layer("first_stage_model.quant_conv", 8, 8, 1, 1)
    yield from layer("first_stage_model.post_quant_conv", 4, 4, 1, 1)


def clip(prefix: str, vocabulary: int, width: int = CONTEXT) -> Shapes:
    """CLIP's text model as transformers names it."""
    prefix += "text_model."
    yield prefix + "embeddings.token_embedding.weight", (vocabulary, width)
    yield prefix + "embeddings.position_embedding.weight", (77, width)
    for i in range(2):
        one = f"{prefix}encoder.layers.{i}"
        for part in ("k_proj", "v_proj", "q_proj", "out_proj"):
            yield from layer(f"{one}.self_attn.{part}", width, width)
        yield from layer(one + ".layer_norm1", width)
        yield from layer(one + ".mlp.fc1", 4 * width, width)
        yield from layer(one + ".mlp.fc2", width, 4 * width)
        yield from layer(one + ".layer_norm2", width)
    yield from layer(prefix + "final_layer_norm", width)


def open_clip(prefix: str, vocabulary: int, width: int = CONTEXT, layers: int = 2) -> Shapes:
    """CLIP's text model as open_clip names it (SD 2's text encoder, and the second one of SDXL)."""
    yield prefix + "positional_embedding", (77, width)
    yield prefix + "text_projection", (width, width)
    yield prefix + "token_embedding.weight", (vocabulary, width)
    for i in range(layers):
        one = f"{prefix}transformer.resblocks.{i}"
        yield from layer(one + ".ln_1", width)
        yield one + ".attn.in_proj_weight", (3 * width, width)
        yield one + ".attn.in_proj_bias", (3 * width,)
        yield from layer(one + ".attn.out_proj", width, width)
        yield from layer(one + ".ln_2", width)
        yield from layer(one + ".mlp.c_fc", 4 * width, width)
        yield from layer(one + ".mlp.c_proj", width, 4 * width)
    yield from layer(prefix + "ln_final", width)


def weights(shapes: Shapes, seed: int) -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in shapes:
        if name.endswith("final_layer_norm.bias"):  # hosts divide by the mean of the text embedding: keep it off zero
            found[name] = torch.full(shape, 0.1)
        elif name.endswith("bias"):
            found[name] = torch.zeros(shape)
        elif len(shape) == 1:
            found[name] = torch.ones(shape)
        else:
            fan_in = torch.Size(shape[1:]).numel()
            found[name] = torch.randn(shape, generator=g) * (0.02 if "embedding" in name else fan_in**-0.5)
    if "first_stage_model.quant_conv.weight" in found:  # log-variance rows: encode without noise
        found["first_stage_model.quant_conv.weight"][4:] = 0
        found["first_stage_model.quant_conv.bias"][4:] = -30
        # A random decoder's output is far outside -1..1; keep it inside, so that nothing is clipped away.
        found["first_stage_model.decoder.conv_out.weight"] *= 0.3
    return found


def write_sd15(path: Path, vocabulary: int, channels: int = 4, seed: int = 0) -> Path:
    """A single-file SD 1 checkpoint and, beside it, the .yaml that hosts of the original code want."""

    def shapes() -> Shapes:
        yield from unet(channels, CONTEXT, False, 0, (True, False))
        yield from vae()
        yield from clip("cond_stage_model.transformer.", vocabulary)

    save_file(weights(shapes(), seed), path)
    return path


def write_sd2(path: Path, vocabulary: int, metadata: dict[str, str] | None = None, seed: int = 0) -> Path:
    """A single-file SD 2 checkpoint; its text encoder has 24 layers, of which the last is not used."""

    def shapes() -> Shapes:
        yield from unet(4, CONTEXT, True, 0, (True, False))
        yield from vae()
        yield from open_clip("cond_stage_model.model.", vocabulary, layers=24)

    save_file(weights(shapes(), seed), path, metadata)
    return path


def write_sdxl(path: Path, vocabulary: int, channels: int = 4, seed: int = 0) -> Path:
    """A single-file SDXL checkpoint."""

    def shapes() -> Shapes:
        yield from unet(channels, 3 * CONTEXT, True, 2 * CONTEXT + 6 * WIDTH, (False, True))
        yield from vae()
        yield from clip("conditioner.embedders.0.transformer.", vocabulary)
        yield from open_clip("conditioner.embedders.1.model.", vocabulary, 2 * CONTEXT)

    save_file(weights(shapes(), seed), path)
    return path


def write_controlnet(path: Path, seed: int = 7) -> Path:
    """A ControlNet 1.1 file that fits the SD 1 checkpoint."""

    def shapes() -> Shapes:
        yield from encoder_blocks("control_model.", 4, CONTEXT, False, (True, False))
        hint = [3, 16, 16, 32, 32, 96, 96, 256, WIDTH]
        for i, (cin, cout) in enumerate(zip(hint, hint[1:], strict=False)):
            yield from layer(f"control_model.input_hint_block.{2 * i}", cout, cin, 3, 3)
        for i, n in enumerate((WIDTH, WIDTH, WIDTH, 2 * WIDTH)):
            yield from layer(f"control_model.zero_convs.{i}.0", n, n, 1, 1)
        yield from layer("control_model.middle_block_out.0", 2 * WIDTH, 2 * WIDTH, 1, 1)

    save_file(weights(shapes(), seed), path)
    return path


def write_lora(path: Path, naming: str = "kohya", seed: int = 3, text: bool = False) -> Path:
    """A LoRA of rank 4 on the first attention block, in kohya's or peft's naming."""
    g = torch.Generator().manual_seed(seed)
    found: dict[str, torch.Tensor] = {}

    def add(module: str, prefix: str, cout: int, cin: int) -> None:
        down, up = torch.randn(RANK, cin, generator=g) * 0.7, torch.randn(cout, RANK, generator=g) * 0.7
        if naming == "kohya":
            name = ("lora_unet_" if prefix == "unet" else "lora_te_") + module.replace(".", "_")
            found.update(
                {name + ".lora_down.weight": down, name + ".lora_up.weight": up, name + ".alpha": torch.tensor(2.0)}
            )
        else:
            found.update({f"{prefix}.{module}.lora_A.weight": down, f"{prefix}.{module}.lora_B.weight": up})

    if text:
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            add(f"text_model.encoder.layers.0.self_attn.{part}", "text_encoder", CONTEXT, CONTEXT)
        add("text_model.encoder.layers.0.mlp.fc1", "text_encoder", 4 * CONTEXT, CONTEXT)
        add("text_model.encoder.layers.0.mlp.fc2", "text_encoder", CONTEXT, 4 * CONTEXT)
    else:
        for part, cin in (("attn1.to_q", WIDTH), ("attn1.to_v", WIDTH), ("attn2.to_v", CONTEXT)):
            add(f"down_blocks.0.attentions.0.transformer_blocks.0.{part}", "unet", WIDTH, cin)
    metadata = {"ss_base_model_version": "sd_v1", "ss_network_dim": "4"} if naming == "kohya" else {}
    save_file(found, path, metadata)
    return path


def write_yaml(path: Path, clip_dir: Path, channels: int = 4) -> Path:
    """The .yaml beside a tiny SD 1 checkpoint, as JSON (which YAML contains)."""
    network = dict(
        image_size=32,
        in_channels=channels,
        out_channels=4,
        model_channels=WIDTH,
        attention_resolutions=[1],
        num_res_blocks=1,
        channel_mult=[1, 2],
        num_heads=HEADS,
        use_spatial_transformer=True,
        transformer_depth=1,
        context_dim=CONTEXT,
        use_checkpoint=False,
        legacy=False,
    )
    first = dict(
        embed_dim=4,
        monitor="val/rec_loss",
        lossconfig=dict(target="torch.nn.Identity"),
        ddconfig=dict(
            double_z=True,
            z_channels=4,
            resolution=256,
            in_channels=3,
            out_ch=3,
            ch=WIDTH,
            ch_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            attn_resolutions=[],
            dropout=0.0,
        ),
    )
    params = dict(
        linear_start=0.00085,
        linear_end=0.0120,
        num_timesteps_cond=1,
        log_every_t=200,
        timesteps=1000,
        first_stage_key="jpg",
        cond_stage_key="txt",
        image_size=64,
        channels=4,
        cond_stage_trainable=False,
        conditioning_key="hybrid" if channels == 9 else "crossattn",
        scale_factor=0.18215,
        use_ema=False,
        unet_config=dict(target="ldm.modules.diffusionmodules.openaimodel.UNetModel", params=network),
        first_stage_config=dict(target="ldm.models.autoencoder.AutoencoderKL", params=first),
        cond_stage_config=dict(
            target="ldm.modules.encoders.modules.FrozenCLIPEmbedder", params=dict(version=str(clip_dir), device="cpu")
        ),
    )
    kind = "LatentInpaintDiffusion" if channels == 9 else "LatentDiffusion"
    if channels == 9:
        params["finetune_keys"] = None
    path.write_text(
        json.dumps(dict(model=dict(base_learning_rate=1e-4, target=f"ldm.models.diffusion.ddpm.{kind}", params=params)))
    )
    return path
