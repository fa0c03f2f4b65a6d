"""`outpaint evaluate`: cuts a side off every picture of a folder, grows it back and compares with the truth."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import torch

from ...engine.protocol import Host
from ...engine.request import numbered_shots
from ...errors import ModelError, ParamError
from ...evaluate.cut import Cut, sides_of
from ...evaluate.dataset import Resize
from ...evaluate.evaluation import Evaluation, Evaluator, write_text
from ...evaluate.makers import BASELINES, BaselineMaker, EngineMaker, FolderMaker, Maker
from ...evaluate.report import Heading, html_report
from ...evaluate.similarity import Lpips, lpips_installed
from ...evaluate.table import Summary, csv_text, summaries
from ...parameters.codecs import to_dict
from ...parameters.combinations import combinations
from ...parameters.params import Params
from ...parameters.sampling import Sampling
from ...planning.geometry import Side
from ...planning.limits import Limits
from ...version import __version__
from .console import Console
from .dataset_command import add_cut_flags
from .options import add_engine_flags, add_parameter_flags, host_for, params_for

CSV, HTML = "results.csv", "report.html"
# Flags that decide how a picture comes out, beside the parameters and what the evaluation says itself.
_MODEL = (
    "model",
    "device",
    "dtype",
    "config",
    "vae",
    "controlnet_path",
    "lora_files",
    "lora_dir",
    "prediction",
    "cpu_offload",
    "vae_tiling",
    "largest_window",
)


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="cut a side off pictures, grow it back, compare with the truth",
        description="Cuts a side off every picture of a folder, grows it back and compares with what was there. Writes "
        f"{CSV}, {HTML} and all pictures. Run it again to go on where it was stopped.",
    )
    parser.add_argument("input", type=Path, metavar="DIR", help="folder of pictures")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", required=True, help="folder for the report; made when missing"
    )
    add_cut_flags(parser)
    group = parser.add_argument_group("comparison")
    group.add_argument(
        "--setting",
        action="append",
        metavar="TEXT",
        help="a setting to compare, or every combination: 'fill=noise,edge; overlap=16'; may be repeated",
    )
    group.add_argument(
        "--results",
        action="append",
        metavar="NAME=DIR",
        help="also measure pictures that another program made: DIR/NAME-SIDE.png; may be repeated",
    )
    group.add_argument("--measure-only", action="store_true", help="run no engine; only --results and the baselines")
    group.add_argument("--no-baselines", action="store_true", help="leave out the fills made without an engine")
    group.add_argument(
        "--lpips",
        choices=("auto", "on", "off"),
        default="auto",
        help="LPIPS; auto measures it when its package is installed. Default: auto",
    )
    group.add_argument("--overwrite", action="store_true", help="make pictures again that are there already")
    group.add_argument(
        "--report-pictures", type=int, default=300, metavar="N", help="rows of the report shown with pictures. Default: 300"
    )
    add_engine_flags(parser)
    add_parameter_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code: the worst of any picture's."""
    sides, cut, resize = sides_of(flags.side), Cut.parse(flags.cut), Resize.parse(flags.longest, flags.fit)
    makers = _makers(flags, sides, console)
    lpips = _lpips(flags.lpips, console)

    def label(file: str, setting: str, number: int, total: int) -> None:
        console.label(f"{number}/{total} {file} ({setting})")

    evaluator = Evaluator(flags.output, makers, sides, cut, resize, lpips, flags.overwrite, label)
    try:
        found = evaluator.run(flags.input)
    finally:
        console.close()
    how = f"{cut} cut off the {', '.join(side.value for side in sides)} side, pictures {resize}"
    page = html_report(found, flags.output, Heading(how, _details(flags, makers)), flags.report_pictures)
    write_text(flags.output / CSV, csv_text(found.rows))
    write_text(flags.output / HTML, page)
    _told(found, flags.output, console)
    return found.code


def _makers(flags: argparse.Namespace, sides: tuple[Side, ...], console: Console) -> list[Maker]:
    found: list[Maker] = []
    if not flags.measure_only:
        found += _engine_makers(flags, console)
    elif flags.setting:
        raise ParamError("setting", flags.setting[0], "needs an engine; leave out --measure-only")
    for text in flags.results or ():
        name, equals, folder = text.partition("=")
        if not equals or not name.strip() or not folder:
            raise ParamError("results", text, "is not of the form NAME=DIR")
        found.append(FolderMaker(name.strip(), Path(folder), sides))
    if not flags.no_baselines:
        found += [BaselineMaker(name) for name in BASELINES]
    if not found:
        raise ParamError("measure-only", True, "leaves nothing to measure: give --results")
    labels = [maker.label for maker in found]
    for name in labels:
        if labels.count(name) > 1:
            raise ParamError("setting", name, "is there twice")
    return found


