"""What belongs to one browser tab: its image, its results, and whether its run is to stop."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import images
from ...errors import PictureError
from ...messages import Message
from ...planning.geometry import Box


@dataclass(frozen=True, eq=False)
class Source:
    """The image that grows. `stem` is its file's name without suffix."""

    picture: images.Picture
    stem: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px, turned as EXIF says."""
        height, width = self.picture.stored.shape[:2]
        return width, height


@dataclass(frozen=True, eq=False)
class Made:
    """An image of the last run.

    Attributes:
        file: what is downloaded.
        shown: the same for a browser; of the same size.
        before: the source for a browser, and where it lies on the larger image; None for extras.
        size: width and height in px.
        label: the combination of a comparison.
        extra: "canvas", "mask" or "grid" for what is not a result itself.
    """

    file: Path
    shown: Path
    before: tuple[Path, Box] | None
    size: tuple[int, int]
    seed: int | None = None
    label: str = ""
    extra: str = ""
    complete: bool = True


class Shelf:
    """Files that browsers may fetch, by tokens that cannot be guessed. A request never names a path."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    def put(self, path: Path) -> str:
        """The token of a file; the same one for the same file."""
        for token, known in self._files.items():
            if known == path:
                return token
        token = secrets.token_urlsafe(24)
        self._files[token] = path
        return token

    def path(self, token: str) -> Path | None:
        """The file of a token, or None."""
        return self._files.get(token)

    def clear(self, folder: Path) -> None:
        """Forgets every file below a folder."""
        self._files = {token: path for token, path in self._files.items() if folder not in path.parents}


class Session:
    """The state of a tab. Gradio copies the first value for every tab: a copy is a new, empty session.

    No dataclass: Gradio would send its fields to the browser.
    """

    def __init__(self, root: Path, shelf: Shelf) -> None:
        self.root = root
        self.shelf = shelf
        self.source: Source | None = None
        self.made: tuple[Made, ...] = ()
        self.notes: tuple[Message, ...] = ()
        self.chosen = 0
        self.stop = threading.Event()
        self.waiting = False  # a run was asked for and has not ended
        self.begun = False  # and its turn has not come
        self.gone = False
        self.folder: Path | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        return Session(self.root, self.shelf)

    def new_folder(self) -> Path:
        """An empty folder for results."""
        self.root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="run-", dir=self.root))

    def keep(self, folder: Path, made: tuple[Made, ...], notes: tuple[Message, ...]) -> None:
        """Takes over a run's results; those of the run before are removed."""
        self._remove()
        self.folder, self.made, self.notes, self.chosen = folder, made, notes, 0
        if self.gone:
            self._remove()

    def forget(self) -> None:
        """The tab has gone: its run stops and its files are removed."""
        self.gone = True
        self.stop.set()
        self.source, self.made = None, ()
        self._remove()

    def _remove(self) -> None:
        if self.folder is not None:
            self.shelf.clear(self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None


def uploaded(root: Path, payload: Any) -> Path:
    """The file that a request names as its image.

    Gradio looks only at what calls itself a file ("meta"): a handmade call that does not would open any path.

    Raises:
        PictureError: it is not a file below `root`, where uploads lie.
    """
    path = payload.get("path") if isinstance(payload, dict) else None
    if not isinstance(path, str) or "\0" in path or root.resolve() not in Path(path).resolve().parents:
        raise PictureError("not-an-upload")
    return Path(path)


def read_upload(path: Path) -> Source:
    """An uploaded file as a source.

    Raises:
        PictureError: it is not an image, or one that is not supported.
    """
    return Source(images.read(path), path.stem[:60].strip(". ") or "picture")
