"""An evaluation: every picture and side, cut, made again by every maker and measured. Goes on where it was stopped.

A result lies in `pictures/SETTING/NAME-SIDE.png` with a `.json` beside it that says what it follows from; it is made
again when that changes. The figures in it are taken over as long as their definitions stay the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import images
from ..errors import InputError, MissingExtra, ModelError, OutpaintError, PictureError, SaveError
from ..planning.geometry import Side
from ..version import __version__
from . import figures as measuring
from .cut import Case, case_of
from .dataset import NOTES, check_apart, read_truth
from .figures import Distance
from .makers import Maker
from .sizes import Cut, Resize


@dataclass
class Row:
    """One picture, side and setting. Without `figures` it failed, and `error` says why; `code` is its exit code.

    Attributes:
        picture, truth: files, relative to the evaluation's folder; "" when there is none.
        source: (left, top, right, bottom) of what was left, on the whole picture.
        seconds: of the whole call of the engine, without loading a model; noted when the picture was made.
    """

    file: str
    name: str = ""
    side: str = ""
    setting: str = ""
    kind: str = ""
    engine: str = ""
    cut: int | None = None
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    latent_pixels: int | None = None
    cost: int | None = None
    seconds: float | None = None
    figures: dict[str, float | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str = ""
    code: int = 0
    picture: str = ""
    truth: str = ""
    source: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass
class Evaluation:
    """All rows so far, in the order of files, sides and settings; `reused` is how many were there already."""

    rows: list[Row] = field(default_factory=list)
    reused: int = 0
    interrupted: bool = False

    @property
    def failures(self) -> list[Row]:
        return [row for row in self.rows if row.error]

    @property
    def code(self) -> int:
        """The exit code: 130 when interrupted, else the worst of any row's."""
        return 130 if self.interrupted else max((row.code for row in self.rows), default=0)


@dataclass(eq=False)
class Evaluator:
    """Runs an evaluation into a folder.

    Attributes:
        on_row: called before each row with the file's name, the setting, and the row's number from 1 of how many.
    """

    folder: Path
    makers: Sequence[Maker]
    sides: Sequence[Side]
    cut: Cut
    resize: Resize = field(default_factory=Resize)
    lpips: Distance | None = None
    overwrite: bool = False
    on_row: Callable[[str, str, int, int], None] = lambda file, setting, number, total: None

    def run(self, pictures: Path) -> Evaluation:
        """Evaluates every picture of a folder. An interrupt (Ctrl-C) ends it with what there is.

        Raises:
            PictureError: no such folder, no picture in it, or one whose pictures would be replaced.
            ModelError, MissingExtra: the engine cannot work at all.
            SaveError: the disk is full, or the folder takes no files. What was made is kept.
        """
        files = images.pictures_in(pictures)
        check_apart(pictures, self.folder, ("truth", "pictures"))
        if (self.folder / NOTES).exists():
            raise PictureError("is-a-data-set", path=self.folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise PictureError("is-a-file", path=self.folder)
        found = Evaluation()
        each = len(self.sides) * len(self.makers)
        try:
            for number, (path, name) in enumerate(files):
                self._file(path, name, found, number * each, len(files) * each)
        except KeyboardInterrupt:
            found.interrupted = True
        return found

    def _file(self, path: Path, name: str, found: Evaluation, before: int, total: int) -> None:
        try:
            truth = read_truth(path, self.resize)
            kept = self.folder / "truth" / f"{name}.png"
            if self.overwrite or not _holds(kept, truth):
                images.save(Image.fromarray(truth), kept)
        except SaveError:
            raise
        except PictureError as error:
            found.rows.append(Row(path.name, name, error=str(error), code=2))
            return
        for side in self.sides:
            try:
                case = case_of(path.name, name, truth, side, self.cut)
            except PictureError as error:
                found.rows.append(Row(path.name, name, side.value, error=str(error), code=2))
                continue
            for number, maker in enumerate(self.makers, before + 1):
                self.on_row(case.file, maker.label, number, total)
                found.rows.append(self._row(case, maker, found, kept))
            before += len(self.makers)

    def _row(self, case: Case, maker: Maker, found: Evaluation, truth: Path) -> Row:
        row = Row(
            case.file,
            case.name,
            case.side.value,
            maker.label,
            maker.kind,
            maker.engine,
            case.amount,
            case.extent.width,
            case.extent.height,
            truth=truth.relative_to(self.folder).as_posix(),
        )
        box = case.source
        row.source = (box.left, box.top, box.right, box.bottom)
        target = self.folder / "pictures" / folder_name(maker) / f"{case.name}-{case.side.value}.png"
        try:
            self._measured(case, maker, row, target, found)
        except (ModelError, MissingExtra, SaveError):
            raise  # the same for every picture
        except OutpaintError as error:
            row.error, row.code = str(error), 2 if isinstance(error, InputError) else 3
        return row

    def _measured(self, case: Case, maker: Maker, row: Row, target: Path, found: Evaluation) -> None:
        follows = _hash(case.content, case.side.value, case.amount, maker.kind, maker.identity(case))
        measured = _hash(measuring.VERSION, maker.overlap, self.lpips is not None)
        notes = target.with_suffix(target.suffix + ".json")
        known = {} if self.overwrite else _noted(notes, target, follows)
        image: NDArray[np.uint8] | None = None
        if known:
            found.reused += 1
        else:
            made = maker.make(case)
            image = made.image
            images.save(Image.fromarray(image), target, made.infotext)
            known = {
                "follows": follows,
                "made_by": __version__,
                "seed": made.seed,
                "latent_pixels": made.latent_pixels,
                "cost": made.cost,
                "seconds": made.seconds,
                "notes": [str(note) for note in made.notes],
            }
        if known.get("measured") != measured:
            if image is None:
                image = read_truth(target, Resize())
            known |= {"measured": measured, "figures": measuring.figures(case, image, maker.overlap, self.lpips)}
            write_text(notes, json.dumps(known, indent=2) + "\n")
        row.seed, row.seconds = known["seed"], known["seconds"]
        row.latent_pixels, row.cost = known["latent_pixels"], known["cost"]
        row.figures, row.notes = known["figures"], tuple(known["notes"])
        row.picture = target.relative_to(self.folder).as_posix()


def folder_name(maker: Maker) -> str:
    """A maker's folder: its kind and label in letters every file system takes, with a hash where that loses something."""
    plain = re.sub(r"[^A-Za-z0-9=._-]+", "_", maker.label)[:60].rstrip("._")
    if plain != maker.label.replace(" ", "_"):
        plain += "-" + hashlib.sha256(maker.label.encode("utf8", "surrogateescape")).hexdigest()[:8]
    return f"{maker.kind}-{plain}"


def write_text(path: Path, text: str) -> None:
    """Writes a file so that it is always whole.

    Raises:
        PictureError, SaveError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Names of files that are no text in any encoding come back escaped.
        part.write_text(text, encoding="utf8", errors="backslashreplace", newline="")
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise images.unwritten(path, error) from error


def _noted(notes: Path, target: Path, follows: str) -> dict[str, Any]:
    """What was noted about a result that is there and follows from the same; empty when it must be made."""
    try:
        known = json.loads(notes.read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict) or known.get("follows") != follows or not target.is_file():
        return {}
    return known


def _holds(path: Path, array: NDArray[np.uint8]) -> bool:
    """Whether a picture file holds these pixels."""
    try:
        return bool(np.array_equal(read_truth(path, Resize()), array))
    except PictureError:
        return False


def _hash(*values: object) -> str:
    return hashlib.sha256(json.dumps([str(value) for value in values]).encode()).hexdigest()
