"""How images are cut and made smaller, as flags say it. Without NumPy and PyTorch: bad flags are answered at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import ParamError, PictureError
from ..planning.geometry import Extent, Side

if TYPE_CHECKING:
    from PIL import Image

LEAST = 16  # px: the least that is cut off, and the least that is left
_WORDS = {"half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4)}
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
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


@dataclass(frozen=True)
class Resize:
    """How pictures are made smaller before they are cut; never larger. Lanczos.

    Attributes:
        longest: px that the longer side has at most; 0 leaves it.
        fit: a size that is filled: scaled down to cover it, then cut to it in the middle; None leaves it.
    """

    longest: int = 0
    fit: Extent | None = None

    @classmethod
    def parse(cls, longest: int, fit: str) -> Resize:
        """From the command line's values: px, and "WxH" or "".

        Raises:
            ParamError: a negative number, no size, or both.
        """
        if longest < 0:
            raise ParamError("longest", longest, "too-few", least=0)
        found = _SIZE.fullmatch(fit.strip().lower())
        if fit.strip() and (found is None or "0" in (found[1], found[2])):
            raise ParamError("fit", fit, "not-a-size", example="512x512")
        if found is not None and longest:
            raise ParamError("fit", fit, "cannot-combine", others="longest")
        return cls(longest, Extent(int(found[1]), int(found[2])) if found is not None else None)

    def applied(self, image: Image.Image, file: str) -> Image.Image:
        """The picture made smaller.

        Raises:
            PictureError: it is smaller than the size to fill.
        """
        fit = self.fit
        if fit is not None:
            if image.width < fit.width or image.height < fit.height:
                raise PictureError("smaller-than-fit", name=file, size=Extent(*image.size), fit=fit)
            scale = max(fit.width / image.width, fit.height / image.height)
            image = _scaled(image, max(fit.width, round(image.width * scale)), max(fit.height, round(image.height * scale)))
            left, top = (image.width - fit.width) // 2, (image.height - fit.height) // 2
            return image.crop((left, top, left + fit.width, top + fit.height))
        if self.longest and max(image.size) > self.longest:
            scale = self.longest / max(image.size)
            return _scaled(image, max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        return image

    def __str__(self) -> str:
        if self.fit is not None:
            return f"scaled down to fill {self.fit}"
        return f"scaled down to at most {self.longest} px" if self.longest else "at their own size"


def _scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    from PIL import Image

    return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.LANCZOS)
