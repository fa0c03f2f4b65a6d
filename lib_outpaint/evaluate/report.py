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
from .dataset import Resize, read_truth
from .figures import FIGURES, Figure
from .run import Evaluation, Row
from .table import Summary, summaries

THUMB = 260  # px: the longer side of a picture in the report
GAIN = 2  # how much stronger a difference is shown
_HERE = Path(__file__).parent
TITLE = "Outpainting, against the truth"
_HATCH = 8  # px: period of the hatching of what was cut off
COSTS = (Figure("latent_pixels", "Latent px", "a step", "lower", 0,
                "of all windows the engine sampled, for one step (window area / 64)"),
         Figure("seconds", "Time", "s", "lower", 2,
                "of the engine, when the picture was made; a model's loading is not in it"))
SHOWN = (*FIGURES, *COSTS)


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
    by = sorting_figure(measured)
    mine = worst_first([row for row in measured if row.kind != "baseline"], by)
    baselines = worst_first([row for row in measured if row.kind == "baseline"], by)
    files = len({row.file for row in found.rows})
    parts = [f"<h1>{TITLE}</h1><p class=soft>{files} picture{'s' * (files != 1)}: {_text(heading.how)}</p>"]
    if found.interrupted:
        parts.append('<p class=failed>The run was interrupted; this is what was done.</p>')
    if found.failures:
        parts.append(f'<p class=failed>{len(found.failures)} failed; they are listed <a href="#failed">at the end</a>.</p>')
    parts += [_summary(summaries(found.rows)), _notes(measured)]
    if mine:
        parts.append(f"<h2>Every picture, worst first</h2>{_table(mine, folder, by, 'mine', most_pictures)}")
    if baselines:
        parts.append("<details><summary>Baselines: made without any engine</summary>"
                     + _table(baselines, folder, by, "baselines", max(0, most_pictures - len(mine))) + "</details>")
    parts += [_failed(found.failures), _legend(), _details(heading)]
    style, script = ((_HERE / name).read_text(encoding="utf8") for name in ("report.css", "report.js"))
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>\n{style}</style></head>\n<body>\n" + "\n".join(part for part in parts if part)
            + f"\n<script>\n{script}</script></body></html>\n")


def sorting_figure(rows: Sequence[Row]) -> Figure:
    """What "worst" means: LPIPS when every row has it, else SSIM, else PSNR, which all have."""
    for name in ("lpips", "ssim"):
        if rows and all(row.figures.get(name) is not None for row in rows):
            return next(figure for figure in FIGURES if figure.name == name)
    return FIGURES[0]


def worst_first(rows: Sequence[Row], by: Figure) -> list[Row]:
    """Rows in the order of one figure, the worst first; then by file, side and setting."""
    sign = 1 if by.better == "higher" else -1
    return sorted(rows, key=lambda row: (sign * (row.figures[by.name] or 0.0), row.file, row.side, row.setting))


def _summary(found: Sequence[Summary]) -> str:
    columns = [figure for figure in SHOWN if any(one.medians[figure.name] is not None for one in found)]
    if not columns:
        return ""
    heads = "".join(f"<th>{_title(figure)}</th>" for figure in columns)
    lines = []
    real = [one for one in found if one.kind != "baseline"]
    best = {figure.name: _best([one.medians[figure.name] for one in real], figure) for figure in columns}
    for one in found:
        kind = {"baseline": "baseline", "folder": "from a folder"}.get(one.kind, f"{one.engine} engine")
        failed = f', <span class=failed style="display:inline">{one.failed} failed</span>' if one.failed else ""
        cells = "".join(_cell(value, figure, value is not None and one in real and value == best[figure.name])
                        for figure in columns for value in (one.medians[figure.name],))
        lines.append(f'<tr class="{one.kind}"><td class="text name"><b>{_text(one.setting)}</b><span>{kind}, {one.measured} '
                     f"measured{failed}</span></td>{cells}</tr>")
    return (f"<h2>Medians</h2><div class=scroll><table><thead><tr><th class=text>Setting</th>{heads}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table></div>")


def _best(values: Sequence[float | None], figure: Figure) -> float | None:
    """The best of several, or None where there is nothing to compare."""
    there = [value for value in values if value is not None]
    if len(there) < 2 or len(set(there)) < 2 or not figure.better:
        return None
    return max(there) if figure.better == "higher" else min(there)


