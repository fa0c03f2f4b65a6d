"""A finished image, by the host's own rules: its processing object and infotext, the scripts' callbacks, files and grid."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import numpy as np
from modules import images, processing, shared
from PIL import Image

from ...engine.result import Grown
from ...images.grid import labelled_grid, labels
from ...images.metadata import entries
from ..sampler import guard
from ..variants import put, variant
from .infotext import guarded, with_cfg

TITLE = "Directional outpaint"
_STRENGTH = "Denoising strength"  # an entry of the host's infotexts
_WEIGHTS = {"sd_model_checkpoint", "sd_vae"}  # loading them again is the sampler's business
# What the finished image's processing object has of the job's, and not of the last pass's.
_OF_JOB = (
    "prompt",
    "negative_prompt",
    "styles",
    "seed",
    "subseed",
    "denoising_strength",
    "batch_size",
    "n_iter",
    "scripts",
    "init_images",
    "all_prompts",
    "all_negative_prompts",
    "all_seeds",
    "all_subseeds",
    "main_prompt",
    "main_negative_prompt",
    "do_not_save_samples",
    "do_not_save_grid",
    "script_args_value",
)
_LISTS = {
    "prompts": "all_prompts",
    "negative_prompts": "all_negative_prompts",
    "seeds": "all_seeds",
    "subseeds": "all_subseeds",
}


def finished_copy(p: Any, last: Any, grown: Grown, engine: str, init_hash: str | None) -> Any:
    """A processing object as if the host had sampled the finished image in one go: for its infotext and file names."""
    f = copy.copy(last if last is not None else p)
    f.__dict__.pop("init", None)
    iteration, index = divmod(grown.image, max(p.batch_size, 1))
    batch = slice(iteration * p.batch_size, (iteration + 1) * p.batch_size)
    put(
        f,
        **{name: getattr(p, name) for name in _OF_JOB},
        **{name: getattr(p, whole)[batch] for name, whole in _LISTS.items()},
        restore_faces=shared.opts.face_restoration if p.restore_faces is None else p.restore_faces,
        width=grown.extent.width,
        height=grown.extent.height,
        iteration=iteration,
        batch_index=index,
        extra_generation_params=with_cfg(
            {
                **f.extra_generation_params,
                # The second step of hires has a strength of its own, which stands among our entries.
                **({_STRENGTH: p.denoising_strength} if _STRENGTH in f.extra_generation_params else {}),
                **p.extra_generation_params,
                "Script": TITLE,
                **guarded(entries(grown, engine)),
            },
            p.cfg_scale,
            str(f.sd_model_name),
        ),
    )
    if init_hash is not None:
        put(f, init_img_hash=init_hash)
    return f


def infotext_of(f: Any, index: int) -> str:
    return str(
        processing.create_infotext(
            f, f.all_prompts, f.all_seeds, f.all_subseeds, index=index, all_negative_prompts=f.all_negative_prompts
        )
    )


def with_callbacks(f: Any, image: Image.Image) -> Image.Image:
    """What works on finished images, once: face restoration and the always-on scripts' image callbacks."""
    if f.restore_faces:
        from modules import face_restoration

        image = Image.fromarray(face_restoration.restore_faces(np.array(image)))
    if f.scripts is None:
        return image
    return cast(Image.Image, variant().finished(f, image, f.iteration * f.batch_size + f.batch_index))


def saves(p: Any, grown: Grown) -> bool:
    if p.do_not_save_samples or not shared.opts.samples_save:
        return False
    return grown.complete or bool(shared.opts.save_incomplete_images)


def grid_of(p: Any, made: Sequence[Grown], pictures: list[Image.Image]) -> Image.Image | None:
    """The grid by the host's rules; with `compare`, the labelled one, which is what was asked for."""
    opts = shared.opts
    if any(grown.label for grown in made):
        return labelled_grid(pictures, labels(made))
    few = len(pictures) < 2 and opts.grid_only_if_multiple
    if p.do_not_save_grid or few or not pictures or not (opts.return_grid or opts.grid_save):
        return None
    if len({picture.size for picture in pictures}) > 1:
        return None  # one stopped early: the host's grid wants equal sizes
    return cast(Image.Image, images.image_grid(pictures, p.batch_size))


def save_grid(p: Any, whole: Any, grid: Image.Image, text: str | None) -> None:
    opts = shared.opts
    images.save_image(
        grid,
        p.outpath_grids,
        "grid",
        p.all_seeds[0],
        p.all_prompts[0],
        opts.grid_format,
        info=text,
        p=whole,
        grid=True,
        short_filename=not opts.grid_extended_filename,
    )


def with_infotext(image: Image.Image, text: str) -> Image.Image:
    if shared.opts.enable_pnginfo:
        image.info["parameters"] = text
    return image


def saved_init_image(p: Any) -> str | None:
    """Saves the job's image as the host saves init images, when that is on; its hash goes into the infotext."""
    if not shared.opts.save_init_img:
        return None
    name = ""
    for image in p.init_images:
        digest = hashlib.md5(image.tobytes()).hexdigest()
        if digest != name:
            images.save_image(
                image,
                path=shared.opts.outdir_init_images,
                basename=None,
                forced_filename=digest,
                save_to_dirs=False,
                existing_info=image.info,
            )
        name = digest
    return name


@contextmanager
def overrides_set(p: Any, last: Any) -> Iterator[None]:
    """The job's overrides, which the host applies only while it samples: file names and infotext depend on them.

    Extensions add some of their own to a copy; they are set as the host sets them, which may refuse some.
    """
    with ExitStack() as stack:
        for name, value in ((last or p).override_settings or {}).items():
            if name not in _WEIGHTS:
                stack.enter_context(guard.option(name, value, asked=True))
        yield
