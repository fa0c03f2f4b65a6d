"""What stands where an image is wanted: files, patterns, standard input; and what to use for anything else."""

from __future__ import annotations

import glob
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError, PictureError

if TYPE_CHECKING:
    from ... import images
    from ...planning.limits import Limits

STREAM = "-"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_WEIGHTS = (".safetensors", ".ckpt", ".pt", ".pth")


@dataclass(frozen=True)
class Source:
    """One image to be read: a file, or standard input where `path` is None."""

    path: Path | None

    @property
    def name(self) -> str:
        return STREAM if self.path is None else self.path.name

    def read(self, limits: Limits) -> images.Picture:
        """The image.

        Raises:
            PictureError: it cannot be read.
        """
        from ... import images

        if self.path is not None:
            return images.read(self.path, limits.canvas_pixels)
        return images.read(images.in_memory(sys.stdin.buffer.read()), limits.canvas_pixels)


def is_address(word: str) -> bool:
    """Whether a word is an address such as https://…, which this program does not open."""
    return _ADDRESS.match(word) is not None


def sources(words: Sequence[str]) -> list[Source]:
    """The images that the words of a command line name.

    Raises:
        InputError: a word that names none, with the command that would take it; or - among several.
    """
    found = [source for word in words for source in _named(word)]
    if len(found) > 1 and any(source.path is None for source in found):
        raise InputError("stdin-alone")
    return found


def _named(word: str) -> list[Source]:
    if word == STREAM:
        return [Source(None)]
    if is_address(word):
        raise InputError("input-address", address=word)
    path = Path(word)
    if path.is_dir():
        raise InputError("input-folder", path=path)
    if path.suffix.lower() in _WEIGHTS:
        raise InputError("input-weights", path=path)
    if path.exists():
        return [Source(path)]
    # Shells of Windows leave patterns to the program.
    matches = [Path(name) for name in sorted(glob.glob(word))] if glob.has_magic(word) else []
    if not matches:
        raise PictureError("no-such-file", name=path.name)
    return [Source(match) for match in matches if match.is_file()]
