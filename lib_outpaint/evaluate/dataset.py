"""Pictures for an evaluation: read in any format, made smaller, cut; and a folder of them, for other programs too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import images
from ..errors import ParamError, PictureError
from ..planning.geometry import Extent, Side
from .cut import Cut, case_of

NOTES = "dataset.json"
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


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
    return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.LANCZOS)


def check_apart(folder: Path, output: Path, written: Sequence[str]) -> None:
    """Sees to it that no picture that is read is one that is written.

    Args:
        written: the folders in `output` that pictures are written to.

    Raises:
        PictureError: `folder` is `output` or lies in one of them.
    """
    here, there = folder.resolve(), output.resolve()
    if here == there or any(there / name in (here, *here.parents) for name in written):
        raise PictureError("would-replace-images", path=output, folder=folder)


def read_truth(path: Path, resize: Resize) -> NDArray[np.uint8]:
    """A picture as it is compared: uint8 (H, W, 3). Turned as its EXIF says, 8 bits a channel, without alpha.

    Raises:
        PictureError: it cannot be read, or is smaller than asked for.
    """
    image = images.float_image(images.read(path).pixels)
    return np.array(resize.applied(image, path.name))


@dataclass
class Prepared:
    """What preparing a folder came to: counts of files, and why some failed."""

    made: int = 0
    skipped: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def prepare(
    folder: Path,
    output: Path,
    resize: Resize,
    sides: Sequence[Side],
    cut: Cut,
    overwrite: bool = False,
    on_file: Callable[[str], None] = lambda name: None,
) -> Prepared:
    """Writes `truth/NAME.png` and, for each side, `cut/NAME-SIDE.png` for every picture of a folder.

    Files that are there are skipped, so an interrupted run goes on. A picture that fails stops nothing.

    Raises:
        PictureError: no folder or no picture; the output folder was prepared otherwise, or would replace the pictures.
    """
    sources = images.pictures_in(folder)
    check_apart(folder, output, ("truth", "cut"))
    _same_as_before(output, {"pictures": str(resize), "cut": str(cut)}, overwrite)
    found = Prepared()
    for path, name in sources:
        on_file(path.name)
        truth = output / "truth" / f"{name}.png"
        targets = [output / "cut" / f"{name}-{side.value}.png" for side in sides]
        if not overwrite and all(target.exists() for target in (truth, *targets)):
            found.skipped += 1
            continue
        try:
            array = read_truth(path, resize)
            cases = [case_of(path.name, name, array, side, cut) for side in sides]
            for case, target in zip(cases, targets, strict=True):
                images.save(Image.fromarray(case.left), target)
            images.save(Image.fromarray(array), truth)
            found.made += 1
        except PictureError as error:
            found.failed.append((path.name, str(error)))
    return found


def _same_as_before(output: Path, how: dict[str, str], overwrite: bool) -> None:
    """Notes how a data set is made, and refuses to go on with one that was made otherwise."""
    notes = output / NOTES
    try:
        before = json.loads(notes.read_text(encoding="utf8"))
    except (OSError, ValueError):
        before = None
    if before is not None and before != how and not overwrite:
        raise PictureError("made-otherwise", path=output, before=before)
    try:
        output.mkdir(parents=True, exist_ok=True)
        notes.write_text(json.dumps(how, indent=2) + "\n", encoding="utf8")
    except OSError as error:
        raise images.unwritten(output, error) from error
