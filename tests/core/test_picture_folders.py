"""What the results of a folder's pictures are called."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from lib_outpaint.errors import PictureError
from lib_outpaint.images import pictures_in


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
