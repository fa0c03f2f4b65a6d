"""Ctrl-C: answered at once, also while a library is at work; the first ends the pass, the second the program."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")

# A host whose passes take `seconds`, in C, where Python answers no signal: `sleep` of the C library.
PROGRAM = """
import ctypes, sys
from hosts import PaintingHost
from lib_outpaint.apps import cli
from lib_outpaint.apps.cli import folder_command, image_command

class Slow(PaintingHost):
    def __init__(self, console):
        super().__init__()
        self.console = console
    def inpaint(self, jobs):
        print("pass", file=sys.stderr, flush=True)
        left = ctypes.c_uint(int(sys.argv[1]))
        while left.value:  # a signal ends it early
            left.value = ctypes.CDLL(None).sleep(left)
        return super().inpaint(jobs)
    def report(self, progress):
        self.console.progress(progress)

for module in (image_command, folder_command):
    module.backend_for = lambda settings, console: Slow(console)
sys.exit(cli.main(sys.argv[2:]))
"""
ANSWER = "outpaint: stopping after this pass; press Ctrl-C again to quit now\n"


@pytest.fixture
def start(photo):
    started = []

    def begin(seconds, *words):
        line = [sys.executable, "-c", PROGRAM, str(seconds), *map(str, words)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        started.append(process)
        for said in process.stderr:
            if said == "pass\n":
                return process
        raise AssertionError(process.wait())

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.long
def test_the_first_is_answered_at_once_and_the_pass_is_kept(start, photo, tmp_path):
    process = start(2, "image", photo, "-o", tmp_path / "out.png", "--left", 32, "--step", 16, "--json")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == ANSWER
    assert time.monotonic() - began < 1
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    (made,) = json.loads(out)["pictures"]
    assert made["complete"] is False
    with Image.open(tmp_path / "out.partial.png") as image:
        assert image.size == (131 + 16, 97)


@pytest.mark.long
def test_a_second_one_quits_now(start, photo, tmp_path):
    process = start(60, "image", photo, "-o", tmp_path / "out.png", "--left", 32)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == ANSWER
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


@pytest.mark.long
def test_a_job_whose_last_pass_it_was_is_done(start, photo, tmp_path):
    process = start(1, "image", photo, "-o", tmp_path / "out.png", "--left", 16)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert (tmp_path / "out.png").exists()


@pytest.mark.long
def test_a_folder_ends_after_the_image(start, photo, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for name in "ab":
        (source / f"{name}.png").write_bytes(photo.read_bytes())
    process = start(1, "folder", source, tmp_path / "out", "--left", 16)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted; run the same command again to continue" in told
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


def test_what_nobody_is_to_interrupt_is_not_interrupted():
    """A job in the background of a shell ignores Ctrl-C; so does the run."""
    from lib_outpaint.apps.cli.stopping import Stop

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Stop(lambda: None) as stop:
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGINT)
        assert not stop.asked
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_leaves_everything_as_it_was():
    from lib_outpaint.apps.cli.stopping import Stop

    before = signal.getsignal(signal.SIGINT)
    told = []
    with Stop(lambda: told.append(1)) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100):
            if told:
                break
            time.sleep(0.05)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert told == [1]
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
