"""`outpaint image`, run in this process: what it makes, writes and says."""

import json
import re
import sys

import numpy as np
import pytest
from command_runs import pixels, run
from PIL import Image
from written_files import infotext_of

from lib_outpaint.backends.draft import Draft
from lib_outpaint.errors import BackendError


def test_grows_to_exactly_the_size_asked_for_and_keeps_the_original(photo, tmp_path):
    out = tmp_path / "out.png"
    assert run("image", photo, "-o", out, "--left", 37, "--up", 11, "--overlap", 8, "--seed", 1) == 0
    assert pixels(out).shape == (97 + 11, 131 + 37, 3)
    np.testing.assert_array_equal(pixels(out)[11 + 8 :, 37 + 8 :], pixels(photo)[8:, 8:])


@pytest.mark.parametrize(
    ("words", "size"),
    [
        (("--right", "50", "--unit", "%"), (131 + 66, 97)),
        (("--aspect", "2:1"), (194, 97)),
        (("--size", "200x150", "--anchor", "left"), (200, 150)),
    ],
)
def test_the_other_ways_to_say_how_far(photo, tmp_path, words, size):
    out = tmp_path / "out.png"
    assert run("image", photo, "-o", out, "--seed", 1, *words) == 0
    with Image.open(out) as image:
        assert image.size == size


def test_the_default_output_lies_beside_the_input(photo):
    assert run("-q", "image", photo, "--down", 16) == 0
    assert (photo.parent / "photo-outpaint.png").exists()


def test_says_that_it_is_a_draft(photo, tmp_path, capsys):
    out = tmp_path / "out.png"
    assert run("image", photo, "-o", out, "--left", 16, "--seed", 7) == 0
    assert "draft" in capsys.readouterr().out
    text = infotext_of(out)
    assert "Outpaint engine: draft" in text
    assert "Outpaint left: 16" in text
    assert "Seed: 7" in text


def test_the_same_seed_gives_the_same_bytes(photo, tmp_path):
    for name in ("a.png", "b.png"):
        assert run("-q", "image", photo, "-o", tmp_path / name, "--left", 48, "--seed", 5) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_three_drafts_differ_and_each_can_be_made_again_alone(photo, tmp_path):
    assert run("-q", "image", photo, "-o", tmp_path / "n.png", "--left", 48, "--count", 3, "--seed", 5) == 0
    three = [(tmp_path / f"n-{i}.png") for i in (1, 2, 3)]
    assert len({path.read_bytes() for path in three}) == 3
    assert len({pixels(path).tobytes() for path in three}) == 3
    assert run("-q", "image", photo, "-o", tmp_path / "alone.png", "--left", 48, "--seed", 7) == 0
    np.testing.assert_array_equal(pixels(tmp_path / "alone.png"), pixels(three[2]))


def test_dry_run_prints_the_plan_and_its_cost_and_writes_nothing(photo, tmp_path, capsys):
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 37, "--dry-run", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["canvas"] == [168, 97]
    assert len(plan["passes"]) == 1
    assert re.search(r"168x97, 1 pass, window \d+x\d+, band 32 px", plan["summary"])
    assert not (tmp_path / "out.png").exists()


def test_json_says_what_was_done(photo, tmp_path, capsys):
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 16, "--seed", 3, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["engine"] == "draft"
    assert said["stopped"] is None
    assert said["pictures"] == [
        {"file": str(tmp_path / "out.png"), "size": [147, 97], "seed": 3, "complete": True, "parameters": {"left": 16}}
    ]


def test_extras_and_compare(photo, tmp_path):
    assert (
        run(
            "-q",
            "image",
            photo,
            "-o",
            tmp_path / "c.png",
            "--left",
            16,
            "--compare",
            "fill=edge,noise",
            "--extras",
            "both",
            "--seed",
            1,
        )
        == 0
    )
    names = {p.name for p in tmp_path.iterdir()}
    assert {"c-1.png", "c-2.png", "c-grid.png", "c-1.canvas.png", "c-1.mask.png", "c-2.canvas.png"} <= names
    mask = pixels(tmp_path / "c-1.mask.png")
    assert mask.shape == (97, 147)
    assert (mask[:, :16] == 255).all()
    assert (mask[:, 16 + 32 :] == 0).all()


def test_a_comparisons_grid_holds_what_was_asked_for(photo, tmp_path):
    assert (
        run(
            "-q",
            "image",
            photo,
            "-o",
            tmp_path / "c.png",
            "--left",
            16,
            "--compare",
            "fill=edge,noise",
            "--seed",
            1,
            "--count",
            2,
        )
        == 0
    )
    grid, first = (Image.open(tmp_path / f"c-{name}.png").info["parameters"] for name in ("grid", "1"))
    assert 'Outpaint compare: "fill=edge,noise"' in grid
    assert "Seed: 1" in grid
    assert "Outpaint passes: 4" in grid
    assert "Outpaint pass seeds" not in grid
    assert "Outpaint compare" not in first
    assert "Outpaint pass seeds" in first


def test_a_painted_mask_is_repainted_and_the_rest_kept(photo, tmp_path):
    mask = np.zeros((97, 131), np.uint8)
    mask[40:60, 50:80] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    assert (
        run(
            "-q",
            "image",
            photo,
            "-o",
            tmp_path / "out.png",
            "--right",
            16,
            "--mask",
            tmp_path / "mask.png",
            "--overlap",
            0,
            "--seed",
            1,
        )
        == 0
    )
    before, after = pixels(photo), pixels(tmp_path / "out.png")[:, :131]
    changed = (before != after).any(-1)
    assert changed[40:60, 50:80].mean() > 0.5
    assert not changed[mask == 0].any()


class _FailsAtSecond(Draft):
    calls = 0
    error: BaseException = BackendError("said", text="the sampler melted")

    def inpaint(self, jobs):
        self.calls += 1
        if self.calls == 2:
            raise self.error
        return super().inpaint(jobs)


@pytest.mark.parametrize(
    ("error", "code"), [(BackendError("said", text="the sampler melted"), 3), (KeyboardInterrupt(), 130)]
)
def test_what_was_finished_is_kept_when_a_later_pass_does_not(photo, tmp_path, monkeypatch, capsys, error, code):
    monkeypatch.setattr(_FailsAtSecond, "error", error)
    monkeypatch.setattr("lib_outpaint.backends.draft.Draft", _FailsAtSecond)
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 64, "--step", 32, "--seed", 1) == code
    assert not (tmp_path / "out.png").exists()
    with Image.open(tmp_path / "out.partial.png") as image:
        assert image.size == (131 + 32, 97)
    assert "finished images were saved" in capsys.readouterr().err


def test_what_reading_changed_is_told(tmp_path, capsys):
    Image.new("CMYK", (64, 48), (10, 20, 30, 0)).save(tmp_path / "print.jpg")
    assert run("image", tmp_path / "print.jpg", "-o", tmp_path / "out.png", "--left", 8) == 0
    assert "note: CMYK was converted to RGB" in capsys.readouterr().out


def test_a_terminal_has_a_bar_over_the_passes_and_no_trace_of_it_is_left(photo, tmp_path, capsys, monkeypatch):
    words = ("image", photo, "-o", tmp_path / "out.png", "--left", 64, "--step", 32, "--seed", 1, "--overwrite")
    assert run(*words) == 0
    assert "pass" not in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(*words) == 0
    shown = capsys.readouterr().err
    assert "1/2" in shown
    assert not shown.split("\r")[-1].strip()
