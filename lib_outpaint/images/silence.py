"""What decoders and encoders say on the side goes to the log: people are told in one line what became of an image."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator

_LOG = logging.getLogger(__name__)
_LOCK = threading.RLock()  # what is put aside here belongs to the whole process
_STDERR = 2  # the number C libraries write to
_MOST_SAID = 2000  # characters


@contextlib.contextmanager
def quiet(native: bool = False) -> Iterator[None]:
    """Keeps Pillow's warnings and log lines from the terminal; with logging at INFO (`outpaint -v`) they are told behind it.

    Args:
        native: also what C libraries write to stderr. While it lasts, other threads' lines go the same way.
    """
    pillow = logging.getLogger("PIL")
    said: list[str] = []
    try:
        with _LOCK, warnings.catch_warnings(record=True) as warned, _native(native, said):
            warnings.simplefilter("always")
            level = pillow.level
            pillow.setLevel(logging.CRITICAL)
            try:
                yield
            finally:
                pillow.setLevel(level)
                said += [str(one.message) for one in warned]
    finally:
        for text in said:
            _LOG.info("%s", text[:_MOST_SAID])


@contextlib.contextmanager
def _native(wanted: bool, said: list[str]) -> Iterator[None]:
    """Adds to `said` what is written to stderr by its number within; libtiff's handlers cannot be reached through Pillow.

    Where stderr cannot be put aside (a program without a console) nothing is.
    """
    if not wanted:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            aside = stack.enter_context(tempfile.TemporaryFile())
            if sys.stderr is not None:
                sys.stderr.flush()
            kept = os.dup(_STDERR)
            stack.callback(os.close, kept)
            os.dup2(aside.fileno(), _STDERR)
        except (OSError, ValueError):
            yield
            return
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(kept, _STDERR)
            aside.seek(0)
            said += aside.read(_MOST_SAID).decode("utf-8", "replace").splitlines()
