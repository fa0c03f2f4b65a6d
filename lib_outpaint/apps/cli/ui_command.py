"""`outpaint ui`: a page in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...errors import ParamError
from ...planning.limits import Limits
from .console import Console
from .options import add_model_flags, pipeline_options

LANGUAGES = ("auto", "en", "zh")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "ui",
        help="open a page in the browser",
        description="Serves a page on this machine: upload, drag the edges, generate.",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to bind to. The page has no password: anything but this machine's own address lets "
        "others use it. Default: 127.0.0.1",
    )
    parser.add_argument("--port", type=int, default=7870, metavar="N", help="port; 0 for any that is free. Default: 7870")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--language", choices=LANGUAGES, default="auto", help="language of the page; auto is the browser's. Default: auto"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="a folder of checkpoints to choose from")
    parser.add_argument(
        "--max-megapixels", type=float, default=64, metavar="N", help="refuse canvases over this size. Default: 64"
    )
    add_model_flags(parser, several=True)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Serves until it is interrupted; returns the exit code."""
    from .. import page

    page.require_gradio()
    if not 0 < flags.max_megapixels <= 1000:
        raise ParamError("max-megapixels", flags.max_megapixels, "is outside 0..1000")
    options = pipeline_options(flags)
    models = list(options.pop("model", []))
    if flags.models is not None:
        models += page.models_in(flags.models)
    device = options.pop("device", "auto")
    if not models and options:
        name, value = next(iter(options.items()))
        raise ParamError(name, value, "is for a model: add --model or --models")
    if not page.is_loopback(flags.host):
        console.error(f"warning: whoever reaches {flags.host} can use this page; it has no password")
    page.serve(
        page.Engines(models, options, device),
        Limits(int(flags.max_megapixels * 1e6)),
        host=flags.host,
        port=flags.port,
        language=flags.language,
        browser=not flags.no_browser,
        say=console.say,
    )
    return 0
