"""Mounts the WebUI's own processing code, as the package auto1111sdk carries it, as the top-level package `modules`.

The package is of about v1.7, and edited: its imports are relative, `process_images` takes the model and more, `shared` does
not know the loaded model. What stands for what it lacks is the tests' own; the adapter meets `modules` as a host has it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

PACKAGE = "auto1111sdk"
OURS = "lib_outpaint.webui"
# Imported by the package at the top of its files, and not used in img2img with SD 1.x. The real ones win where installed.
UNUSED = frozenset(
    {
        "blendmodes",
        "clip",
        "cleanfid",
        "cv2",
        "fastapi",
        "git",
        "gradio",
        "jsonmerge",
        "kornia",
        "open_clip",
        "piexif",
        "pytorch_lightning",
        "pytz",
        "resize_right",
        "timm",
        "tomesd",
        "torchdiffeq",
        "torchsde",
        "torchvision",
    }
)


def package_folder() -> Path | None:
    """Where the package is installed; None when it is not. It is not imported: its own __init__ wants everything at once."""
    spec = importlib.util.find_spec(PACKAGE)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


@contextmanager
def mounted(data: Path) -> Iterator[SimpleNamespace]:
    """The host's modules by name; everything is as before afterwards.

    Args:
        data: the host's data folder, for what it and the adapter write.
    """
    importlib.import_module("transformers")  # looks at what is installed: let it see that before ours stands for it
    folder = package_folder()
    assert folder is not None
    argv, path = sys.argv, list(sys.path)
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    first, last = _Renamed(), _Unused()
    sys.meta_path.insert(0, first)
    sys.meta_path.append(last)
    sys.argv = ["webui", "--no-half", "--use-cpu", "all", "--data-dir", str(data), "--disable-console-progressbars"]
    sys.modules["torch.utils.tensorboard"] = _Nothing("torch.utils.tensorboard")  # torch's own, but wants another library
    try:
        _package("modules", folder / "modules")
        yield _started()
    finally:
        sys.meta_path.remove(first)
        sys.meta_path.remove(last)
        sys.argv = argv
        sys.path[:] = path
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def add_checkpoint(host: SimpleNamespace, file: Path) -> None:
    """Loads a checkpoint with the package's own loader and keeps it at hand."""
    sd_models = host.sd_models
    aliases = sd_models.list_models(str(file))
    sd_models.checkpoint_aliases[file.name].sha256 = None
    data = sd_models.SdModelData(aliases)
    host.shared.sd_model = sd_models.load_model(aliases, data, file.name)
    host.loaded[file.name] = (aliases, data, host.shared.sd_model, file.name)


def _started() -> SimpleNamespace:
    """What the WebUI does at its start, as the package's own pipeline does it, and the shims."""
    importlib.import_module("modules.shared_init").initialize()
    names = (
        "cache",
        "devices",
        "errors",
        "images",
        "paths",
        "processing",
        "script_callbacks",
        "scripts",
        "sd_hijack",
        "sd_hijack_optimizations",
        "sd_models",
        "sd_samplers",
        "sd_vae",
        "shared",
    )
    host = SimpleNamespace(**{name: importlib.import_module(f"modules.{name}") for name in names})
    host.sd_samplers.set_samplers()
    host.sd_models.patch_given_betas()
    host.script_callbacks.on_list_optimizers(host.sd_hijack_optimizations.list_optimizers)
    host.sd_hijack.list_optimizers()
    host.loaded = {}
    opts = host.shared.opts
    opts.data["return_grid"] = True  # dropped from the package's settings, but read by its process_images
    opts.data["live_previews_enable"] = False  # would fetch a preview model
    host.cache.dump_cache = lambda: None  # a thread that writes a file five seconds later
    _shim_models(host)
    host.shared.state.begin()
    host.job = importlib.import_module(f"{OURS}.script.job")
    return host


def _shim_models(host: SimpleNamespace) -> None:
    """The loaded model is the host's business again: `process_images(p)` and `reload_model_weights()` as in the WebUI."""
    processing, sd_models, shared = host.processing, host.sd_models, host.shared
    inner_process, inner_reload = processing.process_images, sd_models.reload_model_weights

    def load(name: str) -> tuple[Any, ...]:
        entry: tuple[Any, ...] = host.loaded[sd_models.get_closet_checkpoint_match(name).name]
        shared.sd_model = entry[2]
        return entry

    def process_images(p: Any) -> Any:
        aliases, data, model, file = load(p.override_settings.get("sd_model_checkpoint") or shared.opts.sd_model_checkpoint)
        p.sd_model = model
        processed = inner_process(p, aliases, data, model, file)
        p.sd_model_name = model.sd_checkpoint_info.name_for_extra  # as the WebUI; the package names one model, whatever runs
        return processed

    def reload_model_weights(*args: Any, **kwargs: Any) -> Any:
        if args:  # the package's own call
            return inner_reload(*args, **kwargs)
        return load(shared.opts.sd_model_checkpoint)[2]

    processing.process_images = process_images
    sd_models.reload_model_weights = reload_model_weights


def _is_ours(name: str) -> bool:
    top = name.partition(".")[0]
    return (
        top in ("modules", "ldm", "sgm", "taming")
        or (name + ".").startswith(OURS + ".")
        or isinstance(sys.modules[name], _Nothing)
    )


def _package(name: str, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


class _Renamed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`ldm` of a checkpoint's .yaml is `modules.stable.ldm`."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != "ldm":
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = importlib.import_module("modules.stable." + module.__name__)


class _Unused(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last resort for libraries that are imported and not used."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Nothing(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "pytorch_lightning":
            import torch

            module.LightningModule = type(
                "LightningModule",
                (torch.nn.Module,),
                {  # type: ignore[attr-defined]
                    "device": property(lambda self: next(self.parameters()).device),
                    "dtype": property(lambda self: next(self.parameters()).dtype),
                },
            )


class _AnyName(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Whatever(metaclass=_AnyName):
    """Any class, constant or function of a library that is not used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


class _Nothing(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Whatever
