"""`outpaint image`: one image."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import BackendError
from .console import Console
from .options import add_engine_flags, backend_for, painted_from, settings_from

if TYPE_CHECKING:
    from ...engine.result import Result
    from ...engine.stepper import Outpainting


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("image", help="make one image larger", description="Makes one image larger.")
    parser.add_argument("input", type=Path, metavar="IN", help="the image")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="the larger image; its suffix chooses the format. Default: IN-outpaint.png beside IN",
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many images, with consecutive seeds")
    parser.add_argument("--mask", type=Path, metavar="FILE", help="repaint where this image is white, before growing")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and its cost as JSON and stop")
    add_engine_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code."""
    settings = settings_from(flags)

    from ... import images
    from ...engine.loop import begin
    from ...engine.loop import run as sample
    from ...images.outputs import Files, check_places

    picture = images.read(flags.input)
    output = flags.output or flags.input.with_name(flags.input.stem + "-outpaint.png")
    images.format_for(output)
    request = settings.request(picture, flags.count, painted_from(flags.mask, picture))
    backend = backend_for(settings, console)
    work = begin(request, backend, keep=False)
    for variant in work.variants:
        images.check_format(output, picture, variant.plan.canvas)
    if flags.dry_run:
        return _dry_run(work, console)
    count = flags.count * len(work.variants)
    check_places(output, count, request.params, [path for path in (flags.input, flags.mask) if path is not None])
    for note in picture.notes:
        console.say(f"note: {note}")
    files = Files(picture, output, count, work.capabilities.engine, request.params)
    try:
        result = sample(work, backend, files.take)
    finally:
        console.close()
    files.finish()
    return _report(result, files.records, console)


def _dry_run(work: Outpainting, console: Console) -> int:
    """Prints the plan; of a comparison every combination's."""
    from ...engine.preview import variant_document

    plans = [variant_document(variant) for variant in work.variants]
    if work.variants[0].label:
        labelled = zip(work.variants, plans, strict=True)
        console.document([{"label": variant.label, "plan": plan} for variant, plan in labelled])
    else:
        console.document(plans[0])
    return 0


def _report(result: Result, files: list[dict[str, Any]], console: Console) -> int:
    for note in result.notes:
        console.say(f"note: {note}")
    for record in files:
        seed = f", seed {record['seed']}" if "seed" in record else ""
        size = "x".join(str(n) for n in record["size"]) if "size" in record else "grid"
        console.say(f"{record['file']}: {size}{seed}")
    console.data(
        {
            "engine": result.engine,
            "seconds": round(result.seconds, 3),
            "notes": [str(note) for note in result.notes],
            "stopped": None if result.stopped is None else str(result.stopped),
            "pictures": files,
        }
    )
    if result.interrupted:
        console.error("interrupted" + ("; finished images were saved" if files else ""))
        return 130
    if result.stopped is not None:
        raise BackendError("stopped-saved", reason=result.stopped)
    return 0
