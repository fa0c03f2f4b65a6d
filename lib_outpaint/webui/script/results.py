"""What the WebUI gets back and what it saves: finished pictures, by its own rules, once."""

from __future__ import annotations

import copy
import hashlib
import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar, cast

import numpy as np
from modules import images, processing, scripts, shared
from PIL import Image

from ...engine.result import Grown, Result
from ...images import Picture, assembled, float_image
from ...images.grid import labelled_grid, labels
from ...images.metadata import entries, of_comparison
from ...parameters.params import Params
from ..sampler import guard
from ..sampler.sampler import WebUISampler
from . import notes
from .infotext import guarded

T = TypeVar("T")
log = logging.getLogger(__name__)
TITLE = "Directional outpaint"
_MOST_EXIF = 65_000  # bytes: a segment of a JPEG is at most 64 KiB, and the host writes UTF-16
_WEIGHTS = {"sd_model_checkpoint", "sd_vae"}  # loading them again is the sampler's business


class Gallery:
    """The job's pictures: each is finished and saved as soon as it is made, as the host does with its own.

    Args:
        p: the job's processing object, with its lists of prompts and seeds set.
        host: knows the copy of the last pass sampled, and with it model and sampler.
        sources: the pictures that grow.
        params: the job's own, with `compare`; each picture has its combination's.
    """

    def __init__(self, p: Any, host: WebUISampler, sources: Sequence[Picture], params: Params, title: str = TITLE) -> None:
        self._p = p
        self._host = host
        self._sources = sources
        self._params = params
        self._title = title
        self._engine = host.capabilities().engine
        self._init_hash: str | None = None
        self._memory = notes.PeakMemory(p)
        self.made: list[Grown] = []
        self.pictures: list[Image.Image] = []
        self.texts: list[str] = []
        self._extras: list[tuple[Image.Image, str]] = []

    def take(self, grown: Grown) -> None:
        """Finishes and saves a picture. What fails here is told, and costs neither this picture nor the others."""
        p = self._p
        image = assembled(self._sources[grown.image % len(self._sources)], grown)
        with _overrides(p, self._host.last):
            if not self.made:
                self._init_hash = self._told(lambda: _saved_init_image(p), "saving the init image")
            f = self._finished_copy(grown)
            text = _infotext(f, grown.image)
            image = self._told(lambda: _finished(f, image), "finishing a picture") or image
            if _saves(p, grown):
                extension = shared.opts.samples_format
                self._told(
                    lambda: images.save_image(
                        image,
                        p.outpath_samples,
                        "",
                        grown.shot.seed,
                        grown.shot.prompt,
                        extension,
                        info=self._held(text, extension),
                        p=f,
                    ),
                    "saving a picture",
                )
        self.made.append(grown.without_pixels())
        self.pictures.append(_with_infotext(image, text))
        self.texts.append(text)
        self._extras += [
            (float_image(extra).convert("RGB"), text) for extra in (grown.canvas, grown.mask) if extra is not None
        ]

    def _held(self, text: str, extension: str) -> str | None:
        """The infotext as far as the file can hold it: beyond that the host would fail to save the picture at all."""
        if extension.lower() == "png" or len(text.encode("utf-16-le")) <= _MOST_EXIF:
            return text
        self._p.comment(f"the infotext is too long for a {extension} file, which was saved without it; PNG holds it")
        return None

    def processed(self, result: Result) -> Any:
        """The host's `Processed` for the whole job, with its grid."""
        p = self._p
        for note in result.notes:
            p.comment(note)
        if result.stopped is not None:
            p.comment(f"stopped: {result.stopped}; " + ("finished passes are kept" if self.made else "nothing was finished"))
        told = self._told(
            lambda: notes.of_job(p, self._host.checkpoint, self.made, result.seconds, self._memory),
            "looking up what would do better",
        )
        for note in told or []:
            p.comment(note)
        whole = self._whole()
        output, infotexts = list(self.pictures), list(self.texts)
        first = 0
        with _overrides(p, self._host.last):
            of_job = _infotext(whole, 0) if self._compared() else self.texts[0] if self.texts else ""
            grid = self._told(lambda: _grid(p, self.made, self.pictures), "making the grid")
            if grid is not None and shared.opts.grid_save and not p.do_not_save_grid:
                text = self._held(of_job, shared.opts.grid_format) if shared.opts.enable_pnginfo else None
                self._told(lambda: _save_grid(p, whole, grid, text), "saving the grid")
        if grid is not None and (shared.opts.return_grid or self._compared()):
            output.insert(0, _with_infotext(grid, of_job))
            infotexts.insert(0, of_job)
            first = 1
        for extra, text in self._extras:
            output.append(extra)
            infotexts.append(text)
        if p.comments:
            # The page shows comments; the API's answer holds these parameters alone.
            whole.extra_generation_params = {**whole.extra_generation_params, "Outpaint notes": "; ".join(p.comments)}
        return self._listed(whole, output, infotexts, first, of_job)

    def _whole(self) -> Any:
        """A processing object for the job: its first picture's, but with `compare` what was asked for and all passes."""
        if not self.made:
            return self._p
        if not self._compared():
            return self._finished_copy(self.made[0])
        return self._finished_copy(of_comparison(self.made, self._params))

    def _compared(self) -> bool:
        return any(grown.label for grown in self.made)

    def _listed(self, whole: Any, output: list[Image.Image], infotexts: list[str], first: int, info: str) -> Any:
        p = self._p
        # One entry a picture: with `compare` a seed stands for several.
        index = [grown.image for grown in self.made] if self._compared() else range(len(p.all_prompts))
        prompts, negatives, seeds, subseeds = (
            [values[i] for i in index] for values in (p.all_prompts, p.all_negative_prompts, p.all_seeds, p.all_subseeds)
        )
        return processing.Processed(
            whole,
            output,
            seed=seeds[0],
            info=info,
            subseed=subseeds[0],
            all_prompts=prompts,
            all_negative_prompts=negatives,
            all_seeds=seeds,
            all_subseeds=subseeds,
            index_of_first_image=first,
            infotexts=infotexts,
        )

    def _finished_copy(self, grown: Grown) -> Any:
        return _finished_copy(self._p, self._host.last, grown, self._engine, self._title, self._init_hash)

    def _told(self, work: Callable[[], T], what: str) -> T | None:
        try:
            return work()
        except Exception as error:  # disks fill up, and extensions raise anything
            log.exception("outpaint: %s failed", what)
            self._p.comment(f"{what} failed: {error}")
            return None


