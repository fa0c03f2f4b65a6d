"""How wide the band is, in which a pass may change what was there: never more than the picture can spare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .geometry import Box, Extent
from .windows import JOINT_BAND

if TYPE_CHECKING:
    from .strips import Pass

ALONE, AMONG = 4, 6  # a band takes at most a quarter of what is known across, a sixth when other sides grow as well


@dataclass(frozen=True)
class Bands:
    """The px beside a seam that may change: `across` at left and right, `along` at up and down."""

    across: int
    along: int


def bands_for(overlap: int, known: Extent, sides: int) -> Bands:
    """The bands in a known area of this size of which so many sides grow: `overlap`, or less where that is too much.

    Whether one side grows or two, at least two thirds of the picture are kept as they are.
    """
    share = ALONE if sides == 1 else AMONG
    return Bands(min(overlap, known.width // share), min(overlap, known.height // share))


def region_band(overlap: int, kept: Extent) -> int:
    """The band around a painted region, the same in all directions; `kept` is the size of the area around it."""
    bands = bands_for(overlap, kept, sides=4)
    return min(bands.across, bands.along)


def joints_for(step: Pass, source: Box, overlap: int, bands: Bands) -> Bands:
    """The bands of a pass between areas that are both generated.

    Across the side they take at most a quarter of what is known, and end where the picture begins, or with the band
    inside it: otherwise the output would have a line there. Along it only tiles meet.
    """
    joint = max(overlap, JOINT_BAND)
    if step.side is None:
        return Bands(joint, joint)
    rect, new = step.known[0], step.new[0]
    if step.side.horizontal:
        band, size, depth = bands.across, rect.width, source.width
        gap = source.left - new.right if step.side.at_start else new.left - source.right
    else:
        band, size, depth = bands.along, rect.height, source.height
        gap = source.top - new.bottom if step.side.at_start else new.top - source.bottom
    # Beside the picture's own seam a joint reaches through it at most; behind it nothing is blended.
    most = min(size // ALONE, max(gap, band) if gap > 0 else depth)
    across = min(joint, most)
    return Bands(across, joint) if step.side.horizontal else Bands(joint, across)
