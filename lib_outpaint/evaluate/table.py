"""The table of an evaluation: as CSV, and its medians."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .evaluation import Row
from .figures import FIGURES

COLUMNS = (
    "file",
    "side",
    "setting",
    "kind",
    "engine",
    "width",
    "height",
    "cut",
    "seed",
    *(figure.name for figure in FIGURES if not figure.late),
    "latent_pixels",
    "cost",
    "seconds",
    "error",
    *(figure.name for figure in FIGURES if figure.late),
)
"""Columns of the CSV. They only ever grow at the end; `seconds` alone differs when a run is made again."""


@dataclass(frozen=True)
class Summary:
    """The medians of one setting over all its pictures and sides; None where no picture has the figure."""

    setting: str
    kind: str
    engine: str
    measured: int
    failed: int
    medians: dict[str, float | None]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which knows no infinity."""
        medians = {name: "inf" if value == math.inf else value for name, value in self.medians.items()}
        return {
            "setting": self.setting,
            "kind": self.kind,
            "engine": self.engine,
            "measured": self.measured,
            "failed": self.failed,
            "medians": medians,
        }


def csv_text(rows: Sequence[Row]) -> str:
    """The table as CSV (RFC 4180): a row for each picture, side and setting. Numbers have a point, at most 4 decimals."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for row in rows:
        values = {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}
        values |= {figure.name: row.figures.get(figure.name) for figure in FIGURES}
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return target.getvalue()


def summaries(rows: Sequence[Row]) -> list[Summary]:
    """One summary for each setting, in the order of their first rows."""
    settings: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row.setting:  # none: the picture itself could not be read
            settings.setdefault((row.setting, row.kind, row.engine), []).append(row)
    found = []
    for (setting, kind, engine), mine in settings.items():
        measured = [row for row in mine if not row.error]
        medians = {figure.name: _median([row.figures.get(figure.name) for row in measured]) for figure in FIGURES}
        medians |= {name: _median([getattr(row, name) for row in measured]) for name in ("latent_pixels", "cost", "seconds")}
        found.append(Summary(setting, kind, engine, len(measured), len(mine) - len(measured), medians))
    return found


def _median(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(statistics.median(there)) if there else None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if math.isfinite(value) else str(value)
    return str(value)
