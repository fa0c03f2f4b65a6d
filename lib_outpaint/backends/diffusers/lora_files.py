"""LoRAs: by name from a folder or by file, in kohya's, diffusers' and peft's naming, several with weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...errors import NO_VALUE, ModelError, ParamError
from ...models.inspect import BASE_NAMES, ModelInfo, inspect
from ...parameters.loras import Lora
from .quiet import quiet
from .sources import first_line


class Library:
    """The LoRAs that can be used, by name: files given, and files in a folder and its subfolders."""

    def __init__(self, folder: Path | None, files: Iterable[Path], model: ModelInfo) -> None:
        if folder is not None and not folder.is_dir():
            raise ModelError(f"lora-dir: there is no folder {folder}")
        self.model = model
        self.paths: dict[str, Path] = {}
        for path in [*files, *(sorted(folder.rglob("*.safetensors")) if folder else [])]:
            self.paths.setdefault(path.stem, path)
        self._loaded: dict[Path, str] = {}
        self._active: tuple[Lora, ...] = ()

    def path(self, name: str) -> Path:
        """A LoRA's file by its name.

        Raises:
            ParamError: there is none of that name; lists those there are.
            ModelError: it is no LoRA, is for another family, or of a kind that cannot be used.
        """
        path = self.paths.get(name.removesuffix(".safetensors"))
        if path is None:
            known = ", ".join(sorted(self.paths)[:20]) or "none (give a folder or files)"
            raise ParamError("loras", name, f"is not there; known are {known}")
        check_fits(path, self.model)
        return path

    def check(self, wanted: Sequence[Lora]) -> None:
        """Raises what `path` raises for any of them."""
        for lora in wanted:
            self.path(lora.name)

    def use(self, wanted: tuple[Lora, ...], pipe: Any) -> None:
        """Makes exactly these LoRAs act on the pipeline's networks, loading what is not loaded yet."""
        if wanted == self._active:
            return
        names = [self._adapter(self.path(lora.name), pipe) for lora in wanted]
        if not names:
            pipe.disable_lora()
        else:
            pipe.enable_lora()
            weights = [_split(lora, self._parts(pipe, name)) for lora, name in zip(wanted, names, strict=True)]
            pipe.set_adapters(names, weights)
        self._active = wanted

    def _adapter(self, path: Path, pipe: Any) -> str:
        if path not in self._loaded:
            name = f"lora{len(self._loaded)}"
            try:
                with quiet():
                    pipe.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=name, local_files_only=True)
            except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError) as error:
                raise ModelError(f"lora: {path.name}: cannot be loaded: {first_line(error)}") from error
            if not self._parts(pipe, name):
                raise ModelError(f"lora: {path.name}: nothing in it fits the model")
            self._loaded[path] = name
            self._active = (Lora(""),)  # loading switched it on: whatever is wanted must be set
        return self._loaded[path]

    def _parts(self, pipe: Any, name: str) -> list[str]:
        return [part for part, adapters in pipe.get_list_adapters().items() if name in adapters]


def _split(lora: Lora, parts: Sequence[str]) -> dict[str, float]:
    return {part: lora.unet if part == "unet" else lora.text for part in parts}


def check_fits(path: Path, model: ModelInfo) -> ModelInfo:
    """What a LoRA file is.

    Raises:
        ModelError: it is no LoRA, is for another family, or of a kind that diffusers cannot load.
    """
    info = inspect(path)
    if info.kind != "lora":
        raise ModelError(f"lora: {info.describe()[0]}; a LoRA is wanted")
    if info.layout == "lycoris":
        raise ModelError(f"lora: {path.name} is a LyCORIS network (LoHa, LoKr ...), which diffusers cannot load")
    if info.base and info.base != model.base:
        raise ModelError(f"lora: {path.name} is for {BASE_NAMES[info.base]}, the model is {BASE_NAMES[model.base]}")
    return info


def merged(*groups: Iterable[Lora]) -> tuple[Lora, ...]:
    """All LoRAs of several lists; one that is named twice would act once in the host, so it is an error.

    Raises:
        ParamError: one is named twice.
    """
    found: dict[str, Lora] = {}
    for lora in (lora for group in groups for lora in group):
        if lora.name in found:
            raise ParamError("loras", NO_VALUE, f"{lora.name!r} is asked for twice")
        found[lora.name] = lora
    return tuple(found.values())
