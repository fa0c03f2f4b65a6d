"""`outpaint evaluate`: cuts a side off every image of a folder, grows it back and compares with the original."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ModelError, ParamError, SaveError
from ...parameters.codecs import to_dict
from ...parameters.combinations import combinations
from ...parameters.params import Params
from ...parameters.sampling import SAMPLING
from ...version import __version__
from . import help_texts
from .console import Console
from .dataset_command import add_cut_flags, cut_from
from .options import Settings, add_engine_flags, add_report_flags, backend_for, settings_from
from .stopping import Stop

if TYPE_CHECKING:
    from ...engine.protocol import Backend
    from ...evaluate.evaluation import Evaluation
    from ...evaluate.makers import EngineMaker, Maker
    from ...evaluate.similarity import Lpips
    from ...evaluate.table import Summary

CSV, HTML = "results.csv", "report.html"
_FIGURES = ("psnr", "ssim", "lpips", "seam_slope", "colour_step", "spectrum", "histogram")  # that fit on a terminal
_FILL_FIGURES = ("low_error", "detail_share", "foreign")
_ENGINE = ("--seed", "--engine", "--model", "--prompt")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="cut a side off images, grow it back, compare with the original",
        description="Cuts a side off every image of a folder, grows it back and compares with what was there. Writes "
        f"{CSV}, {HTML} and all images. Run it again to continue where it was stopped.",
        usage="outpaint evaluate [options] DIR -o OUT",
        common=("--output", "--cut", "--side", "--longest", "--setting", "--results", *_ENGINE, "--overwrite"),
        examples=help_texts.EVALUATE_EXAMPLES,
        words=True,
    )
    parser.add_argument("input", type=Path, metavar="DIR", help="folder of images")
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
        help="also measure images that another program made: DIR/NAME-SIDE.png; may be repeated",
    )
    group.add_argument(
        "--measure-only", action="store_true", help="run no engine; only --results, --fills and the baselines"
    )
    group.add_argument("--no-baselines", action="store_true", help="leave out the fills made without an engine")
    group.add_argument("--fills", action="store_true", help="also measure every fill as it is before anything is sampled")
    group.add_argument(
        "--lpips",
        choices=("auto", "on", "off"),
        default="auto",
        help="LPIPS; auto measures it when its package is installed. Default: auto",
    )
    group.add_argument("--overwrite", action="store_true", help="make images again that are there already")
    group.add_argument(
        "--report-pictures", type=int, default=300, metavar="N", help="rows of the report shown with images. Default: 300"
    )
    add_report_flags(parser)
    add_engine_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code: the worst of any image's."""
    sides, cut, resize = cut_from(flags)
    settings = settings_from(flags)
    compared = _compared(flags, settings.params)
    named = [_named_folder(text) for text in flags.results or ()]
    if flags.measure_only and flags.no_baselines and not flags.fills and not named:
        raise ParamError("measure-only", True, "nothing-to-measure")

    from ...evaluate.evaluation import Evaluator, write_text
    from ...evaluate.makers import BASELINES, BaselineMaker, FolderMaker, fill_makers
    from ...evaluate.report import Heading, html_report
    from ...evaluate.table import csv_text

    engines = _engine_makers(settings, compared, console)
    makers: list[Maker] = [*engines, *(FolderMaker(name, folder, sides) for name, folder in named)]
    if not flags.no_baselines:
        makers += [BaselineMaker(name) for name in BASELINES]
    if flags.fills:
        makers += [maker for maker in fill_makers() if flags.no_baselines or maker.label not in BASELINES]
    _refuse_twice([maker.label for maker in makers])
    lpips = _lpips(flags.lpips, console)

    def label(file: str, setting: str, number: int, total: int) -> None:
        console.check_stop()
        console.label(f"{number}/{total} {file} ({setting})")

    evaluator = Evaluator(flags.output, makers, sides, cut, resize, lpips, flags.overwrite, label)
    _refuse_other_report(flags.output, flags.overwrite)
    with Stop(console.stopping) as console.stop:
        try:
            found = evaluator.run(flags.input)
        finally:
            console.close()
    how = f"{cut} cut off the {', '.join(side.value for side in sides)} side, images {resize}"
    page = html_report(found, flags.output, Heading(how, _details(settings, engines)), flags.report_pictures)
    write_text(flags.output / CSV, csv_text(found.rows))
    write_text(flags.output / HTML, page)
    _report(found, flags.output, console, flags.fills)
    return found.code


def _compared(flags: argparse.Namespace, params: Params) -> dict[str, Params]:
    """The settings to compare, by their labels; none with --measure-only."""
    if flags.measure_only:
        if flags.setting:
            raise ParamError("setting", flags.setting[0], "setting-without-engine")
        return {}
    texts = (flags.setting or []) + ([params.compare] if params.compare.strip() else [])
    found: dict[str, Params] = {}
    for text in texts or [""]:
        for label, one in combinations(params.changed(compare=text)):
            _ = one.guidance  # what cannot be read is refused now
            found.setdefault(label or "default", one)
    return found


