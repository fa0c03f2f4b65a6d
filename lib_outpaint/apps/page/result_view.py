"""The result as HTML: before and after under a slider, and the link to download."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote

from ...messages import message
from . import page_texts as texts
from .language import Texts
from .session import Made, Session

ROUTE = "/results"  # beside the pages of all languages, so ../ from each


def empty(say: Texts) -> str:
    """What stands there before anything was made."""
    return f'<p class="outpage-empty">{escape(say(texts.EMPTY))}</p>'


def result(session: Session, say: Texts) -> str:
    """The chosen image of the last run."""
    if not session.made:
        return empty(say)
    made = session.made[session.chosen]
    width, height = made.size
    picture = (
        f'<img class="outpage-after" src="{_url(session, made.shown)}" width="{width}" height="{height}" '
        f'alt="{escape(say(texts.AFTER))}">'
    )
    if made.before is not None:
        picture = _compared(session, made, picture, say)
    ratio = f"aspect-ratio:{width}/{height};--op-ratio:{width / height:.5f}"
    return (
        f'<figure class="outpage-result"><div class="outpage-pair" style="{ratio}">{picture}</div>'
        f"<figcaption>{escape(caption(made, say))}</figcaption>{_notes(session, say)}</figure>"
    )


def download(session: Session, say: Texts) -> str:
    """The link to the file, named as the command line would name it; "" without a result."""
    if not session.made:
        return ""
    made = session.made[session.chosen]
    return (
        f'<a class="outpage-download" href="{_url(session, made.file)}" download="{escape(made.file.name)}">'
        f"{escape(say(texts.DOWNLOAD))}</a>"
    )


def caption(made: Made, say: Texts) -> str:
    """The size, what the image is, its combination and its seed."""
    parts = [f"{made.size[0]}x{made.size[1]}"]
    if made.extra:
        parts.append(say({"grid": texts.GRID, "canvas": "Prefilled canvas", "mask": "Mask"}[made.extra]))
    if made.label:
        parts.append(made.label)
    if made.seed is not None:
        parts.append(say.message(message("page-seed", seed=made.seed)))
    if not made.complete:
        parts.append(say(texts.UNFINISHED))
    return ", ".join(parts)


def choices(session: Session, say: Texts) -> list[tuple[str, int]]:
    """What can be looked at, when a run made more than one image."""
    return [(f"{number + 1}: {caption(made, say)}", number) for number, made in enumerate(session.made)]


def _url(session: Session, path: Path) -> str:
    return f"..{ROUTE}/{session.shelf.put(path)}/{quote(path.name)}"


def _compared(session: Session, made: Made, picture: str, say: Texts) -> str:
    assert made.before is not None
    path, box = made.before
    width, height = made.size
    place = (
        f"left:{100 * box.left / width:.5f}%;top:{100 * box.top / height:.5f}%;"
        f"width:{100 * box.width / width:.5f}%;height:{100 * box.height / height:.5f}%"
    )
    before, after = escape(say(texts.BEFORE)), escape(say(texts.AFTER))
    return (
        f'{picture}<div class="outpage-before"><img src="{_url(session, path)}" style="{place}" alt="{before}"></div>'
        '<span class="outpage-cut" aria-hidden="true"></span>'
        f'<span class="outpage-tag outpage-tag-before" aria-hidden="true">{before}</span>'
        f'<span class="outpage-tag outpage-tag-after" aria-hidden="true">{after}</span>'
        f'<input type="range" min="0" max="100" step="any" value="50" aria-label="{escape(say(texts.SLIDER))}" '
        "oninput=\"this.parentNode.style.setProperty('--op-cut', this.value + '%')\">"
    )


def _notes(session: Session, say: Texts) -> str:
    if not session.notes:
        return ""
    items = "".join(f"<li>{escape(say.message(note))}</li>" for note in session.notes)
    return f'<ul class="outpage-notes" aria-label="{escape(say(texts.NOTES))}">{items}</ul>'
