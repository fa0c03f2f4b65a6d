"""Writing a picture: formats by suffix, what they cannot hold, names, rights, and old files that survive a failure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from small_pictures import in_mode

from lib_outpaint import images
from lib_outpaint.errors import PictureError, SaveError


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.png", "PNG"),
        ("a.PNG", "PNG"),
        ("a.jpg", "JPEG"),
        ("a.jpeg", "JPEG"),
        ("a.webp", "WEBP"),
        ("a.tif", "TIFF"),
        ("a.tiff", "TIFF"),
        ("a.bmp", "BMP"),
        ("a.b.png", "PNG"),
    ],
)
def test_the_format_follows_the_suffix(name: str, form: str) -> None:
    assert images.format_for(Path(name)) == form


@pytest.mark.parametrize(
    ("name", "code"), [("a.gif", "suffix"), ("a", "no-suffix"), ("a.png.part", "suffix"), (".png", "no-suffix")]
)
def test_suffixes_that_cannot_be_written(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"use one of \.png, \.jpg") as caught:
        images.save(in_mode("RGB"), tmp_path / name)
    assert caught.value.code == code
    assert caught.value.message.values["name"] == name
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("mode", "suffix", "code"),
    [
        ("RGBA", ".jpg", "format-transparency"),
        ("LA", ".jpg", "format-transparency"),
        ("RGBA", ".bmp", "format-transparency"),
        ("I;16", ".jpg", "format-depth"),
        ("I;16", ".webp", "format-depth"),
        ("I;16", ".bmp", "format-depth"),
    ],
)
def test_formats_that_cannot_hold_the_picture(mode: str, suffix: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / ("a" + suffix)
    path.write_bytes(b"what was there")
    with pytest.raises(PictureError) as caught:
        images.save(in_mode(mode), path)
    assert (caught.value.code, caught.value.message.values["format"]) == (code, images.format_for(path))
    assert path.read_bytes() == b"what was there"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_that_hides_nothing_is_left_out(mode: str, suffix: str, tmp_path: Path) -> None:
    image = in_mode(mode)
    image.putalpha(255)
    images.save(image, tmp_path / ("a" + suffix))
    with Image.open(tmp_path / ("a" + suffix)) as written:
        assert written.mode == ("L" if mode == "LA" else "RGB")


@pytest.mark.parametrize(
    "failure",
    [
        OSError(28, "No space left on device"),
        ValueError("odd"),
        KeyError("odd"),
        RuntimeError("encoder"),
        KeyboardInterrupt(),
    ],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.parametrize("where", ["encoding", "renaming"])
def test_a_failure_while_writing_leaves_the_old_file(
    failure: BaseException, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "good.png"
    images.save(in_mode("RGB"), path)
    before = path.read_bytes()

    def fail(*args: Any, **more: Any) -> None:
        if where == "encoding":
            args[1].write(b"half a picture")
        raise failure

    if where == "encoding":
        monkeypatch.setattr(Image.Image, "save", fail)
    else:
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else PictureError):
        images.save(in_mode("L"), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["good.png"]


def test_folders_are_made_and_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    images.save(in_mode("L"), tmp_path / "a" / "b" / "c.png")
    assert (tmp_path / "a" / "b" / "c.png").is_file()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SaveError) as caught:
        images.save(in_mode("L"), tmp_path / "file" / "c.png")
    assert caught.value.code == "not-written"


@pytest.mark.skipif(os.name != "posix", reason="file rights are those of POSIX")
def test_a_written_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    images.save(in_mode("L"), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_names_of_any_length_and_script(tmp_path: Path) -> None:
    for name in ("城堡" * 40 + ".png", "a" * 250 + ".png", "with blank.png", "-dash.png"):
        images.save(in_mode("L"), tmp_path / name)
        assert (tmp_path / name).is_file()
