"""What `outpaint evaluate` refuses before it measures: flags, folders, a place that would replace the pictures."""

import shutil

import pytest

from lib_outpaint.evaluate import similarity

BAD = [
    (("--cut", "most"), "cut: 'most'"),
    (("--side", "top"), "side: 'top'"),
    (("--fit", "big"), "fit: 'big'"),
    (("--longest", "-1"), "longest: -1"),
    (("--longest", "64", "--fit", "64x64"), "fit: '64x64' cannot be combined with longest"),
    (("--left", "8"), "left: 8"),
    (("--aspect", "16:9"), "aspect: '16:9'"),
    (("--extras", "mask"), "extras: 'mask'"),
    (("--setting", "fill=lava"), "fill: 'lava'"),
    (("--setting", "left=8"), "left: 8"),
    (("--setting", "fill"), "does not have the form"),
    (("--prompt", "sea"), "prompt: 'sea'"),
    (("--results", "x"), "results: 'x'"),
    (("--results", "x=no"), "no: no such folder"),
    (("--measure-only", "--no-baselines"), "nothing to measure"),
    (("--measure-only", "--setting", "fill=edge"), "needs an engine"),
    (("--lpips", "on"), "LPIPS needs lpips"),
    (("--results", "edge=."), "setting: 'edge'"),
    (("--seed", "-1"), "seed: -1"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_ends_with_2_and_writes_nothing(folder, tmp_path, run, capsys, monkeypatch, words, message):
    monkeypatch.setattr(similarity, "lpips_installed", lambda: False)
    assert run("evaluate", folder, "-o", tmp_path / "out", *words) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("none", "out", "none: no such folder"),
        ("empty", "out", "empty: no images"),
        ("in", "in", "a folder of its own"),
        ("in", "file", "file: is a file"),
    ],
)
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
    assert "would be overwritten" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "set").rglob("*.*")} == before


def test_a_limit_that_is_none_ends_with_2(folder, tmp_path, run, capsys):
    assert run("evaluate", folder, "-o", tmp_path / "out", "--max-megapixels", 0) == 2
    assert "max-megapixels: 0.0 is outside 0..1000" in capsys.readouterr().err
