"""`outpaint dataset`: a folder prepared for an evaluation or another program."""

import json
import shutil

import numpy as np
import pytest
from command_runs import pixels
from evaluate_results import numbers
from PIL import Image, ImageOps

from lib_outpaint.errors import ParamError
from lib_outpaint.evaluate.dataset import read_truth
from lib_outpaint.evaluate.sizes import Resize
from lib_outpaint.planning.geometry import Extent


def test_pictures_of_any_format_are_resized_and_cut(folder, tmp_path, run, capsys):
    Image.new("CMYK", (100, 50), (10, 20, 30, 0)).save(folder / "e.jpg")
    Image.fromarray(np.full((50, 100), 40000, np.uint16)).save(folder / "deep.png")
    out = tmp_path / "out"
    assert run("dataset", folder, out, "--longest", 64, "--cut", "16", "--side", "left,down") == 0
    assert "6 made, 0 skipped, 0 failed" in capsys.readouterr().out
    names = ("a", "b", "c", "d", "deep", "e")
    assert sorted(path.name for path in (out / "truth").iterdir()) == [f"{name}.png" for name in names]
    assert sorted(path.name for path in (out / "cut").iterdir()) == sorted(
        f"{name}-{side}.png" for name in names for side in ("left", "down")
    )
    for name in names:
        truth = pixels(out / f"truth/{name}.png")
        height = 51 if name in "abcd" else 32
        assert truth.shape == (height, 64, 3)
        np.testing.assert_array_equal(pixels(out / f"cut/{name}-left.png"), truth[:, 16:])
        np.testing.assert_array_equal(pixels(out / f"cut/{name}-down.png"), truth[: height - 16])
    assert (pixels(out / "truth/deep.png") == 156).all()  # 40000 of 65535


def test_a_second_run_goes_on(folder, tmp_path, run, capsys):
    out = tmp_path / "out"
    run("-q", "dataset", folder, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    (out / "cut/b-right.png").unlink()
    capsys.readouterr()
    assert run("dataset", folder, out, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"made": 1, "skipped": 3, "failed": []}
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    assert after.keys() == before.keys()
    assert all(after[path] == when for path, when in before.items() if not path.name.startswith("b"))


def test_a_data_set_that_was_made_otherwise_is_not_mixed(folder, tmp_path, run, capsys):
    out = tmp_path / "out"
    run("-q", "dataset", folder, out)
    assert run("dataset", folder, out, "--longest", 40) == 2
    assert "made with other settings" in capsys.readouterr().err
    assert run("-q", "dataset", folder, out, "--longest", 40, "--overwrite") == 0
    assert pixels(out / "truth/a.png").shape == (32, 40, 3)


def test_a_bad_picture_stops_nothing(folder, tmp_path, run, capsys):
    (folder / "a0.png").write_bytes(b"no picture")
    assert run("dataset", folder, tmp_path / "out") == 2
    captured = capsys.readouterr()
    assert "4 made, 0 skipped, 1 failed" in captured.out
    assert "a0.png: not an image" in captured.err


@pytest.mark.parametrize(
    ("source", "target", "message"), [("none", "out", "no such folder"), ("in", "in", "a folder of its own")]
)
def test_bad_folders_end_with_2(folder, tmp_path, run, capsys, source, target, message):
    assert run("dataset", tmp_path / source, tmp_path / target) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "in/dataset.json").exists()


@pytest.mark.parametrize("place", ["truth", "cut"])
def test_the_pictures_themselves_are_never_replaced(folder, tmp_path, run, capsys, place):
    shutil.copytree(folder, tmp_path / "set" / place)
    before = {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")}
    assert run("dataset", tmp_path / "set" / place, tmp_path / "set", "--longest", 20, "--overwrite") == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")} == before


def test_a_report_never_goes_into_a_data_set(folder, tmp_path, run, capsys):
    run("-q", "dataset", folder, tmp_path / "set", "--longest", 64)
    before = {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")}
    assert run("evaluate", folder, "-o", tmp_path / "set", "--longest", 32, "--measure-only") == 2
    assert "contains a data set; the report needs a folder of its own" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")} == before


def test_a_data_set_is_evaluated_like_the_pictures_it_came_from(folder, tmp_path, run):
    words = ("--cut", "third", "--side", "up")
    run("-q", "dataset", folder, tmp_path / "set", *words, "--longest", 64)
    run("-q", "evaluate", folder, "-o", tmp_path / "one", *words, "--longest", 64, "--measure-only")
    run("-q", "evaluate", tmp_path / "set/truth", "-o", tmp_path / "two", *words, "--measure-only")
    one, two = (numbers(tmp_path / name) for name in ("one", "two"))
    assert len(one) > 1
    for row in one + two:
        del row["file"]  # another file name
    assert one == two


def test_filling_a_size_scales_down_and_cuts_in_the_middle(tmp_path):
    y, x = np.mgrid[0:90, 0:200]
    Image.fromarray(np.stack([x, y, 0 * x], 2).astype(np.uint8)).save(tmp_path / "a.png")
    found = read_truth(tmp_path / "a.png", Resize(fit=Extent(60, 45)))
    assert found.shape == (45, 60, 3)
    assert found[22, 30].tolist() == pytest.approx([100, 45, 0], abs=2)
    np.testing.assert_array_equal(read_truth(tmp_path / "a.png", Resize(500)), pixels(tmp_path / "a.png"))


def test_a_picture_is_turned_as_its_exif_says(tmp_path):
    image = Image.fromarray(np.arange(60 * 40 * 3, dtype=np.uint8).reshape(40, 60, 3))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        np.testing.assert_array_equal(read_truth(tmp_path / "a.png", Resize()), np.array(ImageOps.exif_transpose(stored)))


@pytest.mark.parametrize(
    ("longest", "fit", "field", "code"),
    [
        (-1, "", "longest", "too-few"),
        (0, "0x5", "fit", "not-a-size"),
        (0, "5", "fit", "not-a-size"),
        (0, "axb", "fit", "not-a-size"),
        (5, "5x5", "fit", "cannot-combine"),
    ],
)
def test_what_is_no_size(longest, fit, field, code):
    with pytest.raises(ParamError) as raised:
        Resize.parse(longest, fit)
    assert (raised.value.field, raised.value.code) == (field, code)
