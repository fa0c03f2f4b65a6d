"""A whole job of the script: from the processing object to the host's `Processed`."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from modules import processing, shared

from ...engine import loop
from ...engine.request import Request
from ...errors import InputError, OutpaintError
from ...messages import Message, message
from ...parameters.params import DECLARED
from .. import settings
from ..sampler import guard
from ..sampler.checkpoint import checkpoint_for
from ..sampler.pass_copies import soft_inpainting_on
from ..sampler.sampler import WebUISampler
from ..variants import variant
from . import infotext, inputs
from .arguments import given_count, params_from, too_many
from .results import Gallery

log = logging.getLogger(__name__)
_FIRST = "outpaint_first_of_batch"  # ours, among the processing object's attributes


def run(p: Any, args: Sequence[Any], place: tuple[int, int]) -> Any:
    """Runs the script.

    Args:
        p: the host's img2img processing object.
        args: what the host passes to the script.
        place: where the script's arguments start and end in the shared list.

    Returns:
        the host's `Processed`.

    Raises:
        HTTPException: bad input, when called by API (422).
        InputError: bad input, when called from the page, which shows the message; in the Batch tab the image is left
            out with a warning, and the next one's turn comes.
        BackendError: the sampler failed and no pass had finished.
        A page that loses errors gets a result without images instead of either, with the message under it.
    """
    # Before the generators are put back afterwards: a random seed must be another one each time.
    processing.fix_seed(p)
    of_batch = _batch_tab()
    loaded = variant().loaded_checkpoint()
    try:
        with guard.untouched() as overrides, guard.params_txt_kept():
            processed = _run(p, _given(p, args, place), overrides)
    except OutpaintError as error:
        if of_batch and isinstance(error, InputError):
            return _first_of_batch_kept(p, _left_out(p, of_batch, error))
        if not p.is_api and not of_batch and variant().facts.page_loses_errors:
            return _failed(p, error)
        if not p.is_api or not isinstance(error, InputError):
            raise
        from fastapi import HTTPException

        raise HTTPException(status_code=422, detail=str(error)) from error
    finally:
        guard.reload_checkpoint(loaded)
    if processed.images:
        guard.write_params_txt(processed.info)
    return _first_of_batch_kept(p, processed) if of_batch else processed


def _batch_tab() -> str:
    """Which image of the Batch tab this is ("3 out of 10"), "" outside of it: the host tells it nowhere else."""
    job = str(shared.state.job or "")
    return job if re.fullmatch(r"\d+ out of \d+", job) else ""


def _left_out(p: Any, which: str, error: InputError) -> Any:
    """A result without images, so that one image that cannot grow does not end a batch."""
    import gradio as gr

    told = str(message("batch-image-left-out", which=which, reason=error.message))
    log.warning("outpaint: %s", told)
    gr.Warning(told)  # Forge samples in a thread whose warnings no page shows
    comment = str(message("alert", text=told))
    p.comment(comment)
    first = vars(p).get(_FIRST)
    if first is not None:
        first.comments += comment + "\n"
    return processing.Processed(p, [], p.seed, "")


def _failed(p: Any, error: OutpaintError) -> Any:
    """A result without images, with the message where the page shows comments."""
    log.error("outpaint: %s", error, exc_info=None if isinstance(error, InputError) else error)
    p.comment(str(message("alert", text=error.message)))
    return processing.Processed(p, [], p.seed, "")


def _first_of_batch_kept(p: Any, processed: Any) -> Any:
    """Remembers the first result on the object that the whole batch shares: of all comments the page shows its alone."""
    vars(p).setdefault(_FIRST, processed)
    return processed


def _run(p: Any, args: Sequence[Any], overrides: guard.Overrides) -> Any:
    found = settings.current(p.override_settings)
    params = found.allowed(params_from(args))
    sources, notes = inputs.pictures(p)
    height, width = sources[0].stored.shape[:2]
    checkpoint = checkpoint_for(p.override_settings or {})
    shots = inputs.shots(p, found.most_pictures)
    painted = inputs.painted(p, width, height)
    request = Request(
        tuple(source.levels for source in sources),
        params,
        shots,
        batch=p.batch_size,
        painted=painted,
        painted_fill=inputs.painted_fill(p),
        limits=found.limits,
    )
    entries = {settings.WINDOW_KEY: f"{found.largest_window:g}", **(infotext.painted(p) if painted is not None else {})}
    sampler = WebUISampler(p, checkpoint, found, overrides, entries)
    for note in notes + _switched_off(p):
        p.comment(str(note))
    work = loop.begin(request, sampler, keep=False)
    gallery = Gallery(p, sampler, sources, params)
    result = loop.run(work, sampler, gallery.take)
    log.info("outpaint: %d images, %.1f s", len(result.pictures), result.seconds)
    processed = gallery.processed(result)
    if result.pictures:
        shared.state.assign_current_image(processed.images[processed.index_of_first_image])
    return processed


def _given(p: Any, args: Sequence[Any], place: tuple[int, int]) -> Sequence[Any]:
    """The arguments the caller really gave. By API too few or too many have moved what stands behind them: it is moved
    back, for always-on scripts there read their values by place in every pass."""
    arguments = p.script_args
    if not p.is_api or p.scripts is None or not isinstance(arguments, list):
        return args
    count = given_count(len(arguments), place, p.scripts)
    given = arguments[place[0] : place[0] + count]
    expected = place[1] - place[0]
    arguments[place[0] : place[0] + count] = (given + [None] * expected)[:expected]
    if count > len(DECLARED) and not isinstance(given[0], dict):
        raise too_many(count)
    return given


def _switched_off(p: Any) -> list[Message]:
    notes = []
    if soft_inpainting_on(p):
        notes.append(message("soft-inpainting-off"))
    if p.tiling or (p.tiling is None and shared.opts.tiling):
        notes.append(message("tiling-off"))
    if p.seed_resize_from_w > 0 and p.seed_resize_from_h > 0:
        notes.append(message("seed-resize-off"))
    return notes
