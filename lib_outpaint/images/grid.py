"""The images of a comparison as one labelled grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from ..engine.result import Grown

_LINE = 18  # px of a label's first line, with what parts it from its image
_NEXT_LINE = 12  # px of each line more
_GAP = 4  # px between images
_SQUARE = 8  # px of a side
_GREYS = (255, 204)


def labels(made: Sequence[Grown]) -> list[str]:
    """A label for every image of a comparison: its combination, and its seed where there are several."""
    several = len({grown.shot.seed for grown in made}) > 1
    return [grown.label + (f", seed {grown.shot.seed}" if several else "") for grown in made]


def labelled_grid(pictures: Sequence[Image.Image], labels: Sequence[str]) -> Image.Image:
    """The images in rows, each under its label, on white. As near to square as their number allows.

    Args:
        pictures: at least one, in any mode and size.
        labels: one an image.
    """
    columns = max(1, round(len(pictures) ** 0.5 + 0.49))
    font = ImageFont.load_default()
    cell_width = max(p.width for p in pictures) + _GAP
    wrapped = [_wrapped(_ascii(label), font, cell_width - _GAP) for label in labels]
    head = _LINE + _NEXT_LINE * (max(len(lines) for lines in wrapped) - 1)
    cell_height = max(p.height for p in pictures) + _GAP + head
    rows = -(-len(pictures) // columns)
    grid = Image.new("RGB", (columns * cell_width + _GAP, rows * cell_height + _GAP), "white")
    draw = ImageDraw.Draw(grid)
    for number, (picture, lines) in enumerate(zip(pictures, wrapped, strict=True)):
        x = number % columns * cell_width + _GAP
        y = number // columns * cell_height + _GAP
        for line, text in enumerate(lines):
            draw.text((x, y + 2 + line * _NEXT_LINE), text, fill="black", font=font)
        grid.paste(_shown_in_colour(picture), (x, y + head))
    return grid


def _wrapped(label: str, font: Any, width: int) -> list[str]:
    """A label in lines that are at most `width` px long where its words are: a column's label ends where the column does."""
    lines: list[str] = []
    for part in label.splitlines() or [""]:
        line = ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
            while len(line) > 1 and font.getlength(line) > width:  # a word alone is too long
                fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or font.getlength(line[:n]) <= width)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return lines


def _shown_in_colour(picture: Image.Image) -> Image.Image:
    if picture.mode == "I;16":  # Pillow's own conversion cuts at 255
        picture = picture.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if picture.mode in ("LA", "RGBA") and picture.getchannel("A").getextrema() != (255, 255):
        return Image.alpha_composite(_checkerboard(picture.size), picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _checkerboard(size: tuple[int, int]) -> Image.Image:
    """What is seen through transparent pixels: squares, so that neither white nor black pictures are lost on them."""
    rows, columns = np.indices((size[1], size[0])) // _SQUARE
    grey = np.where((rows + columns) % 2 == 0, *_GREYS).astype(np.uint8)
    return Image.fromarray(grey).convert("RGBA")


def _ascii(label: str) -> str:
    return label.encode("ascii", "replace").decode()  # the default font knows no other letters
