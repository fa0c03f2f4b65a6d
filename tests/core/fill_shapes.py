"""Windows to fill, of every shape of what is known: '#' is known, '.' is new."""

from __future__ import annotations

import torch

from lib_outpaint.parameters.params import FILLS, Params
from lib_outpaint.pixels.fills import REGISTRY

DEFAULTS = Params(left=1)
RANDOM = [name for name in FILLS if REGISTRY[name].random]


def mask(rows: list[str]) -> torch.Tensor:
    return torch.tensor([[c == "#" for c in row] for row in rows])


def scaled(rows: list[str], by: int = 8) -> torch.Tensor:
    return mask(rows).repeat_interleave(by, 0).repeat_interleave(by, 1)


KNOWN = {
    "left-new": scaled(["..####"] * 4),
    "right-new": scaled(["####.."] * 4),
    "up-new": scaled(["......"] * 2 + ["######"] * 3),
    "down-new": scaled(["######"] * 3 + ["......"] * 2),
    "corner-new": scaled(["......", "..####", "..####", "..####"]),
    "l-shape": scaled(["##....", "##....", "######"]),
    "ring": scaled(["#####", "#...#", "#...#", "#####"]),
    "hole": scaled(["######", "###.##", "######"]),
    "island": scaled([".....", "..#..", "....."]),
    "two-islands": scaled(["#....", ".....", "....#"]),
    "single-pixel": mask(["." * 20] * 7 + ["." * 9 + "#" + "." * 10] + ["." * 20] * 8),
    "checks": mask(["#." * 8, ".#" * 8] * 6),
    "one-row": mask(["##......"]),
    "one-column": mask(["#"] * 3 + ["."] * 5),
    "one-pixel-window": mask(["."]),
    "nothing-known": mask(["." * 12] * 9),
    "all-known": mask(["#" * 12] * 9),
}


def picture(known: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return torch.rand(3, *known.shape, generator=torch.Generator().manual_seed(seed))
