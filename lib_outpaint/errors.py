"""Everything that can go wrong, as one tree.

OutpaintError
├── InputError            what was asked for cannot be done (command line: exit code 2, API: 422)
│   ├── ParamError        a parameter: names the field and its value
│   ├── PlanError         parameters are fine one by one, but no plan follows from them
│   ├── PictureError      an image that cannot be read, kept or written as asked
│   │   └── SaveError     the place it was to be written to takes nothing: the disk is full, the folder is read-only
│   ├── ModelError        a weights file that cannot be read, or is not what it was given for
│   └── MissingExtra      an optional package is needed and not installed
└── BackendError          the sampler failed (command line: exit code 3)
    └── OutOfMemory       the sampler ran out of memory; the engine retries once in smaller windows

Every error carries a `Message`: a code, which tests and programs compare, and values. `str(error)` is its English.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .messages import Message, message, near

NO_VALUE = object()  # for a ParamError that is about a name, not about a value


class OutpaintError(Exception):
    """Base of every error this package raises on purpose: `PlanError("image-empty", size=size)`."""

    def __init__(self, code: str | Message, **values: Any) -> None:
        self.message = code if isinstance(code, Message) else Message(code, values)
        super().__init__(str(self.message))

    @property
    def code(self) -> str:
        """The message's code."""
        return self.message.code


class InputError(OutpaintError):
    """What was asked for cannot be done; nothing was sampled."""


class ParamError(InputError):
    """A parameter's value is unknown, of the wrong type or out of range.

    `ParamError("left", 5000, "outside", low=0, high=4096)`: `field` is the parameter's name, `value` what was given.
    """

    def __init__(self, field: str, value: object, code: str, **values: Any) -> None:
        self.field = field
        self.value = value
        super().__init__(code, field=field, value=value, **values)


def did_you_mean(name: object, known: Iterable[str]) -> Message | str:
    """The `hint` of a message about an unknown name: a guess at which was meant, or nothing."""
    found = near(name, known)
    return message("did-you-mean", name=found) if found is not None else ""


def not_a_choice(field: str, value: object, known: Iterable[str]) -> ParamError:
    """A value that is none of those that are known, with a guess at which was meant."""
    names = list(known)
    return ParamError(field, value, "not-a-choice", known=", ".join(names), hint=did_you_mean(value, names))


class PlanError(InputError):
    """No plan follows from the image, the parameters and what the backend can do."""


class PictureError(InputError):
    """An image cannot be read, or cannot be written in the format asked for."""


class SaveError(PictureError):
    """An image's place takes nothing: the disk is full, the folder is read-only, or it would replace its own source."""


class ModelError(InputError):
    """A weights file cannot be read, or is not what it was given for; the message names the file."""


class MissingExtra(InputError):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        # Double quotes: cmd.exe knows no others.
        super().__init__("missing-extra", feature=feature, package=package, extra=extra)


class BackendError(OutpaintError):
    """The sampler failed; the message says why."""


class OutOfMemory(BackendError):
    """The sampler ran out of memory with a window."""
