"""LPIPS in `outpaint evaluate`: when it is there, when it is not, what it is given."""

import sys
from types import SimpleNamespace

import pytest
import torch
from evaluate_results import table

from lib_outpaint.errors import MissingExtra, ModelError
from lib_outpaint.evaluate import similarity


class _Halves:
    """Stands for LPIPS: half the mean difference in levels."""

    def __call__(self, result, truth):
        return float((result - truth).abs().mean()) / 2


def test_figures_are_added_to_results_that_are_there(folder, tmp_path, run, drafts, monkeypatch):
    words = ("-q", "evaluate", folder, "-o", tmp_path / "out")
    run(*words, "--lpips", "off")
    monkeypatch.setattr(similarity, "Lpips", _Halves)
    assert run(*words, "--lpips", "on") == 0
    assert len(drafts) == 4
    assert all(0 < float(row["lpips"]) < 128 for row in table(tmp_path / "out"))
    assert "LPIPS" in (tmp_path / "out/report.html").read_text(encoding="utf8")
    run(*words, "--lpips", "off")
    assert all(row["lpips"] == "" for row in table(tmp_path / "out"))


def test_without_its_weights_lpips_is_left_out_and_said(folder, tmp_path, run, capsys, monkeypatch):
    def fails():
        raise ModelError("lpips-failed", reason="no network")

    monkeypatch.setattr(similarity, "lpips_installed", lambda: True)
    monkeypatch.setattr(similarity, "Lpips", fails)
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
