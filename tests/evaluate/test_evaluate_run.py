"""`outpaint evaluate`, run in this process with the draft engine: what is measured, and what is measured again."""

import json
import shutil

import numpy as np
import pytest
from command_runs import pixels
from evaluate_results import BASELINES, numbers, table
from PIL import Image

from lib_outpaint.evaluate.table import COLUMNS


def test_every_picture_and_setting_has_a_row(folder, tmp_path, run, capsys):
    out = tmp_path / "out"
    assert run("evaluate", folder, "-o", out, "--setting", "overlap=8,0") == 0
    rows = table(out)
    assert list(rows[0]) == list(COLUMNS)
    settings = ("overlap=8", "overlap=0", *BASELINES)
    assert [(row["file"], row["setting"]) for row in rows] == [
        (file, setting) for file in ("a.png", "b.jpg", "c.webp", "d.tif") for setting in settings
    ]
    for row in rows:
        assert (row["width"], row["height"], row["cut"], row["side"], row["error"]) == ("80", "64", "40", "right", "")
        assert float(row["psnr"]) > 3
        assert -1 <= float(row["ssim"]) <= 1
        assert row["lpips"] == ""
        assert (int(row["latent_pixels"]) > 0) == (row["kind"] == "engine")
        assert (row["seed"] != "") == (row["kind"] == "engine")
    assert len({row["seed"] for row in rows if row["kind"] == "engine"}) == 4  # one a picture, the same for every setting
    said = capsys.readouterr().out
    assert "20 measured (0 made before), 0 failed" in said
    assert "draft" in (out / "report.html").read_text(encoding="utf8")


def test_what_was_left_is_kept_and_the_results_are_there(folder, tmp_path, run):
    out = tmp_path / "out"
    assert run("-q", "evaluate", folder, "-o", out, "--cut", "20", "--side", "left,up", "--overlap", 0) == 0
    for row in table(out):
        if row["setting"] == "default":
            made = pixels(out / f"pictures/engine-default/{row['file'][0]}-{row['side']}.png")
            truth = pixels(out / f"truth/{row['file'][0]}.png")
            kept = np.s_[:, 20:] if row["side"] == "left" else np.s_[20:]
            assert made.shape == truth.shape
            np.testing.assert_array_equal(made[kept], truth[kept])
            assert (made != truth).any()
    mean = pixels(out / "pictures/baseline-mean_colour/a-left.png")
    assert len(np.unique(mean[:, :20].reshape(-1, 3), axis=0)) == 1


def test_a_second_run_reproduces_the_numbers_whatever_the_names_and_the_order(folder, tmp_path, run):
    run("-q", "evaluate", folder, "-o", tmp_path / "one")
    (folder / "a.png").rename(folder / "z.png")
    run("-q", "evaluate", folder, "-o", tmp_path / "two")
    one, two = numbers(tmp_path / "one"), numbers(tmp_path / "two")
    assert two[-1]["file"] == "z.png"
    for row in two:
        row["file"] = row["file"].replace("z.", "a.")
    assert one == sorted(two, key=lambda row: row["file"])
    run("-q", "evaluate", folder, "-o", tmp_path / "three", "--seed", 1)
    assert numbers(tmp_path / "two") != numbers(tmp_path / "three")


def test_results_are_made_again_when_what_they_follow_from_changes(folder, tmp_path, run, drafts):
    out, words = tmp_path / "out", ("--no-baselines", "--cut", 24)
    run("-q", "evaluate", folder, "-o", out, *words)
    run("-q", "evaluate", folder, "-o", out, *words)
    assert len(drafts) == 4
    Image.fromarray(pixels(folder / "a.png")[:, ::-1]).save(folder / "a.png")  # another picture
    run("-q", "evaluate", folder, "-o", out, *words)
    assert len(drafts) == 5
    run("-q", "evaluate", folder, "-o", out, *words, "--overlap", 8)  # other parameters
    assert len(drafts) == 9
    (out / "pictures/engine-default/b-right.png").unlink()  # a result is gone
    (out / "pictures/engine-default/c-right.png.json").write_text('{"follows": ')  # a damaged note
    run("-q", "evaluate", folder, "-o", out, *words, "--overlap", 8)
    assert len(drafts) == 11
    run("-q", "evaluate", folder, "-o", out, *words, "--overlap", 8, "--overwrite")
    assert len(drafts) == 15


