"""`outpaint evaluate` with bad pictures, a failing engine or an interrupt: the rest is measured, and it goes on later."""

import numpy as np
import pytest
from evaluate_results import numbers, table
from PIL import Image

from lib_outpaint.backends.draft import Draft
from lib_outpaint.engine.protocol import Outcome
from lib_outpaint.errors import BackendError, ModelError


def test_a_run_goes_on_where_it_was_interrupted(folder, tmp_path, run, drafts, capsys):
    out = tmp_path / "out"
    drafts.fail = {2: KeyboardInterrupt()}
    assert run("evaluate", folder, "-o", out, "--no-baselines") == 130
    assert [row["file"] for row in table(out)] == ["a.png", "b.jpg"]
    assert "interrupted" in (out / "report.html").read_text(encoding="utf8")
    captured = capsys.readouterr()
    assert "run the same command again" in captured.err
    assert run("evaluate", folder, "-o", out, "--no-baselines") == 0
    assert len(drafts) == 3 + 2  # the third was asked for twice, the first two once
    assert "4 measured (2 made before), 0 failed" in capsys.readouterr().out
    run("-q", "evaluate", folder, "-o", tmp_path / "whole", "--no-baselines")
    assert numbers(out) == numbers(tmp_path / "whole")
    assert not list(out.rglob("*.part"))


def test_bad_pictures_stop_nothing_and_are_listed(folder, tmp_path, run, capsys):
    (folder / "a0.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    Image.new("RGB", (30, 200)).save(folder / "thin.png")
    out = tmp_path / "out"
    assert run("evaluate", folder, "-o", out, "--no-baselines") == 2
    rows = {row["file"]: row for row in table(out)}
    assert [file for file, row in rows.items() if row["error"]] == ["a0.png", "thin.png"]
    assert "30x200" in rows["thin.png"]["error"]
    assert rows["a0.png"]["psnr"] == rows["a0.png"]["setting"] == ""
    captured = capsys.readouterr()
    assert "4 measured (0 made before), 2 failed" in captured.out
    assert "failed: a0.png: cannot be read" in captured.err or "failed: a0.png: not an image" in captured.err
    assert "a0.png" in (out / "report.html").read_text(encoding="utf8")


def test_a_picture_too_thin_for_one_side_is_measured_on_the_others(tmp_path, run):
    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(np.arange(48 * 24 * 3, dtype=np.uint8).reshape(48, 24, 3)).save(source / "a.png")
    assert run("-q", "evaluate", source, "-o", tmp_path / "out", "--side", "right,down", "--measure-only") == 2
    rows = table(tmp_path / "out")
    assert [(row["side"], bool(row["error"])) for row in rows] == [("right", True)] + [("down", False)] * 3


def test_a_folder_of_nothing_but_bad_pictures_still_has_a_report(tmp_path, run):
    source = tmp_path / "in"
    source.mkdir()
    (source / "x.png").write_bytes(b"no")
    assert run("-q", "evaluate", source, "-o", tmp_path / "out") == 2
    assert len(table(tmp_path / "out")) == 1
    assert "x.png" in (tmp_path / "out/report.html").read_text(encoding="utf8")


def test_one_failure_of_the_engine_ends_with_3_and_is_tried_again(folder, tmp_path, run, drafts, capsys):
    drafts.fail = {1: BackendError("said", text="the sampler melted")}
    assert run("evaluate", folder, "-o", tmp_path / "out", "--no-baselines") == 3
    assert [row["error"] for row in table(tmp_path / "out")] == ["", "the sampler melted", "", ""]
    assert "failed: b.jpg, right, default: the sampler melted" in capsys.readouterr().err
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines") == 0
    assert len(drafts) == 5


def test_an_engine_that_cannot_work_at_all_ends_at_once(folder, tmp_path, run, drafts, capsys):
    drafts.fail = {0: ModelError("said", text="m.safetensors: is damaged")}
    assert run("evaluate", folder, "-o", tmp_path / "out") == 2
    assert len(drafts) == 1
    assert "m.safetensors: is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("finished", [0, 1], ids=["at once", "half-way"])
def test_an_interrupted_engine_ends_with_130_and_leaves_no_half_picture(folder, tmp_path, run, monkeypatch, finished):
    inpaint, calls = Draft.inpaint, []

    def interrupted(self, jobs):
        calls.append(jobs)
        return inpaint(self, jobs) if len(calls) <= finished else [Outcome(None) for _ in jobs]

    monkeypatch.setattr(Draft, "inpaint", interrupted)
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines", "--cut", 24, "--step", 12) == 130
    assert len(calls) == finished + 1
    assert not list((tmp_path / "out").rglob("engine-default/*"))


def test_an_engine_that_fails_half_way_leaves_no_half_picture(folder, tmp_path, run, monkeypatch):
    inpaint, calls = Draft.inpaint, []

    def fails(self, jobs):
        calls.append(jobs)
        if len(calls) == 2:
            raise BackendError("said", text="the sampler melted")
        return inpaint(self, jobs)

    monkeypatch.setattr(Draft, "inpaint", fails)
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines", "--cut", 24, "--step", 12) == 3
    made = sorted(path.name for path in (tmp_path / "out").rglob("engine-default/*.png"))
    assert made
    assert "a-right.png" not in made
