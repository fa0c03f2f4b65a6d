"""Several images, standard input and output, amounts with a unit: what `outpaint image` takes besides one file."""

import io
import json
import sys

import pytest
from command_runs import pixels, run, whole
from hosts import PaintingHost
from PIL import Image

from lib_outpaint.apps.cli import image_command as image


@pytest.fixture
def quick(monkeypatch):
    host = PaintingHost()
    monkeypatch.setattr(image, "backend_for", lambda settings, console: host)
    return host


class Stream(io.TextIOWrapper):
    def __init__(self, data=b""):
        super().__init__(io.BytesIO(data), encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "size"),
    [
        (("--left", "25%"), (131 + 33, 97)),
        (("-l", "10px"), (131 + 10, 97)),
        (("-l10", "-r", "20", "-u", "30", "-d", "40"), (131 + 30, 97 + 70)),
        (("-u", "50 %", "-r", "100%"), (262, 97 + 49)),
    ],
)
def test_amounts_as_people_write_them(quick, photo, tmp_path, words, size):
    assert run("image", photo, "-o", tmp_path / "out.png", *words) == 0
    assert whole(tmp_path / "out.png") == size


@pytest.mark.parametrize("words", [("-l", "25%", "-r", "8px"), ("-l", "px"), ("-l", "8 miles")])
def test_amounts_that_nobody_understands(quick, photo, capsys, words):
    assert run("image", photo, *words) == 2
    assert "left: " in capsys.readouterr().err


def test_several_images_are_made_beside_themselves(quick, photo, tmp_path, capsys):
    Image.new("L", (40, 30), 90).save(tmp_path / "other.png")
    assert run("image", photo, tmp_path / "other.png", "--left", 8) == 0
    assert whole(tmp_path / "photo-outpaint.png") == (139, 97)
    assert whole(tmp_path / "other-outpaint.png") == (48, 30)
    assert capsys.readouterr().out.count("-outpaint.png: ") == 2


def test_they_may_stand_behind_flags_and_go_into_a_folder(quick, photo, tmp_path):
    Image.new("L", (40, 30), 90).save(tmp_path / "other.png")
    assert run("image", photo, "--left", 8, "-o", f"{tmp_path}/larger/", tmp_path / "other.png") == 0
    assert sorted(path.name for path in (tmp_path / "larger").iterdir()) == ["other-outpaint.png", "photo-outpaint.png"]


def test_one_bad_image_among_several_stops_nothing(quick, photo, tmp_path, capsys):
    (tmp_path / "bad.png").write_text("no image")
    assert run("image", tmp_path / "bad.png", photo, "--left", 8, "--json") == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[0].startswith("outpaint: bad.png: ")
    first, second = json.loads(said.out)
    assert set(first["result"]) == {"error"}
    assert second["input"] == str(photo)
    assert second["result"]["pictures"][0]["size"] == [139, 97]


def test_several_images_have_no_one_file(quick, photo, tmp_path, capsys):
    Image.new("L", (40, 30)).save(tmp_path / "other.png")
    assert run("image", photo, tmp_path / "other.png", "--left", 8, "-o", tmp_path / "out.png") == 2
    assert "is one file for several images; name a folder" in capsys.readouterr().err
    (tmp_path / "sub").mkdir()
    Image.new("L", (40, 30)).save(tmp_path / "sub" / "photo.jpg")
    assert run("image", photo, tmp_path / "sub/photo.jpg", "--left", 8, "-o", tmp_path / "sub") == 2
    assert "photo-outpaint.png: is the result of two of the images" in capsys.readouterr().err
    assert run("image", photo, tmp_path / "other.png", "--left", 8, "-o", "-") == 2
    assert quick.calls == []


def test_patterns_are_for_shells_that_leave_them_alone(quick, photo, tmp_path, monkeypatch):
    Image.new("L", (40, 30)).save(tmp_path / "phony.png")
    monkeypatch.chdir(tmp_path)
    assert run("image", "pho*.png", "--left", 8) == 0
    assert len(list(tmp_path.glob("*-outpaint.png"))) == 2


def test_an_image_comes_from_standard_input_and_goes_to_standard_output(quick, photo, capsys, monkeypatch):
    out = Stream()
    monkeypatch.setattr(sys, "stdin", Stream(photo.read_bytes()))
    monkeypatch.setattr(sys, "stdout", out)
    assert run("image", "-", "--left", 8, "--overlap", 0, "--seed", 3) == 0
    with Image.open(io.BytesIO(out.buffer.getvalue())) as made:
        assert made.format == "PNG"
        assert made.size == (139, 97)
        assert made.crop((8, 0, 139, 97)).tobytes() == pixels(photo).tobytes()
    assert "standard output: 139x97, seed 3" in capsys.readouterr().err
    assert [path.name for path in photo.parent.iterdir()] == ["photo.png"]


def test_what_is_no_image_on_standard_input(quick, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", Stream(b"hello"))
    assert run("image", "-", "-o", tmp_path / "out.png", "--left", 8) == 2
    assert "the image: not an image" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--count", 2), ("--compare", "fill=edge,noise"), ("--extras", "mask"), ("--json",)])
def test_standard_output_holds_one_image_alone(quick, photo, capsys, words):
    assert run("image", photo, "-o", "-", "--left", 8, *words) == 2
    assert f"{words[0]} cannot be used when the image goes to standard output" in capsys.readouterr().err
    assert quick.calls == []


def test_nothing_is_written_to_an_address(quick, photo, capsys):
    assert run("image", photo, "-o", "s3://bucket/a.png", "--left", 8) == 2
    assert "s3://bucket/a.png: nothing is written to an address" in capsys.readouterr().err


def test_a_dry_run_is_one_line_for_people(quick, photo, capsys):
    assert run("image", photo, "--left", 37, "--dry-run") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("photo.png: 131x97 grows to 168x97 in 1 pass of ")
    assert run("image", photo, "--compare", "left=8,16", "--dry-run", "-q") == 0
    assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["left=8", "left=16"]


def test_a_comparison_says_which_file_is_which_setting(quick, photo, tmp_path, capsys):
    assert run("image", photo, "-o", tmp_path / "c.png", "--compare", "left=8,16", "--seed", 1) == 0
    said = capsys.readouterr().out
    assert "c-1.png: 139x97, seed 1, left=8\n" in said
    assert "c-2.png: 147x97, seed 1, left=16\n" in said
    assert "c-grid.png: all of them" in said
