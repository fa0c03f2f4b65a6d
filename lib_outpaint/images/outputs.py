"""Writing the images of a run: each as soon as it is made, so that nothing that comes later costs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from .. import images
from ..engine.result import Grown, Result
from ..errors import SaveError
from ..parameters.codecs import to_dict
from ..parameters.params import Params
from .grid import labelled_grid, labels
from .metadata import infotext, of_comparison


class Files:
    """The files of one run. Give `take` to the engine's `run` as `on_picture`.

    Args:
        picture: the source; its mode and metadata are kept.
        output: the file of the only image; several get numbers: NAME-1.png, NAME-2.png.
        count: how many images were asked for.
        engine: its name, for the metadata.
        params: the request's own, for the grid of a comparison; each picture has its combination's.

    Attributes:
        records: what was written, one record a picture.
    """

    def __init__(self, picture: images.Picture, output: Path, count: int, engine: str, params: Params) -> None:
        self.records: list[dict[str, Any]] = []
        self._picture = picture
        self._output = output
        self._count = count
        self._engine = engine
        self._params = params
        self._compared: list[Grown] = []
        self._images: list[Image.Image] = []

    def take(self, grown: Grown) -> None:
        """Writes an image and its extras.

        Raises:
            SaveError: the disk is full, or the folder takes no files; says how many images were saved.
            PictureError: the format cannot hold the image.
        """
        path = _numbered(self._output, len(self.records) + 1, self._count)
        if not grown.complete:
            path = _unused(_partial(path))
        levels = images.in_strips(self._picture, grown)
        try:
            extras = _extras(grown, path)  # first: where the image is, all of it is
            images.save(levels, path, self._infotext(grown), self._picture)
        except SaveError as error:
            if not self.records:
                raise
            raise SaveError("some-saved", reason=error.message, count=len(self.records), total=self._count) from error
        record = {
            "file": str(path),
            "size": [grown.extent.width, grown.extent.height],
            "seed": grown.shot.seed,
            "complete": grown.complete,
            "parameters": to_dict(grown.params, changed_only=True),
        }
        if grown.label:
            record["label"] = grown.label
            self._compared.append(grown.without_pixels())
            self._images.append(levels.image())
        self.records.append(record | extras)

    def finish(self) -> None:
        """Writes the grid of a comparison.

        Raises:
            SaveError: as `take`.
        """
        if self._compared:
            path = _grid(self._output)
            grid = labelled_grid(self._images, labels(self._compared))
            images.save(grid, path, self._infotext(of_comparison(self._compared, self._params)))
            self.records.append({"file": str(path), "grid": True})

    def _infotext(self, grown: Grown) -> str:
        return infotext(grown, self._engine)


def saved(result: Result, picture: images.Picture, output: Path) -> list[dict[str, Any]]:
    """Writes every image of a result; says what was written, one record an image.

    Raises:
        SaveError, PictureError: as `Files.take`.
    """
    files = Files(picture, output, len(result.pictures), result.engine, Params())
    for grown in result.pictures:
        files.take(grown)
    files.finish()
    return files.records


def check_places(output: Path, count: int, params: Params, sources: Iterable[Path]) -> None:
    """Looks before sampling whether the files can be written, and would not replace what they are made from.

    Raises:
        SaveError: names the file.
    """
    images.check_place(output)
    kept = list(sources)
    for path in _names(output, count, params):
        if any(_same(path, source) for source in kept):
            raise SaveError("would-replace-source", path=path)


def existing(output: Path, count: int, params: Params) -> list[Path]:
    """The files that a run would replace."""
    return [path for path in _names(output, count, params) if path.exists()]


def extras_of(path: Path, params: Params) -> list[Path]:
    """The files of the extra images that belong to an image's file."""
    return [_extra(path, name) for name in ("canvas", "mask") if params.extras in (name, "both")]


def _names(output: Path, count: int, params: Params) -> Iterator[Path]:
    for number in range(1, count + 1):
        path = _numbered(output, number, count)
        yield path
        yield from extras_of(path, params)
    if params.compare:
        yield _grid(output)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return False


def _numbered(output: Path, number: int, count: int) -> Path:
    return output.with_name(f"{output.stem}-{number}{output.suffix}") if count > 1 else output


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def _unused(path: Path) -> Path:
    """The path, or with a number where a file is there: what an earlier run finished is not lost to this one."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def _extra(path: Path, name: str) -> Path:
    return path.with_name(f"{path.stem}.{name}.png")


def _grid(output: Path) -> Path:
    return output.with_name(f"{output.stem}-grid{output.suffix}")


def _extras(grown: Grown, path: Path) -> dict[str, str]:
    written = {}
    for name, layer in (("canvas", grown.prefilled), ("mask", grown.coverage)):
        if layer is not None:
            extra = _extra(path, name)
            images.save(images.layer_image(layer), extra)
            written[name] = str(extra)
    return written
