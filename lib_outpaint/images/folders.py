"""The images of a folder, and what their results are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..errors import PictureError
from .formats import READABLE


def pictures_in(folder: Path) -> list[tuple[Path, str]]:
    """The images of a folder by name, each with what its results are called, without a suffix: its stem, or its whole
    name where results would otherwise share one.

    Raises:
        PictureError: no such folder, or no image in it.
    """
    if not folder.is_dir():
        raise PictureError("no-such-folder", path=folder)
    found = sorted(path for path in _files(folder) if path.suffix.lower() in READABLE)
    if not found:
        raise PictureError("no-images", path=folder)
    names = [path.stem for path in found]
    while True:
        # Windows and macOS do not tell names apart by case. A whole name may be another's stem: a.jpg and a.jpg.png.
        uses = Counter(name.lower() for name in names)
        apart = [name if uses[name.lower()] == 1 else path.name for path, name in zip(found, names, strict=True)]
        if apart == names:
            return list(zip(found, names, strict=True))
        names = apart


def others_in(folder: Path) -> int:
    """How many files of a folder are no images, by their names."""
    return sum(path.suffix.lower() not in READABLE for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
