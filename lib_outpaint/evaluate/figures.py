"""All figures of one result against the truth, in the order and under the names of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray

from . import measures, similarity, starts, texture
from .cut import Case, as_levels

VERSION = 2  # of the definitions: figures noted under another one are measured again

Distance = Callable[[torch.Tensor, torch.Tensor], "float | None"]


@dataclass(frozen=True)
class Figure:
    """A column: its name in the CSV, its heading, its unit, which way is better ("" when neither), and decimals.

    `late`: it came after the columns of the CSV were settled, and stands at their end.
    """

    name: str
    title: str
    unit: str
    better: str
    decimals: int
    meaning: str
    late: bool = False


FIGURES = (
    Figure("psnr", "PSNR", "dB", "higher", 2, "likeness px by px; favours blur"),
    Figure("ssim", "SSIM", "", "higher", 3, "likeness of local structure; 1 is the same"),
    Figure("lpips", "LPIPS", "", "lower", 3, "distance as a network (AlexNet) sees it; 0 is the same"),
    Figure(
        "seam_slope",
        "Seam slope",
        "levels/px",
        "lower",
        2,
        "the steepest change of the mean error from the band to 8 px past the seam",
    ),
    Figure(
        "colour_step", "Colour step", "levels", "lower", 1, "how much more the colour jumps at the seam than in the truth"
    ),
    Figure("spectrum", "Spectrum", "dB", "lower", 1, "difference of texture: of the power at each size of structure"),
    Figure("detail", "Detail", "dB", "", 1, "power of fine structures less the truth's: below 0 blurrier, above 0 rougher"),
    Figure("histogram", "Colours", "levels", "lower", 1, "how far levels must move for the colours to be spread alike"),
    Figure(
        "low_error",
        "Low frequencies",
        "levels",
        "lower",
        1,
        "difference of what a Gaussian of 16 px leaves: the colours that a sampler starts from",
        late=True,
    ),
    Figure(
        "detail_share",
        "Liveliness",
        "",
        "",
        2,
        "detail finer than 3 px as a share of the truth's: 1 is as lively",
        late=True,
    ),
    Figure(
        "foreign",
        "Foreign colours",
        "%",
        "",
        1,
        "new pixels whose colour is more than 24 levels from every colour beside the seam",
        late=True,
    ),
)


def figures(case: Case, result: NDArray[Any], overlap: int, lpips: Distance | None = None) -> dict[str, float | None]:
    """The figures of a result, uint8 (H, W, 3) of the truth's size; None where an area is too thin for one.

    All but those of the seam look at the new area alone. `overlap` is the band that was repainted, px.
    """
    made, truth = as_levels(result), case.levels()
    residual = made - truth
    rows, columns = case.new.slices
    mine, theirs = made[:, rows, columns], truth[:, rows, columns]
    return {
        "psnr": similarity.psnr(mine, theirs),
        "ssim": similarity.ssim(mine, theirs),
        "lpips": lpips(mine, theirs) if lpips is not None else None,
        "seam_slope": measures.seam_slope(residual, case.source, case.side, overlap),
        "colour_step": measures.colour_step(made, truth, case.source, case.side),
        "spectrum": texture.spectrum_distance(mine, theirs),
        "detail": texture.detail_difference(mine, theirs),
        "histogram": texture.histogram_distance(mine, theirs),
        "low_error": starts.low_error(mine, theirs),
        "detail_share": starts.detail_share(mine, theirs),
        "foreign": 100 * starts.foreign_share(made, case.source, case.new),
    }
