"""`outpaint completion`: what a shell needs to complete commands, flags and values with the Tab key."""

from __future__ import annotations

import argparse
from typing import Any

from ...errors import MissingExtra
from ...parameters.params import DECLARED
from .console import Console
from .options import add_talk_flags

SHELLS = ("bash", "zsh", "fish", "tcsh")
_FILES = ("IN", "OUT", "FILE", "PATH", "FILE[:WEIGHT]")
_FOLDERS = ("DIR", "IN_DIR", "OUT_DIR")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "completion",
        help="complete commands and options with Tab",
        description="Prints what a shell needs to complete commands, options and their values with the Tab key.",
        usage="outpaint completion SHELL",
        examples=(
            (
                "outpaint completion bash > ~/.local/share/bash-completion/completions/outpaint",
                "bash, from the next shell on",
            ),
            ("outpaint completion zsh > ~/.zfunc/_outpaint", "zsh, where ~/.zfunc is in fpath"),
            ("outpaint completion fish > ~/.config/fish/completions/outpaint.fish", "fish"),
        ),
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Prints the script.

    Raises:
        MissingExtra: shtab is not installed.
    """
    try:
        import shtab
    except ImportError:
        raise MissingExtra("outpaint completion", "shtab", "completion") from None
    from . import command_parser

    parser = command_parser()
    _tell_values(parser, shtab)
    console.answer(shtab.complete(parser, flags.shell).rstrip("\n"))
    return 0


def _tell_values(parser: argparse.ArgumentParser, shtab: Any) -> None:
    """Names what a flag takes: names of choices, files, folders."""
    choices = {f"param_{param.name}": param.choices for param in DECLARED if param.choices}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                _tell_values(one, shtab)
        elif action.dest in choices:
            action.choices = list(choices[action.dest])
        elif action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
