"""How near fills come to the truth before anything is sampled: a side is cut off photos and filled again.

    python benchmarks/prefill.py [FOLDER] [--cut 128] [--longest 640] [--side left,right] [--mk2 WEBUI] [--pictures OUT]

Without a folder, photos that come with scikit-image, in two parts: those that the texture fill was tuned on, and others.
--mk2 adds the noise of Outpainting mk2's own code, from the folder of an AUTOMATIC1111 WebUI; --pictures keeps what was
made.
Low frequencies and liveliness as `outpaint evaluate` measures them; seam: the mean step across it over that of the 8 px on
either side; all as the median over pictures and sides (the worst).
"""

from __future__ import annotations

import argparse
import ast
import platform
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lib_outpaint import images
from lib_outpaint.evaluate import starts
from lib_outpaint.evaluate.cut import Case
from lib_outpaint.evaluate.dataset import read_truth
from lib_outpaint.evaluate.makers import fill_makers
from lib_outpaint.evaluate.sizes import Resize, sides_of
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill

TUNED = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "rocket.jpg",
)
OTHERS = ("coins.png", "grass.png", "ihc.png", "moon.png", "motorcycle_left.png", "retina.jpg")
Fill = Callable[[Case], torch.Tensor]
Figures = tuple[float, float, float, float]


def by_name(name: str) -> Fill:
    """A fill of this program, with seed 1: levels (3, H, W)."""

    def fill(case: Case) -> torch.Tensor:
        known = torch.zeros(case.truth.shape[:2], dtype=torch.bool)
        known[case.source.slices] = True
        return (prefill(name, case.levels() / 255, known, Params(left=1), 1) * 255).round()

    return fill


def mk2(webui: Path) -> Fill:
    """mk2's noise as its own function makes it, with its default settings; the mask is the new area alone."""
    source = (webui / "scripts" / "outpainting_mk_2.py").read_text(encoding="utf8")
    function = next(
        one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name == "get_matched_noise"
    )
    import skimage.exposure

    names: dict[str, Any] = {"np": np, "skimage": skimage}
    exec(compile(ast.Module([function], []), "outpainting_mk_2.py", "exec"), names)

    def fill(case: Case) -> torch.Tensor:
        mask = np.ones(case.truth.shape)
        mask[case.source.slices] = 0
        picture = np.where(mask > 0, 0, case.truth / 255)
        made: NDArray[Any] = names["get_matched_noise"](picture, mask, 1, 0.05)
        return torch.from_numpy(np.where(mask > 0, made * 255, case.truth).round()).permute(2, 0, 1).float()

    return fill


def cases(paths: list[Path], flags: argparse.Namespace) -> Iterator[Case]:
    for path in paths:
        truth = read_truth(path, Resize(longest=flags.longest))
        for side in sides_of(flags.side):
            yield Case(path.name, path.stem, truth, side, flags.cut)


def figures(case: Case, made: torch.Tensor) -> Figures:
    """Low frequencies, liveliness, foreign colours in per cent, and the step at the seam."""
    rows, columns = case.new.slices
    new, truth = made[:, rows, columns], case.levels()[:, rows, columns]
    share = starts.detail_share(new, truth)
    return (
        starts.low_error(new, truth),
        float("nan") if share is None else share,
        100 * starts.foreign_share(made, case.source, case.new),
        seam(case, made),
    )


def seam(case: Case, made: torch.Tensor) -> float:
    across = made if case.side.horizontal else made.mT
    steps = across.diff(dim=2).abs().mean((0, 1))
    depth = case.source.width if case.side.horizontal else case.source.height
    at = case.amount - 1 if case.side.at_start else depth - 1
    beside = torch.cat([steps[max(0, at - 8) : at], steps[at + 1 : at + 9]]).mean()
    return float(steps[at] / beside.clamp(min=1e-6))


def table(title: str, paths: list[Path], fills: dict[str, Fill], flags: argparse.Namespace) -> None:
    print(f"\n{title}: {len(paths)} pictures, {flags.side}, {flags.cut} px, longest side at most {flags.longest}\n")
    print("| fill | low frequencies | detail / true detail | foreign colours, % | step at the seam |")
    print("|---|---|---|---|---|")
    every = list(cases(paths, flags))
    for name, fill in fills.items():
        found = []
        for case in every:
            made = fill(case)
            found.append(figures(case, made))
            if flags.pictures:
                images.save(images.float_image(made / 255), flags.pictures / f"{case.name}-{case.side.value}-{name}.png")
        cells = [f"{statistics.median(column):.{places}f} ({max(column):.{places}f})" for column, places in _columns(found)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _columns(found: list[Figures]) -> list[tuple[list[float], int]]:
    columns = [[value for value in column if value == value] for column in zip(*found, strict=True)]
    return list(zip(columns, (1, 2, 1, 2), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--cut", type=int, default=128)
    parser.add_argument("--longest", type=int, default=640)
    parser.add_argument("--side", default="left,right")
    parser.add_argument("--fill", action="append", help="only these; may be repeated")
    parser.add_argument("--mk2", type=Path, metavar="WEBUI")
    parser.add_argument("--pictures", type=Path, metavar="OUT")
    flags = parser.parse_args()
    fills = {name: by_name(name) for name in flags.fill or [maker.label for maker in fill_makers()]}
    if flags.mk2:
        fills["mk2's own code"] = mk2(flags.mk2)
    print(f"{platform.machine()}, torch {torch.__version__}, Python {platform.python_version()}")
    if flags.folder:
        table(flags.folder.name, [path for path, _ in images.pictures_in(flags.folder)], fills, flags)
        return
    from skimage import data

    for title, names in (("Tuned on", TUNED), ("Others", OTHERS)):
        table(title, [Path(data.data_dir) / name for name in names], fills, flags)


if __name__ == "__main__":
    main()
