"""`outpaint dataset`: prepares a folder of images for an evaluation, or for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...evaluate.sizes import Cut, Resize, sides_of
from ...planning.geometry import Side
from .console import Console
from .options import add_report_flags


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "dataset",
        help="prepare a folder of images: resize, cut a side off",
        description="Reads every image of a folder, in any format, and writes truth/NAME.png and cut/NAME-SIDE.png. "
        "Files that are done are skipped.",
        usage="outpaint dataset [options] IN_DIR OUT_DIR",
    )
    parser.add_argument("input", type=Path, metavar="IN_DIR", help="folder of images")
    parser.add_argument("output", type=Path, metavar="OUT_DIR", help="folder for the data set; made when missing")
    add_cut_flags(parser)
    parser.add_argument("--overwrite", action="store_true", help="make files again that are there already")
    add_report_flags(parser)
    parser.set_defaults(run=run)


def add_cut_flags(parser: argparse.ArgumentParser) -> None:
    """Flags on how images are resized and cut."""
    group = parser.add_argument_group("images")
    group.add_argument(
        "--cut",
        default="half",
        metavar="AMOUNT",
        help="how much is cut off: half, third, quarter, 30%%, or px. Default: half",
    )
    group.add_argument(
        "--side",
        default="right",
        metavar="SIDES",
        help="left, right, up, down, several with commas, or all: each by itself. Default: right",
    )
    group.add_argument(
        "--longest",
        type=int,
        default=0,
        metavar="PX",
        help="first scale images down until their longer side has at most this",
    )
    group.add_argument("--fit", default="", metavar="WxH", help="or scale them down to fill this size, cut in the middle")


def cut_from(flags: argparse.Namespace) -> tuple[tuple[Side, ...], Cut, Resize]:
    """What the flags of `add_cut_flags` say.

    Raises:
        ParamError: a bad value.
    """
    return sides_of(flags.side), Cut.parse(flags.cut), Resize.parse(flags.longest, flags.fit)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; 2 when a file failed."""
    sides, cut, resize = cut_from(flags)

    from ...evaluate.dataset import prepare

    done = prepare(flags.input, flags.output, resize, sides, cut, flags.overwrite)
    console.say(f"{done.made} made, {done.skipped} skipped, {len(done.failed)} failed")
    for _, error in done.failed:
        console.error(f"failed: {error}")
    console.data(
        {
            "made": done.made,
            "skipped": done.skipped,
            "failed": [{"file": file, "error": error} for file, error in done.failed],
        }
    )
    return 2 if done.failed else 0
