"""`outpaint params`: what can be set."""

from __future__ import annotations

import argparse
from typing import Any

from ...parameters.codecs import json_schema, markdown_table, shown_default
from ...parameters.params import DECLARED
from .console import Console


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("params", help="list every parameter", description="Lists every parameter.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as a JSON schema")
    form.add_argument("--markdown", action="store_true", help="as the table of the documentation")
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command."""
    if flags.json:
        console.document(json_schema())
    elif flags.markdown:
        console.say(documentation().rstrip("\n"))
    else:
        for param in DECLARED:
            limits = ", ".join(param.choices) or (
                "text" if param.kind == "text" else f"{param.low:g}..{param.high:g} {param.unit}".strip()
            )
            console.say(f"{param.name:<18} {limits}\n{'':<18} {param.help} Default: {shown_default(param)}.")
    return 0


def documentation() -> str:
    """The whole of docs/parameters.md."""
    return (
        "# Parameters\n\n<!-- Made by `outpaint params --markdown`; change lib_outpaint/parameters/params.py instead. -->\n\n"
        "The number is the place in the positional form of the API. On the command line a parameter is a flag: "
        "`--mask-falloff 2`. What an engine cannot do is an error when it is set.\n\n" + markdown_table()
    )
