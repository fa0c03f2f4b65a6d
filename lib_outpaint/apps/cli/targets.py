"""Where results go: beside their images, into a folder, to standard output; and never over what is there unasked."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...errors import InputError, ParamError, SaveError
from ...messages import message
from .console import Console
from .image_sources import STREAM, Source, is_address

ENDING = "-outpaint.png"
FORMAT = ".png"  # of standard output


def targets_for(sources: Sequence[Source], output: str | None) -> list[Path | None]:
    """The file of every image's result, None for standard output.

    Raises:
        InputError: several images for one file, two of them with one result, or an address.
    """
    if output is not None and is_address(output):
        raise InputError("output-address", address=output)
    if output == STREAM or (output is None and sources[0].path is None):
        if len(sources) > 1:
            raise InputError("stdout-alone")
        return [None]
    if output is None:
        found = [source.path.with_name(source.path.stem + ENDING) for source in sources if source.path is not None]
    elif len(sources) > 1 or _is_folder(output):
        if not _is_folder(output) and not Path(output).is_dir():
            raise ParamError("output", output, "output-folder")
        found = [Path(output) / (Path(source.name if source.path else "stdin").stem + ENDING) for source in sources]
    else:
        found = [Path(output)]
    for path in found:
        if [str(other).lower() for other in found].count(str(path).lower()) > 1:
            raise InputError("same-output", path=path)
    return list(found)


def _is_folder(output: str) -> bool:
    """Whether an output is a folder to put results into: it ends in a slash, or is there and has no suffix."""
    return output.endswith(("/", "\\")) or (Path(output).is_dir() and not Path(output).suffix)


def check_stdout() -> None:
    """Sees to it that no image is written onto a terminal.

    Raises:
        InputError: stdout is one.
    """
    if sys.stdout.isatty():
        raise InputError("stdout-terminal")


def check_replaced(there: Sequence[Path], overwrite: bool, console: Console) -> None:
    """Asks on a terminal whether files that are there may be replaced; elsewhere --overwrite has to say so.

    Raises:
        SaveError: they may not.
    """
    if not there or overwrite:
        return
    shown = str(there[0])
    if len(there) > 1:
        shown = str(message("and-others", path=there[0], count=len(there) - 1))
    if sys.stdin.isatty() and sys.stderr.isatty() and console.ask(message("replace-question", path=shown)):
        return
    raise SaveError("output-exists", path=shown)


@contextmanager
def written_to(target: Path | None) -> Iterator[Path]:
    """The file to write a result to. For standard output it is a temporary one, which is passed on at the end.

    Yields:
        the file's path.
    """
    if target is not None:
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="outpaint-") as folder:
        path = Path(folder) / ("stdout" + FORMAT)
        yield path
        if path.exists():
            sys.stdout.flush()
            sys.stdout.buffer.write(path.read_bytes())
            sys.stdout.buffer.flush()
