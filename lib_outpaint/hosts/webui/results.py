"""What the WebUI gets back and what it saves: finished pictures, by its own rules, once."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from modules import images, processing, scripts, shared
from PIL import Image

from ...compare import labelled_grid
from ...metadata import entries
from ...picture_io import Picture, assembled, float_image
from ...result import Grown, Result
from . import guard

TITLE = "Directional outpaint"
_WEIGHTS = {"sd_model_checkpoint", "sd_vae"}  # loading them again is the sampler's business


def processed_for(p: Any, result: Result, sources: Sequence[Picture], last: Any, title: str = TITLE) -> Any:
    """The host's `Processed` of a result; saves pictures and grid where the host would.

    Args:
        p: the job's processing object, with its lists of prompts and seeds set.
        last: the copy of the last pass sampled, which knows model and sampler; None when none was.
    """
    with _overrides(p):
        init_hash = _saved_init_image(p)
        pictures: list[Image.Image] = []
        texts: list[str] = []
        for grown in result.pictures:
            f = _finished_copy(p, last, grown, result, title, init_hash)
            text = _infotext(f, grown.image)
            image = _finished(f, assembled(sources[grown.image % len(sources)], grown))
            pictures.append(_with_infotext(image, text))
            texts.append(text)
            if _saves(p, grown):
                images.save_image(image, p.outpath_samples, "", grown.shot.seed, grown.shot.prompt,
                                  shared.opts.samples_format, info=text, p=f)
        return _processed(p, last, result, pictures, texts, title, init_hash)


def _processed(p: Any, last: Any, result: Result, pictures: list[Image.Image], texts: list[str], title: str,
               init_hash: str | None) -> Any:
    for note in result.notes:
        p.comment(note)
    if result.stopped is not None:
        p.comment(f"stopped: {result.stopped}; finished passes are kept" if result.pictures
                  else f"stopped: {result.stopped}; nothing was finished")
    output, infotexts = list(pictures), list(texts)
    first = 0
    grid = _grid(p, result, pictures)
    if grid is not None:
        output.insert(0, _with_infotext(grid, texts[0]))
        infotexts.insert(0, texts[0])
        first = 1
    for grown, text in zip(result.pictures, texts, strict=True):
        for extra in (grown.canvas, grown.mask):
            if extra is not None:
                output.append(float_image(extra).convert("RGB"))
                infotexts.append(text)
    whole = _finished_copy(p, last, result.pictures[0], result, title, init_hash) if result.pictures else p
    if p.comments:
        # The page shows comments; the API's answer holds these parameters alone.
        whole.extra_generation_params = {**whole.extra_generation_params, "Outpaint notes": "; ".join(p.comments)}
    return processing.Processed(
        whole, output, seed=p.all_seeds[0], info=infotexts[0] if infotexts else "", subseed=p.all_subseeds[0],
        all_prompts=p.all_prompts, all_negative_prompts=p.all_negative_prompts, all_seeds=p.all_seeds,
        all_subseeds=p.all_subseeds, index_of_first_image=first, infotexts=infotexts)


def _finished_copy(p: Any, last: Any, grown: Grown, result: Result, title: str, init_hash: str | None) -> Any:
    """A processing object as if the host had sampled the finished picture in one go: for its infotext and file names."""
    f = copy.copy(last if last is not None else p)
    for name in ("prompt", "negative_prompt", "styles", "seed", "subseed", "batch_size", "n_iter", "scripts",
                 "init_images", "all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds", "main_prompt",
                 "main_negative_prompt", "do_not_save_samples", "do_not_save_grid", "seed_resize_from_w",
                 "seed_resize_from_h"):
        setattr(f, name, getattr(p, name))
    f.script_args_value = p.script_args_value
    f.__dict__.pop("init", None)
    f.restore_faces = shared.opts.face_restoration if p.restore_faces is None else p.restore_faces
    f.width, f.height = grown.extent.width, grown.extent.height
    f.iteration, f.batch_index = divmod(grown.image, max(p.batch_size, 1))
    f.prompts, f.negative_prompts, f.seeds, f.subseeds = (
        values[f.iteration * p.batch_size:(f.iteration + 1) * p.batch_size]
        for values in (p.all_prompts, p.all_negative_prompts, p.all_seeds, p.all_subseeds))
    f.extra_generation_params = {**f.extra_generation_params, **p.extra_generation_params, "Script": title,
                                 **entries(grown, result.engine)}
    if init_hash is not None:
        f.init_img_hash = init_hash
    return f


def _infotext(f: Any, index: int) -> str:
    return str(processing.create_infotext(f, f.all_prompts, f.all_seeds, f.all_subseeds, index=index,
                                          all_negative_prompts=f.all_negative_prompts))


def _finished(f: Any, image: Image.Image) -> Image.Image:
    """What works on finished pictures, once: face restoration and the always-on scripts' image callbacks."""
    if f.restore_faces:
        from modules import face_restoration

        image = Image.fromarray(face_restoration.restore_faces(np.array(image)))
    if f.scripts is None:
        return image
    for callback in ("postprocess_image", "postprocess_image_after_composite"):
        method = getattr(f.scripts, callback, None)  # older hosts lack the second
        if method is not None:
            wrapped = scripts.PostprocessImageArgs(image)
            method(f, wrapped)
            image = wrapped.image
    return image


