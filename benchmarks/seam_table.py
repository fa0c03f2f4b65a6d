"""The paired seam test as a table: `python benchmarks/seam_table.py [--photos a,b] [--full]`.

Every row is one drift, one kind and one way of growing; its figures are the worst and the median over the photographs. No
model and no download: the photographs come with scikit-image. Figures do not depend on the machine; times do.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from pathlib import Path

import torch

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import KnownPixels
from lib_outpaint.planning.geometry import Extent

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from laboratory.drifts import GAIN, GRADIENT_X, GRADIENT_Y, OFFSET, Drift
from laboratory.photos import NAMES, photo
from laboratory.seam import Report, measured

KINDS: tuple[KnownPixels, ...] = ("whole", "pinned")
GROWTHS = {
    "128 left of 512x681": (Extent(640, 681), {"left": 128}),
    "128 right of 512x681": (Extent(640, 681), {"right": 128}),
    "128 up of 681x512": (Extent(681, 640), {"up": 128}),
    "128 down of 681x512": (Extent(681, 640), {"down": 128}),
    "128 on four sides of 512x512": (Extent(768, 768), {"left": 128, "right": 128, "up": 128, "down": 128}),
    "the same, one by one": (Extent(768, 768), {"left": 128, "right": 128, "up": 128, "down": 128, "order": "one by one"}),
    "10 x 64 left of 448x384": (Extent(1088, 384), {"left": 640, "step": 64}),
}


def row(growth: str, drift: Drift, kind: KnownPixels, how: str, names: list[str]) -> str:
    size, values = GROWTHS[growth]
    found: list[Report] = []
    for name in names:
        params = Params(fill="edge", color_match=how, **values)  # type: ignore[arg-type]
        found.append(measured(photo(name, size), params, drift, kind))
    slopes, drifts = [f.slope for f in found], [f.drift for f in found]
    label = f"{drift.name} along {drift.axis}" if drift.gradient else drift.name
    exact = "exact" if all(f.exact for f in found) else "WRONG"
    return (
        f"| {growth} | {label} | {kind} | {how} | {max(slopes):.2f} ({statistics.median(slopes):.2f}) | "
        f"{max(drifts):.2f} ({statistics.median(drifts):.2f}) | {max(f.changed for f in found)} | {exact} | "
        f"{found[0].latent_pixels:,} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--photos", default="astronaut,chelsea,coffee,rocket,motorcycle,retina", help=f"of {', '.join(NAMES)}"
    )
    parser.add_argument("--match", default="seam", help="color_match: off, mean, seam, or several with commas")
    parser.add_argument("--full", action="store_true", help="every way of growing, not only the first of them")
    flags = parser.parse_args()
    began = time.perf_counter()
    print(
        f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}; photographs: {flags.photos}\n"
    )
    print(
        "| growth | drift | kind | colour match | slope, levels/px: worst (median) | drift left, levels | columns | size "
        "| latent px |\n|---|---|---|---|---|---|---|---|---|"
    )
    for growth in list(GROWTHS)[: None if flags.full else 1]:
        for drift in (OFFSET, GAIN, GRADIENT_X, GRADIENT_Y):
            for kind in KINDS:
                for how in flags.match.split(","):
                    print(row(growth, drift, kind, how, flags.photos.split(",")), flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
