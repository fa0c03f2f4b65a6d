"""How the page looks, and what its head holds: everything from this installation, nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from ..panel import assets
from .language import Texts

# A picture with the canvas around it, as SVG.
ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='none' stroke='#b45309' stroke-width='2' "
    "d='M1 1h14v14H1z'/><path fill='#2563eb' d='M6 6h8v8H6z'/></svg>"
)
# The system's own fonts: none is fetched.
_FONTS = ["system-ui", "sans-serif"]
_MONO = ["ui-monospace", "monospace"]


def theme() -> Any:
    """Gradio's default theme in the system's fonts; light or dark as the system.

    Hints, placeholders and ranges are darker than the theme's own, which has them at 2.6:1; 4.5:1 is wanted (WCAG 1.4.3).
    """
    plain = gr.themes.Default(primary_hue="blue", secondary_hue="blue", neutral_hue="slate", font=_FONTS, font_mono=_MONO)
    names = (
        "body_text_color_subdued",
        "block_info_text_color",
        "block_label_text_color",
        "block_title_text_color",
        "input_placeholder_color",
    )
    return plain.set(**dict.fromkeys(names, "*neutral_600"), **{f"{name}_dark": "*neutral_300" for name in names})


def css() -> str:
    """The panel's and the stage's style, then the page's own."""
    return assets.stylesheet() + "\n" + (Path(__file__).parent / "page.css").read_text(encoding="utf8")


def head(say: Texts) -> str:
    """The stage's JavaScript, with the language where the WebUI has it too."""
    words = json.dumps(dict(say.found), ensure_ascii=False).replace("</", "<\\/")
    return f"<script>window.localization = {words};</script>\n<script>{assets.javascript()}</script>"
