"""The stage's JavaScript and style sheet. The WebUI loads them by itself; other pages take them from here."""

from __future__ import annotations

import sysconfig
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[3]
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "directional-outpaint"


def javascript() -> str:
    """All files of javascript/, as one text."""
    return "\n".join(path.read_text(encoding="utf8") for path in sorted((_folder() / "javascript").glob("*.js")))


def stylesheet() -> str:
    """style.css."""
    return (_folder() / "style.css").read_text(encoding="utf8")


def localization(name: str) -> str:
    """The text of localizations/NAME.json."""
    return (_folder() / "localizations" / f"{name}.json").read_text(encoding="utf8")


def _folder() -> Path:
    for folder in (_CHECKOUT, _INSTALLED):
        if (folder / "style.css").exists() and (folder / "javascript").is_dir():
            return folder
    raise FileNotFoundError(f"style.css and javascript/ are neither in {_CHECKOUT} nor in {_INSTALLED}")
