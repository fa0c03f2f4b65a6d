"""Ctrl-C during a run: the first ends it after its pass, the second at once. Both are answered at once.

A pass may be minutes inside a library that does not come back to Python, so that Python itself would answer only
afterwards. The system's part of a signal writes into a socket all the same, and a thread that reads it answers.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from .codes import INTERRUPTED

PATIENCE = 1.0  # seconds that a second Ctrl-C gives the run to end by itself, with what is finished


class Stop:
    """While it is entered, Ctrl-C asks for an end instead of raising KeyboardInterrupt; a second one raises it.

    Args:
        told: called with the first one, from another thread.

    Attributes:
        asked: whether there was one.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self.asked = False
        self._pressed = self._noted = 0
        self._raised = threading.Event()
        self._before: Any = None

    def __enter__(self) -> Stop:
        main = threading.current_thread() is threading.main_thread()
        # Where somebody else handles it, or nobody is to (a job in the background), nothing changes.
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return self
        self._reads, self._writes = socket.socketpair()
        self._writes.setblocking(False)
        self._before = signal.signal(signal.SIGINT, self._noticed)
        self._wakeup = signal.set_wakeup_fd(self._writes.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(self._reads,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            return
        signal.set_wakeup_fd(self._wakeup)
        signal.signal(signal.SIGINT, self._before)
        self._before = None
        self._writes.close()

    def _noticed(self, *_: object) -> None:
        """In the main thread, as soon as it is in Python again."""
        self._noted += 1
        self.asked = True
        if max(self._noted, self._pressed) > 1:
            self._raised.set()
            raise KeyboardInterrupt

    def _watch(self, reads: socket.socket) -> None:
        """In a thread of its own."""
        with reads:
            while found := reads.recv(1):
                if found[0] == signal.SIGINT:
                    self._answer()

    def _answer(self) -> None:
        self._pressed += 1
        if self._pressed == 1:
            self.asked = True
            self._told()
        elif self._pressed > 2 or not self._raised.wait(PATIENCE):
            sys.stderr.write("\n")
            sys.stderr.flush()
            os._exit(INTERRUPTED)
