"""The command line: `outpaint image`, `outpaint folder`, `outpaint params`, `outpaint inspect`, `outpaint evaluate`,
`outpaint dataset`, `outpaint merge`, `outpaint ui`, `outpaint completion`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from ...errors import InputError, OutpaintError
from ...messages import message, near
from ...version import __version__
from . import (
    completion_command,
    dataset_command,
    evaluate_command,
    folder_command,
    help_texts,
    image_command,
    inspect_command,
    merge_command,
    params_command,
    ui_command,
)
from .codes import BAD_INPUT, DONE, ENGINE_FAILED, INTERRUPTED
from .console import Console
from .image_sources import STREAM, is_address
from .parser import CommandParser

EPILOG = "exit codes: 0 done, 2 bad input, 3 the engine failed, 130 interrupted"
COMMANDS = (
    image_command,
    folder_command,
    ui_command,
    params_command,
    inspect_command,
    evaluate_command,
    dataset_command,
    merge_command,
    completion_command,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code. Bad usage exits with 2 through argparse."""
    flags = _parsed(list(sys.argv[1:] if argv is None else argv))
    logging.basicConfig(level=logging.INFO if flags.verbose else logging.WARNING, format="%(levelname)s: %(message)s")
    console = Console(json=getattr(flags, "json", False), quiet=flags.quiet)
    try:
        return int(flags.run(flags, console))
    except InputError as error:
        console.error(error)
        return BAD_INPUT
    except OutpaintError as error:
        console.error(error)
        return ENGINE_FAILED
    except KeyboardInterrupt:
        console.error(message("interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
        return DONE


def _parsed(words: list[str]) -> argparse.Namespace:
    """The flags; what is wrong with them ends the program, with the usage of the command they belong to."""
    parser = command_parser()
    if not words:
        parser.print_help(sys.stderr)
        parser.exit(BAD_INPUT)
    _refuse_forgotten_command(parser, words)
    flags, rest = parser.parse_known_args(words)
    command = commands_of(parser)[flags.command]
    unknown = next((word for word in rest if word.startswith("-") and word != STREAM), None)
    if unknown is not None or (rest and not command.more):
        command.unknown(unknown or rest[0])
    if rest:
        flags.input += rest
    if any(value == [] for value in vars(flags).values()):  # what argparse makes of "--left=--" before Python 3.13
        command.error(message("no-value"))
    return flags


def _refuse_forgotten_command(parser: CommandParser, words: Sequence[str]) -> None:
    """A file, a folder or an address where a command should stand: names the command that takes it."""
    first = next((word for word in words if not word.startswith("-")), "")
    known = commands_of(parser)
    if not first or first in known or near(first, known):
        return
    if Path(first).is_dir():
        parser.error(message("forgotten-folder", name=first))
    if Path(first).is_file() or is_address(first):
        command = "inspect" if Path(first).suffix.lower() == ".safetensors" else "image"
        parser.error(message("forgotten-command", name=first, command=command))


def command_parser() -> CommandParser:
    """The parser of all commands and flags."""
    parser = CommandParser(
        prog="outpaint",
        usage="outpaint COMMAND [options]",
        description="Makes images larger on the sides you choose.",
        epilog=EPILOG,
        examples=help_texts.TOP_EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="outpaint")
    for module in COMMANDS:
        module.add_command(commands)
    return parser


def commands_of(parser: argparse.ArgumentParser) -> dict[str, CommandParser]:
    """The parsers of the commands, by their names."""
    return next(dict(action.choices) for action in parser._actions if isinstance(action, argparse._SubParsersAction))
