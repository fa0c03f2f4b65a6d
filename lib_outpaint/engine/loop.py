"""outpaint(request, backend) -> Result: a loop over the stepper."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import BackendError
from .protocol import Backend
from .request import Request
from .result import Grown, Result
from .stepper import Outpainting

OnImage = Callable[[Grown], None]


def outpaint(request: Request, backend: Backend, on_picture: OnImage | None = None, *, keep: bool = True) -> Result:
    """Makes every image a request asks for: `begin` and `run` in one.

    Raises:
        InputError: before anything is sampled.
        BackendError: the backend failed and no pass at all had finished.
    """
    return run(begin(request, backend, keep=keep), backend, on_picture)


def begin(request: Request, backend: Backend, *, keep: bool = True) -> Outpainting:
    """Plans a request for a backend and checks all that can be checked before anything is sampled.

    Args:
        keep: whether the result holds the images' pixels. Without it only the calls of `on_picture` do: many large images
            would not fit into memory.

    Raises:
        InputError: the first thing that cannot be done.
    """
    work = Outpainting(request, backend.capabilities(), keep=keep)
    for variant in work.variants:
        for prompts in request.prompts:
            backend.check(variant.params.guidance, request.sampling, prompts)
    return work


def run(work: Outpainting, backend: Backend, on_picture: OnImage | None = None) -> Result:
    """Samples what `begin` has planned.

    A backend that fails or is interrupted after some passes ends the run early: images that are finished, and what the
    finished passes made of the others, are returned with the reason. A pass that did not finish leaves nothing behind.

    Args:
        on_picture: called with each image as soon as it is as far as it will come, before the next batch begins.

    Raises:
        BackendError: the backend failed and no pass at all had finished.
    """
    began = time.perf_counter()
    ended = False
    while not ended:
        try:
            ended = not _one_pass(work, backend)
        except KeyboardInterrupt:
            work.interrupt()
        for grown in work.finished():
            if on_picture is not None:
                on_picture(grown)
    result = work.result(time.perf_counter() - began)
    if result.stopped is None:
        backend.report(work.progress)
    return result


def _one_pass(work: Outpainting, backend: Backend) -> bool:
    """Whether there was one left."""
    began = time.perf_counter()
    progress = work.progress
    if progress.done == progress.total:
        return bool(work.next_jobs())
    backend.report(progress)
    jobs = work.next_jobs()
    if not jobs:
        return False
    try:
        outcomes = backend.inpaint(jobs)
    except BackendError as error:
        work.receive(error)
    else:
        work.receive(outcomes, time.perf_counter() - began)
    return True
