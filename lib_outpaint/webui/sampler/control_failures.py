"""What ControlNet's callbacks raise, told: the hosts print it and give an image without ControlNet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import BackendError
from ...messages import message
from ..variants import callbacks_of, variant
from .control_models import LAMA_WEIGHTS
from .control_units import in_use, modules_in_use, script_of

_CALLBACKS = ("process", "process_before_every_sampling", "process_batch", "postprocess_batch_list")


@contextmanager
def failures_told(c: Any) -> Iterator[None]:
    """What ControlNet's callbacks raise inside ends the pass, before it is sampled where the host calls them that early.

    Without an enabled unit they are left alone, and so is what they raise: the image is the same without them.

    Raises:
        BackendError: with ControlNet's own message.
    """
    script = script_of(c) if in_use(c) else None
    failures: list[Exception] = []
    init = c.init

    def checked(*args: Any, **kwargs: Any) -> Any:
        _raise_first(failures, c)
        return init(*args, **kwargs)

    names = callbacks_of(script, _CALLBACKS) if script is not None else []
    before = {name: vars(script)[name] for name in names if name in vars(script)}
    for name in names:  # on the script itself: the host finds its callbacks by name for every call
        setattr(script, name, _recorded(getattr(script, name), failures))
    if names:
        c.init = checked
    try:
        yield
    finally:
        for name in names:
            delattr(script, name)
        for name, callback in before.items():
            setattr(script, name, callback)
    _raise_first(failures, c)


def _recorded(callback: Callable[..., Any], failures: list[Exception]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except Exception as error:
            failures.append(error)
            raise

    return wrapped


def _raise_first(failures: list[Exception], c: Any) -> None:
    if not failures:
        return
    error = failures[0]
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    folder = variant().lama_folder() if any(module.endswith("+lama") for module in modules_in_use(c)) else None
    if folder is not None and not (folder / LAMA_WEIGHTS).is_file():
        told = message("controlnet-failed-lama", reason=reason, file=LAMA_WEIGHTS, folder=folder.name)
    else:
        told = message("controlnet-failed", reason=reason)
    raise BackendError(told) from error
