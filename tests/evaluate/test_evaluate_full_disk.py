"""An evaluation into a folder that takes nothing more: it ends there instead of sampling the rest for nothing."""

import errno
import os

import pytest


@pytest.fixture
def full(monkeypatch):
    """A disk that is full, once the list is filled, for files whose path holds one of its words."""
    words = []
    replace = os.replace

    def refuses(source, target):
        if any(word in str(target) for word in words):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuses)
    return words


@pytest.mark.parametrize("where", ["truth", "a-right.png", "a-right.png.json"])
def test_a_full_disk_ends_it_at_once_and_it_goes_on_later(folder, tmp_path, run, drafts, full, capsys, where):
    out = tmp_path / "out"
    full.append(where)
    assert run("evaluate", folder, "-o", out) == 2
    assert len(drafts) == (0 if where == "truth" else 1)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "No space left on device" in said
    assert not [path for path in out.rglob("*") if path.name.endswith((".part", ".outpaint-part"))]
    full.clear()
    assert run("evaluate", folder, "-o", out) == 0
    assert (out / "report.html").exists()


@pytest.mark.parametrize("length", [240, 250])  # too long for the notes, for the results
def test_a_name_that_is_too_long_is_one_pictures_failure(folder, tmp_path, run, capsys, length):
    (folder / "a.png").rename(folder / f"{'a' * length}.png")
    assert run("evaluate", folder, "-o", tmp_path / "out") == 2
    said = capsys.readouterr()
    assert said.err.count("File name too long") == 4
    assert "12 measured (0 made before), 4 failed" in said.out
