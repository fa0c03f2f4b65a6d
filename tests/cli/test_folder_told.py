"""`outpaint folder`: what is said about its pictures, and what ends it at once."""

import numpy as np
import pytest
from command_runs import run
from hosts import FailingHost, PaintingHost
from PIL import Image

from lib_outpaint.apps.cli import folder_command as folder
from lib_outpaint.errors import BackendError, ModelError


@pytest.fixture
def pictures(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for name, size in (("large.png", (64, 48)), ("small.png", (16, 16))):
        Image.fromarray(np.full((size[1], size[0], 3), 90, np.uint8)).save(source / name)
    return source


def using(monkeypatch, host):
    monkeypatch.setattr(folder, "backend_for", lambda settings, console: host)
    return host


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--max-megapixels", "0.002"), "failed: large.png: canvas: 72x48 is 0.0 MP, over the limit of 0.002 MP"),
        (("--size", "40x40"), "failed: large.png: size: '40x40' is smaller than the image, which is 64x48"),
    ],
)
def test_a_failure_names_its_picture(pictures, tmp_path, monkeypatch, capsys, words, message):
    using(monkeypatch, PaintingHost())
    grow = () if "--size" in words else ("--left", 8)
    assert run("folder", pictures, tmp_path / "out", *grow, *words) == 2
    assert message in capsys.readouterr().err


def test_a_samplers_failure_names_its_picture(pictures, tmp_path, monkeypatch, capsys):
    def melts(jobs):
        raise BackendError("said", text="the sampler melted")

    using(monkeypatch, FailingHost(0, melts))
    assert run("folder", pictures, tmp_path / "out", "--left", 8) == 3
    assert "failed: large.png: the sampler melted" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small.png"]


def test_a_name_is_not_said_twice(pictures, tmp_path, monkeypatch, capsys):
    using(monkeypatch, PaintingHost())
    (pictures / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    run("folder", pictures, tmp_path / "out", "--left", 8)
    assert "failed: broken.png: " in (said := capsys.readouterr().err)
    assert said.count("broken.png") == 1


def test_a_model_that_cannot_be_loaded_is_not_tried_for_every_picture(pictures, tmp_path, monkeypatch, capsys):
    class Broken(PaintingHost):
        def inpaint(self, jobs):
            self.calls.append(list(jobs))
            raise ModelError("said", text="model.safetensors: cannot be loaded")

    host = using(monkeypatch, Broken())
    assert run("folder", pictures, tmp_path / "out", "--left", 8) == 2
    assert len(host.calls) == 1
    assert capsys.readouterr().err == "outpaint: model.safetensors: cannot be loaded\n"


def test_what_reading_changed_is_said(pictures, tmp_path, monkeypatch, capsys):
    using(monkeypatch, PaintingHost())
    Image.new("CMYK", (16, 16)).save(pictures / "print.jpg")
    assert run("folder", pictures, tmp_path / "out", "--left", 8) == 0
    assert "note: print.jpg: CMYK was converted to RGB" in capsys.readouterr().out


def test_no_extra_replaces_another_pictures_result(pictures, tmp_path, monkeypatch, capsys):
    using(monkeypatch, PaintingHost())
    out, again = tmp_path / "out", tmp_path / "again"
    assert run("folder", pictures, out, "--left", 8, "--extras", "mask") == 0
    assert run("folder", out, again, "--left", 8, "--extras", "both") == 2
    assert "saves large.mask.png for large.png, but the result of large.mask.png has that name" in capsys.readouterr().err
    assert not again.exists()
    assert run("folder", out, again, "--left", 8, "--extras", "canvas") == 0
    assert len(list(again.iterdir())) == 8