def _engine_makers(flags: argparse.Namespace, console: Console) -> list[EngineMaker]:
    params = params_for(flags)
    texts = (flags.setting or []) + ([params.compare] if params.compare.strip() else [])
    settings: dict[str, Params] = {}
    for text in texts or [""]:
        for label, one in combinations(params.changed(compare=text)):
            settings.setdefault(label or "default", one)
    if not 0 < flags.max_megapixels <= 1000:
        raise ParamError("max-megapixels", flags.max_megapixels, "is outside 0..1000")
    seed = numbered_shots(1, 0 if flags.seed is None else flags.seed)[0].seed
    host = host_for(flags, console)
    described = json.dumps({name: _described(getattr(flags, name)) for name in _MODEL if getattr(flags, name) is not None})
    makers = [
        EngineMaker(
            label,
            one,
            flags.engine,
            host,
            described,
            seed,
            flags.prompt,
            flags.negative_prompt,
            Sampling(flags.steps, flags.sampler, flags.cfg, flags.denoise),
            Limits(int(flags.max_megapixels * 1e6)),
            load=lambda: _load(host),
        )
        for label, one in settings.items()
    ]
    for maker in makers:
        maker.check()
    return makers


def _described(value: object) -> str:
    """A flag's value; of a file also its size and time, so that pictures are made again when it is another one."""
    path = Path(str(value))
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return str(value)
    return f"{value} {stat.st_size} {stat.st_mtime_ns}" if path.is_file() else str(value)


def _load(host: Host) -> None:
    """Loads a diffusers model now, if it was not loaded yet."""
    getattr(host, "passes", None)


def _lpips(wanted: str, console: Console) -> Lpips | None:
    """LPIPS, None without it.

    Raises:
        MissingExtra, ModelError: it was asked for and cannot be had.
    """
    if wanted == "off" or (wanted == "auto" and not lpips_installed()):
        return None
    try:
        return Lpips()
    except ModelError as error:
        if wanted == "on":
            raise
        console.say(f"note: without LPIPS: {error}")
        return None


def _details(flags: argparse.Namespace, makers: list[Maker]) -> list[tuple[str, str]]:
    found = [
        (
            "Version",
            f"directional-outpaint {__version__}, torch {torch.__version__}, "
            f"Python {platform.python_version()}, {platform.machine()}",
        )
    ]
    engines = [maker for maker in makers if isinstance(maker, EngineMaker)]
    if engines:
        one = engines[0]
        found.append(("Engine", one.engine + (f", {Path(flags.model).name}" if flags.model else "")))
        found.append(("Base seed", f"{one.seed}; each picture's own follows from it and from the picture's pixels"))
        found += [
            (name.capitalize(), str(value))
            for name, value in (
                ("prompt", flags.prompt),
                ("negative prompt", flags.negative_prompt),
                ("steps", flags.steps),
                ("sampler", flags.sampler),
                ("cfg", flags.cfg),
                ("denoise", flags.denoise),
            )
            if value not in (None, "")
        ]
    for maker in engines:
        changed = ", ".join(f"{name}={value}" for name, value in to_dict(maker.params, changed_only=True).items())
        found.append((f"Setting {maker.label}", changed or "the defaults"))
    return found


def _told(found: Evaluation, output: Path, console: Console) -> None:
    medians = summaries(found.rows)
    console.say(_medians_text(medians))
    measured = len(found.rows) - len(found.failures)
    console.say(f"{measured} measured ({found.reused} made before), {len(found.failures)} failed: {output / HTML}")
    for row in found.failures:
        place = f"{row.file}, {row.side}, {row.setting}: " if row.setting else ""  # else the error names the file
        console.error(f"failed: {place}{row.error}")
    if found.interrupted:
        console.error("interrupted; run it again to go on")
    console.data(
        {
            "report": str(output / HTML),
            "csv": str(output / CSV),
            "measured": measured,
            "reused": found.reused,
            "interrupted": found.interrupted,
            "settings": [one.as_dict() for one in medians],
            "failed": [
                {"file": row.file, "side": row.side, "setting": row.setting, "error": row.error} for row in found.failures
            ],
        }
    )


def _medians_text(found: list[Summary]) -> str:
    """The medians that fit on a terminal."""
    names = ("psnr", "ssim", "lpips", "seam_slope", "colour_step", "spectrum", "histogram")
    there = [name for name in names if any(one.medians[name] is not None for one in found)]
    wide = max((len(one.setting) for one in found), default=0)
    lines = [" ".join([f"{'median':<{wide}}", *(f"{name:>11}" for name in there)])]
    for one in found:
        values = [one.medians[name] for name in there]
        lines.append(" ".join([f"{one.setting:<{wide}}", *(f"{'' if v is None else f'{v:.3f}':>11}" for v in values)]))
    return "\n".join(lines)
