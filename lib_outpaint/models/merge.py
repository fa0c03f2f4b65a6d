"""An inpainting checkpoint out of a plain one: model + amount x (inpainting - base), as the WebUI's "Add difference" does.

The weights that inpainting training changed are added to a model that was trained from the same base; what the network
has more for inpainting, the input channels for mask and masked picture, comes from the inpainting checkpoint as it is.
Files are read and written a piece of a tensor at a time, so memory does not depend on their size.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from ..errors import ModelError, ParamError, SaveError, not_a_choice
from ..version import __version__
from .header import Header, read_header
from .info import ModelInfo
from .merge_checks import UNET, VAE, check_kinds, check_network, check_same, inspected, is_float, vae_shapes
from .prediction import predicted
from .tensor_files import DTYPES, TensorFile, TensorWriter, file_head

TextEncoder = Literal["model", "inpainting", "merged"]
TEXT_ENCODERS: tuple[TextEncoder, ...] = ("model", "inpainting", "merged")
AS_STORED = {"fp16": "F16", "bf16": "BF16", "fp32": "F32"}
MOST_AMOUNT = 2.0
_TEXT, _EMA = ("cond_stage_model.", "conditioner."), "model_ema."
_MERGED, _MODEL, _INPAINTING, _OTHER_VAE = "merged", "model", "inpainting", "vae"


@dataclass(frozen=True)
class Merge:
    """A merge that can be done: what is read from where, and what the result will be. Nothing is written yet.

    Attributes:
        layout: dtype and shape of every tensor of the result, in its order.
        sources: where each of them comes from: "merged", "model", "inpainting" or "vae".
        left_out: how many tensors of the model the result does not have: the second copy of its weights (EMA).
    """

    model: ModelInfo
    inpainting: ModelInfo
    base: ModelInfo
    vae: Path | None
    amount: float
    layout: dict[str, tuple[str, tuple[int, ...]]] = field(repr=False)
    sources: dict[str, str] = field(repr=False)
    metadata: dict[str, str] = field(repr=False)
    left_out: int = 0

    @property
    def file_bytes(self) -> int:
        """How large the result will be."""
        numbers = sum(math.prod(shape) * DTYPES[dtype].itemsize for dtype, shape in self.layout.values())
        return len(file_head(self.layout, self.metadata)) + numbers

    def write(self, output: Path, on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Makes the file; until it is whole, `output` is what it was.

        Args:
            on_progress: called with numbers written and numbers in all.

        Raises:
            ModelError: a file that is read changed or ended, or the result would hold NaN or infinity.
            SaveError: the place takes no file.
        """
        total, done = sum(math.prod(shape) for _, shape in self.layout.values()), 0
        with ExitStack() as stack:
            paths = {_MODEL: self.model.path, _INPAINTING: self.inpainting.path, "base": self.base.path}
            paths |= {_OTHER_VAE: self.vae} if self.vae is not None else {}
            files = {name: stack.enter_context(TensorFile(path)) for name, path in paths.items()}
            writer = stack.enter_context(TensorWriter(output, self.layout, self.metadata))
            for name, (dtype, _) in self.layout.items():
                for piece in self._pieces(files, name, self.sources[name]):
                    writer.add(_converted(piece, dtype, name, output))
                    done += piece.numel()
                    on_progress(done, total)

    def _pieces(self, files: dict[str, TensorFile], name: str, source: str) -> Iterator[torch.Tensor]:
        if source == _OTHER_VAE:
            vae = files[source]
            yield from vae.pieces(name if name in vae.header.tensors else name.removeprefix(VAE))
        elif source != _MERGED:
            yield from files[source].pieces(name)
        elif self.layout[name][1] != files[_MODEL].header.shape(name):
            yield self._first_layer(files, name)
        else:
            three = (files[part].pieces(name) for part in (_MODEL, _INPAINTING, "base"))
            for plain, inpainting, base in zip(*three, strict=True):
                yield _sum(plain, inpainting, base, self.amount)

    def _first_layer(self, files: dict[str, TensorFile], name: str) -> torch.Tensor:
        """The layer that takes the input channels: the picture's are merged, the others are as trained."""
        plain, inpainting, base = (files[part].whole(name) for part in (_MODEL, _INPAINTING, "base"))
        channels = plain.shape[1]
        merged = _sum(plain, inpainting[:, :channels], base, self.amount)
        return torch.cat([merged, inpainting[:, channels:].float()], dim=1)


