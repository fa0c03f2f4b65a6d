"""Leaves the WebUI as it was found: options, the loaded checkpoint, random generators, references, params.txt."""

from __future__ import annotations

import copy
import logging
import os
import random
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from modules import paths, shared

from ..variants import variant

log = logging.getLogger(__name__)
_MISSING = object()


class Overrides:
    """The options that a job's overrides set, and what they were before it.

    The host restores only keys that were stored: a key that an override added would stay for everyone. What somebody
    else changes meanwhile, in the page's settings for instance, is theirs and stays.
    """

    def __init__(self) -> None:
        self._before = dict(shared.opts.data)
        self._set: dict[str, Any] = {}

    def note(self, overrides: Mapping[str, Any]) -> None:
        """Overrides that a call of the host has set."""
        stored, otherwise = shared.opts.data, variant().facts.stored_otherwise
        self._set.update(
            {name: stored.get(name, value) if name in otherwise else value for name, value in overrides.items()}
        )

    def restore(self) -> None:
        """Puts back every key that still holds the job's value."""
        data = shared.opts.data
        put: set[str] = set()
        for name, value in self._set.items():
            before = self._before.get(name, _MISSING)
            if name not in data or data[name] != value or before == value:
                continue
            put.add(name)
            _put(name, before)
        variant().options_restored(put)


@contextmanager
def untouched() -> Iterator[Overrides]:
    """Options, random generators and what else the host keeps are the same afterwards, whatever happens inside."""
    overrides = Overrides()
    with _same_generators(), _held():
        try:
            yield overrides
        finally:
            overrides.restore()


@contextmanager
def option(name: str, value: Any, *, asked: bool = False) -> Iterator[None]:
    """An option has another value inside; a key that was not stored is removed again afterwards.

    Args:
        asked: the value comes from a request: it is set as the host does, which may refuse it.
    """
    before = shared.opts.data.get(name, _MISSING)
    if asked:
        shared.opts.set(name, value, is_api=True, run_callbacks=False)
    else:
        shared.opts.data[name] = value
    try:
        yield
    finally:
        _put(name, before)


def _put(name: str, value: Any) -> None:
    if value is _MISSING:
        shared.opts.data.pop(name, None)
    else:
        shared.opts.data[name] = value


def seed_all(seed: int) -> None:
    """Seeds the global generators, which the host's encoder draws from before it has one of its own."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed % 2**63)


@contextmanager
def _held() -> Iterator[None]:
    """What the host keeps from job to job is put back. It may have been emptied where it lies: copies of it are."""
    kept = _kept()
    try:
        yield
    finally:
        for reference, name, value in kept:
            holder = reference()
            if holder is not None:
                setattr(holder, name, value)


def _kept() -> list[tuple[Any, str, Any]]:
    # A model that the job replaces must not stay in memory for this.
    return [(weakref.ref(holder), name, _copied(getattr(holder, name))) for holder, name in variant().holders()]


def _copied(value: Any) -> Any:
    return copy.copy(value) if isinstance(value, (list, dict)) else value


@contextmanager
def _same_generators() -> Iterator[None]:
    generators = _generators()
    try:
        yield
    finally:
        for restore, state in generators:
            restore(state)


def _generators() -> list[tuple[Callable[[Any], object], Any]]:
    """The state of every global random generator, with what puts it back."""
    found: list[tuple[Callable[[Any], object], Any]] = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
        (torch.set_rng_state, torch.get_rng_state()),
    ]
    for name in ("cuda", "xpu"):
        backend = vars(torch).get(name)  # older torch has no xpu
        # Asking an idle backend for its state would start it on every GPU.
        if backend is not None and backend.is_available() and backend.is_initialized():
            found.append((backend.set_rng_state_all, backend.get_rng_state_all()))
    if torch.backends.mps.is_available():
        found.append((torch.mps.set_rng_state, torch.mps.get_rng_state()))
    return found


def reload_checkpoint(before: Any) -> None:
    """Loads the checkpoint again that was loaded before the job, if an override left another one.

    Args:
        before: the host's record of it.
    """
    loaded = variant().loaded_checkpoint()
    if before is None or loaded is None or before.filename == loaded.filename:
        return
    try:
        with _same_generators():  # a new model draws its first weights
            variant().load_again(before)
    except Exception:  # loading a file can fail in any way, and the job itself is done
        log.exception("outpaint: the checkpoint %s could not be loaded again", before.filename)


@contextmanager
def params_txt_kept() -> Iterator[None]:
    """Every call of the sampler rewrites params.txt with its window; afterwards it is as it was."""
    path = _params_txt()
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError:
        yield  # what cannot be read cannot be put back
        return
    try:
        yield
    finally:
        _replace(path, before)


def write_params_txt(text: str) -> None:
    """The whole job's parameters, for the arrow button."""
    if variant().keeps_history():
        _replace(_params_txt(), text.encode("utf8"))


def _params_txt() -> Path:
    return Path(paths.data_path, "params.txt")


def _replace(path: Path, content: bytes | None) -> None:
    """Puts a file there, or none. A full disk is told in the log; it leaves the file whole and costs no image."""
    part = path.with_name(path.name + ".outpaint-part")
    try:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            part.write_bytes(content)
            os.replace(part, path)
    except OSError as error:
        log.warning("outpaint: %s could not be written: %s", path, error.strerror)
        with suppress(OSError):
            part.unlink(missing_ok=True)
