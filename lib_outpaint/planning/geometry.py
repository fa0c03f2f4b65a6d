"""Sizes, boxes and sides in whole pixels.

A box is half-open: it holds the pixels left <= x < right, top <= y < bottom. Which space a box lives in (source,
canvas, window) is said by the name of the variable that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


def round_up(value: int, multiple: int) -> int:
    """The smallest multiple of `multiple` that is not less than `value`."""
    return -(-value // multiple) * multiple


def round_down(value: int, multiple: int) -> int:
    """The largest multiple of `multiple` that is not more than `value`."""
    return value // multiple * multiple


class Side(str, Enum):
    """A side of a picture. Its value is its name in parameters, prompts and JSON."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"

    @property
    def horizontal(self) -> bool:
        """Whether growing this side makes the picture wider."""
        return self in (Side.LEFT, Side.RIGHT)

    @property
    def at_start(self) -> bool:
        """Whether this side lies at the small coordinates of its axis."""
        return self in (Side.LEFT, Side.UP)


@dataclass(frozen=True)
class Extent:
    """Width and height in px."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Margins:
    """How far each side grows, in px."""

    left: int = 0
    right: int = 0
    up: int = 0
    down: int = 0

    def __getitem__(self, side: Side) -> int:
        return int(getattr(self, side.value))

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that grow."""
        return tuple(side for side in Side if self[side])


@dataclass(frozen=True)
class Box:
    """A half-open rectangle of pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def extent(self) -> Extent:
        return Extent(self.width, self.height)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices for an array whose last two axes are height and width."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def moved(self, dx: int, dy: int) -> Box:
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def within(self, other: Box) -> Box:
        """This box in the coordinates whose origin is the other's top left corner."""
        return self.moved(-other.left, -other.top)

    def intersect(self, other: Box) -> Box:
        """The common part; an empty box at a corner of it when there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, max(left, right), max(top, bottom))

    def grown(self, margins: Margins) -> Box:
        return Box(self.left - margins.left, self.top - margins.up, self.right + margins.right, self.bottom + margins.down)

    def contains(self, other: Box) -> bool:
        return (
            self.left <= other.left and self.top <= other.top and self.right >= other.right and self.bottom >= other.bottom
        )

    def strip(self, side: Side, amount: int) -> Box:
        """The strip of `amount` px that growing this box on one side adds."""
        if side is Side.LEFT:
            return Box(self.left - amount, self.top, self.left, self.bottom)
        if side is Side.RIGHT:
            return Box(self.right, self.top, self.right + amount, self.bottom)
        if side is Side.UP:
            return Box(self.left, self.top - amount, self.right, self.top)
        return Box(self.left, self.bottom, self.right, self.bottom + amount)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}{self.left:+d}{self.top:+d}"


def bounding(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all."""
    found = list(boxes)
    return Box(
        min(b.left for b in found), min(b.top for b in found), max(b.right for b in found), max(b.bottom for b in found)
    )
