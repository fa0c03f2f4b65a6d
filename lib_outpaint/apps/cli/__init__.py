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
    dataset_command as dataset,
)
from . import (
    evaluate_command as evaluate,
)
from . import (
    folder_command as folder,
)
from . import (
    image_command as image,
)
from . import (
    inspect_command as inspect,
)
from . import (
    params_command as params,
)
from . import (
    ui_command as ui,
)
from .console import Console

DONE, BAD_INPUT, HOST_FAILED, INTERRUPTED = 0, 2, 3, 130
EPILOG = "exit codes: 0 done, 2 bad input, 3 the engine failed, 130 interrupted"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code. Bad usage exits with 2 through argparse."""
    parser = _parser()
    flags = parser.parse_args(argv)
    if any(value == [] for value in vars(flags).values()):  # what argparse makes of "--left=--" before Python 3.13
        parser.error("-- is no value")
    logging.basicConfig(level=logging.INFO if flags.verbose else logging.WARNING, format="%(levelname)s: %(message)s")
    console = Console(json=getattr(flags, "json", False), quiet=flags.quiet)
    try:
        return int(flags.run(flags, console))
    except InputError as error:
        console.error(str(error))
        return BAD_INPUT
    except OutpaintError as error:
        console.error(str(error))
        return HOST_FAILED
    except KeyboardInterrupt:
        console.error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="outpaint", description="Makes pictures larger on the sides you choose.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (image, folder, params, inspect, evaluate, dataset, ui):
        module.add_command(commands)
    return parser