def _finished_copy(p: Any, last: Any, grown: Grown, engine: str, title: str, init_hash: str | None) -> Any:
    """A processing object as if the host had sampled the finished picture in one go: for its infotext and file names."""
    f = copy.copy(last if last is not None else p)
    for name in (
        "prompt",
        "negative_prompt",
        "styles",
        "seed",
        "subseed",
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
    ):
        setattr(f, name, getattr(p, name))
    f.script_args_value = p.script_args_value
    f.__dict__.pop("init", None)
    f.restore_faces = shared.opts.face_restoration if p.restore_faces is None else p.restore_faces
    f.width, f.height = grown.extent.width, grown.extent.height
    f.iteration, f.batch_index = divmod(grown.image, max(p.batch_size, 1))
    f.prompts, f.negative_prompts, f.seeds, f.subseeds = (
        values[f.iteration * p.batch_size : (f.iteration + 1) * p.batch_size]
        for values in (p.all_prompts, p.all_negative_prompts, p.all_seeds, p.all_subseeds)
    )
    f.extra_generation_params = {
        **f.extra_generation_params,
        **p.extra_generation_params,
        "Script": title,
        **guarded(entries(grown, engine)),
    }
    if init_hash is not None:
        f.init_img_hash = init_hash
    return f


def _infotext(f: Any, index: int) -> str:
    return str(
        processing.create_infotext(
            f, f.all_prompts, f.all_seeds, f.all_subseeds, index=index, all_negative_prompts=f.all_negative_prompts
        )
    )


def _finished(f: Any, image: Image.Image) -> Image.Image:
    """What works on finished pictures, once: face restoration and the always-on scripts' image callbacks."""
    if f.restore_faces:
        from modules import face_restoration

        image = Image.fromarray(face_restoration.restore_faces(np.array(image)))
    if f.scripts is None:
        return image
    # Forge says which of the job's pictures it is.
    place = (f.iteration * f.batch_size + f.batch_index,) if _wants_index() else ()
    for callback in ("postprocess_image", "postprocess_image_after_composite"):
        method = getattr(f.scripts, callback, None)  # older hosts lack the second
        if method is not None:
            wrapped = scripts.PostprocessImageArgs(image, *place)
            method(f, wrapped)
            image = wrapped.image
    return image


def _wants_index() -> bool:
    return "index" in inspect.signature(scripts.PostprocessImageArgs).parameters


def _saves(p: Any, grown: Grown) -> bool:
    if p.do_not_save_samples or not shared.opts.samples_save:
        return False
    return grown.complete or bool(getattr(shared.opts, "save_incomplete_images", False))


def _grid(p: Any, made: Sequence[Grown], pictures: list[Image.Image]) -> Image.Image | None:
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


def _save_grid(p: Any, whole: Any, grid: Image.Image, text: str | None) -> None:
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
def _overrides(p: Any, last: Any) -> Iterator[None]:
    """The job's overrides, which the host applies only while it samples: file names and infotext depend on them.

    Extensions add some of their own to a copy; they are set as the host sets them, which may refuse some.
    """
    with ExitStack() as stack:
        for name, value in ((last or p).override_settings or {}).items():
            if name not in _WEIGHTS:
                stack.enter_context(guard.option(name, value, asked=True))
        yield
