"""From the processing object to what the engine wants: images, painted mask, prompts and seeds."""

from __future__ import annotations

import copy
import logging
from typing import Any

import numpy as np
import torch
from modules import images, processing, shared
from PIL import Image, ImageOps

from ...engine.request import Shot
from ...errors import ParamError, PictureError
from ...images import Picture, taken_over
from ...images.depth import is_deep
from ...messages import Message, message
from ..sampler.pass_copies import is_wildcards
from ..variants import put

log = logging.getLogger(__name__)
# The host's masked content (index) as our fill for a painted region; "" keeps what is there.
_MASKED_CONTENT = {0: "smooth", 1: "", 2: "noise", 3: "smooth"}


def pictures(p: Any) -> tuple[list[Picture], list[Message]]:
    """The init images as 8-bit RGB, and notes on what that changed. Repeats of one image count once.

    Raises:
        PictureError: there is none, or they differ in size.
    """
    if not p.init_images or any(image is None for image in p.init_images):
        raise PictureError("no-image")
    notes: list[Message] = []
    found: list[Picture] = []
    seen: list[Any] = []
    for image in p.init_images:
        if any(image is other for other in seen):
            continue
        seen.append(image)
        found.append(taken_over(_rgb(image, notes)))
    if len({picture.stored.shape for picture in found}) > 1:
        sizes = ", ".join(f"{q.stored.shape[1]}x{q.stored.shape[0]}" for q in found)
        raise PictureError("batch-sizes-differ", sizes=sizes)
    if len(found) > max(p.batch_size, 1):
        raise PictureError("more-images-than-batch", count=len(found), batch=p.batch_size)
    if len(found) > 1:
        put(p, batch_size=len(found))  # as the host does
    return found, list(dict.fromkeys(notes))


def _rgb(image: Image.Image, notes: list[Message]) -> Image.Image:
    if image.mode.startswith("I") or is_deep(image):
        notes.append(message("16-bits-reduced"))
    image = ImageOps.exif_transpose(image) or image
    if image.mode.startswith("I"):
        levels = (np.asarray(image).astype(np.float32) / 257).round().clip(0, 255)
        return Image.fromarray(levels.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append(message("transparency-flattened"))
            image = images.flatten(image, shared.opts.img2img_background_color)
    return image.convert("RGB")


def painted(p: Any, width: int, height: int) -> torch.Tensor | None:
    """The mask painted in an Inpaint tab, bool (H, W), True where to repaint; None when there is none."""
    mask = p.image_mask
    if mask is None:
        return None
    # mk2's and the host's own rule: the alpha of RGBA masks that use it, else brightness.
    mask = processing.create_binary_mask(mask)
    if p.inpainting_mask_invert:
        mask = ImageOps.invert(mask.convert("L"))
    mask = mask.convert("L")
    if mask.size != (width, height):
        mask = mask.resize((width, height), Image.Resampling.NEAREST)
    bits = torch.from_numpy(np.array(mask) > 127)
    return bits if bool(bits.any()) else None


def painted_fill(p: Any) -> str:
    """The fill that stands for the host's masked content."""
    return _MASKED_CONTENT.get(p.inpainting_fill, "")


def shots(p: Any, most: int) -> tuple[Shot, ...]:
    """One shot an image, with styles and wildcards resolved once for the whole job. Seeds must be fixed already.

    Sets the lists of prompts and seeds on the processing object, as the host itself does when it samples; a script that
    resolves wildcards may also change how many images there are.

    Raises:
        ParamError: more images than `most`.
    """
    if p.batch_size * p.n_iter > most:
        raise ParamError("n_iter", p.n_iter, "too-many-by-batch", batch=p.batch_size, most=most)
    probe = copy.copy(p)  # shares extra_generation_params: wildcard scripts put their template there
    probe.setup_prompts()
    same = p.subseed_strength > 0
    count = len(probe.all_prompts)
    probe.all_seeds = [int(p.seed) + (0 if same else i) for i in range(count)]
    probe.all_subseeds = [int(p.subseed) + i for i in range(count)]
    for script in p.scripts.alwayson_scripts if p.scripts is not None else ():
        if is_wildcards(script):
            _resolved(script, probe, p)
    count = len(probe.all_prompts)
    usual = [int(p.seed) + (0 if same else i) for i in range(count)]
    put(
        p,
        n_iter=-(-count // max(p.batch_size, 1)),
        all_prompts=list(probe.all_prompts),
        all_negative_prompts=_filled(probe.all_negative_prompts, count),
        all_seeds=(list(probe.all_seeds) + usual[len(probe.all_seeds) :])[:count],
        all_subseeds=[int(p.subseed) + i for i in range(count)],
        main_prompt=probe.main_prompt,
        main_negative_prompt=probe.main_negative_prompt,
    )
    return tuple(
        Shot(int(p.all_seeds[i]), p.all_subseeds[i] if same else None, p.all_prompts[i], p.all_negative_prompts[i])
        for i in range(count)
    )


def _resolved(script: Any, probe: Any, p: Any) -> None:
    try:
        script.process(probe, *p.script_args[script.args_from : script.args_to])
    except Exception:  # the host reports errors of callbacks and goes on, and so do we
        log.exception("outpaint: %s failed", script.title())
        p.comment(str(message("wildcards-failed", script=script.title())))


def _filled(values: list[str], count: int) -> list[str]:
    return (list(values) + [values[-1]] * count)[:count]
