"""Runs that are killed or interrupted: finished pictures are whole, and the same command goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_runs import run, whole
from hosts import PaintingHost
from PIL import Image


def test_pictures_are_written_as_they_are_made(
    photo: Path, tmp_path: Path, quick: PaintingHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed has lost only the picture it was at."""
    there: list[list[str]] = []
    inpaint = quick.inpaint

    def looks(jobs: Any) -> Any:
        there.append(sorted(path.name for path in tmp_path.glob("out-*")))
        return inpaint(jobs)

    monkeypatch.setattr(quick, "inpaint", looks)
    assert run("-q", "image", photo, "-o", tmp_path / "out.png", "--left", 16, "--count", 3) == 0
    assert there == [[], ["out-1.png"], ["out-1.png", "out-2.png"]]


KILLED_WHILE_WRITING = """
import os, signal, sys
from lib_outpaint.apps import cli
replace, done = os.replace, []
def killing(a, b):
    done.append(b)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(a, b)
os.replace = killing
sys.exit(cli.main(sys.argv[1:]))
"""
KILLED_WHILE_SAMPLING = """
import os, signal, sys
from lib_outpaint.apps import cli
from lib_outpaint.backends.draft import Draft
inpaint, done = Draft.inpaint, []
def killing(self, jobs):
    done.append(jobs)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return inpaint(self, jobs)
Draft.inpaint = killing
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("program", [KILLED_WHILE_WRITING, KILLED_WHILE_SAMPLING], ids=["writing", "sampling"])
def test_a_folder_run_killed_in_the_middle_goes_on(
    photo: Path, tmp_path: Path, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "abcde":
        (source / f"{name}.png").write_bytes(photo.read_bytes())
    originals = {path.name: path.read_bytes() for path in source.iterdir()}
    words = ["-q", "folder", str(source), str(out), "--left", "16", "--seed", "1"]
    killed = subprocess.run([sys.executable, "-c", program, *words], check=False)
    assert killed.returncode == -9
    left = {path.name: path for path in out.iterdir()}
    leftovers = [path for path in left.values() if path.name.startswith(".")]
    assert len(leftovers) == (program is KILLED_WHILE_WRITING)
    assert [name for name in sorted(left) if not name.startswith(".")] == ["a.png", "b.png"]
    finished = {name: (left[name].stat().st_mtime_ns, left[name].read_bytes()) for name in ("a.png", "b.png")}
    for path in leftovers:  # as if the kill had been yesterday
        os.utime(path, (time.time() - 86400, time.time() - 86400))
    assert run(*words) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "c.png", "d.png", "e.png"]
    assert {whole(path) for path in out.iterdir()} == {(96, 64)}
    assert {name: ((out / name).stat().st_mtime_ns, (out / name).read_bytes()) for name in finished} == finished
    assert {path.name: path.read_bytes() for path in source.iterdir()} == originals
    # The same as a run that nobody killed.
    assert run("-q", "folder", source, tmp_path / "again", "--left", 16, "--seed", 1) == 0
    for path in out.iterdir():
        with Image.open(path) as one, Image.open(tmp_path / "again" / path.name) as other:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_the_temporary_file_of_a_run_that_goes_on_beside_is_left_alone(
    photo: Path, tmp_path: Path, quick: PaintingHost
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "a.png").write_bytes(photo.read_bytes())
    (out / ".b-x1.outpaint-part").write_bytes(b"half")
    assert run("-q", "folder", source, out, "--left", 16) == 0
    assert (out / ".b-x1.outpaint-part").exists()


@pytest.mark.parametrize("where", ["reading", "sampling", "saving"])
def test_ctrl_c_at_any_time_of_a_folder_run(
    photo: Path,
    tmp_path: Path,
    quick: PaintingHost,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "abc":
        (source / f"{name}.png").write_bytes(photo.read_bytes())
    place = {
        "reading": "lib_outpaint.images.read",
        "sampling": "hosts.PaintingHost.sample",
        "saving": "lib_outpaint.images.save",
    }[where]
    module, name = place.rsplit(".", 1)
    owner: Any = PaintingHost if where == "sampling" else sys.modules[module]
    function, calls = getattr(owner, name), []

    def stops(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return function(*args)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, stops)
        assert run("folder", source, out, "--left", 16) == 130
    captured = capsys.readouterr()
    assert "interrupted; run the same command again to continue" in captured.err
    assert "1 made, 0 skipped, 0 failed" in captured.out
    assert [path.name for path in out.iterdir()] == ["a.png"]
    assert run("folder", source, out, "--left", 16) == 0
    assert "2 made, 1 skipped, 0 failed" in capsys.readouterr().out
