"""An evaluation as one HTML file that needs nothing else: figures, medians, pictures, and what they can teach."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import words
from .dataset import read_truth
from .evaluation import Evaluation, Row
from .figures import FIGURES, Figure
from .ranking import ranked
from .sizes import Resize
from .table import Summary, summaries

THUMB = 260  # px: the longer side of a picture in the report
GAIN = 2  # how much stronger a difference is shown
_HERE = Path(__file__).parent
TITLE = "Outpainting, against the truth"
_HATCH = 8  # px: period of the hatching of what was cut off
COSTS = (
    Figure(
        "latent_pixels",
        "Latent px",
        "a step",
        "lower",
        0,
        "of all windows the engine sampled, for one step (window area / 64)",
    ),
    Figure("seconds", "Time", "s", "lower", 1, "of the engine, when the picture was made; a model's loading is not in it"),
)
SHOWN = (*FIGURES, *COSTS)
RANK = Figure(
    "rank",
    "Rank",
    "1 is best",
    "lower",
    0,
    "among the rows of its table, by its mean place in all figures that have a better way but PSNR",
)


@dataclass(frozen=True)
class Heading:
    """What the report says about the run: a line on how, and pairs for its end."""

    how: str
    details: Sequence[tuple[str, str]]


def html_report(found: Evaluation, folder: Path, heading: Heading, most_pictures: int = 300) -> str:
    """The page.

    Args:
        folder: where the rows' pictures lie.
        most_pictures: rows shown with pictures, worst first; the others have their figures alone.
    """
    measured = [row for row in found.rows if not row.error]
    mine = ranked([row for row in measured if row.kind != "baseline"])
    baselines = ranked([row for row in measured if row.kind == "baseline"])
    files = len({row.file for row in found.rows})
    parts = [f"<h1>{TITLE}</h1><p class=soft>{files} picture{'s' * (files != 1)}: {_text(heading.how)}</p>"]
    if found.interrupted:
        parts.append("<p class=failed>The run was interrupted; this is what was done.</p>")
    if found.failures:
        parts.append(f'<p class=failed>{len(found.failures)} failed; they are listed <a href="#failed">at the end</a>.</p>')
    parts += [_summary(summaries(found.rows)), _notes(measured)]
    if mine:
        parts.append(f"<h2>Every picture, worst first</h2>{_table(mine, folder, 'mine', most_pictures)}")
    if baselines:
        parts.append(
            "<details><summary>Baselines: made without any engine</summary>"
            + _table(baselines, folder, "baselines", max(0, most_pictures - len(mine)))
            + "</details>"
        )
    parts += [_failed(found.failures), _legend(measured), _details(heading)]
    style, script = ((_HERE / name).read_text(encoding="utf8") for name in ("report.css", "report.js"))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>\n{style}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + f"\n<script>\n{script}</script></body></html>\n"
    )


def _titled(text: str) -> str:
    """A file's name, which may break before its suffix."""
    stem, dot, suffix = text.rpartition(".")
    return f"{_text(stem)}<wbr>.{_text(suffix)}" if dot else _text(text)


