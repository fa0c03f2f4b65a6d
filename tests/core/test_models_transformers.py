"""What a transformer's weights file is, from headers with the names and shapes that are out there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from model_headers import Shapes, written

from lib_outpaint.errors import ModelError
from lib_outpaint.models import families
from lib_outpaint.models.families import FAMILIES, by_key
from lib_outpaint.models.inspect import inspect

NET = "model.diffusion_model."
FLUX1 = {"img_in.weight": (3072, 64), "double_blocks.0.img_attn.norm.key_norm.scale": (128,), "txt_in.weight": (3072, 4096)}
FLUX2 = {"img_in.weight": (3072, 128), "double_blocks.0.img_attn.norm.key_norm.weight": (128,)}
KLEIN = FLUX2 | {"double_stream_modulation_img.lin.weight": (18432, 3072)}
FLUX2_DEV = FLUX2 | {"img_in.weight": (6144, 128), "double_stream_modulation_img.lin.weight": (36864, 6144)}
QWEN = {"img_in.weight": (3072, 64), "txt_norm.weight": (3584,), "transformer_blocks.0.attn.to_q.weight": (3072, 3072)}
Z = {"cap_embedder.1.weight": (3840, 2560), "x_embedder.weight": (3840, 64), "layers.0.attention.qkv.weight": (11520, 3840)}
LUMINA = {"cap_embedder.1.weight": (2304, 2304), "x_embedder.weight": (2304, 64)}
WAN = {"head.modulation": (1, 2, 5120), "patch_embedding.weight": (5120, 16, 1, 2, 2)}

# name of the file, shapes without prefix, key, channels, cell, multiple, native side
MODELS: list[tuple[str, Shapes, str, int, int, int, int]] = [
    ("flux1-dev", FLUX1, "flux1", 16, 8, 16, 1024),
    ("flux1-kontext-dev", FLUX1, "flux1-kontext", 16, 8, 16, 1024),
    ("flux1-fill-dev", FLUX1 | {"img_in.weight": (3072, 384)}, "flux1-fill", 96, 8, 16, 1024),
    ("chroma", FLUX1 | {"distilled_guidance_layer.norms.0.scale": (5120,)}, "chroma1", 16, 8, 16, 1024),
    ("flux2-klein-4b", KLEIN, "flux2-klein", 128, 16, 16, 1024),
    ("flux2-dev", FLUX2_DEV, "flux2", 128, 16, 16, 1024),
    ("qwen-image", QWEN, "qwen-image", 16, 8, 16, 1024),
    ("qwen-image-edit-2509", QWEN, "qwen-image-edit", 16, 8, 16, 1024),
    ("edited", QWEN, "qwen-image", 16, 8, 16, 1024),  # the hosts want both words
    ("z-image-turbo", Z, "z-image", 16, 8, 16, 1024),
    ("neta", LUMINA, "lumina2", 16, 8, 16, 1024),
    ("anima", {"blocks.0.mlp.layer1.weight": (8192, 2048)}, "anima", 16, 8, 16, 1024),
    ("krea", {"txtfusion.projector.weight": (1, 8), "first.weight": (2048, 64)}, "krea2", 16, 8, 16, 1024),
    ("wan2.2-t2v", WAN, "wan", 16, 8, 16, 960),
    ("wan2.2-i2v", WAN | {"patch_embedding.weight": (5120, 36, 1, 2, 2)}, "wan-i2v", 36, 8, 16, 1024),
    (
        "sd3.5",
        {"joint_blocks.0.x_block.attn.qkv.weight": (4608, 1536), "x_embedder.proj.weight": (1536, 16, 2, 2)},
        "sd3",
        16,
        8,
        16,
        1024,
    ),
]


@pytest.mark.parametrize("prefix", [NET, "net.", "model.", ""])
@pytest.mark.parametrize("case", MODELS, ids=[case[0] for case in MODELS])
def test_a_transformer_is_told_with_every_prefix(tmp_path: Path, case: tuple, prefix: str) -> None:
    name, shapes, key, channels, cell, multiple, side = case
    info = inspect(written(tmp_path / f"{name}.safetensors", {prefix + tensor: shape for tensor, shape in shapes.items()}))
    assert (info.kind, info.base, info.channels, info.prediction) == ("checkpoint", key, channels, "flow")
    assert (info.family.cell, info.family.size_multiple, info.native_side) == (cell, multiple, side)
    assert by_key(key).name in str(info.describe()[0])


def test_what_a_model_is_for_is_said(tmp_path: Path) -> None:
    def uses(name: str, shapes: Shapes) -> str:
        return str(inspect(written(tmp_path / f"{name}.safetensors", shapes)).describe()[1].values["use"].code)

    assert uses("fill", FLUX1 | {"img_in.weight": (3072, 384)}) == "unet-inpainting"
    assert uses("dev", FLUX1) == "unet-plain"
    assert uses("flux-Kontext", FLUX1) == uses("klein", KLEIN) == uses("Qwen_Edit", QWEN) == "unet-editing"


def test_an_editing_model_is_told_by_its_folder_too(tmp_path: Path) -> None:
    (tmp_path / "FLUX Kontext").mkdir()
    assert inspect(written(tmp_path / "FLUX Kontext" / "model.safetensors", FLUX1)).base == "flux1-kontext"


def test_a_text_encoder_beside_it_changes_nothing(tmp_path: Path) -> None:
    """An all-in-one file: its text encoder's names begin with "model." too in some."""
    whole = {NET + name: shape for name, shape in Z.items()} | {
        "text_encoders.qwen3_4b.transformer.model.layers.0.self_attn.q_proj.weight": (64, 64),
        "text_encoders.clip_l.transformer.text_model.embeddings.token_embedding.weight": (49408, 64),
        "vae.decoder.conv_in.weight": (64, 16, 3, 3),
    }
    assert inspect(written(tmp_path / "all.safetensors", whole)).base == "z-image"


