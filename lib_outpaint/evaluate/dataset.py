"""Pictures for an evaluation: read in any format, made smaller, cut; and a folder of them, for other programs too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import images
from ..errors import PictureError, SaveError
from ..planning.geometry import Side
from .cut import case_of
from .sizes import Cut, Resize

NOTES = "dataset.json"


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
        SaveError: the folder has another file of the name of our notes.
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
    except OSError:
        before = None
    except ValueError:
        if not overwrite:
            raise SaveError("output-exists", path=notes) from None  # no data set's: somebody else's file
        before = None
    if before is not None and before != how and not overwrite:
        raise PictureError("made-otherwise", path=output, before=before)
    try:
        output.mkdir(parents=True, exist_ok=True)
        notes.write_text(json.dumps(how, indent=2) + "\n", encoding="utf8")
    except OSError as error:
        raise images.unwritten(output, error) from error
