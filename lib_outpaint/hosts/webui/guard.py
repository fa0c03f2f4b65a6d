"""Leaves the WebUI as it was found: options, the loaded checkpoint, random generators, params.txt."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import torch
from modules import shared

_MISSING = object()


@contextmanager
def untouched() -> Iterator[None]:
    """Options and random generators are the same afterwards, whatever happens inside."""
    before = dict(shared.opts.data)
    generators = _generators()
    try:
        yield
    finally:
        _restore_generators(generators)
        _restore_options(before)


@contextmanager
def option(name: str, value: Any) -> Iterator[None]:
    """An option has another value inside; a key that was not stored is removed again afterwards."""
    data = shared.opts.data
    before = data.get(name, _MISSING)
    data[name] = value
    try:
        yield
    finally:
        if before is _MISSING:
            data.pop(name, None)
        else:
            data[name] = before


def seed_all(seed: int) -> None:
    """Seeds the global generators, which the host's encoder draws from before it has one of its own."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed % 2**63)


def _generators() -> tuple[Any, Any, torch.Tensor, list[torch.Tensor]]:
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return random.getstate(), np.random.get_state(), torch.get_rng_state(), cuda


def _restore_generators(saved: tuple[Any, Any, torch.Tensor, list[torch.Tensor]]) -> None:
    random.setstate(saved[0])
    np.random.set_state(saved[1])
    torch.set_rng_state(saved[2])
    if saved[3]:
        torch.cuda.set_rng_state_all(saved[3])


def _restore_options(before: dict[str, Any]) -> None:
    """The host restores only keys that were stored: a key that an override added would stay for everyone."""
    data = shared.opts.data
    if data == before:
        return
    checkpoint = data.get("sd_model_checkpoint") != before.get("sd_model_checkpoint")
    vae = data.get("sd_vae") != before.get("sd_vae")
    data.clear()
    data.update(before)
    if vae and not checkpoint:
        from modules import sd_vae

        sd_vae.reload_vae_weights()


def reload_checkpoint() -> None:
    """Loads the checkpoint of the settings again, if a job's override left another one loaded."""
    from modules import sd_models

    wanted = sd_models.get_closet_checkpoint_match(shared.opts.sd_model_checkpoint or "")
    loaded = getattr(getattr(shared, "sd_model", None), "sd_checkpoint_info", None)
    if wanted is None or loaded is None or wanted.filename == loaded.filename:
        return
    reload = getattr(sd_models, "reload_model_weights", None) or getattr(sd_models, "forge_model_reload", None)
    if reload is not None:
        reload()


@contextmanager
def params_txt_kept() -> Iterator[None]:
    """Every call of the sampler rewrites params.txt; an unfinished job leaves the last finished one's there."""
    from modules import paths

    path = os.path.join(paths.data_path, "params.txt")
    content: str | None = None
    with suppress(OSError), open(path, encoding="utf8") as file:
        content = file.read()
    try:
        yield
    except BaseException:
        if content is not None:
            with suppress(OSError), open(path, "w", encoding="utf8") as file:
                file.write(content)
        raise


def write_params_txt(text: str) -> None:
    """The whole job's parameters, for the arrow button."""
    from modules import paths

    if getattr(shared.cmd_opts, "no_prompt_history", False):
        return
    with open(os.path.join(paths.data_path, "params.txt"), "w", encoding="utf8") as file:
        file.write(text)
