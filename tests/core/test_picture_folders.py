"""What the results of a folder's pictures are called."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.errors import PictureError
from lib_outpaint.images import READABLE, others_in, pictures_in, read
from lib_outpaint.images.formats import readable


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.png", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png", "b.png"], ["a.jpg", "a.png", "b"]),
        # The whole name of one is the stem of another.
        (["a.jpg", "a.jpg.png", "a.png"], ["a.jpg", "a.jpg.png", "a.png"]),
        (["a.jpg", "a.jpg.png", "a.jpg.webp", "a.png"], ["a.jpg", "a.jpg.png", "a.jpg.webp", "a.png"]),
        (["a.jpg.png", "b.png"], ["a.jpg", "b"]),
        (["A.JPG", "a.png", "note.txt", ".hidden.png"], ["A.JPG", "a.png"]),
    ],
)
def test_names_of_results(tmp_path: Path, files: list[str], names: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_bytes(b"")
    found = pictures_in(tmp_path)
    assert [name for _, name in found] == names
    assert [path.name for path, _ in found] == [name for name in sorted(files) if not name.startswith(("note", "."))]


def test_no_two_results_share_a_file(tmp_path: Path) -> None:
    every = ["a.png", "a.jpg", "a.png.jpg", "a.jpg.png", "A.webp", "b.png.jpg", "b.png"]
    for count in range(1, len(every) + 1):
        for number, files in enumerate(combinations(every, count)):
            folder = tmp_path / f"{count}-{number}"
            folder.mkdir()
            for name in files:
                (folder / name).write_bytes(b"")
            names = [name.lower() for _, name in pictures_in(folder)]
            assert len(set(names)) == count, files


def test_no_folder_and_no_picture(tmp_path: Path) -> None:
    for folder, code in ((tmp_path / "missing", "no-such-folder"), (tmp_path, "no-images")):
        with pytest.raises(PictureError, match=f"^{re.escape(str(folder))}: ") as caught:
            pictures_in(folder)
        assert caught.value.code == code


@pytest.mark.parametrize("suffix", [".jfif", ".tga", ".psd", ".j2k", ".pnm", ".qoi", ".sgi", ".heic", ".jxl", ".ico"])
def test_all_that_pillow_reads_takes_part_in_folders(suffix: str) -> None:
    assert suffix in READABLE


def test_a_tga_an_ico_and_a_jfif_are_read(tmp_path: Path) -> None:
    for name, form in (("a.tga", "TGA"), ("b.ico", "ICO"), ("c.jfif", "JPEG"), ("d.sgi", "SGI"), ("e.pcx", "PCX")):
        Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(tmp_path / name, form)
        assert read(tmp_path / name).stored.shape[:2] == (16, 16)
    assert len(pictures_in(tmp_path)) == 5
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").write_text("no image")
    assert others_in(tmp_path) == 1


def test_an_icon_that_also_looks_like_a_tga_is_an_icon(tmp_path: Path) -> None:
    """A TGA has no sign of its own: Pillow asks for it last."""
    order = readable()
    assert order.index("ICO") < order.index("TGA")
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (256, 256, 4), np.uint8))
    for sizes in ([(256, 256)], [(16, 16), (256, 256)]):
        image.save(tmp_path / "a.ico", "ICO", sizes=sizes)
        assert np.array_equal(read(tmp_path / "a.ico").stored, np.asarray(image))
