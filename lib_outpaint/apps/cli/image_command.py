"""`outpaint image`: one image, or several that are named one by one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import NO_VALUE, InputError, MissingExtra, ModelError, OutpaintError, ParamError, SaveError
from ...messages import Message, message
from ...parameters.combinations import combinations
from ...parameters.params import MASKED_CONTENT
from . import help_texts
from .codes import BAD_INPUT, ENGINE_FAILED, INTERRUPTED
from .console import Console
from .image_sources import Source, sources
from .options import (
    SIDES,
    Settings,
    add_engine_flags,
    add_report_flags,
    backend_for,
    painted_from,
    settings_from,
    tell_plan,
)
from .stopping import Stop
from .targets import check_replaced, check_stdout, targets_for, written_to

if TYPE_CHECKING:
    from ...engine.protocol import Backend
    from ...engine.result import Result
    from ...engine.stepper import Outpainting, Variant


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "image",
        help="make one image larger",
        description="Makes an image larger on the sides you choose.",
        usage="outpaint image [options] IN [IN ...]",
        common=("--output", *help_texts.COMMON, "--dry-run", "--overwrite"),
        examples=help_texts.IMAGE_EXAMPLES,
        words=True,
        more=True,
    )
    parser.add_argument("input", nargs="+", metavar="IN", help="the image; several are made one by one; - is standard input")
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="the larger image; its suffix chooses the format. A folder ends in /, and - is standard output (PNG). "
        "Default: IN-outpaint.png beside IN",
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many images, with consecutive seeds")
    parser.add_argument("--mask", type=Path, metavar="FILE", help="repaint where this image is white, before growing")
    parser.add_argument(
        "--masked-content",
        choices=MASKED_CONTENT,
        default=MASKED_CONTENT[0],
        help="what the sampler starts from under --mask: the fill, or the original, which a denoising strength below 1 "
        "keeps in part. Default: fill",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and what it takes, and stop")
    parser.add_argument("--overwrite", action="store_true", help="replace a result that is there already, without asking")
    add_report_flags(parser)
    add_engine_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code: the worst of any image's."""
    settings = settings_from(flags)
    _refuse_nothing(settings, flags.mask)
    found = sources(flags.input)
    targets = targets_for(found, flags.output)
    if None in targets:
        _refuse_for_stdout(flags, settings)
        console.aside = True

    job = _Job(flags, settings, console)
    if not flags.dry_run:
        job.check_places(found, targets)
    backend = backend_for(settings, console)
    with Stop(console.stopping) as console.stop:
        try:
            return job.run(found, targets, backend)
        finally:
            console.close()


def _refuse_nothing(settings: Settings, mask: Path | None) -> None:
    """What is found out by the plan too, but before anything large is loaded."""
    for _, params in combinations(settings.params):
        given = [getattr(params, name) for name in (*SIDES, "aspect", "size")]
        if mask is None and not any(value.strip() if isinstance(value, str) else value for value in given):
            raise ParamError("left, right, up, down", NO_VALUE, "nothing-grows")


def _refuse_for_stdout(flags: argparse.Namespace, settings: Settings) -> None:
    for name, more in (("count", flags.count > 1), ("compare", settings.params.compare), ("extras", _extras(settings))):
        if more:
            raise InputError("stdout-one-image", flag=f"--{name}")
    if flags.json and not flags.dry_run:
        raise InputError("stdout-one-image", flag="--json")
    if not flags.dry_run:
        check_stdout()


def _extras(settings: Settings) -> bool:
    return settings.params.extras != "none"