def test_pictures_are_scaled_down_first(folder, tmp_path, run):
    run("-q", "evaluate", folder, "-o", tmp_path / "a", "--longest", 40, "--no-baselines", "--cut", "half")
    assert {(row["width"], row["height"], row["cut"]) for row in table(tmp_path / "a")} == {("40", "32", "20")}
    run("-q", "evaluate", folder, "-o", tmp_path / "b", "--fit", "48x48", "--no-baselines", "--cut", "third")
    assert {(row["width"], row["height"], row["cut"]) for row in table(tmp_path / "b")} == {("48", "48", "16")}
    assert run("-q", "evaluate", folder, "-o", tmp_path / "c", "--fit", "90x48") == 2  # nothing is enlarged
    assert "smaller than 90x48" in table(tmp_path / "c")[0]["error"]


def test_another_programs_pictures_are_measured_too(folder, tmp_path, run, drafts):
    run("-q", "evaluate", folder, "-o", tmp_path / "one", "--no-baselines")
    other = tmp_path / "other"
    other.mkdir()
    for name in "abc":
        with Image.open(tmp_path / f"one/pictures/engine-default/{name}-right.png") as image:
            image.save(other / (f"{name}.bmp" if name == "c" else f"{name}-right.png"))
    Image.new("RGB", (9, 9)).save(other / "d.png")
    assert (
        run(
            "-q",
            "evaluate",
            folder,
            "-o",
            tmp_path / "two",
            "--measure-only",
            "--no-baselines",
            "--results",
            f"mine={other}",
        )
        == 2
    )
    assert len(drafts) == 4
    one, two = table(tmp_path / "one"), table(tmp_path / "two")
    for mine, theirs in zip(one[:3], two[:3], strict=True):
        assert all(mine[name] == theirs[name] for name in ("psnr", "ssim", "colour_step", "spectrum", "histogram"))
        assert theirs["setting"] == "mine"
        assert theirs["latent_pixels"] == theirs["seconds"] == ""
    assert two[3]["error"] == "d.png: 9x9 is not the size of the original image, 80x64"


def test_json_is_one_document(folder, tmp_path, run, capsys):
    assert run("evaluate", folder, "-o", tmp_path / "out", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["measured"] == 16
    assert [one["setting"] for one in said["settings"]] == ["default", *BASELINES]
    ours = [float(row["psnr"]) for row in table(tmp_path / "out") if row["setting"] == "default"]
    assert said["settings"][0]["medians"]["psnr"] == pytest.approx(np.median(ours), abs=1e-4)


def test_another_programs_picture_that_is_not_there_is_named(folder, tmp_path, run, capsys):
    (tmp_path / "theirs").mkdir()
    shutil.copy(folder / "a.png", tmp_path / "theirs" / "unrelated.png")
    assert (
        run(
            "evaluate",
            folder,
            "-o",
            tmp_path / "out",
            "--measure-only",
            "--no-baselines",
            "--results",
            f"x={tmp_path / 'theirs'}",
        )
        == 2
    )
    assert "no image named a-right, a" in "".join(capsys.readouterr())


def test_every_fill_is_a_row_as_it_is_before_sampling(folder, tmp_path, run, capsys):
    from lib_outpaint.evaluate.makers import fill_makers

    out = tmp_path / "out"
    assert run("evaluate", folder, "-o", out, "--measure-only", "--no-baselines", "--fills", "--lpips", "off") == 0
    fills = [maker.label for maker in fill_makers()]
    assert {"edge", "noise", "texture"} <= set(fills)
    rows = table(out)
    assert [row["setting"] for row in rows[: len(fills)]] == fills
    assert all(float(row["low_error"]) > 0 and float(row["foreign"]) <= 100 for row in rows)
    assert all(float(row["foreign"]) == 0 for row in rows if row["setting"] == "edge")
    assert "detail_share" in capsys.readouterr().out


def test_fills_that_are_baselines_are_measured_once(folder, tmp_path, run):
    out = tmp_path / "out"
    assert run("-q", "evaluate", folder, "-o", out, "--measure-only", "--fills", "--lpips", "off") == 0
    settings = [row["setting"] for row in table(out) if row["file"] == "a.png"]
    assert settings[:3] == BASELINES
    assert len(settings) == len(set(settings))
    assert "texture" in settings


def test_without_extras_the_other_fills_are_measured(monkeypatch):
    import sys

    from lib_outpaint.evaluate.makers import fill_makers

    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setitem(sys.modules, "patchmatch", None)
    assert [maker.label for maker in fill_makers()] == ["edge", "mirror", "mosaic", "smooth", "noise", "texture"]
