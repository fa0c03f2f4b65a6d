"""What a weights file is, from its safetensors or GGUF header alone: in milliseconds, and never unpickling anything.

The signs are the tensors' names and shapes as the models' own code, lllyasviel's ControlNet, diffusers, kohya's sd-scripts,
LyCORIS and peft write them, and the metadata of sd-scripts and of Stability's ModelSpec. Where a header tells two models
apart by nothing, as with editing ones, their path does, as in the hosts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import ModelError
from ..messages import message
from . import families
from .families import UNKNOWN, Family, Prediction
from .gguf import read_gguf
from .header import Header, Tensor, read_header, read_json
from .info import Kind, Layout, ModelInfo

__all__ = ["Kind", "Layout", "ModelInfo", "inspect"]

_UNET = "model.diffusion_model."
_PREFIXES = (_UNET, "diffusion_model.", "net.", "model.", "transformer.", "")  # of a transformer, by who wrote the file
_CONTROL_KINDS = (
    "inpaint",
    "canny",
    "depth",
    "openpose",
    "lineart",
    "softedge",
    "scribble",
    "tile",
    "normal",
    "mlsd",
    "seg",
    "shuffle",
    "ip2p",
    "union",
    "recolor",
    "blur",
    "qr",
)


def inspect(path: str | Path) -> ModelInfo:
    """What a .safetensors or .gguf file, or a folder as diffusers writes it, is.

    Raises:
        ModelError: it cannot be read, is neither, or its header is damaged.
    """
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    header = read_gguf(path) if path.suffix.lower() == ".gguf" and path.is_file() else read_header(path)
    counts: dict[str, int] = {}
    for tensor in header.tensors.values():
        counts[tensor.dtype] = counts.get(tensor.dtype, 0) + tensor.size
    found = next(
        (info for read in (_checkpoint, _controlnet, _lora, _transformer, _unet, _vae, _small) if (info := read(header))),
        ModelInfo(path, "unknown"),
    )
    return replace(
        found,
        title=header.metadata.get("modelspec.title", header.metadata.get("ss_output_name", "")),
        dtype=max(counts, key=lambda d: counts[d], default=""),
        parameters=sum(counts.values()),
        file_bytes=header.file_bytes,
    )


def _checkpoint(header: Header) -> ModelInfo | None:
    layers = {family.first_layer for family in families.FAMILIES if not family.transformer}
    if not any(len(header.shape(name)) == axes for name, axes in layers):
        return None
    family = families.by_tensors(header.tensors)
    name, axes = family.first_layer
    first = header.shape(name)
    if len(first) != axes:
        return None
    # The text encoder may be stored in another family's layout: the width of the UNet's text tells more, where it is known.
    told = _by_context(header, _UNET)
    family = told if told.known else family
    return ModelInfo(header.path, "checkpoint", family, "original", first[1], _prediction(header, family))


def _transformer(header: Header) -> ModelInfo | None:
    """A checkpoint whose network is a transformer, with or without text encoders and VAE."""
    family, network = _by_network(header)
    if not family.known:
        return None
    name, axes = family.first_layer
    first = network.get(name, ())
    channels = first[1] // family.token if len(first) == axes > 1 else family.channels
    return ModelInfo(header.path, "checkpoint", family, "original", channels, _prediction(header, family))


def _by_network(header: Header) -> tuple[Family, Mapping[str, tuple[int, ...]]]:
    """The family of a file with a transformer, and the transformer's shapes by their names there."""
    for prefix in _PREFIXES:
        shapes = {n[len(prefix) :]: tensor.shape for n, tensor in header.tensors.items() if n.startswith(prefix)}
        family = families.by_network(shapes, str(header.path)) if shapes else UNKNOWN
        if family.known:
            return family, shapes
    return UNKNOWN, {}


def _prediction(header: Header, family: Family) -> Prediction:
    said = header.metadata.get("modelspec.prediction_type", "").lower()
    if "v_pred" in header.tensors or said in ("v", "v_prediction", "velocity"):
        return "v"
    if said in ("epsilon", "eps"):
        return "epsilon"
    return "" if len(family.predictions) > 1 else family.predictions[0]


def _by_context(header: Header, prefix: str) -> Family:
    """The family by the width of the text that cross attention takes."""
    for name, tensor in header.tensors.items():
        if name.startswith(prefix) and name.endswith("attn2.to_k.weight") and len(tensor.shape) == 2:
            return families.by_context(tensor.shape[1])
    return UNKNOWN


def _controlnet(header: Header) -> ModelInfo | None:
    control = _control_kind(header.path)
    layout: Layout = "original"
    if header.shape("control_model.input_hint_block.0.weight") or header.shape("input_hint_block.0.weight"):
        prefix = "control_model." if "control_model.input_hint_block.0.weight" in header.tensors else ""
        family = _by_context(header, prefix)
    elif header.shape("controlnet_cond_embedding.conv_in.weight"):
        family, layout = _by_context(header, ""), "diffusers"
    elif any(name.startswith(_CONTROL_PARTS) for name in header.tensors):
        family, layout = _by_control_parts(header), "diffusers"
    else:
        return None
    family = family if family.known else families.by_controlnet_name(header.path.stem)
    return ModelInfo(header.path, "controlnet", family, layout, control=control)


# What a transformer's ControlNets have beside a copy of its blocks.
_CONTROL_PARTS = ("controlnet_blocks.", "controlnet_x_embedder.", "control_layers.", "lllite_")


