"""Everything that can go wrong, as one tree.

OutpaintError
├── InputError            what was asked for cannot be done (command line: exit code 2, API: 422)
│   ├── ParamError        a parameter: names the field, its value and the limit
│   ├── PlanError         parameters are fine one by one, but no plan follows from them
│   ├── PictureError      a picture that cannot be read, kept or written as asked
│   │   └── SaveError     the place it was to be written to takes nothing: the disk is full, the folder is read-only
│   ├── ModelError        a weights file that cannot be read, or is not what it was given for
│   └── MissingExtra      an optional package is needed and not installed
└── HostError             the sampler failed (command line: exit code 3)
    └── HostOutOfMemory   the sampler ran out of memory; the engine retries once in smaller windows
"""

from __future__ import annotations

NO_VALUE = object()  # for a ParamError that is about a name, not about a value


class OutpaintError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(OutpaintError):
    """What was asked for cannot be done; nothing was sampled."""


class ParamError(InputError):
    """A parameter's value is unknown, of the wrong type or out of range.

    `field` is the parameter's name, `value` what was given, `limit` what would be accepted.
    """

    def __init__(self, field: str, value: object, limit: str) -> None:
        self.field = field
        self.value = value
        self.limit = limit
        name = field if field.isprintable() and len(field) <= 80 else _shown(field)  # a made-up name can be anything
        super().__init__(f"{name}: {limit}" if value is NO_VALUE else f"{name}: {_shown(value)} {limit}")


class PlanError(InputError):
    """No plan follows from the picture, the parameters and what the host can do."""


class PictureError(InputError):
    """A picture cannot be read, or cannot be written in the format asked for."""


class SaveError(PictureError):
    """A picture's place takes nothing: the disk is full, the folder is read-only, or it would replace its own source."""


class ModelError(InputError):
    """A weights file cannot be read, or is not what it was given for; the message names the file."""


class MissingExtra(InputError):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        # Double quotes: cmd.exe knows no others.
        super().__init__(f'{feature} needs {package}: pip install -e ".[{extra}]" in this program\'s folder')


class HostError(OutpaintError):
    """The host could not sample; the message says why."""


class HostOutOfMemory(HostError):
    """The host ran out of memory while sampling a window."""


def _shown(value: object) -> str:
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except ValueError:  # Python writes no number of over 4300 digits
        text = "a very long number"
    return text if len(text) <= 80 else text[:77] + "..."
