"""What the command line says, and its progress bar."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from ...engine.protocol import Progress


class Console:
    """Text on stdout, errors and the progress bar on stderr. With `json`, stdout holds one JSON document alone."""

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        self._json = json
        self._quiet = quiet
        self._bar: Any = None
        self._label = ""

    def say(self, text: object) -> None:
        """A line for people; goes to stderr when stdout is for a program."""
        if not self._quiet:
            _write(sys.stderr if self._json else sys.stdout, str(text))

    def data(self, document: object) -> None:
        """The JSON document, when one was asked for."""
        if self._json:
            self.document(document)

    def document(self, document: object) -> None:
        """A JSON document on stdout. What its encoding does not have is escaped, as JSON does it."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        sys.stdout.write((text if _has(sys.stdout, text) else json.dumps(document, indent=2)) + "\n")

    def error(self, text: object) -> None:
        self.close()
        _write(sys.stderr, f"outpaint: {text}")

    def label(self, text: str) -> None:
        """What the next progress belongs to, such as a file's name."""
        self._label = text

    def progress(self, progress: Progress) -> None:
        """A bar over passes, on a terminal; nothing elsewhere."""
        if self._quiet or not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(unit="pass", leave=False, file=sys.stderr, dynamic_ncols=True)
        self._bar.total = progress.total
        self._bar.n = progress.done
        self._bar.set_description(f"{self._label} {progress.text}".strip(), refresh=True)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _write(stream: TextIO, text: str) -> None:
    """A line. Letters that the stream's encoding does not have, as in a file's name on Windows, are escaped."""
    if not _has(stream, text):
        encoding = stream.encoding or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text + "\n")


def _has(stream: TextIO, text: str) -> bool:
    """Whether the stream's encoding has all letters of a text. A test's stream may have no encoding: it takes all."""
    try:
        text.encode(stream.encoding or "utf-8", stream.errors or "strict")
    except UnicodeEncodeError:
        return False
    return True
