"""`outpaint folder` and `outpaint params`, run in this process."""

import json

import pytest
from command_runs import run
from PIL import Image
from skimage import data

from lib_outpaint.apps.cli.params_command import documentation
from lib_outpaint.backends.draft import Draft
from lib_outpaint.errors import BackendError
from lib_outpaint.parameters.params import DECLARED
from lib_outpaint.parameters.sampling import SAMPLING


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.png", "b.jpg", "b.png", "c.webp"):
        Image.fromarray(data.chelsea()[50:98, 100:164]).save(source / name)  # 64x48
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (source / "notes.txt").write_text("no picture")
    return source


def test_every_picture_is_made_and_one_bad_file_stops_nothing(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("folder", folder, out, "--left", 16, "--seed", 1) == 2
    assert sorted(p.name for p in out.iterdir()) == ["a.png", "b.jpg.png", "b.png.png", "c.png"]
    for path in out.iterdir():
        with Image.open(path) as image:
            assert image.size == (80, 48)
    captured = capsys.readouterr()
    assert "4 made, 0 skipped, 1 failed" in captured.out
    assert "broken.png" in captured.err


def test_a_second_run_resumes(folder, tmp_path, capsys):
    out = tmp_path / "out"
    run("-q", "folder", folder, out, "--left", 16, "--seed", 1)
    before = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    (out / "a.png").unlink()
    capsys.readouterr()
    run("folder", folder, out, "--left", 16, "--seed", 1, "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["skipped"] == 3
    assert [record["file"] for record in said["made"]] == [str(out / "a.png")]
    assert [failure["file"] for failure in said["failed"]] == [str(folder / "broken.png")]
    after = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    assert all(after[name] == before[name] for name in before if name != "a.png")


def test_overwrite_makes_them_again(folder, tmp_path, capsys):
    out = tmp_path / "out"
    run("-q", "folder", folder, out, "--left", 16, "--seed", 1)
    run("folder", folder, out, "--left", 24, "--seed", 1, "--overwrite")
    assert "4 made, 0 skipped" in capsys.readouterr().out
    with Image.open(out / "a.png") as image:
        assert image.size == (88, 48)


def test_the_format_can_be_chosen(folder, tmp_path):
    run("-q", "folder", folder, tmp_path / "out", "--left", 16, "--format", "webp")
    assert (tmp_path / "out" / "a.webp").exists()


def test_an_interrupt_leaves_no_partial_file_and_the_next_run_goes_on(folder, tmp_path, monkeypatch):
    inpaint, calls = Draft.inpaint, []

    def stops(self, jobs):
        calls.append(jobs)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return inpaint(self, jobs)

    monkeypatch.setattr(Draft, "inpaint", stops)
    out = tmp_path / "out"
    assert run("-q", "folder", folder, out, "--left", 32, "--step", 16) == 130
    assert [p.name for p in out.iterdir()] == ["a.png"]
    monkeypatch.setattr(Draft, "inpaint", inpaint)
    assert run("-q", "folder", folder, out, "--left", 32, "--step", 16) == 2  # the broken file
    assert len(list(out.iterdir())) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none", "out"), "none: no such folder"),
        (("in", "in"), "is the folder of the images"),
        (("empty", "out"), "no images in this folder"),
    ],
)
def test_bad_folders_end_with_2(folder, tmp_path, capsys, arguments, message):
    (tmp_path / "empty").mkdir()
    assert run("folder", *(tmp_path / name for name in arguments), "--left", 8) == 2
    assert message in capsys.readouterr().err


def test_bad_parameters_end_before_the_first_file(folder, tmp_path, capsys):
    assert run("folder", folder, tmp_path / "out", "--left", 9999) == 2
    assert not (tmp_path / "out").exists()
    assert "left: 9999" in capsys.readouterr().err


def test_params_lists_every_parameter(capsys):
    assert run("params") == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()[::2]] == [p.name for p in (*DECLARED, *SAMPLING)]
    assert run("params", "--json") == 0
    assert list(json.loads(capsys.readouterr().out)["properties"]) == [p.name for p in DECLARED]
    assert run("params", "--markdown") == 0
    assert capsys.readouterr().out == documentation()


def test_when_all_is_done_nothing_is_made(folder, tmp_path, capsys):
    out = tmp_path / "out"
    (folder / "broken.png").unlink()
    assert run("-q", "folder", folder, out, "--left", 16, "--seed", 1) == 0
    before = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    assert run("folder", folder, out, "--left", 16, "--seed", 1) == 0
    assert "0 made, 4 skipped" in capsys.readouterr().out
    assert {p.name: p.stat().st_mtime_ns for p in out.iterdir()} == before


def test_a_comparison_is_for_one_picture(folder, tmp_path, capsys):
    assert run("folder", folder, tmp_path / "out", "--left", 16, "--compare", "fill=edge,mirror") == 2
    assert "compare: 'fill=edge,mirror' is for a single image; use `outpaint image`" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_picture_that_stopped_half_way_is_a_failure_and_not_written(folder, tmp_path, monkeypatch, capsys):
    inpaint, calls = Draft.inpaint, []

    def fails(self, jobs):
        calls.append(jobs)
        if len(calls) == 2:
            raise BackendError("said", text="the sampler melted")
        return inpaint(self, jobs)

    monkeypatch.setattr(Draft, "inpaint", fails)
    (folder / "broken.png").unlink()
    assert run("folder", folder, tmp_path / "out", "--left", 32, "--step", 16, "--seed", 1) == 3
    assert "3 made, 0 skipped, 1 failed" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["b.jpg.png", "b.png.png", "c.png"]
