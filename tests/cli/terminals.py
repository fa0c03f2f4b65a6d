"""Streams that say they are a terminal."""

import sys


def pretend(monkeypatch, *names, answer=None):
    """Makes streams such as "stderr" terminals; `answer` is what the user types."""
    if answer is not None:
        monkeypatch.setattr(sys.stdin, "readline", lambda: answer, raising=False)
    for name in names:
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda: True)
