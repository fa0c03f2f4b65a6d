"""The engines a page offers: the draft, and the models that were named when it was started.

A request chooses one of them by its place in the list; no path or name that comes with a request is ever opened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...engine.protocol import Backend, Job, Outcome, Progress
from ...errors import ModelError, not_a_choice
from ...models.inspect import inspect
from ...parameters.guidance import Guidance
from ...parameters.sampling import Sampling
from ...planning.capabilities import Capabilities

DRAFT = "draft"
DIFFUSERS_PACKAGES = ("diffusers", "transformers", "peft")
Stepped = Callable[[int, int], None]


def models_in(folder: Path) -> list[str]:
    """The checkpoints directly in a folder: .safetensors files and diffusers folders, in the order of their names.

    Raises:
        ModelError: there is no such folder, or no checkpoint in it.
    """
    if not folder.is_dir():
        raise ModelError("no-such-folder", path=folder)
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".safetensors" and not (path / "model_index.json").is_file():
            continue
        try:
            info = inspect(path)
        except ModelError:
            continue  # other files may lie here
        if info.kind == "checkpoint":
            found.append(str(path))
    if not found:
        raise ModelError("no-checkpoint", path=folder)
    return found


class Engines:
    """The draft and the models of a page. One model is kept at a time; only one run uses it.

    Args:
        models: checkpoints, diffusers folders or hub ids, as the command line names them.
        options: of `Diffusers`, but for the model, the device and the callbacks.
        device: the device that is chosen at first.
    """

    def __init__(self, models: Sequence[str] = (), options: Mapping[str, Any] | None = None, device: str = "auto") -> None:
        self.models = tuple(dict.fromkeys(models))
        self.device = device
        self._options = dict(options or {})
        self._lock = threading.Lock()
        self._backends: dict[tuple[str, str], Any] = {}
        self._stepped: Stepped | None = None

    @property
    def names(self) -> list[str]:
        """What can be chosen: "draft", then a short name of every model, each one once."""
        short = [Path(model).name if Path(model).exists() else model for model in self.models]
        return [DRAFT, *(name if short.count(name) == 1 else model for name, model in zip(short, self.models, strict=True))]

    @property
    def devices(self) -> list[str]:
        """What this machine has, "auto" and the one named at the start first."""
        import torch

        found = ["auto", self.device, "cpu"]
        if torch.cuda.is_available():
            count = torch.cuda.device_count()
            found += ["cuda"] if count == 1 else [f"cuda:{n}" for n in range(count)]
        if torch.backends.mps.is_available():
            found.append("mps")
        return list(dict.fromkeys(found))

    def backend(self, name: str, device: str) -> Backend:
        """The engine of a name in `names`. A model's header is read now, the model itself when it first samples.

        Raises:
            ParamError: no such engine or device.
            MissingExtra, ModelError: as the engine raises them.
        """
        if name not in self.names:
            raise not_a_choice("engine", name, self.names)
        if name == DRAFT:
            from ...backends.draft import Draft

            return Draft()
        if device not in self.devices:
            raise not_a_choice("device", device, self.devices)
        key = self.models[self.names.index(name) - 1], device
        with self._lock:
            if key not in self._backends:
                from ...backends.diffusers import Diffusers

                self._backends[key] = Diffusers(key[0], device=device, on_step=self._step, **self._options)
            return self._backends[key]  # type: ignore[no-any-return]

    def for_run(self, name: str, device: str, stepped: Stepped) -> Backend:
        """As `backend`, for sampling: other models leave the memory, and `stepped` gets the UNet steps (done, of how many).

        One run at a time.
        """
        chosen = self.backend(name, device)
        with self._lock:
            self._backends = {key: kept for key, kept in self._backends.items() if kept is chosen}
        self._stepped = stepped
        return chosen

    @staticmethod
    def choices() -> dict[str, list[str]]:
        """What a model takes for sampling settings that are text, by name; none without diffusers."""
        if not diffusers_installed():
            return {}
        from ...backends import diffusers

        return diffusers.choices()

    @property
    def loras(self) -> list[str]:
        """The names of the LoRAs in the folder that was named at the start."""
        folder = self._options.get("lora_dir")
        return sorted(path.stem for path in Path(folder).expanduser().rglob("*.safetensors")) if folder else []

    @property
    def controlnets(self) -> list[str]:
        """The name of the ControlNet that was named at the start."""
        path = self._options.get("controlnet")
        return [Path(path).stem] if path else []

    def _step(self, done: int, total: int) -> None:
        if self._stepped is not None:
            self._stepped(done, total)


def diffusers_installed() -> bool:
    """Whether models can be used at all."""
    return all(find_spec(name) is not None for name in DIFFUSERS_PACKAGES)


class Watched:
    """A backend that passes its progress on and can be stopped from another thread.

    Stopping lets the draft finish its pass; a model stops after its current step.
    """

    def __init__(self, backend: Backend, stop: threading.Event, on_progress: Callable[[Progress], None]) -> None:
        self._backend = backend
        self._stop = stop
        self._on_progress = on_progress

    def capabilities(self) -> Capabilities:
        return self._backend.capabilities()

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        self._backend.check(guidance, sampling, prompts)

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        if self._stop.is_set():
            return [Outcome(None) for _ in jobs]
        return self._backend.inpaint(jobs)

    def report(self, progress: Progress) -> None:
        self._on_progress(progress)

    def stepped(self) -> None:
        """Called between a model's steps: passes a stop on to it."""
        if self._stop.is_set():
            interrupt = getattr(self._backend, "interrupt", None)
            if interrupt is not None:
                interrupt()
