"""Keeps the libraries' progress bars and asides off the terminal while something is loaded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Errors still show; what the libraries' logging was set to before is put back."""
    import diffusers
    import transformers

    both = (diffusers.utils.logging, transformers.utils.logging)
    before = [one.get_verbosity() for one in both]
    for one in both:
        one.set_verbosity_error()
        one.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(both, before, strict=True):
            one.set_verbosity(level)
            one.enable_progress_bar()