def lora(module: str, takes: int, gives: int, *, peft: bool = False) -> Shapes:
    down, up = ("lora_A", "lora_B") if peft else ("lora_down", "lora_up")
    return {f"{module}.{down}.weight": (4, takes), f"{module}.{up}.weight": (gives, 4)}


LORAS: list[tuple[str, Shapes, dict[str, str], str]] = [
    ("kohya-flux1", lora("lora_unet_double_blocks_0_img_mod_lin", 3072, 18432), {}, "flux1"),
    ("either-flux", lora("lora_unet_double_blocks_0_img_attn_qkv", 3072, 9216), {}, ""),
    ("kohya-flux1-single", lora("lora_unet_single_blocks_0_linear1", 3072, 21504), {}, "flux1"),
    ("peft-flux1", lora("transformer.single_transformer_blocks.0.attn.to_q", 3072, 3072, peft=True), {}, "flux1"),
    ("kohya-klein", lora("lora_unet_single_blocks_0_linear1", 3072, 27648), {}, "flux2-klein"),
    (
        "peft-klein",
        lora("transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj", 3072, 27648, peft=True),
        {},
        "flux2-klein",
    ),
    ("said-flux2-dev", lora("lora_unet_x", 8, 8), {"ss_base_model_version": "flux.2-dev"}, "flux2"),
    ("said-kontext", lora("lora_unet_x", 8, 8), {"modelspec.architecture": "flux-1-kontext/lora"}, "flux1-kontext"),
    ("qwen-mlp", lora("transformer.transformer_blocks.0.img_mlp.net.0.proj", 3072, 12288, peft=True), {}, "qwen-image"),
    ("qwen-attention", lora("transformer_blocks.59.attn.to_k", 3072, 3072, peft=True), {}, "qwen-image"),
    ("z-image", lora("diffusion_model.layers.0.attention.qkv", 3840, 11520, peft=True), {}, "z-image"),
    ("kohya-lumina", lora("lora_unet_layers_0_attention_qkv", 2304, 3840), {}, "lumina2"),
    ("wan", lora("diffusion_model.blocks.0.cross_attn.k", 5120, 5120, peft=True), {}, "wan"),
    ("anima", lora("diffusion_model.blocks.0.cross_attn.k_proj", 1024, 2048, peft=True), {}, "anima"),
    ("krea", lora("diffusion_model.blocks.0.attn.wq", 2048, 2048, peft=True), {}, "krea2"),
    ("sd3", lora("lora_unet_joint_blocks_0_x_block_attn_qkv", 1536, 4608), {}, "sd3"),
    ("said-zimage", lora("lora_unet_x", 8, 8), {"ss_base_model_version": "zimage"}, "z-image"),
    ("silent", lora("transformer.transformer_blocks.0.attn.to_k", 3072, 3072, peft=True), {}, ""),  # several have it
]