def _by_control_parts(header: Header) -> Family:
    lllite = {name: (0, 0) for name in header.tensors if name.startswith("lllite_")}
    found = families.by_lora_modules(lllite) if lllite else _by_network(header)[0]
    bare = {name.removeprefix("control_"): (0, 0) for name in header.tensors}
    return found if found.known else families.by_lora_modules(bare)


def _control_kind(path: Path) -> str:
    name = path.stem if path.stem != "diffusion_pytorch_model" else path.parent.name
    return next((kind for kind in _CONTROL_KINDS if kind in name.lower()), "")


_DOWN = re.compile(r"(\.lora_down|\.lora_A(\.\w+)?|[._]lora\.down|\.lora_linear_layer\.down)\.weight$")
_LYCORIS = re.compile(r"\.(hada_w1_a|lokr_w1|lokr_w1_a|oft_blocks|oft_diag|diff|on_input)$")


def _lora(header: Header) -> ModelInfo | None:
    downs = {name: tensor for name, tensor in header.tensors.items() if _DOWN.search(name)}
    lycoris = any(_LYCORIS.search(name) for name in header.tensors)
    if not downs and not lycoris:
        return None
    ranks = {tensor.shape[0] for tensor in downs.values() if tensor.shape}
    kohya = any(name.startswith(("lora_unet_", "lora_te")) for name in header.tensors)
    text = any(
        name.startswith(("lora_te", "text_encoder", "te_", "te1_", "te2_")) or ".text_model." in name
        for name in header.tensors
    )
    layout: Layout = "lycoris" if lycoris else "kohya" if kohya else "peft"
    return ModelInfo(
        header.path,
        "lora",
        _lora_family(header, downs),
        layout,
        rank=max(ranks, default=0),
        ranks_differ=len(ranks) > 1,
        text_encoder=text,
    )


def _lora_family(header: Header, downs: Mapping[str, Tensor]) -> Family:
    said = header.metadata.get("ss_base_model_version", "") or header.metadata.get("modelspec.architecture", "")
    for found in (families.by_lora_metadata(said), families.by_lora_modules(_modules(header, downs))):
        if found.known:
            return found
    for name, tensor in downs.items():
        if re.search(r"attn2[._](processor[._])?to_[kv]", name) and len(tensor.shape) >= 2:
            return families.by_context(tensor.shape[1])
    return UNKNOWN


def _modules(header: Header, downs: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
    """A LoRA's modules: what each takes and gives, 0 where it does not say."""
    found = dict.fromkeys(header.tensors, (0, 0))
    for name, down in downs.items():
        up = header.shape(_DOWN.sub(_upwards, name))
        found[name] = (down.shape[1] if len(down.shape) > 1 else 0, up[0] if up else 0)
    return found


def _upwards(down: re.Match[str]) -> str:
    return down.group().replace("down", "up").replace("lora_A", "lora_B")


def _unet(header: Header) -> ModelInfo | None:
    first = header.shape("conv_in.weight")
    if len(first) != 4 or "time_embedding.linear_1.weight" not in header.tensors:
        return None
    family = _by_context(header, "")
    return ModelInfo(header.path, "unet", family, "diffusers", first[1], _prediction(header, family))


def _vae(header: Header) -> ModelInfo | None:
    names = header.tensors
    if "decoder.conv_in.weight" in names or "first_stage_model.decoder.conv_in.weight" in names:
        return ModelInfo(
            header.path, "vae", layout="diffusers" if "decoder.mid_block.resnets.0.conv1.weight" in names else "original"
        )
    return None


def _small(header: Header) -> ModelInfo | None:
    names = header.tensors
    if "emb_params" in names or {"clip_l", "clip_g"} & set(names):
        width = (header.shape("emb_params") or (0,))[-1]
        return ModelInfo(header.path, "embedding", families.by_embedding(names, width))
    if any(name.endswith("text_model.embeddings.token_embedding.weight") for name in names):
        return ModelInfo(header.path, "text encoder")
    return None


def _folder(path: Path) -> ModelInfo:
    """A diffusers pipeline or ControlNet, from its JSON files."""
    if (path / "model_index.json").is_file():
        parts = read_json(path / "model_index.json")
        there = [name for name, value in parts.items() if isinstance(value, list) and value[:1] not in ([], [None])]
        if not (path / "unet" / "config.json").is_file():
            return _transformer_folder(path, parts.get("_class_name"))
        unet = read_json(path / "unet" / "config.json")
        family = families.by_folder(there, unet.get("cross_attention_dim"))
        scheduler = path / "scheduler" / "scheduler_config.json"
        said = read_json(scheduler).get("prediction_type") if scheduler.is_file() else None
        return ModelInfo(
            path,
            "checkpoint",
            family,
            "folder",
            int(unet.get("in_channels", 4)),
            "v" if said == "v_prediction" else "epsilon",
        )
    config = read_json(path / "config.json") if (path / "config.json").is_file() else {}
    if config.get("_class_name") == "ControlNetModel":
        return ModelInfo(
            path,
            "controlnet",
            families.by_context(config.get("cross_attention_dim")),
            "folder",
            control=_control_kind(path),
        )
    raise ModelError("folder-not-a-model", path=path)


def _transformer_folder(path: Path, pipeline: object) -> ModelInfo:
    config = path / "transformer" / "config.json"
    family = families.by_class(pipeline, read_json(config).get("_class_name") if config.is_file() else None)
    if not family.known:
        raise ModelError("folder-other-pipeline", path=path, kind=pipeline or message("unknown-pipeline"))
    channels = family.inpainting_channels or family.channels
    return ModelInfo(path, "checkpoint", family, "folder", channels, family.predictions[0])
