"""Which of many results is the worst, by all figures together."""

from __future__ import annotations

from collections.abc import Sequence

from .evaluation import Row
from .figures import FIGURES, Figure


def ranked(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Rows with their ranks, the worst first; rank 1 is the best.

    A row's place in each figure that every row has is taken, equal values sharing the mean of theirs; the rank is the
    order of the mean place. PSNR is left out: it favours blur. So is what has no better way. No single figure says what
    is worst: by SSIM, sharp texture that is true in kind and not in place comes last. Ties go by file, side and setting.
    """
    by = [
        figure
        for figure in FIGURES
        if figure.better and figure.name != "psnr" and all(row.figures.get(figure.name) is not None for row in rows)
    ]
    by = by or [figure for figure in FIGURES if figure.name == "psnr"]
    places = [sum(column) for column in zip(*(_places(rows, figure) for figure in by), strict=True)]
    order = sorted(zip(places, rows, strict=True), key=lambda one: (-one[0], one[1].file, one[1].side, one[1].setting))
    return [(len(rows) - number, row) for number, (_, row) in enumerate(order)]


def _places(rows: Sequence[Row], figure: Figure) -> list[float]:
    """Each row's place in one figure, from 0 for the best; equal values share the mean of theirs."""
    sign = -1 if figure.better == "higher" else 1
    values = [sign * (row.figures[figure.name] or 0.0) for row in rows]
    return [sum(other < value for other in values) + (values.count(value) - 1) / 2 for value in values]