def _notes(rows: Sequence[Row]) -> str:
    lines = [f"<p>{_text(text)}</p>" for text in words.ABOUT]
    lines[1:1] = [f"<p class=note>{_text(words.DRAFT)}</p>"] if words.draft_used(rows) else []
    told = words.blur_wins(rows)
    return "<h2>What these numbers can teach</h2>" + "".join(lines) + (f"<p class=note>{_text(told)}</p>" if told else "")


def _table(rows: Sequence[Row], folder: Path, by: Figure, name: str, most_pictures: int) -> str:
    columns = [figure for figure in SHOWN if any(_value(row, figure) is not None for row in rows)]
    heads = ["<th class=text>Pictures</th>", *(_head(title, "ascending", text=True) for title in ("Picture", "Setting"))]
    options = ["<option value=1>Picture</option>", "<option value=2>Setting</option>"]
    for number, figure in enumerate(columns, 3):
        order = "ascending" if figure.better == "higher" else "descending"
        heads.append(_head(_title(figure), order, current=figure is by))
        options.append(f'<option value={number}{" selected" * (figure is by)}>{figure.title}, worst first</option>')
    lines = [_row(row, folder, columns, number < most_pictures) for number, row in enumerate(rows)]
    more = f"<p class=soft>Only the first {most_pictures} of {len(rows)} are shown with pictures.</p>"
    return (f'<p class=sort hidden><label>Sort by <select id="sort-{name}">{"".join(options)}</select></label></p>'
            f'<div class=scroll><table class=sortable data-select="sort-{name}"><thead><tr>{"".join(heads)}</tr></thead>'
            "<tbody>" + "\n".join(lines) + "</tbody></table></div>" + (more if len(rows) > most_pictures else ""))


def _row(row: Row, folder: Path, columns: Sequence[Figure], pictures: bool) -> str:
    shown = _thumbs(row, folder) if pictures else ""
    cells = []
    for figure in columns:
        value = _value(row, figure)
        # Detail may be off either way.
        sort = "" if value is None else f"{min(abs(value) if not figure.better else value, 1e9):.6g}"
        cells.append(_cell(value, figure, sort=sort))
    name = (f'<td class="text name" data-v="{_text(row.file)}"><b>{_text(row.file)}</b><span>{row.side}, {row.cut} of '
            f'{row.width if row.side in ("left", "right") else row.height} px</span></td>'
            f'<td class="text name" data-v="{_text(row.setting)}">{_text(row.setting)}</td>')
    return f'<tr><td class="text shown" data-v="">{shown}</td>{name}{"".join(cells)}</tr>'


def _thumbs(row: Row, folder: Path) -> str:
    truth = read_truth(folder / row.truth, Resize())
    result = read_truth(folder / row.picture, Resize())
    difference = (np.abs(result.astype(np.int16) - truth).clip(0, 255 // GAIN) * GAIN).astype(np.uint8)
    shown = (("truth", truth, row.truth), ("cut", _hatched(truth, row), ""), ("result", result, row.picture),
             (f"difference x{GAIN}", difference, ""))
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
    return f'<h2 id=failed>Failed</h2><ul class=failed>{lines}</ul>' if rows else ""


def _legend() -> str:
    lines = "".join(f"<dt>{figure.title}{f' ({figure.unit})' if figure.unit else ''}</dt><dd>{_text(figure.meaning)}"
                    f"{f'; {figure.better} is better' if figure.better else ''}</dd>" for figure in SHOWN)
    return f"<h2>The columns</h2><dl>{lines}</dl>"


def _details(heading: Heading) -> str:
    lines = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in heading.details)
    return f"<h2>How it was made</h2><dl>{lines}</dl>"


def _head(title: str, order: str, text: bool = False, current: bool = False) -> str:
    marks = f'{" class=text data-text=1" if text else ""}{f" aria-sort={order}" if current else ""}'
    return f'<th data-order="{order}"{marks}><button type=button>{title}</button></th>'


def _title(figure: Figure) -> str:
    return f"{figure.title}<small>{figure.unit or '&nbsp;'}</small>"


def _cell(value: float | None, figure: Figure, best: bool = False, sort: str = "") -> str:
    classes = "best" if best else "none" if value is None else ""
    shown = "" if value is None else "∞" if value == math.inf else f"{value:,.{figure.decimals}f}"
    sign = "+" if figure.name == "detail" and value is not None and value > 0 else ""
    return f'<td{f" class={classes}" if classes else ""} data-v="{sort}" data-label="{figure.title}">{sign}{shown}</td>'


def _value(row: Row, figure: Figure) -> float | None:
    value = row.figures.get(figure.name) if figure in FIGURES else getattr(row, figure.name)
    return None if value is None else float(value)


def _text(text: str) -> str:
    return escape(text, quote=True)
