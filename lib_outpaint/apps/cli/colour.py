"""Colour on a terminal: for what went wrong, for notes, and for headings of the help."""

from __future__ import annotations

import os
import sys
from typing import TextIO

STYLES = {"wrong": "1;31", "note": "33", "heading": "1", "name": "36"}


def wanted(stream: TextIO) -> bool:
    """Whether a stream takes colour: a terminal does, unless NO_COLOR is set; with FORCE_COLOR any does."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    # Older consoles of Windows show the codes as letters; Windows Terminal and those of other systems do not.
    return sys.platform != "win32" or any(name in os.environ for name in ("WT_SESSION", "TERM", "TERM_PROGRAM"))


def styled(text: str, style: str, stream: TextIO) -> str:
    """A text in one of STYLES, where the stream takes colour."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if wanted(stream) else text
