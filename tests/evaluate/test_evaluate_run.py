"""`outpaint evaluate`, run in this process with the draft engine."""

import csv
import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from lib_outpaint.errors import HostError, MissingExtra, ModelError, ParamError
from lib_outpaint.evaluate import photos as photographs
from lib_outpaint.evaluate import similarity
from lib_outpaint.evaluate.table import COLUMNS
from lib_outpaint.geometry import Extent
from lib_outpaint.hosts.draft import DraftHost
from lib_outpaint.hosts.protocol import Outcome

BASELINES = ["edge", "mirror", "mean colour"]


def table(out):
    with (out / "results.csv").open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(out):
    """The table without times, which alone may differ."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in table(out)]


def pixels(path):
    with Image.open(path) as image:
        return np.array(image)


@pytest.fixture
def drafts(monkeypatch):
    """The draft engine's jobs, noted; `fail` maps the number of a call (from 0) to what it raises instead."""
    class Drafts(list):
        def __init__(self):
            self.fail = {}

    noted, inpaint = Drafts(), DraftHost.inpaint

    def noting(self, jobs):
        noted.append(jobs)
        if len(noted) - 1 in noted.fail:
            raise noted.fail[len(noted) - 1]
        return inpaint(self, jobs)

    monkeypatch.setattr(DraftHost, "inpaint", noting)
    return noted


def test_every_picture_and_setting_has_a_row(folder, tmp_path, run, capsys):
    out = tmp_path / "out"
    assert run("evaluate", folder, "-o", out, "--setting", "overlap=8,0") == 0
    rows = table(out)
    assert list(rows[0]) == list(COLUMNS)
    settings = ("overlap=8", "overlap=0", *BASELINES)
    assert [(row["file"], row["setting"]) for row in rows] == [
        (file, setting) for file in ("a.png", "b.jpg", "c.webp", "d.tif") for setting in settings]
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


def test_a_run_goes_on_where_it_was_interrupted(folder, tmp_path, run, drafts, capsys):
    out = tmp_path / "out"
    drafts.fail = {2: KeyboardInterrupt()}
    assert run("evaluate", folder, "-o", out, "--no-baselines") == 130
    assert [row["file"] for row in table(out)] == ["a.png", "b.jpg"]
    assert "interrupted" in (out / "report.html").read_text(encoding="utf8")
    captured = capsys.readouterr()
    assert "run it again to go on" in captured.err
    assert run("evaluate", folder, "-o", out, "--no-baselines") == 0
    assert len(drafts) == 3 + 2  # the third was asked for twice, the first two once
    assert "4 measured (2 made before), 0 failed" in capsys.readouterr().out
    run("-q", "evaluate", folder, "-o", tmp_path / "whole", "--no-baselines")
    assert numbers(out) == numbers(tmp_path / "whole")
    assert not list(out.rglob("*.part"))


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
    assert "failed: a0.png: cannot be read" in captured.err or "failed: a0.png: is no picture" in captured.err
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
    drafts.fail = {1: HostError("the sampler melted")}
    assert run("evaluate", folder, "-o", tmp_path / "out", "--no-baselines") == 3
    assert [row["error"] for row in table(tmp_path / "out")] == ["", "the sampler melted", "", ""]
    assert "failed: b.jpg, right, default: the sampler melted" in capsys.readouterr().err
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines") == 0
    assert len(drafts) == 5


def test_an_engine_that_cannot_work_at_all_ends_at_once(folder, tmp_path, run, drafts, capsys):
    drafts.fail = {0: ModelError("m.safetensors: is damaged")}
    assert run("evaluate", folder, "-o", tmp_path / "out") == 2
    assert len(drafts) == 1
    assert "m.safetensors: is damaged" in capsys.readouterr().err


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
    assert run("-q", "evaluate", folder, "-o", tmp_path / "two", "--measure-only", "--no-baselines",
               "--results", f"mine={other}") == 2
    assert len(drafts) == 4
    one, two = table(tmp_path / "one"), table(tmp_path / "two")
    for mine, theirs in zip(one[:3], two[:3], strict=True):
        assert all(mine[name] == theirs[name] for name in ("psnr", "ssim", "colour_step", "spectrum", "histogram"))
        assert theirs["setting"] == "mine"
        assert theirs["latent_pixels"] == theirs["seconds"] == ""
    assert two[3]["error"] == "d.png: is 9x9, but the whole picture is 80x64"


