"""`outpaint inspect`: what a weights file is, from its header alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...models.inspect import inspect
from .console import Console


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "inspect",
        help="show what a weights file is",
        description="Shows what a .safetensors file or a diffusers folder is, from its header alone.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a weights file or folder")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; 2 when a file could not be read."""
    code = 0
    records: list[dict[str, Any]] = []
    for path in flags.files:
        try:
            found = inspect(path)
        except ModelError as error:
            console.error(error)
            code = 2
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
