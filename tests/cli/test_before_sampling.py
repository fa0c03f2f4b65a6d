"""What the command line finds out before it samples: no work is lost to what could have been known."""

import json

import numpy as np
import pytest
from command_runs import run
from hosts import RecordingHost
from PIL import Image

from lib_outpaint import images
from lib_outpaint.apps.cli import folder_command as folder
from lib_outpaint.apps.cli import image_command as image
from lib_outpaint.errors import ModelError, PictureError
from lib_outpaint.planning.geometry import Extent


@pytest.fixture
def host(monkeypatch):
    found = RecordingHost()
    for module in (image, folder):
        monkeypatch.setattr(module, "backend_for", lambda settings, console: found)
    return found


@pytest.fixture
def see_through(tmp_path):
    array = np.full((24, 32, 4), 90, np.uint8)
    Image.fromarray(array).save(tmp_path / "in.png")
    return tmp_path / "in.png"


@pytest.mark.parametrize("suffix", ["jpg", "bmp"])
def test_transparency_that_the_format_cannot_hold(host, see_through, tmp_path, capsys, suffix):
    assert run("image", see_through, "-o", tmp_path / f"out.{suffix}", "--left", 8) == 2
    assert (
        "out." + suffix + ": " + suffix.upper().replace("JPG", "JPEG") + " does not support transparency"
        in capsys.readouterr().err
    )
    assert not host.jobs


def test_the_same_in_a_folder_costs_only_that_picture(host, see_through, tmp_path, capsys):
    Image.new("RGBA", (32, 24), (9, 9, 9, 255)).save(tmp_path / "solid.png")
    assert run("folder", tmp_path, tmp_path / "out", "--format", "jpg", "--left", 8) == 2
    assert "in.jpg: JPEG does not support transparency" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["solid.jpg"]
    assert len(host.jobs) == 1


def test_16_bits_that_the_format_cannot_hold(host, tmp_path, capsys):
    Image.fromarray(np.full((24, 32), 40_000, np.uint16)).save(tmp_path / "in.png")
    assert run("image", tmp_path / "in.png", "-o", tmp_path / "out.jpg", "--left", 8) == 2
    assert "does not support 16 bits per channel" in capsys.readouterr().err
    assert not host.jobs


def test_a_side_longer_than_the_format_has(host, tmp_path, capsys):
    Image.new("L", (16_380, 1)).save(tmp_path / "in.png")
    assert run("image", tmp_path / "in.png", "-o", tmp_path / "out.webp", "--left", 8, "--overlap", 0) == 2
    assert "out.webp: 16388x1 is too large for WEBP, whose limit is 16,383 px per side" in capsys.readouterr().err
    assert not host.jobs


@pytest.mark.parametrize(("name", "longest"), [("x.webp", 16_383), ("x.jpg", 65_500)])
def test_the_limits_are_those_of_the_encoders(tmp_path, name, longest):
    def written(length):
        grown = Image.new("L", (length, 1))
        images.check_format(tmp_path / name, images.Picture(np.zeros((1, 1), np.uint8), "L"), Extent(length, 1))
        images.save(grown, tmp_path / name)

    written(longest)
    with pytest.raises(PictureError) as raised:
        written(longest + 1)
    assert raised.value.code == "format-size"
    with pytest.raises((OSError, ValueError)):  # Pillow's own encoder
        Image.new("L", (longest + 1, 1)).save(tmp_path / name)


def test_a_dry_run_plans_every_combination(see_through, tmp_path, capsys):
    words = ("image", see_through, "-o", tmp_path / "out.png", "--compare", "left=8,16", "--dry-run", "--json")
    assert run(*words) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["label"], one["plan"]["canvas"]) for one in found] == [("left=8", [40, 24]), ("left=16", [48, 24])]


def test_a_dry_run_refuses_what_the_run_would(see_through, tmp_path, monkeypatch, capsys):
    class Choosy(RecordingHost):
        def check(self, guidance, sampling, prompts):
            raise ModelError("said", text=f"no {guidance.loras[0]} here")

    monkeypatch.setattr(image, "backend_for", lambda settings, console: Choosy())
    assert run("image", see_through, "-o", tmp_path / "out.png", "--left", 8, "--loras", "a:1", "--dry-run") == 2
    assert "no a:1 here" in capsys.readouterr().err
