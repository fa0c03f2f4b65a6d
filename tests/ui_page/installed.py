"""Run outside a checkout, with a wheel installed: `python installed.py`. Fails when the page or the report lacks a file."""

from __future__ import annotations

import sys
from pathlib import Path

import lib_outpaint
from lib_outpaint.apps.page.engines import Engines
from lib_outpaint.apps.page.language import LANGUAGES, Texts
from lib_outpaint.apps.page.server import application, temporary_folder
from lib_outpaint.apps.panel import assets
from lib_outpaint.evaluate.evaluation import Evaluation
from lib_outpaint.evaluate.report import Heading, html_report
from lib_outpaint.planning.limits import Limits

checkout = Path(__file__).resolve().parents[2]
if Path(lib_outpaint.__file__).resolve().is_relative_to(checkout):
    sys.exit("this is the checkout, not an installed package")
for made, original in (
    (assets.stylesheet(), checkout / "style.css"),
    (assets.localization("zh_CN"), checkout / "localizations/zh_CN.json"),
):
    if made != original.read_text(encoding="utf8"):
        sys.exit(f"{original.name} is another one in the wheel")
if "DirectionalOutpaint" not in assets.javascript():
    sys.exit("the stage's script is missing")
html_report(Evaluation(), Path(), Heading("", ()))  # reads its style and script
for language in LANGUAGES:
    Texts(language)
with temporary_folder() as folder:
    application(folder, Engines(), Limits(), "auto", loopback=True)
