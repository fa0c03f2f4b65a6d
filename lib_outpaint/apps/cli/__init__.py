"""The command line: `outpaint image`, `outpaint folder`, `outpaint params`, `outpaint inspect`,
`outpaint evaluate`, `outpaint dataset`, `outpaint ui`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from ...errors import InputError, OutpaintError
from ...version import __version__
from . import (
    dataset_command,
    evaluate_command,
    folder_command,
    image_command,
    inspect_command,
    params_command,
    ui_command,
)
from .console import Console

DONE, BAD_INPUT, ENGINE_FAILED, INTERRUPTED = 0, 2, 3, 130
EPILOG = "exit codes: 0 done, 2 bad input, 3 the engine failed, 130 interrupted"
COMMANDS = (
    image_command,
    folder_command,
    params_command,
    inspect_command,
    evaluate_command,
    dataset_command,
    ui_command,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code. Bad usage exits with 2 through argparse."""
    parser = command_parser()
    flags = parser.parse_args(argv)
    if any(value == [] for value in vars(flags).values()):  # what argparse makes of "--left=--" before Python 3.13
        parser.error("-- is not a value")
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
        console.error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
        return DONE


def command_parser() -> argparse.ArgumentParser:
    """The parser of all commands and flags."""
    parser = argparse.ArgumentParser(
        prog="outpaint", description="Makes images larger on the sides you choose.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_command(commands)
    return parser
