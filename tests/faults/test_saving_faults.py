"""What fails while saving: a full disk at every write, folders that take nothing, the picture's own name."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hosts import PaintingHost
from PIL import Image

from lib_outpaint import cli
from lib_outpaint.picture_io import writing


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    from skimage import data

    path = tmp_path / "photo.png"
    Image.fromarray(data.coffee()[100:164, 200:280]).save(path)  # 80x64
    return path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> PaintingHost:
    """A host that paints at once, in the place of the draft engine."""
    host = PaintingHost()
    monkeypatch.setattr("lib_outpaint.cli.options.DraftHost", lambda progress: host)
    return host


def run(*words: object) -> int:
    return cli.main([str(word) for word in words])


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
            self._file.write(data[:len(data) // 2])
            raise
        return int(self._file.write(data))


def whole(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        image.load()
        return image.size


JOB = ("--left", 16, "--seed", 1, "--count", 2, "--extras", "canvas")
WRITTEN = {"out-1.png", "out-1.canvas.png", "out-2.png", "out-2.canvas.png"}


def test_a_disk_that_is_full_from_any_write_on(photo: Path, tmp_path: Path, quick: PaintingHost,
                                               capsys: pytest.CaptureFixture[str]) -> None:
    before = photo.read_bytes()
    outcomes: list[int] = []
    for at in range(200):
        out = tmp_path / f"out{at}"
        out.mkdir()
        good = Image.new("RGB", (5, 5), "red")
        good.save(out / "out-2.png")
        with pytest.MonkeyPatch.context() as patch:
            FullDisk(at, patch)
            code = run("-q", "image", photo, "-o", out / "out.png", *JOB)
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
            assert "(1 of 2 pictures are written)" in line
    else:
        pytest.fail("it never got through")
    assert at > 15
    assert set(outcomes) == {0, 1, 2, 3}, "every stage was cut off: nothing, the canvas, the picture, the next canvas"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT],
                         ids=lambda number: errno.errorcode[number])
def test_the_run_ends_at_the_first_picture_that_cannot_be_kept(photo: Path, tmp_path: Path, quick: PaintingHost, error: int,
                                                               monkeypatch: pytest.MonkeyPatch,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    FullDisk(0, monkeypatch, error)
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 16, "--count", 3) == 2
    assert os.strerror(error) in capsys.readouterr().err
    assert len(quick.calls) == 1, "it went on sampling what could not be written"


def test_a_folder_run_ends_when_the_disk_is_full(photo: Path, tmp_path: Path, quick: PaintingHost,
                                                 monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
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


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes")
def test_a_real_limit_of_the_system(photo: Path, tmp_path: Path) -> None:
    """The system itself refuses the write (a limit on file sizes stands for a full disk)."""
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    out = tmp_path / "out" / "out.png"
    ended = subprocess.run([sys.executable, "-m", "lib_outpaint.cli", "-q", "image", photo, "-o", out, "--left", "16"],
                           preexec_fn=limited, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == f"outpaint: {out}: cannot be written: File too large\n"
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(("place", "words"), [
    ("photo.png/out.png", "photo.png is no folder"), ("photo.png/deep/out.png", "photo.png is no folder"),
    ("folder.png", "folder.png: is a folder")])
def test_places_that_take_no_file_are_found_before_sampling(photo: Path, tmp_path: Path, quick: PaintingHost, place: str,
                                                            words: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.png").mkdir()
    assert run("image", photo, "-o", tmp_path / place, "--left", 8) == 2
    assert words in capsys.readouterr().err
    assert quick.calls == []


@pytest.mark.parametrize("folder", [False, True])
def test_a_read_only_folder_is_found_before_sampling(photo: Path, tmp_path: Path, quick: PaintingHost, folder: bool,
                                                     monkeypatch: pytest.MonkeyPatch,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    """os.access is asked, because a superuser may write where the rights say no, and nobody on a read-only disk."""
    closed = tmp_path / "closed"
    closed.mkdir()
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != closed and asked(path, mode))
    words = ("folder", tmp_path, closed / "new") if folder else ("image", photo, "-o", closed / "new" / "out.png")
    assert run(*words, "--left", 8) == 2
    assert f"{closed} is read-only" in capsys.readouterr().err
    assert quick.calls == []
    assert list(closed.iterdir()) == []


@pytest.mark.parametrize("words", [
    ("-o", "photo.png"), ("-o", "sub/../photo.png"), ("-o", "link.png"), ("-o", "hard.png"),
    ("-o", "x.png", "--mask", "x.mask.png", "--extras", "mask"), ("-o", "x.png", "--mask", "x.png"),
], ids=" ".join)
def test_what_the_result_is_made_from_is_never_replaced(photo: Path, tmp_path: Path, quick: PaintingHost,
                                                        words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.png").symlink_to(photo)
    (tmp_path / "hard.png").hardlink_to(photo)
    for name in ("x.mask.png", "x.png"):
        Image.new("L", (80, 64), 255).save(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    monkeypatch.chdir(tmp_path)
    assert run("image", "photo.png", "--left", 8, *words) == 2
    assert "would replace what the result is made from" in capsys.readouterr().err
    assert quick.calls == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_numbered_name_may_be_the_picture_too(photo: Path, tmp_path: Path, quick: PaintingHost,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    photo.rename(tmp_path / "photo-2.png")
    words = ("image", tmp_path / "photo-2.png", "-o", tmp_path / "photo.png", "--left", 8)
    assert run(*words, "--count", 2) == 2
    assert "photo-2.png: would replace" in capsys.readouterr().err
    assert run(*words, "--compare", "fill=edge,noise") == 2
    assert run(*words) == 0
    assert quick.calls != []


def test_pictures_are_written_as_they_are_made(photo: Path, tmp_path: Path, quick: PaintingHost,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
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
from lib_outpaint import cli
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
from lib_outpaint import cli
from lib_outpaint.hosts.draft import DraftHost
inpaint, done = DraftHost.inpaint, []
def killing(self, jobs):
    done.append(jobs)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return inpaint(self, jobs)
DraftHost.inpaint = killing
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("program", [KILLED_WHILE_WRITING, KILLED_WHILE_SAMPLING], ids=["writing", "sampling"])
def test_a_folder_run_killed_in_the_middle_goes_on(photo: Path, tmp_path: Path, program: str,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
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


def test_the_temporary_file_of_a_run_that_goes_on_beside_is_left_alone(photo: Path, tmp_path: Path,
                                                                       quick: PaintingHost) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "a.png").write_bytes(photo.read_bytes())
    (out / ".b-x1.outpaint-part").write_bytes(b"half")
    assert run("-q", "folder", source, out, "--left", 16) == 0
    assert (out / ".b-x1.outpaint-part").exists()


@pytest.mark.parametrize("where", ["reading", "sampling", "saving"])
def test_ctrl_c_at_any_time_of_a_folder_run(photo: Path, tmp_path: Path, quick: PaintingHost, where: str,
                                            monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "abc":
        (source / f"{name}.png").write_bytes(photo.read_bytes())
    place = {"reading": "lib_outpaint.picture_io.read", "sampling": "hosts.PaintingHost.sample",
             "saving": "lib_outpaint.picture_io.save"}[where]
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
    assert "interrupted; the same command goes on from here" in captured.err
    assert "1 made, 0 skipped, 0 failed" in captured.out
    assert [path.name for path in out.iterdir()] == ["a.png"]
    assert run("folder", source, out, "--left", 16) == 0
    assert "2 made, 1 skipped, 0 failed" in capsys.readouterr().out