def _saves(p: Any, grown: Grown) -> bool:
    if p.do_not_save_samples or not shared.opts.samples_save:
        return False
    return grown.complete or bool(getattr(shared.opts, "save_incomplete_images", False))


def _grid(p: Any, result: Result, pictures: list[Image.Image]) -> Image.Image | None:
    """The grid by the host's rules; with `compare`, the labelled one, which is what was asked for."""
    if any(grown.label for grown in result.pictures):
        labels = [grown.label + (f", seed {grown.shot.seed}" if len(p.all_seeds) > 1 else "")
                  for grown in result.pictures]
        grid = labelled_grid(pictures, labels)
    else:
        opts = shared.opts
        few = len(pictures) < 2 and opts.grid_only_if_multiple
        if p.do_not_save_grid or few or not pictures or not (opts.return_grid or opts.grid_save):
            return None
        if len({picture.size for picture in pictures}) > 1:
            return None  # one stopped early: the host's grid wants equal sizes
        grid = images.image_grid(pictures, p.batch_size)
    if shared.opts.grid_save and not p.do_not_save_grid:
        images.save_image(grid, p.outpath_grids, "grid", p.all_seeds[0], p.all_prompts[0], shared.opts.grid_format,
                          info=pictures[0].info.get("parameters"),
                          short_filename=not shared.opts.grid_extended_filename, p=p, grid=True)
    labelled = any(grown.label for grown in result.pictures)
    return grid if shared.opts.return_grid or labelled else None


def _with_infotext(image: Image.Image, text: str) -> Image.Image:
    if shared.opts.enable_pnginfo:
        image.info["parameters"] = text
    return image


def _saved_init_image(p: Any) -> str | None:
    """Saves the job's picture as the host saves init images, when that is on; its hash goes into the infotext."""
    if not shared.opts.save_init_img:
        return None
    name = ""
    for image in p.init_images:
        digest = hashlib.md5(image.tobytes()).hexdigest()
        if digest != name:
            images.save_image(image, path=shared.opts.outdir_init_images, basename=None, forced_filename=digest,
                              save_to_dirs=False, existing_info=image.info)
        name = digest
    return name


@contextmanager
def _overrides(p: Any) -> Iterator[None]:
    """The job's overrides, which the host applies only while it samples: file names and infotext depend on them."""
    with ExitStack() as stack:
        for name, value in (p.override_settings or {}).items():
            if name not in _WEIGHTS:
                stack.enter_context(guard.option(name, value))
        yield