def _summary(found: Sequence[Summary]) -> str:
    columns = [figure for figure in SHOWN if any(one.medians[figure.name] is not None for one in found)]
    if not columns:
        return ""
    heads = "".join(f"<th>{_title(figure)}</th>" for figure in columns)
    best = {figure.name: _best(found, figure) for figure in columns}
    lines = []
    for one in found:
        kind = {"baseline": "baseline", "folder": "from a folder"}.get(one.kind, f"{one.engine} engine")
        failed = f", <b class=failed>{one.failed} failed</b>" if one.failed else ""
        cells = []
        for figure in columns:
            value = one.medians[figure.name]
            good = value is not None and one.kind != "baseline" and _shown(value, figure) == best[figure.name]
            cells.append(_cell(value, figure, good))
        lines.append(
            f'<tr class="{one.kind}"><td class="text name"><b>{_text(one.setting)}</b> '
            f"<span>{kind}, {one.measured} measured{failed}</span></td>{''.join(cells)}</tr>"
        )
    return (
        f"<h2>Medians</h2><div class=scroll><table><thead><tr><th class=text>Setting</th>{heads}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _best(found: Sequence[Summary], figure: Figure) -> str:
    """The best of the settings' medians as it is shown, baselines left out; "" where there is nothing to tell apart."""
    there = [value for one in found if one.kind != "baseline" and (value := one.medians[figure.name]) is not None]
    if not figure.better or len({_shown(value, figure) for value in there}) < 2:
        return ""
    return _shown(max(there) if figure.better == "higher" else min(there), figure)


def _notes(rows: Sequence[Row]) -> str:
    lines = [f"<p>{_text(text)}</p>" for text in words.ABOUT]
    lines[1:1] = [f"<p class=note>{_text(words.DRAFT)}</p>"] if words.draft_used(rows) else []
    lines += [f"<p class=note>{_text(text)}</p>" for text in (words.blur_wins(rows), words.same_pictures(rows)) if text]
    return "<h2>What these numbers can teach</h2>" + "".join(lines)


def _table(rows: Sequence[tuple[int, Row]], folder: Path, name: str, most_pictures: int) -> str:
    columns = [figure for figure in SHOWN if any(_value(row, figure) is not None for _, row in rows)]
    heads = [
        "<th class=text>Pictures</th>",
        *(_head(title, "ascending", text=True) for title in ("Picture", "Setting")),
        _head(_title(RANK), "descending", current=True),
    ]
    options = [
        "<option value=1>Picture</option>",
        "<option value=2>Setting</option>",
        "<option value=3 selected>Rank, worst first</option>",
    ]
    for number, figure in enumerate(columns, len(heads)):
        heads.append(_head(_title(figure), "ascending" if figure.better == "higher" else "descending"))
        options.append(f"<option value={number}>{figure.title}, worst first</option>")
    lines = [_row(rank, row, folder, columns, number < most_pictures) for number, (rank, row) in enumerate(rows)]
    more = f"<p class=soft>Only the first {most_pictures} of {len(rows)} are shown with pictures.</p>"
    return (
        f'<p class=sort hidden><label>Sort by <select id="sort-{name}">{"".join(options)}</select></label></p>'
        f'<div class=scroll><table class=sortable data-select="sort-{name}"><thead><tr>{"".join(heads)}</tr></thead>'
        "<tbody>" + "\n".join(lines) + "</tbody></table></div>" + (more if len(rows) > most_pictures else "")
    )


def _row(rank: int, row: Row, folder: Path, columns: Sequence[Figure], pictures: bool) -> str:
    shown = _thumbs(row, folder) if pictures else ""
    cells = [_cell(rank, RANK, sort=str(rank))]
    for figure in columns:
        value = _value(row, figure)
        # Detail may be off either way.
        sort = "" if value is None else f"{min(abs(value) if not figure.better else value, 1e9):.6g}"
        cells.append(_cell(value, figure, sort=sort))
    length = row.width if row.side in ("left", "right") else row.height
    return (
        f'<tr><td class="text shown" data-v="">{shown}</td>'
        f'<td class="text name" data-v="{_text(row.file)}"><b>{_titled(row.file)}</b> '
        f"<span>{row.side}, {row.cut} of {length} px</span></td>"
        f'<td class="text setting" data-v="{_text(row.setting)}">{_text(row.setting)}</td>{"".join(cells)}</tr>'
    )


def _thumbs(row: Row, folder: Path) -> str:
    truth = read_truth(folder / row.truth, Resize())
    result = read_truth(folder / row.picture, Resize())
    difference = (np.abs(result.astype(np.int16) - truth).clip(0, 255 // GAIN) * GAIN).astype(np.uint8)
    shown = (
        ("truth", truth, row.truth),
        ("cut", _hatched(truth, row), ""),
        ("result", result, row.picture),
        (f"difference x{GAIN}", difference, ""),
    )
    return "<div class=thumbs>" + "".join(_thumb(title, array, link) for title, array, link in shown) + "</div>"


def _thumb(title: str, array: NDArray[np.uint8], link: str) -> str:
    image = Image.fromarray(array)
    image.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=82)
    data = base64.b64encode(target.getvalue()).decode()
    tag = f'<img loading=lazy width={image.width} height={image.height} alt="{title}" src="data:image/jpeg;base64,{data}">'
    if link:
        tag = f'<a href="{_text(quote(link.encode("utf8", "surrogateescape")))}">{tag}</a>'
    return f"<figure>{tag}<figcaption>{title}</figcaption></figure>"


def _hatched(truth: NDArray[np.uint8], row: Row) -> NDArray[np.uint8]:
    """The truth with what was cut off hatched in grey."""
    height, width = truth.shape[:2]
    period = max(2, _HATCH * max(height, width) // THUMB)
    y, x = np.mgrid[0:height, 0:width]
    found: NDArray[np.uint8] = np.where((x + y) % (2 * period) < period, 150, 170).astype(np.uint8)[:, :, None].repeat(3, 2)
    left, top, right, bottom = row.source
    found[top:bottom, left:right] = truth[top:bottom, left:right]
    return found


def _failed(rows: Sequence[Row]) -> str:
    places = [", ".join(part for part in (row.file, row.side, row.setting) if part) for row in rows]
    lines = "".join(f"<li>{_text(place)}: {_text(row.error)}</li>" for place, row in zip(places, rows, strict=True))
    return f"<h2 id=failed>Failed</h2><ul class=failed>{lines}</ul>" if rows else ""


def _legend(rows: Sequence[Row]) -> str:
    lines = []
    for figure in (RANK, *SHOWN):
        unit = f" ({figure.unit})" if figure.unit else ""
        better = f"; {figure.better} is better" if figure.better else ""
        lacks = figure is not RANK and all(_value(row, figure) is None for row in rows)
        lines.append(
            f"<dt>{figure.title}{unit}</dt><dd>{_text(figure.meaning)}{better}"
            f"{'; <b>not measured here</b>' if lacks else ''}</dd>"
        )
    return f"<h2>The columns</h2><dl>{''.join(lines)}</dl>"


def _details(heading: Heading) -> str:
    lines = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in heading.details)
    return f"<h2>How it was made</h2><dl>{lines}</dl>"


def _head(title: str, order: str, text: bool = False, current: bool = False) -> str:
    marks = f"{' class=text data-text=1' if text else ''}{f' aria-sort={order}' if current else ''}"
    return f'<th data-order="{order}"{marks}><button type=button>{title}</button></th>'


def _title(figure: Figure) -> str:
    return f"{figure.title}<small>{figure.unit or '&nbsp;'}</small>"


def _cell(value: float | None, figure: Figure, best: bool = False, sort: str = "") -> str:
    classes = "best" if best else "none" if value is None else ""
    shown = "" if value is None else _shown(value, figure)
    return f'<td{f" class={classes}" if classes else ""} data-v="{sort}" data-label="{figure.title}">{shown}</td>'


def _shown(value: float, figure: Figure) -> str:
    if value == math.inf:
        return "∞"
    sign = "+" if figure.name == "detail" and value > 0 else ""
    return sign + f"{value:,.{figure.decimals}f}".replace("-", "\u2212")


def _value(row: Row, figure: Figure) -> float | None:
    value = row.figures.get(figure.name) if figure in FIGURES else getattr(row, figure.name)
    return None if value is None else float(value)


def _text(text: str) -> str:
    return escape(text, quote=True)
