"""A fresh copy of the processing object for every pass, set up for exactly one window (or one batch of them)."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from modules import shared
from PIL import Image

from ...engine.protocol import Job
from ...errors import BackendError
from ...images import float_image
from ...models.families import UNKNOWN, Family
from ...pixels.masks import as_pixels
from ...pixels.rectangles import known_rectangle
from ..variants import put, variant
from . import guard
from .lora_networks import with_loras

SOFT_INPAINTING = "soft inpainting"
# Always-on scripts that put words for placeholders: run once for the job, not again for every pass.
_WILDCARDS = re.compile(r"dynamic.?prompts|wildcard|unprompted", re.IGNORECASE)


def pass_copy(p: Any, jobs: Sequence[Job], decoded: list[torch.Tensor], family: Family = UNKNOWN) -> Any:
    """A copy of `p` that samples the jobs' windows: one image a job, nothing saved, nothing pasted over.

    Args:
        p: the host's img2img processing object; it is not changed.
        jobs: windows of one size with the same masks.
        decoded: receives the decoded images, float (3, H, W) in 0..1, before the host truncates them to 8 bits.
        family: of the checkpoint. An editing model sees the known picture alone, never the prefill.
    """
    first = jobs[0]
    c = copy.copy(p)
    _unshare(c, p)
    _reset(c)
    put(
        c,
        width=int(first.pixels.shape[2]),
        height=int(first.pixels.shape[1]),
        batch_size=len(jobs),
        n_iter=1,
        init_images=[float_image(job.pixels) for job in jobs],
        # White is repaint. Both masks are whole cells: the host's nearest neighbour finds nothing between.
        image_mask=float_image(as_pixels(first.conditioning_mask, first.cell).float()),
        latent_mask=latent_image(first.latent_mask),
        prompt=[with_loras(job.prompt, job.loras) for job in jobs],
        negative_prompt=[job.negative_prompt for job in jobs],
        styles=[],  # resolved once, before the first pass
        seed=_one_or_list([job.seed for job in jobs]),
        subseed=_one_or_list([job.seed if job.subseed is None else job.subseed for job in jobs]),
        # The host leaves the hashes of embeddings out of the infotext for a prompt that it finds in its cache.
        cached_c=[None] * len(c.cached_c),
        cached_uc=[None] * len(c.cached_uc),
        do_not_reload_embeddings=first.pass_index > 0,
    )
    if first.sampling.denoise is not None:
        put(c, denoising_strength=first.sampling.denoise)
    if first.mask_weight is not None:
        put(c, inpainting_mask_weight=first.mask_weight)
    if p.scripts is not None:
        put(c, scripts=quiet_runner(p.scripts, decoded))
    edits = "reference" in family.inpaints
    c.init = one_by_one(c, c.init, [_known(job, family.size_multiple) for job in jobs] if edits else None)
    return c


def _known(job: Job, multiple: int) -> torch.Tensor | None:
    """The known picture of a window; None where there is no rectangle of it."""
    if job.known is None or job.reference == "off":
        return None
    place = known_rectangle(job.known, multiple)
    return job.pixels[:, place[0], place[1]] if place is not None else None


def release(c: Any) -> None:
    """Lets go of what a copy holds after its call: circles through its own methods, and tensors of the device."""
    c.__dict__.pop("init", None)
    if c.scripts is not None:
        c.scripts.__dict__.pop("postprocess_batch_list", None)
    put(c, init_latent=None, image_conditioning=None, rng=None, c=None, uc=None)
    put(c, nmask=None, mask=None, latent_mask=None, image_mask=None)


def latent_image(mask: torch.Tensor) -> Image.Image:
    """A mask of latent cells as an image of that size: the host uses an image that already has latent size as it is."""
    return float_image(mask.float())


def quiet_runner(runner: Any, decoded: list[torch.Tensor]) -> Any:
    """A copy of the script runner for a pass.

    Left out: Soft Inpainting, which would put the prefill back as an overlay, and wildcards, which are resolved already.
    What works on finished images (face detailers and the like) waits for the finished image.
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


def is_wildcards(script: Any) -> bool:
    """Whether an always-on script only puts words for placeholders in prompts."""
    return bool(_WILDCARDS.search(str(script.title())))


def soft_inpainting_on(p: Any) -> bool:
    """Whether the user has Soft Inpainting switched on."""
    for script in p.scripts.alwayson_scripts if p.scripts is not None else ():
        if _is_soft_inpainting(script):
            args = p.script_args[script.args_from : script.args_to]
            return bool(args and args[0])
    return False


def one_by_one(c: Any, init: Callable[..., None], shown: Sequence[torch.Tensor | None] | None = None) -> Callable[..., None]:
    """The copy's `init`, image by image, each under its own seed, and with the overlay taken away afterwards.

    `init` encodes with the global random generator, all images in one draw: an image of a batch could not be made again
    alone. The overlay would paste the window's own prefill over what was sampled.

    Args:
        shown: what an editing model sees of each window; None for other models.

    Raises:
        BackendError: the host has changed the size that it was given. Inside of it.
    """

    def wrapped(all_prompts: list[str], all_seeds: list[int], all_subseeds: list[int]) -> None:
        windows, batch = c.init_images, c.batch_size
        if windows[0].size != (c.width, c.height):  # some hosts round sizes to what they like
            wanted, got = (f"{width}x{height}" for width, height in (windows[0].size, (c.width, c.height)))
            raise BackendError("window-resized", wanted=wanted, got=got)
        latents: list[torch.Tensor] = []
        conditionings: list[torch.Tensor] = []
        # The host would save every window as an init image; the job saves its image itself.
        saving = guard.option("save_init_img", False) if shared.opts.data.get("save_init_img") else nullcontext()
        with saving:
            for number, (window, seed) in enumerate(zip(windows, all_seeds, strict=False)):
                guard.seed_all(int(seed))
                c.init_images, c.batch_size = [window], 1
                init(all_prompts, all_seeds, all_subseeds)
                if shown is not None:
                    variant().show(shown[number])
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
    """A batch has a list; one image has the number that extensions expect: ControlNet seeds its modules from it."""
    return seeds[0] if len(seeds) == 1 else seeds


def _unshare(c: Any, p: Any) -> None:
    put(c, extra_generation_params=dict(p.extra_generation_params), override_settings=dict(p.override_settings or {}))
    arguments = p.script_args
    # Set without the property, which would run every script's setup again.
    put(c, script_args_value=list(arguments) if isinstance(arguments, list) else tuple(arguments or ()))


def _reset(c: Any) -> None:
    put(c, mask=None, nmask=None, mask_for_overlay=None, overlay_images=None, paste_to=None)
    put(c, all_prompts=None, all_negative_prompts=None, all_seeds=None, all_subseeds=None)
    put(
        c,
        color_corrections=[],  # not None: the host would make some
        inpainting_fill=1,  # original: every other value overwrites the prefill
        inpaint_full_res=False,
        inpainting_mask_invert=0,
        mask_blur=0,
        mask_blur_x=0,
        mask_blur_y=0,
        mask_round=True,
        resize_mode=0,
        restore_faces=False,
        tiling=False,
        seed_resize_from_w=-1,
        seed_resize_from_h=-1,
        do_not_save_samples=True,
        do_not_save_grid=True,
    )
    put(c, **{name: [] for name in variant().facts.piles})


def _is_soft_inpainting(script: Any) -> bool:
    return str(script.title()).lower() == SOFT_INPAINTING


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stands for a callback that waits for the finished image."""
