"""What the WebUI gets back and what it saves: finished images, by its own rules, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from modules import images, processing, shared
from PIL import Image

from ...engine.result import Grown, Result
from ...images import Picture, assembled, layer_image
from ...images.metadata import of_comparison
from ...messages import Message, message
from ...parameters.params import Params
from ..sampler.sampler import WebUISampler
from ..variants import put
from . import finishing, notes

T = TypeVar("T")
log = logging.getLogger(__name__)
_MOST_EXIF = 65_000  # bytes: a segment of a JPEG is at most 64 KiB, and the host writes UTF-16


class Gallery:
    """The job's images: each is finished and saved as soon as it is made, as the host does with its own.

    Args:
        p: the job's processing object, with its lists of prompts and seeds set.
        sampler: knows the copy of the last pass sampled, and with it model and sampler.
        sources: the images that grow.
        params: the job's own, with `compare`; each image has its combination's.
    """

    def __init__(self, p: Any, sampler: WebUISampler, sources: Sequence[Picture], params: Params) -> None:
        self._p = p
        self._sampler = sampler
        self._sources = sources
        self._params = params
        self._engine = sampler.capabilities().engine
        self._init_hash: str | None = None
        self._memory = notes.PeakMemory(p)
        self.made: list[Grown] = []
        self.pictures: list[Image.Image] = []
        self.texts: list[str] = []
        self._extras: list[tuple[Image.Image, str]] = []

    def take(self, grown: Grown) -> None:
        """Finishes and saves an image. What fails here is told, and costs neither this image nor the others."""
        p = self._p
        image = assembled(self._sources[grown.image % len(self._sources)], grown)
        with finishing.overrides_set(p, self._sampler.last):
            if not self.made:
                self._init_hash = self._told(lambda: finishing.saved_init_image(p), "saving-init-image")
            f = self._finished_copy(grown)
            text = finishing.infotext_of(f, grown.image)
            image = self._told(lambda: finishing.with_callbacks(f, image), "finishing-image") or image
            if finishing.saves(p, grown):
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
                    "saving-image",
                )
        self.made.append(grown.without_pixels())
        self.pictures.append(finishing.with_infotext(image, text))
        self.texts.append(text)
        self._extras += [
            (layer_image(extra).convert("RGB"), text) for extra in (grown.prefilled, grown.coverage) if extra is not None
        ]

    def _held(self, text: str, extension: str) -> str | None:
        """The infotext as far as the file can hold it: beyond that the host would fail to save the image at all."""
        if extension.lower() == "png" or len(text.encode("utf-16-le")) <= _MOST_EXIF:
            return text
        self._say(message("infotext-too-long", extension=extension))
        return None

    def processed(self, result: Result) -> Any:
        """The host's `Processed` for the whole job, with its grid."""
        p = self._p
        for note in result.notes:
            self._say(note)
        if result.stopped is not None:
            self._say(message("stopped-kept" if self.made else "stopped-nothing", reason=result.stopped))
        told = self._told(
            lambda: notes.of_job(p, self._sampler.checkpoint, self.made, result.seconds, self._memory), "looking-for-better"
        )
        for note in told or []:
            self._say(note)
        whole = self._whole()
        output, infotexts = list(self.pictures), list(self.texts)
        first = 0
        with finishing.overrides_set(p, self._sampler.last):
            of_job = finishing.infotext_of(whole, 0) if self._compared() else self.texts[0] if self.texts else ""
            grid = self._told(lambda: finishing.grid_of(p, self.made, self.pictures), "making-grid")
            if grid is not None and shared.opts.grid_save and not p.do_not_save_grid:
                text = self._held(of_job, shared.opts.grid_format) if shared.opts.enable_pnginfo else None
                self._told(lambda: finishing.save_grid(p, whole, grid, text), "saving-grid")
        if grid is not None and (shared.opts.return_grid or self._compared()):
            output.insert(0, finishing.with_infotext(grid, of_job))
            infotexts.insert(0, of_job)
            first = 1
        for extra, text in self._extras:
            output.append(extra)
            infotexts.append(text)
        if p.comments:
            # The page shows comments; the API's answer holds these parameters alone.
            told_all = {"Outpaint notes": "; ".join(p.comments)}
            put(whole, extra_generation_params={**whole.extra_generation_params, **told_all})
        return self._listed(whole, output, infotexts, first, of_job)

    def _whole(self) -> Any:
        """A processing object for the job: its first image's, but with `compare` what was asked for and all passes."""
        if not self.made:
            return self._p
        if not self._compared():
            return self._finished_copy(self.made[0])
        return self._finished_copy(of_comparison(self.made, self._params))

    def _compared(self) -> bool:
        return any(grown.label for grown in self.made)

    def _listed(self, whole: Any, output: list[Image.Image], infotexts: list[str], first: int, info: str) -> Any:
        p = self._p
        # One entry an image: with `compare` a seed stands for several.
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
        return finishing.finished_copy(self._p, self._sampler.last, grown, self._engine, self._init_hash)

    def _say(self, note: Message) -> None:
        self._p.comment(str(note))

    def _told(self, work: Callable[[], T], step: str) -> T | None:
        try:
            return work()
        except Exception as error:  # disks fill up, and extensions raise anything
            told = message("step-failed", step=message(step), reason=str(error))
            log.exception("outpaint: %s", told)
            self._say(told)
            return None