def _refuse_other_report(output: Path, overwrite: bool) -> None:
    """A file of a report's name that no evaluation has written."""
    if overwrite or (output / "pictures").is_dir():
        return
    for name in (CSV, HTML):
        if (output / name).exists():
            raise SaveError("output-exists", path=output / name)


def _named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not equals or not name.strip() or not folder:
        raise ParamError("results", text, "not-a-named-folder")
    return name.strip(), Path(folder)


def _refuse_twice(labels: Sequence[str]) -> None:
    for label in labels:
        if labels.count(label) > 1:
            raise ParamError("setting", label, "setting-twice")


def _engine_makers(settings: Settings, compared: dict[str, Params], console: Console) -> list[EngineMaker]:
    if not compared:
        return []
    from ...evaluate.makers import EngineMaker

    backend = backend_for(settings, console)
    described = json.dumps({name: _described(value) for name, value in settings.model.items() if name != "local_files_only"})
    makers = [
        EngineMaker(
            label,
            params,
            settings.engine,
            backend,
            described,
            settings.sampling.seed or 0,
            settings.prompt,
            settings.negative_prompt,
            settings.sampling,
            settings.limits,
            load=lambda: _load(backend),
        )
        for label, params in compared.items()
    ]
    for maker in makers:
        maker.check()
    return makers


def _described(value: object) -> str:
    """A flag's value; of a file also its size and time, so that images are made again when it is another one."""
    if isinstance(value, list):
        return ", ".join(f"{_described(path)}:{weight:g}" for path, weight in value)
    path = Path(str(value))
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return str(value)
    return f"{value} {stat.st_size} {stat.st_mtime_ns}" if path.is_file() else str(value)


def _load(backend: Backend) -> None:
    """Loads a diffusers model now, if it was not loaded yet."""
    getattr(backend, "passes", None)


def _lpips(wanted: str, console: Console) -> Lpips | None:
    """LPIPS, None without it.

    Raises:
        MissingExtra, ModelError: it was asked for and cannot be had.
    """
    from ...evaluate import similarity

    if wanted == "off" or (wanted == "auto" and not similarity.lpips_installed()):
        return None
    try:
        return similarity.Lpips()
    except ModelError as error:
        if wanted == "on":
            raise
        console.note(error, "without LPIPS")
        return None


def _details(settings: Settings, engines: Sequence[EngineMaker]) -> list[tuple[str, str]]:
    from importlib.metadata import version

    versions = f"torch {version('torch')}, Python {platform.python_version()}, {platform.machine()}"
    found = [("Version", f"directional-outpaint {__version__}, {versions}")]
    if engines:
        model = settings.model.get("model")
        found.append(("Engine", settings.engine + (f", {Path(model).name}" if model else "")))
        found.append(("Base seed", f"{engines[0].seed}; each image's own follows from it and from the image's pixels"))
        asked = {"prompt": settings.prompt, "negative prompt": settings.negative_prompt}
        asked |= {one.label: getattr(settings.sampling, one.name) for one in SAMPLING if one.feature}
        found += [(name[:1].upper() + name[1:], str(value)) for name, value in asked.items() if value not in (None, "")]
    for maker in engines:
        changed = ", ".join(f"{name}={value}" for name, value in to_dict(maker.params, changed_only=True).items())
        found.append((f"Setting {maker.label}", changed or "the defaults"))
    return found


def _report(found: Evaluation, output: Path, console: Console, fills: bool) -> None:
    from ...evaluate.table import summaries

    medians = summaries(found.rows)
    console.say(_medians_text(medians, _FIGURES))
    if fills:
        console.say(_medians_text(medians, _FILL_FIGURES))
    measured = len(found.rows) - len(found.failures)
    console.say(f"{measured} measured ({found.reused} made before), {len(found.failures)} failed: {output / HTML}")
    for row in found.failures:
        place = f"{row.file}, {row.side}, {row.setting}: " if row.setting else ""  # else the error names the file
        console.error(f"failed: {place}{row.error}")
    if found.interrupted:
        console.error("interrupted; run the same command again to continue")
    console.data(
        {
            "report": str(output / HTML),
            "csv": str(output / CSV),
            "measured": measured,
            "reused": found.reused,
            "interrupted": found.interrupted,
            "settings": [one.as_dict() for one in medians],
            "failed": [
                {"file": row.file, "side": row.side, "setting": row.setting, "error": str(row.error)}
                for row in found.failures
            ],
        }
    )


def _medians_text(found: list[Summary], names: Sequence[str]) -> str:
    """The medians that fit on a terminal."""
    there = [name for name in names if any(one.medians[name] is not None for one in found)]
    wide = max((len(one.setting) for one in found), default=0)
    lines = [" ".join([f"{'median':<{wide}}", *(f"{name:>12}" for name in there)])]
    for one in found:
        values = [one.medians[name] for name in there]
        lines.append(" ".join([f"{one.setting:<{wide}}", *(f"{'' if v is None else f'{v:.3f}':>12}" for v in values)]))
    return "\n".join(lines)
