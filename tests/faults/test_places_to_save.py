"""Places that take no file, or hold what the result is made from: refused before anything is sampled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_runs import run
from hosts import PaintingHost
from PIL import Image


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("photo.png/out.png", "photo.png is not a folder"),
        ("photo.png/deep/out.png", "photo.png is not a folder"),
        ("folder.png", "folder.png: is a folder"),
    ],
)
def test_places_that_take_no_file_are_found_before_sampling(
    photo: Path, tmp_path: Path, quick: PaintingHost, place: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.png").mkdir()
    assert run("image", photo, "-o", tmp_path / place, "--left", 8) == 2
    assert words in capsys.readouterr().err
    assert quick.calls == []


@pytest.mark.parametrize("folder", [False, True])
def test_a_read_only_folder_is_found_before_sampling(
    photo: Path,
    tmp_path: Path,
    quick: PaintingHost,
    folder: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """os.access is asked, because a superuser may write where the rights say no, and nobody on a read-only disk."""
    closed = tmp_path / "closed"
    closed.mkdir()
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != closed and asked(path, mode))
    words = ("folder", tmp_path, closed / "new") if folder else ("image", photo, "-o", closed / "new" / "out.png")
    assert run(*words, "--left", 8) == 2
    assert f"{closed} is read-only" in capsys.readouterr().err
    assert quick.calls == []
    assert list(closed.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "photo.png"),
        ("-o", "sub/../photo.png"),
        ("-o", "link.png"),
        ("-o", "hard.png"),
        ("-o", "x.png", "--mask", "x.mask.png", "--extras", "mask"),
        ("-o", "x.png", "--mask", "x.png"),
    ],
    ids=" ".join,
)
def test_what_the_result_is_made_from_is_never_replaced(
    photo: Path,
    tmp_path: Path,
    quick: PaintingHost,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.png").symlink_to(photo)
    (tmp_path / "hard.png").hardlink_to(photo)
    for name in ("x.mask.png", "x.png"):
        Image.new("L", (80, 64), 255).save(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    monkeypatch.chdir(tmp_path)
    assert run("image", "photo.png", "--left", 8, *words) == 2
    assert "would replace a file that the result is made from" in capsys.readouterr().err
    assert quick.calls == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_numbered_name_may_be_the_picture_too(
    photo: Path, tmp_path: Path, quick: PaintingHost, capsys: pytest.CaptureFixture[str]
) -> None:
    photo.rename(tmp_path / "photo-2.png")
    words = ("image", tmp_path / "photo-2.png", "-o", tmp_path / "photo.png", "--left", 8)
    assert run(*words, "--count", 2) == 2
    assert "photo-2.png: would replace" in capsys.readouterr().err
    assert run(*words, "--compare", "fill=edge,noise") == 2
    assert run(*words) == 0
    assert quick.calls != []
