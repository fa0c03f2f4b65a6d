"""Where the parts of a model lie: what its file is, and what a single file cannot bring along itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...models.header import read_json
from ...models.inspect import ModelInfo, inspect
from .configs import Hints

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
HUB_TOKENIZER = "openai/clip-vit-large-patch14"
_TOKENIZER_FILES = ("vocab.json", "merges.txt")


def located(model: str | Path, local_files_only: bool) -> ModelInfo:
    """What `model` is: a diffusers folder, a single .safetensors file, or a hub id, which is fetched into the cache.

    Raises:
        ModelError: it is not there, or is nothing that outpaints.
    """
    path = Path(model).expanduser()
    if not path.exists():
        if not HUB_ID.fullmatch(str(model)):
            raise ModelError("checkpoint-missing", path=path)
        path = _fetched(str(model), local_files_only)
    info = inspect(path)
    if info.kind != "checkpoint":
        raise ModelError("not-a-checkpoint", what=info.describe()[0])
    _ = info.pipeline  # raises when its family has none
    plain, inpainting = info.family.channels, info.family.inpainting_channels
    if info.channels not in (plain, inpainting):
        values = {"channels": info.channels, "plain": plain, "inpainting": inpainting}
        raise ModelError("unet-channels-unusable", name=path.name, **values)
    return info


def _fetched(name: str, local_files_only: bool) -> Path:
    import diffusers

    try:
        return Path(
            diffusers.DiffusionPipeline.download(
                name, local_files_only=local_files_only, use_safetensors=True, safety_checker=None
            )
        )
    except (OSError, ValueError) as error:
        code = "model-not-cached" if local_files_only else "model-not-on-hub"
        raise ModelError(code, name=name, reason=first_line(error)) from None


def tokenizer_folder(info: ModelInfo, config: Path | None) -> Path | None:
    """A folder with a CLIP tokenizer's vocab.json and merges.txt; None when there is none on this machine.

    Looked for in `config`, in what the .yaml beside the checkpoint names, and beside the checkpoint.
    """
    for folder in _places(info, config):
        if all((folder / name).is_file() for name in _TOKENIZER_FILES):
            return folder
    return None


def _places(info: ModelInfo, config: Path | None) -> Iterator[Path]:
    beside = info.path.parent
    roots = [config] if config is not None and config.is_dir() else []
    for root in roots:
        yield from (root, root / "tokenizer", root / "clip")
    version = _text_version(read_yaml(yaml_path(info, config)))
    if version and Path(version).is_absolute():
        yield Path(version)
    for root in (beside / info.path.stem, beside):
        yield from (root / "tokenizer", root / "clip")


def yaml_path(info: ModelInfo, config: Path | None) -> Path | None:
    """The .yaml of the original code that belongs to a checkpoint: given, or beside it under its name."""
    if config is not None and config.suffix.lower() in (".yaml", ".yml"):
        return config
    beside = info.path.with_suffix(".yaml")
    return beside if info.path.is_file() and beside.is_file() else None


def read_yaml(path: Path | None) -> dict[str, Any]:
    """A config of the original code, its `model.params`; {} without one.

    Raises:
        ModelError: it is there and is not such a config.
    """
    if path is None:
        return {}
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))["model"]["params"]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        raise ModelError("yaml-not-a-config", path=path) from None
    return found if isinstance(found, dict) else {}


def _text_version(params: dict[str, Any]) -> str:
    stage = params.get("cond_stage_config") or {}
    return str((stage.get("params") or {}).get("version") or "")


def hints(info: ModelInfo, config: Path | None, tokenizer: Path | None) -> Hints:
    """What the files beside a checkpoint say that its shapes do not."""
    params = read_yaml(yaml_path(info, config))
    network = (params.get("unet_config") or params.get("network_config") or {}).get("params") or {}
    heads = int(network.get("num_heads") or 0)
    if config is not None and (config / "unet" / "config.json").is_file():
        given = read_json(config / "unet" / "config.json").get("attention_head_dim")
        heads = given if isinstance(given, int) else heads
    # -1 in the .yaml: by channels of a head.
    return Hints(
        max(heads, 0),
        int(network.get("num_head_channels") or 0),
        _text_hints(config, tokenizer),
        float(params.get("scale_factor") or 0),
        "v" if params.get("parameterization") == "v" else "",
    )


def _text_hints(config: Path | None, tokenizer: Path | None) -> dict[str, Any]:
    places = [folder / "config.json" for folder in (config and config / "text_encoder", tokenizer) if folder]
    for path in places:
        if path.is_file():
            found = read_json(path)
            found = found.get("text_config") or found
            return {name: found[name] for name in ("num_attention_heads", "hidden_act") if name in found}
    return {}


def first_line(error: BaseException) -> str:
    """An error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= 240 else text[:237] + "..."
