"""`outpaint folder`: every image of a folder; resumes where an earlier run ended."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import BackendError, InputError, MissingExtra, ModelError, OutpaintError, ParamError, PictureError, SaveError
from . import help_texts
from .codes import BAD_INPUT, ENGINE_FAILED, INTERRUPTED
from .console import Console
from .image_sources import STREAM, is_address
from .options import Settings, add_engine_flags, add_report_flags, backend_for, settings_from, tell_plan
from .stopping import Stop

if TYPE_CHECKING:
    from ...engine.protocol import Backend
    from ...parameters.params import Params

SUFFIXES = ("png", "jpg", "webp", "tif", "bmp", "heic", "jxl")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "folder",
        help="make every image of a folder larger",
        description="Makes every image of a folder larger. Files that are done are skipped.",
        usage="outpaint folder [options] IN_DIR OUT_DIR",
        common=(*help_texts.COMMON, "--format", "--overwrite"),
        examples=help_texts.FOLDER_EXAMPLES,
        words=True,
    )
    parser.add_argument("input", type=Path, metavar="IN_DIR", help="folder of images")
    parser.add_argument("output", type=Path, metavar="OUT_DIR", help="folder for the larger images; made when missing")
    parser.add_argument("--format", choices=SUFFIXES, default="png", help="format of the results. Default: png")
    parser.add_argument("--overwrite", action="store_true", help="make files again that are there already")
    add_report_flags(parser)
    add_engine_flags(parser)
    parser.set_defaults(run=run)


@dataclass
class _Record:
    """What became of the files."""

    skipped: int
    ignored: int = 0
    made: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code: the worst of any file's."""
    settings = settings_from(flags)
    if settings.params.compare:
        raise ParamError("compare", settings.params.compare, "one-image-only")

    _refuse_others(flags.input)

    from ... import images

    images.format_for(Path(f"image.{flags.format}"))
    pairs = pairs_in(flags.input, flags.output, flags.format)
    _refuse_shared_names(pairs, settings.params)
    backend = backend_for(settings, console)
    images.remove_leftovers(flags.output)
    waiting = [pair for pair in pairs if flags.overwrite or not pair[1].exists()]
    if waiting:
        images.check_place(waiting[0][1])
    record = _Record(len(pairs) - len(waiting), images.others_in(flags.input))
    if record.skipped:
        console.say(f"{record.skipped} of {len(pairs)} are done already and skipped (--overwrite makes them again)")
    with Stop(console.stopping) as console.stop:
        try:
            code = _all(waiting, settings, backend, console, record)
        finally:
            console.close()
    _report(record, console)
    return code


def _all(
    waiting: Sequence[tuple[Path, Path]], settings: Settings, backend: Backend, console: Console, record: _Record
) -> int:
    """Makes one image after the other; the worst of their exit codes."""
    code = 0
    for number, (source, target) in enumerate(waiting, 1):
        console.label(f"{number}/{len(waiting)} {source.name}")
        try:
            console.check_stop()
            code = max(code, _one(source, target, settings, backend, console, record))
        except KeyboardInterrupt:
            code = INTERRUPTED
        except (ModelError, MissingExtra):
            raise  # the same for every image
        except OutpaintError as error:
            console.close()
            record.failures.append({"file": str(source), "error": str(error)})
            code = max(code, BAD_INPUT if isinstance(error, InputError) else ENGINE_FAILED)
            if isinstance(error, SaveError):
                break  # the next file would go to the same place
        if code == INTERRUPTED:
            console.error("interrupted; run the same command again to continue")
            break
    return code


def _refuse_others(folder: Path) -> None:
    """What is no folder, with the command that would take it."""
    if folder.is_file() or str(folder) == STREAM:
        raise InputError("folder-is-file", path=folder)
    address = str(folder).replace(":/", "://", 1)  # a path has no two slashes beside each other
    if is_address(address) and not folder.exists():
        raise InputError("folder-address", address=address)


def pairs_in(folder: Path, output: Path, suffix: str) -> list[tuple[Path, Path]]:
    """Each image of a folder with the file its result goes to, in the order of their names.

    Raises:
        PictureError: no such folder, no image in it, or it is the output folder.
    """
    from ... import images

    found = images.pictures_in(folder)
    if folder.resolve() == output.resolve():
        raise PictureError("same-folder", folder=output)
    return [(path, output / f"{name}.{suffix}") for path, name in found]


def _refuse_shared_names(pairs: Sequence[tuple[Path, Path]], params: Params) -> None:
    """An extra of one image may have the name of another's result, where the images are such results themselves."""
    from ...images.outputs import extras_of

    results = {target.name.lower(): source.name for source, target in pairs}
    for source, target in pairs:
        for extra in extras_of(target, params):
            other = results.get(extra.name.lower())
            if other is not None:
                raise ParamError(
                    "extras", params.extras, "extra-name-taken", name=extra.name, image=source.name, other=other
                )


def _one(source: Path, target: Path, settings: Settings, backend: Backend, console: Console, record: _Record) -> int:
    from ... import images
    from ...engine.loop import begin
    from ...engine.loop import run as sample
    from ...images.outputs import saved

    picture = images.read(source, settings.limits.canvas_pixels)
    work = begin(settings.request(picture, 1), backend)
    lost = images.check_format(target, picture, work.variants[0].plan.canvas, settings.texts)
    for note in (*picture.notes, *lost):
        console.note(note, source.name)
    tell_plan(work, console)
    result = sample(work, backend)
    if result.interrupted:
        return INTERRUPTED  # a partial image would look finished to the next run
    if result.stopped is not None:
        raise BackendError(result.stopped)
    if not record.made:
        for note in result.notes:  # the same for every file
            console.note(note)
    record.made += [{"input": str(source), **made} for made in saved(result, picture, target)]
    return 0


def _report(record: _Record, console: Console) -> None:
    ignored = f", {record.ignored} ignored (no images)" if record.ignored else ""
    console.say(f"{len(record.made)} made, {record.skipped} skipped, {len(record.failures)} failed{ignored}")
    for failure in record.failures:
        name = Path(failure["file"]).name
        named = failure["error"].startswith(f"{name}:")
        console.error(f"failed: {failure['error']}" if named else f"failed: {name}: {failure['error']}")
    console.data({"made": record.made, "skipped": record.skipped, "failed": record.failures, "ignored": record.ignored})
