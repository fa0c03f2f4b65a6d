"""Cutting a side off an image, so that growing it back can be compared with what was there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import PictureError
from ..parameters.sampling import SEED_LIMIT
from ..planning.geometry import Box, Extent, Side
from .sizes import LEAST, Cut


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
