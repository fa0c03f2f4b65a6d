"""`outpaint ui`: a page in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...errors import ParamError
from ...messages import message
from . import help_texts
from .console import Console
from .model_flags import MODEL_FLAGS, add_model_flags, model_options
from .options import add_limit_flag, add_talk_flags, limits_from

LANGUAGES = ("auto", "en", "zh")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "ui",
        help="open a page in the browser",
        description="Serves a page on this machine: upload, drag the edges, generate.",
        usage="outpaint ui [options]",
        common=("--models", "--model", "--port", "--host", "--language", "--no-browser", "--device"),
        examples=help_texts.UI_EXAMPLES,
        words=True,
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
    add_limit_flag(parser)
    add_talk_flags(parser)
    add_model_flags(parser, several=True)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Serves until it is interrupted; returns the exit code."""
    limits, options = limits_from(flags), model_options(flags)
    device = options.pop("device", "auto")
    models = list(options.pop("model", []))
    if not models and flags.models is None and options:
        name, value = next(iter(options.items()))
        raise ParamError(MODEL_FLAGS[name].replace("_", "-"), value, "for-a-model")

    from .. import page

    page.require_gradio()
    console.say(message("page-starting"))
    if flags.models is not None:
        models += page.models_in(flags.models)
    if not page.is_loopback(flags.host):
        console.error(message("page-open-to-all", host=flags.host))
    page.serve(
        page.Engines(models, options, device),
        limits,
        host=flags.host,
        port=flags.port,
        language=flags.language,
        browser=not flags.no_browser,
        say=console.say,
    )
    return 0
