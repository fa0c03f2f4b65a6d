"""What must be so of the files of a merge before a byte is written; every fault is a ModelError that names its file."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError
from .header import Header, Tensor, read_header
from .info import ModelInfo
from .inspect import inspect
from .prediction import predicted
from .tensor_files import DTYPES

UNET, VAE = "model.diffusion_model.", "first_stage_model."  # beginnings of names in the original layout


def inspected(path: Path) -> ModelInfo:
    """What a file is, which must be a checkpoint of a family with inpainting channels, in the original layout."""
    if path.is_dir():
        raise ModelError("merge-folder", path=path)
    info = inspect(path)
    if info.kind != "checkpoint" or info.layout != "original":
        raise ModelError("not-a-checkpoint", what=info.describe()[0])
    family = info.family
    if "channels" not in family.inpaints or family.pipeline is None or family.inpainting_channels == 0:
        raise ModelError("merge-family", name=path.name, family=info.family_name)
    return info


def check_kinds(model: ModelInfo, inpainting: ModelInfo, base: ModelInfo) -> None:
    """One family and prediction, and each of the three in its own place."""
    if inpainting.channels != inpainting.family.inpainting_channels:
        values = {"channels": inpainting.channels, "wanted": inpainting.family.inpainting_channels}
        raise ModelError("merge-not-inpainting", name=inpainting.path.name, **values)
    for flag, info in (("--model", model), ("--base", base)):
        if info.channels != info.family.channels:
            raise ModelError("merge-not-plain", name=info.path.name, flag=flag, channels=info.channels)
    for info in (inpainting, base):
        if info.family != model.family:
            names = {"family": info.family_name, "other": model.path.name, "others": model.family_name}
            raise ModelError("merge-families", name=info.path.name, **names)
    said = [(info, predicted(info)) for info in (model, inpainting, base)]
    for info, prediction in said:
        if prediction and said[0][1] and prediction != said[0][1]:
            names = {"prediction": prediction, "other": model.path.name, "others": said[0][1]}
            raise ModelError("merge-predictions", name=info.path.name, **names)


def check_network(infos: list[ModelInfo], headers: list[Header]) -> None:
    """The three networks have the same tensors, all of them numbers, in shapes that differ in the first layer alone."""
    check_same(infos, headers, (UNET,), but=infos[0].family.first_layer[0])
    name = infos[0].family.first_layer[0]
    plain, inpainting, base = (header.shape(name) for header in headers)
    for info, shape in ((infos[1], inpainting), (infos[2], base)):
        if (shape[0], *shape[2:]) != (plain[0], *plain[2:]):
            raise _other_shape(info, infos[0], name, shape, plain)


def check_same(infos: list[ModelInfo], headers: list[Header], beginnings: tuple[str, ...], but: str = "") -> None:
    """The tensors whose names have one of these beginnings are the same in all files; `but` may differ in shape."""
    first = {name: tensor for name, tensor in headers[0].tensors.items() if name.startswith(beginnings)}
    for info, header in zip(infos, headers, strict=True):
        found = {name: tensor for name, tensor in header.tensors.items() if name.startswith(beginnings)}
        for name in first.keys() ^ found.keys():
            has, lacks = (info, infos[0]) if name in found else (infos[0], info)
            raise ModelError("merge-tensors", name=lacks.path.name, tensor=name, other=has.path.name)
        for name, tensor in found.items():
            if tensor.shape != first[name].shape and name != but:
                raise _other_shape(info, infos[0], name, tensor.shape, first[name].shape)
            if tensor.dtype not in DTYPES or (is_float(tensor) != is_float(first[name])):
                raise ModelError("merge-dtype", name=info.path.name, tensor=name, dtype=tensor.dtype)
            if beginnings == (UNET,) and not is_float(tensor):
                raise ModelError("merge-dtype", name=info.path.name, tensor=name, dtype=tensor.dtype)


def _other_shape(one: ModelInfo, other: ModelInfo, name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> ModelError:
    values = {"tensor": name, "shape": list(shape), "other": other.path.name, "wanted": list(wanted)}
    return ModelError("merge-shapes", name=one.path.name, **values)


def vae_shapes(path: Path, plain: Header, model: Path) -> dict[str, tuple[int, ...]]:
    """The tensors of another VAE by their names in a checkpoint."""
    header = read_header(path)
    prefix = VAE if any(name.startswith(VAE) for name in header.tensors) else ""
    begins = tuple(prefix + part for part in ("encoder.", "decoder.", "quant_conv.", "post_quant_conv."))
    found = {name: tensor for name, tensor in header.tensors.items() if name.startswith(begins)}
    if prefix + "encoder.down.0.block.0.conv1.weight" not in found or prefix + "decoder.conv_in.weight" not in found:
        raise ModelError("merge-not-a-vae", name=path.name)
    wanted = {name: tensor.shape for name, tensor in plain.tensors.items() if name.startswith(VAE)}
    shapes = {VAE + name.removeprefix(prefix): tensor.shape for name, tensor in found.items()}
    for name, tensor in found.items():
        full = VAE + name.removeprefix(prefix)
        if tensor.dtype not in DTYPES or not is_float(tensor):
            raise ModelError("merge-dtype", name=path.name, tensor=name, dtype=tensor.dtype)
        if wanted and wanted.get(full) != tensor.shape:
            values = {"shape": list(tensor.shape), "other": model.name, "wanted": list(wanted.get(full, ()))}
            raise ModelError("merge-shapes", name=path.name, tensor=name, **values)
    for name in wanted:
        if name.startswith((VAE + "encoder.", VAE + "decoder.")) and name not in shapes:
            raise ModelError("merge-tensors", name=path.name, tensor=name, other=model.name)
    return shapes


def is_float(tensor: Tensor) -> bool:
    return tensor.dtype in DTYPES and DTYPES[tensor.dtype].is_floating_point
