"""`outpaint folder`: every picture of a folder; resumes where an earlier run ended."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import images
from ...engine.loop import outpaint, planned
from ...engine.protocol import Host
from ...errors import HostError, InputError, MissingExtra, ModelError, OutpaintError, ParamError, PictureError, SaveError
from ...images.outputs import extras_of, saved
from ...parameters.params import Params
from .console import Console
from .options import add_engine_flags, add_parameter_flags, host_for, params_for, request_for

SUFFIXES = ("png", "jpg", "webp", "tif", "bmp")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "folder",
        help="make every picture of a folder larger",
        description="Makes every picture of a folder larger. Files that are done are skipped.",
    )
    parser.add_argument("input", type=Path, metavar="IN_DIR", help="folder of pictures")
    parser.add_argument("output", type=Path, metavar="OUT_DIR", help="folder for the larger ones; made when missing")
    parser.add_argument("--format", choices=SUFFIXES, default="png", help="format of the results. Default: png")
    parser.add_argument("--overwrite", action="store_true", help="make files again that are there already")
    add_engine_flags(parser)
    add_parameter_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code: the worst of any file's."""
    pairs = pairs_in(flags.input, flags.output, flags.format)
    params = params_for(flags)
    if params.compare:
        raise ParamError("compare", params.compare, "is for one picture: use `outpaint image`")
    _refuse_shared_names(pairs, params)
    host = host_for(flags, console)
    images.remove_leftovers(flags.output)
    waiting = [pair for pair in pairs if flags.overwrite or not pair[1].exists()]
    if waiting:
        images.check_place(waiting[0][1])
    skipped = len(pairs) - len(waiting)
    if skipped:
        console.say(f"{skipped} of {len(pairs)} are done already and skipped (--overwrite makes them again)")
    records: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    code = 0
    for number, (source, target) in enumerate(waiting, 1):
        console.label(f"{number}/{len(waiting)} {source.name}")
        try:
            code = max(code, _one(source, target, flags, params, host, console, records))
        except KeyboardInterrupt:
            code = 130
        except (ModelError, MissingExtra):
            console.close()
            raise  # the same for every picture
        except OutpaintError as error:
            console.close()
            failures.append({"file": str(source), "error": str(error)})
            code = max(code, 2 if isinstance(error, InputError) else 3)
            if isinstance(error, SaveError):
                break  # the next file would go to the same place
        if code == 130:
            console.error("interrupted; the same command goes on from here")
            break
    console.close()
    _told(records, failures, skipped, console)
    return code


def pairs_in(folder: Path, output: Path, suffix: str) -> list[tuple[Path, Path]]:
    """Each picture of a folder with the file its result goes to, in the order of their names.

    Raises:
        PictureError: no such folder, no picture in it, or it is the output folder.
    """
    found = images.pictures_in(folder)
    if folder.resolve() == output.resolve():
        raise PictureError(f"{output}: results need a folder of their own")
    return [(path, output / f"{name}.{suffix}") for path, name in found]


def _refuse_shared_names(pairs: Sequence[tuple[Path, Path]], params: Params) -> None:
    """An extra of one picture may have the name of another's result, where the pictures are such results themselves."""
    results = {target.name.lower(): source.name for source, target in pairs}
    for source, target in pairs:
        for extra in extras_of(target, params):
            if extra.name.lower() in results:
                raise ParamError(
                    "extras",
                    params.extras,
                    f"makes {extra.name} of {source.name}, which is the name of the "
                    f"result of {results[extra.name.lower()]} too",
                )


def _one(
    source: Path,
    target: Path,
    flags: argparse.Namespace,
    params: Params,
    host: Host,
    console: Console,
    records: list[dict[str, Any]],
) -> int:
    picture = images.read(source)
    request = request_for(flags, params, picture, 1)
    images.check_format(target, picture, planned(request, params, host.capabilities()).canvas)
    for note in picture.notes:
        console.say(f"note: {source.name}: {note}")
    result = outpaint(request, host)
    if result.interrupted:
        return 130  # a partial picture would look finished to the next run
    if result.stopped is not None:
        raise HostError(result.stopped)
    if not records:
        for note in result.notes:  # the same for every file
            console.say(f"note: {note}")
    records += [{"input": str(source), **record} for record in saved(result, picture, target)]
    return 0


def _told(records: list[dict[str, Any]], failures: list[dict[str, str]], skipped: int, console: Console) -> None:
    console.say(f"{len(records)} made, {skipped} skipped, {len(failures)} failed")
    for failure in failures:
        name = Path(failure["file"]).name
        named = failure["error"].startswith(f"{name}:")
        console.error(f"failed: {failure['error']}" if named else f"failed: {name}: {failure['error']}")
    console.data({"made": records, "skipped": skipped, "failed": failures})
