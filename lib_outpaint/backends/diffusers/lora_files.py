"""LoRAs: by name from a folder or by file, in kohya's, diffusers' and peft's naming, several with weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...errors import ModelError, ParamError
from ...models.inspect import ModelInfo, inspect
from ...parameters.loras import Lora
from .quiet import quiet
from .sources import first_line


class Library:
    """The LoRAs that can be used, by name: files given, and files in a folder and its subfolders."""

    def __init__(self, folder: Path | None, files: Iterable[Path], model: ModelInfo) -> None:
        if folder is not None and not folder.is_dir():
            raise ModelError("lora-folder-missing", path=folder)
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
            known = ", ".join(sorted(self.paths)[:20])
            raise ParamError("loras", name, "lora-missing" if known else "loras-not-given", known=known)
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
                raise ModelError("lora-cannot-load", name=path.name, reason=first_line(error)) from error
            if not self._parts(pipe, name):
                raise ModelError("lora-fits-nothing", name=path.name)
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
        raise ModelError("not-a-lora", what=info.describe()[0])
    if info.layout == "lycoris":
        raise ModelError("lora-lycoris", name=path.name)
    if info.family.known and info.family != model.family:
        raise ModelError("lora-family", name=path.name, made_for=info.family_name, family=model.family_name)
    return info


def merged(*groups: Iterable[Lora]) -> tuple[Lora, ...]:
    """All LoRAs of several lists; one that is named twice would act once in a WebUI, so it is an error.

    Raises:
        ParamError: one is named twice.
    """
    found: dict[str, Lora] = {}
    for lora in (lora for group in groups for lora in group):
        if lora.name in found:
            raise ParamError("loras", lora.name, "lora-twice")
        found[lora.name] = lora
    return tuple(found.values())