BAD = [
    (("--cut", "most"), "cut: 'most'"),
    (("--side", "top"), "side: 'top'"),
    (("--fit", "big"), "fit: 'big'"),
    (("--longest", "-1"), "longest: -1"),
    (("--longest", "64", "--fit", "64x64"), "cannot go together"),
    (("--left", "8"), "left: 8"),
    (("--aspect", "16:9"), "aspect: '16:9'"),
    (("--extras", "mask"), "extras: 'mask'"),
    (("--setting", "fill=lava"), "fill: 'lava'"),
    (("--setting", "left=8"), "left: 8"),
    (("--setting", "fill"), "not of the form"),
    (("--prompt", "sea"), "prompt: 'sea'"),
    (("--results", "x"), "results: 'x'"),
    (("--results", "x=no"), "there is no such folder"),
    (("--measure-only", "--no-baselines"), "nothing to measure"),
    (("--measure-only", "--setting", "fill=edge"), "needs an engine"),
    (("--lpips", "on"), "LPIPS needs lpips"),
    (("--results", "edge=."), "is there twice"),
    (("--seed", "-1"), "seed: -1"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_ends_with_2_and_writes_nothing(folder, tmp_path, run, capsys, monkeypatch, words, message):
    monkeypatch.setattr(similarity, "lpips_installed", lambda: False)
    assert run("evaluate", folder, "-o", tmp_path / "out", *words) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("source", "target", "message"), [
    ("none", "out", "there is no such folder"), ("empty", "out", "holds no picture"), ("in", "in", "a folder of its own"),
    ("in", "file", "file: is a file")])
def test_bad_folders_end_with_2(folder, tmp_path, run, capsys, source, target, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    assert run("evaluate", tmp_path / source, "-o", tmp_path / target) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("place", ["truth", "pictures/engine-default"])
def test_the_pictures_themselves_are_never_replaced(folder, tmp_path, run, capsys, place):
    shutil.copytree(folder, tmp_path / "set" / place)
    before = {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")}
    assert run("evaluate", tmp_path / "set" / place, "-o", tmp_path / "set", "--longest", 32, "--measure-only") == 2
    assert "pictures of" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")} == before


def test_json_is_one_document(folder, tmp_path, run, capsys):
    assert run("evaluate", folder, "-o", tmp_path / "out", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["measured"] == 16
    assert [one["setting"] for one in said["settings"]] == ["default", *BASELINES]
    ours = [float(row["psnr"]) for row in table(tmp_path / "out") if row["setting"] == "default"]
    assert said["settings"][0]["medians"]["psnr"] == pytest.approx(np.median(ours), abs=1e-4)


class _Halves:
    """Stands for LPIPS: half the mean difference in levels."""

    def __call__(self, result, truth):
        return float((result - truth).abs().mean()) / 2


def test_figures_are_added_to_results_that_are_there(folder, tmp_path, run, drafts, monkeypatch):
    words = ("-q", "evaluate", folder, "-o", tmp_path / "out")
    run(*words, "--lpips", "off")
    monkeypatch.setattr("lib_outpaint.cli.evaluate.Lpips", _Halves)
    assert run(*words, "--lpips", "on") == 0
    assert len(drafts) == 4
    assert all(0 < float(row["lpips"]) < 128 for row in table(tmp_path / "out"))
    assert "LPIPS" in (tmp_path / "out/report.html").read_text(encoding="utf8")
    run(*words, "--lpips", "off")
    assert all(row["lpips"] == "" for row in table(tmp_path / "out"))


def test_without_its_weights_lpips_is_left_out_and_said(folder, tmp_path, run, capsys, monkeypatch):
    def fails():
        raise ModelError("LPIPS cannot be loaded: no network")

    monkeypatch.setattr("lib_outpaint.cli.evaluate.lpips_installed", lambda: True)
    monkeypatch.setattr("lib_outpaint.cli.evaluate.Lpips", fails)
    assert run("evaluate", folder, "-o", tmp_path / "out", "--measure-only") == 0
    assert "without LPIPS: LPIPS cannot be loaded: no network" in capsys.readouterr().out
    assert run("evaluate", folder, "-o", tmp_path / "out", "--measure-only", "--lpips", "on") == 2


def test_lpips_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(similarity, "lpips_installed", lambda: False)
    with pytest.raises(MissingExtra, match=r"\[evaluate\]"):
        similarity.Lpips()


def test_lpips_takes_levels_and_leaves_out_what_is_too_small(monkeypatch):
    class Network:
        def eval(self):
            return self

        def __call__(self, result, truth):
            assert result.shape == (1, 3, 64, 80)
            return (result - truth).abs().mean()

    monkeypatch.setattr(similarity, "lpips_installed", lambda: True)
    monkeypatch.setitem(sys.modules, "lpips", SimpleNamespace(LPIPS=lambda net, verbose: Network()))
    measure = similarity.Lpips()
    assert measure(torch.full((3, 64, 80), 255.0), torch.zeros(3, 64, 80)) == pytest.approx(2)  # of -1..1
    assert measure(torch.zeros(3, 63, 80), torch.zeros(3, 63, 80)) is None


def test_photographs_are_scaled_only_where_they_must_be():
    whole = photographs.photo("chelsea", Extent(451, 300))
    np.testing.assert_array_equal(whole.permute(1, 2, 0).numpy(), data.chelsea())
    assert photographs.photo("chelsea", Extent(100, 100)).shape == (3, 100, 100)
    with pytest.raises(ParamError, match="photo: 'mona lisa' is none of astronaut"):
        photographs.photo("mona lisa", Extent(8, 8))


def test_a_limit_that_is_none_ends_with_2(folder, tmp_path, run, capsys):
    assert run("evaluate", folder, "-o", tmp_path / "out", "--max-megapixels", 0) == 2
    assert "max-megapixels: 0.0 is outside 0..1000" in capsys.readouterr().err


@pytest.mark.parametrize("finished", [0, 1], ids=["at once", "half-way"])
def test_an_interrupted_engine_ends_with_130_and_leaves_no_half_picture(folder, tmp_path, run, monkeypatch, finished):
    inpaint, calls = DraftHost.inpaint, []

    def interrupted(self, jobs):
        calls.append(jobs)
        return inpaint(self, jobs) if len(calls) <= finished else [Outcome(None) for _ in jobs]

    monkeypatch.setattr(DraftHost, "inpaint", interrupted)
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines", "--cut", 24, "--step", 12) == 130
    assert len(calls) == finished + 1
    assert not list((tmp_path / "out").rglob("engine-default/*"))


def test_an_engine_that_fails_half_way_leaves_no_half_picture(folder, tmp_path, run, monkeypatch):
    inpaint, calls = DraftHost.inpaint, []

    def fails(self, jobs):
        calls.append(jobs)
        if len(calls) == 2:
            raise HostError("the sampler melted")
        return inpaint(self, jobs)

    monkeypatch.setattr(DraftHost, "inpaint", fails)
    assert run("-q", "evaluate", folder, "-o", tmp_path / "out", "--no-baselines", "--cut", 24, "--step", 12) == 3
    made = sorted(path.name for path in (tmp_path / "out").rglob("engine-default/*.png"))
    assert made
    assert "a-right.png" not in made


def test_another_programs_picture_that_is_not_there_is_named(folder, tmp_path, run, capsys):
    (tmp_path / "theirs").mkdir()
    shutil.copy(folder / "a.png", tmp_path / "theirs" / "unrelated.png")
    assert run("evaluate", folder, "-o", tmp_path / "out", "--measure-only", "--no-baselines", "--results",
               f"x={tmp_path / 'theirs'}") == 2
    assert "holds no picture called a-right or a" in "".join(capsys.readouterr())