@pytest.mark.parametrize(("name", "shapes", "metadata", "key"), LORAS, ids=[case[0] for case in LORAS])
def test_loras_of_transformers(tmp_path: Path, name: str, shapes: Shapes, metadata: dict[str, str], key: str) -> None:
    info = inspect(written(tmp_path / f"{name}.safetensors", shapes, metadata))
    assert (info.kind, info.base) == ("lora", key)


CONTROLNETS: list[tuple[str, Shapes, str]] = [
    (
        "flux-union",
        {"controlnet_blocks.0.weight": (3072, 3072), "single_transformer_blocks.0.attn.to_q.weight": (3072, 3072)},
        "flux1",
    ),
    ("xlabs-canny", {"controlnet_blocks.0.weight": (8, 8)} | FLUX1, "flux1"),
    ("qwen-inpaint", {"controlnet_x_embedder.weight": (3072, 68), "txt_norm.weight": (3584,)}, "qwen-image"),
    ("z-union", {"control_layers.0.attention.to_q.weight": (3840, 3840)}, "z-image"),
    ("lllite-xl", {"lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.down.0.weight": (8, 8)}, "sdxl"),
    ("lllite-anima-inpaint", {"lllite_dit_blocks_0_self_attn_q_proj.down.weight": (8, 8)}, "anima"),
]


@pytest.mark.parametrize(("name", "shapes", "key"), CONTROLNETS, ids=[case[0] for case in CONTROLNETS])
def test_controlnets_of_transformers(tmp_path: Path, name: str, shapes: Shapes, key: str) -> None:
    info = inspect(written(tmp_path / f"{name}.safetensors", shapes))
    assert (info.kind, info.base) == ("controlnet", key)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("flux-xlabs-canny-v3", "flux1"),
        ("FLUX.2-klein-control", "flux2-klein"),
        ("qwen-image-union", "qwen-image"),
        ("control_v11p_sd15_animal_openpose", "sd1"),
        ("control_v1p_sd15_illumination", "sd1"),
        ("controlnet-union-sdxl-promax", "sdxl"),
    ],
)
def test_names_of_controlnets(name: str, key: str) -> None:
    assert families.by_file_name(name).key == key


def test_adapters_fit_the_models_that_share_a_network() -> None:
    dev, kontext, fill, klein = (by_key(key) for key in ("flux1", "flux1-kontext", "flux1-fill", "flux2-klein"))
    assert kontext.takes(dev)
    assert dev.takes(kontext)
    assert fill.takes(kontext)
    assert not klein.takes(dev)
    assert not dev.takes(by_key("sd1"))
    assert dev.takes(families.UNKNOWN)
    assert families.UNKNOWN.takes(dev)


@pytest.mark.parametrize(
    ("pipeline", "transformer", "key"),
    [
        ("FluxKontextPipeline", "FluxTransformer2DModel", "flux1-kontext"),
        ("FluxFillPipeline", "FluxTransformer2DModel", "flux1-fill"),
        ("MyFluxPipeline", "FluxTransformer2DModel", "flux1"),
        ("QwenImageEditPlusPipeline", "QwenImageTransformer2DModel", "qwen-image-edit"),
        ("Flux2KleinPipeline", "Flux2Transformer2DModel", "flux2-klein"),
    ],
)
def test_folders_of_transformers(tmp_path: Path, pipeline: str, transformer: str, key: str) -> None:
    (tmp_path / "transformer").mkdir()
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    (tmp_path / "transformer" / "config.json").write_text(json.dumps({"_class_name": transformer}))
    info = inspect(tmp_path)
    assert (info.kind, info.base, info.layout) == ("checkpoint", key, "folder")
    with pytest.raises(ModelError) as caught:
        _ = info.pipeline
    assert caught.value.code == "model-family"


def test_every_row_can_be_planned_with() -> None:
    for family in FAMILIES:
        assert (
            64 % family.size_multiple == family.size_multiple % family.cell == family.native_side % family.size_multiple == 0
        )
        assert not family.adapters or by_key(family.adapters).known
    assert len({family.key for family in FAMILIES}) == len(FAMILIES)
