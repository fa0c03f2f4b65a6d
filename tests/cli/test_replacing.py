"""What is there is not replaced unasked: a terminal asks, all else needs --overwrite."""

import pytest
from command_runs import run
from hosts import PaintingHost
from PIL import Image
from terminals import pretend

from lib_outpaint.apps.cli import evaluate_command as evaluate
from lib_outpaint.apps.cli import image_command as image


@pytest.fixture
def quick(monkeypatch):
    host = PaintingHost()
    for module in (image, evaluate):
        monkeypatch.setattr(module, "backend_for", lambda settings, console: host)
    return host


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ("out.png", ()),
        ("out-2.png", ("--count", 3)),
        ("out-grid.png", ("--compare", "fill=edge,noise")),
        ("out.canvas.png", ("--extras", "both")),
    ],
)
def test_without_a_terminal_it_is_refused_before_sampling(quick, photo, tmp_path, capsys, there, words):
    (tmp_path / there).write_text("mine")
    line = ("image", photo, "-o", tmp_path / "out.png", "--left", 8, *words)
    assert run(*line) == 2
    assert capsys.readouterr().err == f"outpaint: {tmp_path / there}: exists already; --overwrite replaces it\n"
    assert quick.calls == []
    assert (tmp_path / there).read_text() == "mine"
    assert run(*line, "--overwrite") == 0
    assert (tmp_path / there).read_bytes().startswith(b"\x89PNG")


def test_the_default_name_is_no_exception(quick, photo, capsys):
    assert run("image", photo, "--left", 8) == 0
    before = (photo.parent / "photo-outpaint.png").read_bytes()
    assert run("image", photo, "--left", 16) == 2
    assert (photo.parent / "photo-outpaint.png").read_bytes() == before


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_a_terminal_asks(quick, photo, tmp_path, capsys, monkeypatch, answer, code):
    (tmp_path / "out.png").write_text("mine")
    pretend(monkeypatch, "stdin", "stderr", answer=answer)
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 8) == code
    assert f"{tmp_path / 'out.png'}: exists already. Replace? [y/N] " in capsys.readouterr().err
    assert ((tmp_path / "out.png").read_bytes() == b"mine") == (code == 2)


def test_one_question_for_several(quick, photo, tmp_path, capsys, monkeypatch):
    for number in (1, 2, 3):
        (tmp_path / f"out-{number}.png").write_text("mine")
    pretend(monkeypatch, "stdin", "stderr", answer="n\n")
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 8, "--count", 3) == 2
    assert "out-1.png and 2 more: exists already. Replace?" in capsys.readouterr().err


def test_no_flag_replaces_the_source(quick, photo, capsys):
    before = photo.read_bytes()
    assert run("image", photo, "-o", photo, "--left", 8, "--overwrite") == 2
    assert "would replace a file that the result is made from" in capsys.readouterr().err
    assert photo.read_bytes() == before


def test_a_dry_run_replaces_nothing_and_asks_nothing(quick, photo, tmp_path):
    (tmp_path / "out.png").write_text("mine")
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 8, "--dry-run") == 0
    assert (tmp_path / "out.png").read_text() == "mine"


def test_what_an_earlier_run_finished_is_kept_by_the_next_that_is_interrupted(photo, tmp_path, monkeypatch):
    class Stops(PaintingHost):
        def inpaint(self, jobs):
            if len(self.calls) == 1:
                raise KeyboardInterrupt
            return super().inpaint(jobs)

    for _ in range(3):
        monkeypatch.setattr(image, "backend_for", lambda settings, console: Stops())
        assert run("image", photo, "-o", tmp_path / "out.png", "--left", 32, "--step", 16) == 130
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"photo.png", "out.partial.png", "out.partial-2.png", "out.partial-3.png"}


def test_an_evaluation_leaves_other_reports_alone(quick, photo, tmp_path, capsys):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    Image.new("RGB", (64, 64), "teal").save(source / "a.png")
    (out / "results.csv").write_text("mine")
    line = ("evaluate", source, "-o", out, "--lpips", "off", "--no-baselines", "--cut", 16)
    assert run(*line) == 2
    assert "results.csv: exists already; --overwrite replaces it" in capsys.readouterr().err
    assert (out / "results.csv").read_text() == "mine"
    assert run(*line, "--overwrite") == 0
    assert run(*line) == 0  # its own report is made again


def test_a_data_set_leaves_other_notes_alone(photo, tmp_path, capsys):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "a.png").write_bytes(photo.read_bytes())
    (out / "dataset.json").write_text("mine")
    assert run("dataset", source, out) == 2
    assert "dataset.json: exists already; --overwrite replaces it" in capsys.readouterr().err
    assert (out / "dataset.json").read_text() == "mine"
    assert run("dataset", source, out, "--overwrite") == 0
