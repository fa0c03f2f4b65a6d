"""The time that is left, and what the bar says before the first pass has ended."""

import pytest
from command_runs import run
from terminals import pretend

from lib_outpaint.apps.cli import progress
from lib_outpaint.apps.cli.progress import Clock, duration


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


def test_a_guess_tells_before_the_first_pass_has_ended(time):
    clock = Clock([100, 300], 0.1, time)
    clock.reached(0, 2)
    assert clock.left == pytest.approx(40)
    time.now += 5
    assert clock.left == pytest.approx(35)
    assert clock.share == pytest.approx(50 / 400)


def test_a_pass_that_takes_longer_makes_the_rest_longer(time):
    clock = Clock([100, 300], 0.1, time)
    clock.reached(0, 2)
    time.now += 20
    assert clock.left == pytest.approx(300 * 0.2 + 1)
    assert clock.share == pytest.approx(95 / 400)


def test_the_first_pass_shows_how_long_the_next_takes(time):
    clock = Clock([100, 300], 0.0, time)
    clock.reached(0, 2)
    assert clock.left is None
    time.now += 10
    clock.reached(1, 2)
    assert clock.left == pytest.approx(30)
    time.now += 6
    assert clock.left == pytest.approx(24)
    assert clock.share == pytest.approx((100 + 60) / 400)


def test_steps_tell_within_a_pass_and_loading_does_not_count(time):
    clock = Clock([100, 100], 0.0, time)
    clock.reached(0, 2)
    time.now += 60  # loads its model
    clock.stepped(1, 10)
    assert clock.left is None
    time.now += 2
    clock.stepped(2, 10)
    assert clock.left == pytest.approx(2 * 18)
    assert clock.share == pytest.approx(0.1)


def test_more_passes_than_were_planned(time):
    clock = Clock([100], 0.0, time)
    clock.reached(0, 1)
    time.now += 10
    clock.reached(1, 3)
    assert clock.left == pytest.approx(20)
    clock.reached(3, 3)
    assert clock.left is None
    assert clock.share == 1


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_are_read_easily(seconds, text):
    assert duration(seconds) == text


def test_the_bar_says_pass_and_time_before_the_first_pass_has_ended(photo, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(progress, "TICK", 0.01)
    pretend(monkeypatch, "stderr")
    assert run("image", photo, "-o", tmp_path / "out.png", "--left", 32, "--seed", 1) == 0
    first = next(part for part in capsys.readouterr().err.split("\r") if part.strip())
    assert first.startswith("pass 1/1: left 1, about ")
    assert " left |" in first


def test_several_images_are_counted(photo, tmp_path, capsys, monkeypatch):
    pretend(monkeypatch, "stderr")
    (tmp_path / "b.png").write_bytes(photo.read_bytes())
    assert run("image", photo, tmp_path / "b.png", "--left", 8) == 0
    shown = capsys.readouterr().err
    assert "1/2 photo.png pass 1/1" in shown
    assert "2/2 b.png pass 1/1" in shown


def test_quiet_shows_no_bar(photo, capsys, monkeypatch):
    pretend(monkeypatch, "stderr")
    assert run("-q", "image", photo, "--left", 8) == 0
    assert capsys.readouterr().err == ""
