"""What the command line says: lines for people, one JSON document for programs, and the progress of a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from ...messages import Message, message
from .colour import styled

if TYPE_CHECKING:
    from ...engine.protocol import Progress
    from .progress import Bar
    from .stopping import Stop


class Console:
    """Text on stdout, errors and the progress bar on stderr. With `json`, stdout holds one JSON document alone.

    Attributes:
        aside: whether lines for people go to stderr because stdout holds something else, such as an image.
        stop: the Ctrl-C of the run that is under way.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        self.aside = json
        self.stop: Stop | None = None
        self._json = json
        self._quiet = quiet
        self._bar: Bar | None = None
        self._label = ""

    def say(self, text: object) -> None:
        """A line for people; goes to stderr when stdout is for a program. It is seen at once, also through a pipe."""
        if not self._quiet:
            self.answer(text)

    def answer(self, text: object) -> None:
        """A line that was asked for: it is said even when only errors are to be."""
        stream = self._stream()
        _write(stream, str(text))
        stream.flush()

    def note(self, text: object, name: str = "") -> None:
        """A note on a result, or on the file of this name."""
        mark = styled("note:", "note", self._stream())
        self.say(f"{mark} {name}: {text}" if name else f"{mark} {text}")

    def made(self, file: str, what: str) -> None:
        """A file that was written, and what it is."""
        self.say(f"{styled(file, 'name', self._stream())}: {what}")

    def data(self, document: object) -> None:
        """The JSON document, when one was asked for."""
        if self._json:
            self.document(document)

    def document(self, document: object) -> None:
        """A JSON document on stdout. What its encoding does not have is escaped, as JSON does it."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        sys.stdout.write((text if _has(sys.stdout, text) else json.dumps(document, indent=2)) + "\n")

    def error(self, text: object) -> None:
        """A line on stderr; the bar goes away."""
        self.close()
        _write(sys.stderr, f"{styled('outpaint:', 'wrong', sys.stderr)} {text}")

    def stopping(self) -> None:
        """Answers the first Ctrl-C, while the run goes on to the end of its pass."""
        if self._bar is not None:
            self._bar.clear()
        _write(sys.stderr, f"{styled('outpaint:', 'wrong', sys.stderr)} {message('stopping-after-pass')}")
        sys.stderr.flush()

    def ask(self, question: Message) -> bool:
        """Whether the user says yes. Anything else, and the end of the input, is a no."""
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def label(self, text: str) -> None:
        """What the next progress belongs to, such as a file's name."""
        self._label = text

    def planned(self, areas: Sequence[int], seconds_per_pixel: float = 0.0) -> None:
        """What the next run consists of, for the time that is left.

        Args:
            areas: px of every pass's window, in their order.
            seconds_per_pixel: roughly, until the run has shown it; 0 when nobody knows.
        """
        if self._bar is None and not self._quiet and sys.stderr.isatty():
            from .progress import Bar

            self._bar = Bar(sys.stderr)
        if self._bar is not None:
            self._bar.begin(areas, seconds_per_pixel)

    def progress(self, progress: Progress) -> None:
        """A bar over passes, on a terminal; nothing elsewhere.

        Raises:
            KeyboardInterrupt: the run was asked to stop, and this is the place for it.
        """
        if progress.done < progress.total:
            self.check_stop()
        if self._bar is None:
            self.planned([1] * progress.total)
        if self._bar is not None:
            self._bar.report(progress, self._label)

    def step(self, done: int, total: int) -> None:
        """How far the pass that is under way has come, from an engine that tells."""
        if self._bar is not None:
            self._bar.step(done, total)

    def check_stop(self) -> None:
        """Ends the run when Ctrl-C has asked for that.

        Raises:
            KeyboardInterrupt: it has.
        """
        if self.stop is not None and self.stop.asked:
            raise KeyboardInterrupt

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _stream(self) -> TextIO:
        return sys.stderr if self.aside else sys.stdout


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
