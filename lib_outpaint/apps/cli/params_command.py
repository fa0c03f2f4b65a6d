"""`outpaint params`: what can be set."""

from __future__ import annotations

import argparse
from typing import Any

from ...parameters.codecs import json_schema, markdown_table, shown_default, shown_range
from ...parameters.params import DECLARED
from ...parameters.sampling import SAMPLING
from .console import Console
from .options import add_talk_flags


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "params",
        help="list every setting",
        description="Lists every parameter and every sampling setting.",
        usage="outpaint params [--json | --markdown]",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the parameters as a JSON schema")
    form.add_argument("--markdown", action="store_true", help="as the tables of the documentation")
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command."""
    if flags.json:
        console.document(json_schema())
    elif flags.markdown:
        console.say(documentation().rstrip("\n"))
    else:
        for param in (*DECLARED, *SAMPLING):
            console.say(f"{param.name:<18} {shown_range(param)}\n{'':<18} {param.help} Default: {shown_default(param)}.")
    return 0


def documentation() -> str:
    """The whole of docs/parameters.md."""
    return (
        "# Parameters\n\n<!-- Made by `outpaint params --markdown`; change lib_outpaint/parameters/ instead. -->\n\n"
        "The number is the place in the positional form of the API. On the command line a parameter is a flag: "
        "`--mask-falloff 2`. A setting that the engine does not support is an error, not ignored.\n\n"
        + markdown_table()
        + "\n## Sampling settings\n\n"
        "Flags of the command line, controls of the page and keywords in Python. In the WebUI these are the tab's own "
        "settings.\n\n" + markdown_table(SAMPLING, numbered=False)
    )
