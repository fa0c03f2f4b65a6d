"""Cutting a side off an image, so that growing it back can be compared with what was there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import ParamError, PictureError
from ..parameters.sampling import SEED_LIMIT
from ..planning.geometry import Box, Extent, Side

LEAST = 16  # px: the least that is cut off, and the least that is left
_WORDS = {"half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4)}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(px|%)?")


@dataclass(frozen=True)
class Cut:
    """How much is cut off: a share of the picture's width or height, or some px. One of the two is None."""

    share: Fraction | None
    px: int | None = None

    @classmethod
    def parse(cls, text: str) -> Cut:
        """Reads "half", "third", "quarter", "30%", "128" or "128px".

        Raises:
            ParamError: it is none of these, or all or nothing of the picture.
        """
        word = text.strip().lower()
        if word in _WORDS:
            return cls(_WORDS[word])
        found = _NUMBER.fullmatch(word)
        if found is None:
            raise ParamError("cut", text, "not-a-cut")
        number, unit = Fraction(found[1]), found[2]
        if unit == "%":
            if not 0 < number < 100:
                raise ParamError("cut", text, "cut-percentage")
            return cls(number / 100)
        if number.denominator != 1 or number < LEAST:
            raise ParamError("cut", text, "cut-pixels", least=LEAST)
        return cls(None, int(number))

    def amount(self, length: int) -> int:
        """Px to cut off a side of `length` px; shares are rounded down."""
        return int(length * self.share) if self.share is not None else int(self.px or 0)

    def __str__(self) -> str:
        """In words: "a half", "30%", "128 px"."""
        for word, share in _WORDS.items():
            if self.share == share:
                return f"a {word}"
        return f"{float(self.share * 100):g}%" if self.share is not None else f"{self.px} px"


def sides_of(text: str) -> tuple[Side, ...]:
    """Reads a list of sides such as "left,up", or "all".

    Raises:
        ParamError: it names no side, or something else.
    """
    if text.strip().lower() == "all":
        return tuple(Side)
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    known = {side.value: side for side in Side}
    if not words or any(word not in known for word in words):
        raise ParamError("side", text, "not-sides", known=", ".join(known))
    return tuple(known[word] for word in dict.fromkeys(words))


@dataclass(frozen=True, eq=False)
class Case:
    """A picture and the side that is cut off it.

    Attributes:
        file: the picture's file name; name: what its results are called.
        truth: uint8 (H, W, 3), the whole picture.
        amount: px that are cut off `side`.
    """

    file: str
    name: str
    truth: NDArray[np.uint8]
    side: Side
    amount: int

    @property
    def extent(self) -> Extent:
        return Extent(int(self.truth.shape[1]), int(self.truth.shape[0]))

    @cached_property
    def source(self) -> Box:
        """What is left, on the whole picture."""
        whole = self.extent.box
        left, top, right, bottom = whole.left, whole.top, whole.right, whole.bottom
        if self.side is Side.LEFT:
            left += self.amount
        elif self.side is Side.RIGHT:
            right -= self.amount
        elif self.side is Side.UP:
            top += self.amount
        else:
            bottom -= self.amount
        return Box(left, top, right, bottom)

    @cached_property
    def new(self) -> Box:
        """What was cut off, on the whole picture."""
        return self.source.strip(self.side, self.amount)

    @property
    def left(self) -> NDArray[np.uint8]:
        """What is left: uint8 (h, w, 3)."""
        rows, columns = self.source.slices
        return np.ascontiguousarray(self.truth[rows, columns])

    @cached_property
    def content(self) -> str:
        """A hash of the whole picture's pixels."""
        head = f"{self.truth.shape}".encode()
        return hashlib.sha256(head + np.ascontiguousarray(self.truth).tobytes()).hexdigest()

    def seed(self, base: int) -> int:
        """The seed for this picture: follows from its pixels and `base`, not from its name or its place in a folder."""
        digest = hashlib.sha256(f"{base}:{self.content}".encode()).digest()
        return int.from_bytes(digest[:4], "little") % SEED_LIMIT

    def levels(self) -> torch.Tensor:
        """The whole picture as float32 (3, H, W), levels 0..255."""
        return as_levels(self.truth)


def case_of(file: str, name: str, truth: NDArray[np.uint8], side: Side, cut: Cut) -> Case:
    """The case of one picture and side.

    Raises:
        PictureError: it is too small for this cut.
    """
    height, width = truth.shape[:2]
    length = width if side.horizontal else height
    amount = cut.amount(length)
    if amount < LEAST or length - amount < LEAST:
        raise PictureError(
            "too-small-to-cut",
            name=file,
            size=Extent(width, height),
            side=side.value,
            amount=amount,
            left=length - amount,
            least=LEAST,
        )
    return Case(file, name, truth, side, amount)


def as_levels(array: NDArray[Any]) -> torch.Tensor:
    """Bytes (H, W, 3) as float32 (3, H, W), levels 0..255."""
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1))).float()
