"""A disk that is full, at every write: one line, no half-written file, what is finished is kept."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runs import run, whole
from hosts import PaintingHost
from PIL import Image

from lib_outpaint.images import writing


class FullDisk:
    """Fails the `at`th thing that changes the disk, and every one after it, as a full disk does."""

    def __init__(self, at: int, monkeypatch: pytest.MonkeyPatch, error: int = errno.ENOSPC) -> None:
        self.left = at
        self.error = error
        monkeypatch.setattr(tempfile, "mkstemp", self.counted(tempfile.mkstemp))
        monkeypatch.setattr(os, "replace", self.counted(os.replace))
        monkeypatch.setattr(os, "chmod", self.counted(os.chmod))
        opened = os.fdopen

        def fdopen(*args: Any, **more: Any) -> Any:
            file = opened(*args, **more)
            return _Counted(file, self)

        monkeypatch.setattr(writing.os, "fdopen", fdopen)

    def use(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(self.error, os.strerror(self.error))

    def counted(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.use()
            return whole(*args, **more)

        return call


class _Counted:
    """A file whose every write counts, and writes half of what it was given when there is no room."""

    def __init__(self, file: Any, disk: FullDisk) -> None:
        self._file, self._disk = file, disk

    def __getattr__(self, name: str) -> Any:
        if name == "fileno":
            raise AttributeError(name)  # so that Pillow writes through `write`
        return getattr(self._file, name)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: Any) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        try:
            self._disk.use()
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        return int(self._file.write(data))


JOB = ("--left", 16, "--seed", 1, "--count", 2, "--extras", "canvas")
WRITTEN = {"out-1.png", "out-1.canvas.png", "out-2.png", "out-2.canvas.png"}


@pytest.mark.long
def test_a_disk_that_is_full_from_any_write_on(
    photo: Path, tmp_path: Path, quick: PaintingHost, capsys: pytest.CaptureFixture[str]
) -> None:
    before = photo.read_bytes()
    outcomes: list[int] = []
    for at in range(200):
        out = tmp_path / f"out{at}"
        out.mkdir()
        good = Image.new("RGB", (5, 5), "red")
        good.save(out / "out-2.png")
        with pytest.MonkeyPatch.context() as patch:
            FullDisk(at, patch)
            code = run("-q", "image", photo, "-o", out / "out.png", *JOB, "--overwrite")
        told = capsys.readouterr()
        names = {path.name for path in out.iterdir()}
        assert photo.read_bytes() == before
        assert names <= WRITTEN, "a half-written file is left"
        for name in names:
            assert whole(out / name) in {(96, 64), (5, 5)}
        if code == 0:
            break
        outcomes.append(len(names - {"out-2.png"}))
        assert code == 2
        assert told.out == ""
        (line,) = told.err.splitlines()
        assert line.startswith("outpaint: ")
        assert "No space left on device" in line
        assert whole(out / "out-2.png") == (5, 5), "the good file was replaced by one that was not finished"
        if "out-1.png" in names:
            assert "(1 of 2 images were saved)" in line
    else:
        pytest.fail("it never got through")
    assert at > 15
    assert set(outcomes) == {0, 1, 2, 3}, "every stage was cut off: nothing, the canvas, the picture, the next canvas"


@pytest.mark.parametrize(
    "error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT], ids=lambda number: errno.errorcode[number]
)
def test_the_run_ends_at_the_first_picture_that_cannot_be_kept(
    photo: Path,
    tmp_path: Path,
    quick: PaintingHost,
    error: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    FullDisk(0, monkeypatch, error)
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 16, "--count", 3) == 2
    assert os.strerror(error) in capsys.readouterr().err
    assert len(quick.calls) == 1, "it went on sampling what could not be written"


def test_a_folder_run_ends_when_the_disk_is_full(
    photo: Path, tmp_path: Path, quick: PaintingHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "abcd":
        (source / f"{name}.png").write_bytes(photo.read_bytes())
    with monkeypatch.context() as patch:
        FullDisk(30, patch)
        assert run("folder", source, out, "--left", 16) == 2
    captured = capsys.readouterr()
    made = sorted(path.name for path in out.iterdir())
    assert 1 <= len(made) < 4
    assert len(quick.calls) == len(made) + 1
    assert "No space left on device" in captured.err
    assert f"{len(made)} made, 0 skipped, 1 failed" in captured.out
    assert run("folder", source, out, "--left", 16) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "c.png", "d.png"]
    assert {whole(path) for path in out.iterdir()} == {(96, 64)}


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes")
def test_a_real_limit_of_the_system(photo: Path, tmp_path: Path) -> None:
    """The system itself refuses the write (a limit on file sizes stands for a full disk)."""
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    out = tmp_path / "out" / "out.png"
    # A measurement of coverage would write files of its own in that process.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run(
        [sys.executable, "-m", "lib_outpaint", "-q", "image", photo, "-o", out, "--left", "16"],
        preexec_fn=limited,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == f"outpaint: {out}: cannot be written: File too large\n"
    assert list(out.parent.iterdir()) == []