def plan_merge(
    model: Path,
    inpainting: Path,
    base: Path,
    *,
    amount: float = 1.0,
    vae: Path | None = None,
    text_encoder: str = "model",
    dtype: str = "fp16",
) -> Merge:
    """Checks that the files can be merged, from their headers alone.

    Args:
        model: the checkpoint that is to become an inpainting one.
        inpainting: an inpainting checkpoint.
        base: the checkpoint that `inpainting` was trained from, or its plain twin.
        amount: of what makes the difference, 0..2; above 0.
        vae: a VAE in the original layout, instead of the model's.
        text_encoder: the "model"'s, the "inpainting" one's, or "merged" as the network is.
        dtype: of the result: "fp16", "bf16" or "fp32".

    Raises:
        ParamError: a value that is out of range or unknown.
        ModelError: a file cannot be read, is not what it was given for, or does not fit the others.
    """
    if not 0 < amount <= MOST_AMOUNT:
        raise ParamError("amount", amount, "merge-amount", high=MOST_AMOUNT)
    if text_encoder not in TEXT_ENCODERS:
        raise not_a_choice("text-encoder", text_encoder, TEXT_ENCODERS)
    if dtype not in AS_STORED:
        raise not_a_choice("dtype", dtype, AS_STORED)
    infos = [inspected(path) for path in (model, inpainting, base)]
    check_kinds(infos[0], infos[1], infos[2])
    headers = [read_header(info.path) for info in infos]
    plain, inpaints, _ = headers
    check_network(infos, headers)
    sources = {name: _MODEL for name in plain.tensors if not name.startswith(_EMA)}
    sources |= {name: _MERGED for name in sources if name.startswith(UNET)}
    if text_encoder != "model":
        check_same(infos, headers, _TEXT)
        changed = {name for name in sources if name.startswith(_TEXT) and is_float(plain.tensors[name])}
        sources |= dict.fromkeys(changed, _MERGED if text_encoder == "merged" else _INPAINTING)
    shapes = {name: tensor.shape for name, tensor in plain.tensors.items() if name in sources}
    shapes[infos[0].family.first_layer[0]] = inpaints.shape(infos[0].family.first_layer[0])
    if vae is not None:
        others = vae_shapes(vae, plain, infos[0].path)
        sources = {name: source for name, source in sources.items() if not name.startswith(VAE)}
        sources |= dict.fromkeys(others, _OTHER_VAE)
        shapes = {name: shape for name, shape in shapes.items() if not name.startswith(VAE)} | others
    dtypes = {name: tensor.dtype for name, tensor in plain.tensors.items() if not is_float(tensor)}
    layout = {name: (dtypes.get(name, AS_STORED[dtype]), shapes[name]) for name in _in_order(sources, plain)}
    told = _metadata(infos, vae, amount, text_encoder, dtype)
    left_out = sum(name.startswith(_EMA) for name in plain.tensors)
    return Merge(infos[0], infos[1], infos[2], vae, amount, layout, sources, told, left_out)


def check_output(merge: Merge, output: Path, overwrite: bool) -> None:
    """Looks, before anything is written, whether the result can be.

    Raises:
        SaveError: it is there and may not be replaced, is one of the files that are read, or does not fit the disk.
    """
    if output.suffix.lower() != ".safetensors":
        raise SaveError("merge-suffix", path=output)
    if output.is_dir():
        raise SaveError("is-a-folder", path=output)
    read = [merge.model.path, merge.inpainting.path, merge.base.path, *([merge.vae] if merge.vae else [])]
    if output.exists() and any(output.samefile(path) for path in read):
        raise SaveError("merge-own-source", path=output)
    if output.exists() and not overwrite:
        raise SaveError("output-exists", path=output)
    there = next((folder for folder in output.resolve().parents if folder.is_dir()), None)
    free = shutil.disk_usage(there).free if there is not None else 0
    if free < merge.file_bytes:
        raise SaveError("disk-too-full", path=output, wanted=merge.file_bytes / 1e6, free=free / 1e6)


def _in_order(sources: dict[str, str], plain: Header) -> list[str]:
    """As they lie in the model's file, so that it is read from its beginning to its end."""
    return sorted(sources, key=lambda name: (plain.tensors[name].begin if name in plain.tensors else plain.file_bytes, name))


def _sum(plain: torch.Tensor, inpainting: torch.Tensor, base: torch.Tensor, amount: float) -> torch.Tensor:
    return plain.float() + amount * (inpainting.float() - base.float())


def _converted(piece: torch.Tensor, dtype: str, name: str, output: Path) -> torch.Tensor:
    found = piece.to(DTYPES[dtype])
    if found.is_floating_point() and not bool(torch.isfinite(found).all()):
        raise ModelError("merge-not-finite", name=output.name, tensor=name, dtype=dtype)
    return found


def _metadata(infos: list[ModelInfo], vae: Path | None, amount: float, text_encoder: str, dtype: str) -> dict[str, str]:
    model, pipeline = infos[0], infos[0].pipeline
    prediction = predicted(model)
    recipe = {
        "type": "directional-outpaint",
        "version": __version__,
        "interp_method": "Add difference",
        "primary_model": model.path.name,
        "secondary_model": infos[1].path.name,
        "tertiary_model": infos[2].path.name,
        "multiplier": amount,
        "text_encoder": text_encoder,
        "vae": vae.name if vae else "model",
        "dtype": dtype,
    }
    side = model.family.side(prediction)
    return {
        "format": "pt",
        "sd_merge_recipe": json.dumps(recipe),
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": (pipeline.architecture_v if prediction == "v" else "") or pipeline.architecture,
        "modelspec.implementation": "https://github.com/CompVis/stable-diffusion",
        "modelspec.title": f"{model.title or model.path.stem} inpainting",
        "modelspec.merged_from": ", ".join(info.path.name for info in infos),
        "modelspec.resolution": f"{side}x{side}",
    } | ({"modelspec.prediction_type": prediction} if prediction else {})