class _Job:
    """One command: the images it is about, one after the other."""

    def __init__(self, flags: argparse.Namespace, settings: Settings, console: Console) -> None:
        self._flags = flags
        self._settings = settings
        self._console = console
        self._count = flags.count * len(list(combinations(settings.params)))

    def check_places(self, found: Sequence[Source], targets: Sequence[Path | None]) -> None:
        """Looks before anything is read whether the results can be written and what they would replace.

        Raises:
            PictureError, SaveError: names the file.
        """
        from ... import images
        from ...images.outputs import check_places, existing

        params, there = self._settings.params, []
        kept = [source.path for source in found if source.path is not None]
        kept += [self._flags.mask] if self._flags.mask is not None else []
        for target in targets:
            if target is not None:
                images.format_for(target)
                check_places(target, self._count, params, kept)
                there += existing(target, self._count, params)
        check_replaced(there, self._flags.overwrite, self._console)

    def run(self, found: Sequence[Source], targets: Sequence[Path | None], backend: Backend) -> int:
        """Makes every image. One that fails stops nothing but what would fail the same way."""
        if len(found) == 1:
            code, document = self._one(found[0], targets[0], backend)
            self._console.data(document)
            return code
        documents: list[Any] = []
        worst = 0
        for number, (source, target) in enumerate(zip(found, targets, strict=True), 1):
            self._console.label(f"{number}/{len(found)} {source.name}")
            try:
                code, document = self._one(source, target, backend)
            except (ModelError, MissingExtra, SaveError):
                raise  # the same for every image
            except OutpaintError as error:
                code, document = BAD_INPUT if isinstance(error, InputError) else ENGINE_FAILED, {"error": str(error)}
                self._console.error(_named(error, source.name))
            documents.append({"input": str(source.path), "result": document})
            worst = max(worst, code)
            if code == INTERRUPTED:
                break
        self._console.data(documents)
        return worst

    def _one(self, source: Source, target: Path | None, backend: Backend) -> tuple[int, Any]:
        """Makes one image, or says its plan; its exit code and what --json says of it."""
        from ... import images
        from ...engine.loop import begin
        from ...engine.loop import run as sample
        from ...images.outputs import Files

        console = self._console
        picture = source.read(self._settings.limits)
        request = self._settings.request(
            picture,
            self._flags.count,
            painted_from(self._flags.mask, picture, self._settings.limits),
            self._flags.masked_content,
        )
        work = begin(request, backend, keep=False)
        lost: tuple[Message, ...] = ()
        for variant in work.variants:
            shown = target if target is not None else Path(f"{message('standard-output')}.png")
            lost = images.check_format(shown, picture, variant.plan.canvas, self._settings.texts)
        if self._flags.dry_run:
            return 0, self._dry_run(source, work)
        for note in (*picture.notes, *lost):
            console.note(note)
        tell_plan(work, console)
        with written_to(target) as path:
            files = Files(picture, path, self._count, work.capabilities.engine, request.params)
            result = sample(work, backend, files.take)
            console.close()
            files.finish()
        return self._report(result, files.records, target)

    def _dry_run(self, source: Source, work: Outpainting) -> Any:
        """Says the plan; of a comparison every combination's."""
        from ...engine.preview import variant_document

        if not self._flags.json:
            for variant in work.variants:
                line = planned(source.name, variant)
                self._console.answer(f"{variant.label}: {line}" if variant.label else line)
        plans = [variant_document(variant) for variant in work.variants]
        if not work.variants[0].label:
            return plans[0]
        return [{"label": variant.label, "plan": plan} for variant, plan in zip(work.variants, plans, strict=True)]

    def _report(self, result: Result, files: list[dict[str, Any]], target: Path | None) -> tuple[int, Any]:
        for note in result.notes:
            self._console.note(note)
        for record in files:
            self._console.made(record["file"] if target is not None else str(message("standard-output")), _what(record))
        document = {
            "engine": result.engine,
            "seconds": round(result.seconds, 3),
            "notes": [str(note) for note in result.notes],
            "stopped": None if result.stopped is None else str(result.stopped),
            "pictures": files,
        }
        if result.interrupted:
            kept = bool(files) and target is not None
            self._console.error("interrupted" + ("; finished images were saved" if kept else ""))
            return INTERRUPTED, document
        if result.stopped is not None:
            self._console.error(message("stopped-saved", reason=result.stopped) if target is not None else result.stopped)
            return ENGINE_FAILED, document
        return 0, document


def planned(name: str, variant: Variant) -> Message:
    """A plan in one line, for people."""
    plan = variant.plan
    windows = sorted({(step.window.width, step.window.height) for step in plan.passes}, reverse=True)
    return message(
        "plan-line" if len(plan.passes) == 1 else "plan-line-passes",
        name=name,
        source=plan.source.extent,
        canvas=plan.canvas,
        first="" if plan.hires is None else message("plan-first", size=plan.hires.plan.canvas),
        count=len(plan.passes),
        windows=", ".join(f"{width}x{height}" for width, height in windows),
        band=plan.band or "0",
        share=100 * plan.latent_pixels / max(1, plan.canvas_latent_pixels),
    )


def _what(record: dict[str, Any]) -> str:
    """What a written file is: its size, its seed, and of a comparison which setting it has."""
    if "size" not in record:
        return str(message("grid-of-all"))
    parts = ["x".join(str(n) for n in record["size"])]
    parts += [f"seed {record['seed']}"] if "seed" in record else []
    parts += [record["label"]] if "label" in record else []
    return ", ".join(parts)


def _named(error: OutpaintError, name: str) -> str:
    """An error with its file's name, unless it begins with that."""
    return str(error) if str(error).startswith(f"{name}:") else f"{name}: {error}"
