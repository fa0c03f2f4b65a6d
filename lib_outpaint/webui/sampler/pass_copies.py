"""A fresh copy of the processing object for every pass, set up for exactly one window (or one batch of them)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from modules import shared
from PIL import Image

from ...engine.protocol import Job
from ...images import float_image
from ...pixels.masks import as_pixels
from ..script.inputs import is_wildcards
from . import guard
from .lora_networks import with_loras

SOFT_INPAINTING = "soft inpainting"


def pass_copy(p: Any, jobs: Sequence[Job], decoded: list[torch.Tensor]) -> Any:
    """A copy of `p` that samples the jobs' windows: one image a job, nothing saved, nothing pasted over.

    Args:
        p: the host's img2img processing object; it is not changed.
        jobs: windows of one size with the same masks.
        decoded: receives the decoded pictures, float (3, H, W) in 0..1, before the host truncates them to 8 bits.
    """
    first = jobs[0]
    c = copy.copy(p)
    _unshare(c, p)
    _reset(c)
    c.width, c.height = int(first.pixels.shape[2]), int(first.pixels.shape[1])
    c.batch_size, c.n_iter = len(jobs), 1
    c.init_images = [float_image(job.pixels) for job in jobs]
    # White is repaint. Both masks are whole cells: the host's nearest neighbour finds nothing between.
    c.image_mask = float_image(as_pixels(first.conditioning_mask, first.cell).float())
    c.latent_mask = latent_image(first.latent_mask)
    c.prompt = [with_loras(job.prompt, job.params) for job in jobs]
    c.negative_prompt = [job.negative_prompt for job in jobs]
    c.styles = []  # resolved once, before the first pass
    c.seed = _one_or_list([job.seed for job in jobs])
    c.subseed = _one_or_list([job.seed if job.subseed is None else job.subseed for job in jobs])
    if first.params.mask_weight is not None:
        c.inpainting_mask_weight = first.params.mask_weight
    for name in ("cached_c", "cached_uc"):
        # The host leaves the hashes of embeddings out of the infotext for a prompt that it finds in its cache.
        if hasattr(c, name):
            setattr(c, name, [None] * len(getattr(c, name)))
    c.do_not_reload_embeddings = first.pass_index > 0
    if p.scripts is not None:
        c.scripts = quiet_runner(p.scripts, decoded)
    c.init = one_by_one(c, c.init)
    return c


def release(c: Any) -> None:
    """Lets go of what a copy holds after its call: circles through its own methods, and tensors of the device."""
    c.__dict__.pop("init", None)
    if c.scripts is not None:
        c.scripts.__dict__.pop("postprocess_batch_list", None)
    for name in ("init_latent", "image_conditioning", "nmask", "mask", "latent_mask", "image_mask", "rng", "c", "uc"):
        if hasattr(c, name):
            setattr(c, name, None)


def latent_image(mask: torch.Tensor) -> Image.Image:
    """A mask of latent cells as an image of that size: the host uses an image that already has latent size as it is."""
    return float_image(mask.float())


def quiet_runner(runner: Any, decoded: list[torch.Tensor]) -> Any:
    """A copy of the script runner for a pass.

    Left out: Soft Inpainting, which would put the prefill back as an overlay, and wildcards, which are resolved already.
    What works on finished pictures (face detailers and the like) waits for the finished picture.
    """
    quiet = copy.copy(runner)
    quiet.callback_map = {}
    quiet.alwayson_scripts = [s for s in runner.alwayson_scripts if not (_is_soft_inpainting(s) or is_wildcards(s))]

    def captured(p: Any, pp: Any, *args: Any, **kwargs: Any) -> None:
        type(runner).postprocess_batch_list(quiet, p, pp, *args, **kwargs)
        decoded[:] = [image.detach().float().cpu().clone() for image in pp.images]

    quiet.postprocess_batch_list = captured
    for name in ("postprocess_image", "postprocess_image_after_composite", "postprocess_maskoverlay"):
        setattr(quiet, name, _nothing)
    return quiet


def soft_inpainting_on(p: Any) -> bool:
    """Whether the user has Soft Inpainting switched on."""
    for script in p.scripts.alwayson_scripts if p.scripts is not None else ():
        if _is_soft_inpainting(script):
            args = p.script_args[script.args_from : script.args_to]
            return bool(args and args[0])
    return False


def one_by_one(c: Any, init: Callable[..., None]) -> Callable[..., None]:
    """The copy's `init`, image by image, each under its own seed, and with the overlay taken away afterwards.

    `init` encodes with the global random generator, all images in one draw: a picture of a batch could not be made again
    alone. The overlay would paste the window's own prefill over what was sampled.
    """

    def wrapped(all_prompts: list[str], all_seeds: list[int], all_subseeds: list[int]) -> None:
        windows, batch = c.init_images, c.batch_size
        latents: list[torch.Tensor] = []
        conditionings: list[torch.Tensor] = []
        # The host would save every window as an init image; the job saves its picture itself.
        saving = guard.option("save_init_img", False) if shared.opts.data.get("save_init_img") else nullcontext()
        with saving:
            for window, seed in zip(windows, all_seeds, strict=False):
                guard.seed_all(int(seed))
                c.init_images, c.batch_size = [window], 1
                init(all_prompts, all_seeds, all_subseeds)
                latents.append(c.init_latent)
                conditionings.append(c.image_conditioning)
        c.init_images, c.batch_size = windows, batch
        c.init_latent = torch.cat(latents)
        c.image_conditioning = torch.cat(conditionings)
        c.overlay_images = None
        c.mask_for_overlay = None
        guard.seed_all(int(all_seeds[0]))

    return wrapped


def _one_or_list(seeds: list[int]) -> int | list[int]:
    """A batch has a list; one picture has the number that extensions expect: ControlNet seeds its modules from it."""
    return seeds[0] if len(seeds) == 1 else seeds


def _unshare(c: Any, p: Any) -> None:
    c.extra_generation_params = dict(p.extra_generation_params)
    c.override_settings = dict(p.override_settings or {})
    arguments = p.script_args
    # Set without the property, which would run every script's setup again.
    c.script_args_value = list(arguments) if isinstance(arguments, list) else tuple(arguments or ())


def _reset(c: Any) -> None:
    c.mask = c.nmask = c.mask_for_overlay = c.overlay_images = c.paste_to = None
    c.color_corrections = []  # not None: the host would make some
    c.all_prompts = c.all_negative_prompts = c.all_seeds = c.all_subseeds = None
    c.inpainting_fill = 1  # original: every other value overwrites the prefill
    c.inpaint_full_res = False
    c.inpainting_mask_invert = 0
    c.mask_blur_x = c.mask_blur_y = 0
    c.mask_round = True
    c.resize_mode = 0
    c.restore_faces = False
    c.tiling = False
    c.seed_resize_from_w = c.seed_resize_from_h = -1
    c.do_not_save_samples = True
    c.do_not_save_grid = True
    for name in ("extra_result_images", "latents_after_sampling", "pixels_after_sampling"):
        if hasattr(c, name):  # Forge and reForge pile them up in VRAM
            setattr(c, name, [])


def _is_soft_inpainting(script: Any) -> bool:
    title = script.title() if callable(getattr(script, "title", None)) else ""
    return str(title).lower() == SOFT_INPAINTING


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stands for a callback that waits for the finished picture."""
