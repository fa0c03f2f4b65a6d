"""`outpaint inspect`: what a weights file is, from its header alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...messages import Message, message
from ...models.inspect import inspect
from .codes import BAD_INPUT
from .console import Console
from .options import add_talk_flags


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "inspect",
        help="show what a weights file is",
        description="Shows what a .safetensors or .gguf file or a diffusers folder is, from its header alone.",
        usage="outpaint inspect [options] FILE [FILE ...]",
        more=True,
    )
    parser.add_argument(
        "input", nargs="+", metavar="FILE", help="a .safetensors or .gguf file, or a folder as diffusers writes it"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; 2 when a file could not be read."""
    code = 0
    records: list[dict[str, Any]] = []
    for path in map(Path, flags.input):
        try:
            found = inspect(path)
        except ModelError as error:
            console.error(_image_told(path) or error)
            code = BAD_INPUT
            continue
        if not flags.json:
            console.say("\n  ".join(map(str, found.describe())))
        records.append(
            {
                "file": str(path),
                "kind": found.kind,
                "base": found.base,
                "layout": found.layout,
                "inpainting": found.inpainting,
                "native_side": found.native_side,
                "rank": found.rank,
                "control": found.control,
                "dtype": found.dtype,
                "parameters": found.parameters,
            }
        )
    console.data(records)
    return code


def _image_told(path: Path) -> Message | None:
    """What is to be said of a file that is an image; None when it is none."""
    if not path.is_file():
        return None
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return message("weights-wanted", name=path.name, kind=image.format or "", size=f"{image.width}x{image.height}")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
