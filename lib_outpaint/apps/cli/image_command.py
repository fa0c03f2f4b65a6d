"""`outpaint image`: one picture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import images
from ...engine.loop import checked_plans, outpaint
from ...engine.result import Result
from ...errors import HostError
from ...images.outputs import Files, check_places, pictures_asked
from ...parameters.params import Params
from ...planning.plan import Plan
from ...planning.plan_json import to_json
from .console import Console
from .options import add_engine_flags, add_parameter_flags, host_for, painted_from, params_for, request_for


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("image", help="make one picture larger", description="Makes one picture larger.")
    parser.add_argument("input", type=Path, metavar="IN", help="the picture")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="the larger picture; its suffix chooses the format. Default: IN-outpaint.png beside IN",
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many, with consecutive seeds")
    parser.add_argument("--mask", type=Path, metavar="FILE", help="repaint where this picture is white, before growing")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and its cost as JSON and stop")
    add_engine_flags(parser)
    add_parameter_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code."""
    picture = images.read(flags.input)
    output = flags.output or flags.input.with_name(flags.input.stem + "-outpaint.png")
    images.format_for(output)
    request = request_for(flags, params_for(flags), picture, flags.count, painted_from(flags.mask, picture))
    host = host_for(flags, console)
    plans = checked_plans(request, host, host.capabilities())
    for _, _, plan in plans:
        images.check_format(output, picture, plan.canvas)
    if flags.dry_run:
        return _dry_run(plans, console)
    count = pictures_asked(flags.count, request.params)
    check_places(output, count, request.params, [path for path in (flags.input, flags.mask) if path is not None])
    for note in picture.notes:
        console.say(f"note: {note}")
    files = Files(picture, output, count, host.capabilities().engine, request.params)
    try:
        result = outpaint(request, host, files.take, keep=False)
    finally:
        console.close()
    files.finish()
    return _told(result, files.records, console)


def _dry_run(plans: Sequence[tuple[str, Params, Plan]], console: Console) -> int:
    """Prints the plan; of a comparison every combination's."""
    found = []
    for label, params, plan in plans:
        document = to_json(plan) | {"summary": plan.summary(params.overlap)}
        found.append({"label": label, "plan": document} if label else document)
    console.document(found if plans[0][0] else found[0])
    return 0


def _told(result: Result, files: list[dict[str, Any]], console: Console) -> int:
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
            "notes": list(result.notes),
            "stopped": result.stopped,
            "pictures": files,
        }
    )
    if result.interrupted:
        console.error("interrupted" + ("; what was finished is kept" if files else ""))
        return 130
    if result.stopped is not None:
        raise HostError(f"{result.stopped} (what was finished is kept)")
    return 0
