"""The progress bar: which pass of how many, how much of it, and the time that is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from ...messages import message

if TYPE_CHECKING:
    from ...engine.protocol import Progress

TICK = 0.5  # seconds
MOST_GUESSED = 0.95  # of a pass that does not tell how far it is


class Clock:
    """How much of a run is done and how long the rest will take. A pass takes as long as its window is large.

    Args:
        areas: px of every pass's window, in their order.
        seconds_per_pixel: until the run has shown it; 0 when nobody knows.
        now: the time in seconds.
    """

    def __init__(
        self, areas: Sequence[int], seconds_per_pixel: float = 0.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._areas = list(areas)
        self._guess = seconds_per_pixel
        self._now = now
        self._done = 0
        self._share: float | None = None  # of the pass that is under way, from an engine that tells
        # Measured from here: an engine loads its model in its first pass, before its first step.
        self._since, self._from = now(), 0.0
        self._pass_began = now()

    def reached(self, done: int, total: int) -> None:
        """So many of all passes are done; there may be more of them than was planned."""
        if total != len(self._areas):
            mean = max(1, sum(self._areas) // max(1, len(self._areas)))
            self._areas = [mean] * total
        self._done, self._share, self._pass_began = done, None, self._now()

    def stepped(self, done: int, total: int) -> None:
        """So many steps of the present pass are done."""
        first = self._share is None and self._done == 0
        self._share = done / max(1, total)
        if first:
            self._since, self._from = self._now(), self._told()

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1; guessed within a pass that does not tell."""
        return min(1.0, (self._told() + self._guessed()) / max(1, sum(self._areas)))

    @property
    def left(self) -> float | None:
        """Seconds until the end, None while nobody knows."""
        rate = self._rate()
        if rate is None or self._done >= len(self._areas):
            return None
        if self._share is not None:
            return max(1.0, (sum(self._areas) - self._told()) * rate)
        area, spent = self._areas[self._done], self._now() - self._pass_began
        return sum(self._areas[self._done + 1 :]) * rate + max(1.0, area * rate - spent)

    def _told(self) -> float:
        """px that are surely done."""
        under_way = self._areas[self._done] * (self._share or 0.0) if self._done < len(self._areas) else 0.0
        return sum(self._areas[: self._done]) + under_way

    def _guessed(self) -> float:
        rate = self._rate()
        if self._share is not None or rate is None or self._done >= len(self._areas):
            return 0.0
        area = self._areas[self._done]
        return min((self._now() - self._pass_began) / rate, MOST_GUESSED * area)

    def _rate(self) -> float | None:
        """Seconds a px. A pass that takes longer than was thought raises it."""
        measured = self._told() - self._from
        if measured > 0:
            until = self._now() if self._share is not None else self._pass_began
            rate = max(1e-12, (until - self._since) / measured)
        elif self._guess:
            rate = self._guess
        else:
            return None
        if self._share is not None or self._done >= len(self._areas):
            return rate
        return max(rate, (self._now() - self._pass_began) / max(1, self._areas[self._done]))


class Bar:
    """The bar on a terminal. It moves by itself, so that one sees that a long pass is at work.

    Args:
        stream: the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        from tqdm import tqdm

        self._bar: Any = tqdm(
            total=1.0,
            leave=False,
            file=stream,
            dynamic_ncols=True,
            delay=1e-9,  # shows nothing before there is something to say
            bar_format="{desc} |{bar}| {percentage:3.0f}%",
        )
        self._clock = Clock([1])
        self._text = ""
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()

    def begin(self, areas: Sequence[int], seconds_per_pixel: float) -> None:
        """A run of these passes begins."""
        with self._lock:
            self._clock = Clock(areas, seconds_per_pixel)

    def report(self, progress: Progress, label: str) -> None:
        """A pass begins, or all are done."""
        with self._lock:
            self._clock.reached(progress.done, progress.total)
            number = min(progress.done + 1, progress.total)
            values = {"number": number, "total": progress.total, "name": progress.text}
            self._text = f"{label} {message('pass-under-way', **values)}".strip()
        self._draw()

    def step(self, done: int, total: int) -> None:
        """A step of the pass is done."""
        with self._lock:
            self._clock.stepped(done, total)
        self._draw()

    def clear(self) -> None:
        """Makes room for a line; the bar comes back below it."""
        self._bar.clear()

    def close(self) -> None:
        """Takes the bar away."""
        self._ended.set()
        self._ticker.join()
        self._bar.close()

    def _tick(self) -> None:
        while not self._ended.wait(TICK):
            self._draw()

    def _draw(self) -> None:
        with self._lock:
            left, text = self._clock.left, self._text
            self._bar.n = self._clock.share
            if left is not None:
                text = f"{text}, {message('time-left', time=duration(left))}"
            self._bar.set_description_str(text, refresh=True)


def duration(seconds: float) -> str:
    """ "8 s", "3 min 20 s" or "2 h 5 min"."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
