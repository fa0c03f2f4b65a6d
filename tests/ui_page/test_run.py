"""A run of the page without a page: what it tells, what it keeps, how it ends."""

from __future__ import annotations

import copy
import io
import sys

import numpy as np
import pytest
from PIL import Image
from written_files import infotext_of

from lib_outpaint.apps import cli
from lib_outpaint.apps.cli import ui_command as ui
from lib_outpaint.apps.page import server
from lib_outpaint.apps.page.engines import Engines, Watched, models_in
from lib_outpaint.apps.page.generate import Asked, Done, Step, request_for, run
from lib_outpaint.apps.page.session import Session, Shelf, read_upload
from lib_outpaint.errors import MissingExtra, ModelError, ParamError
from lib_outpaint.parameters.codecs import to_positional
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import SEED_LIMIT
from lib_outpaint.planning.limits import Limits

pytest.importorskip("patchmatch", reason="the draft's library")


@pytest.fixture
def session(tmp_path):
    found = Session(tmp_path / "files", Shelf())
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "small.png")
    found.source = read_upload(tmp_path / "small.png")
    return found


def asked(engine="draft", seed=3, count=1, **values):
    return Asked(to_positional(Params(**values)), engine, "auto", seed=seed, count=count)


def test_a_run_tells_its_passes_and_keeps_its_files(session):
    events = list(run(session, asked(left=16, up=8, order="one by one", extras="mask", count=2), Engines(), Limits()))
    steps, end = events[:-1], events[-1]
    assert all(isinstance(step, Step) for step in steps)
    assert any(str(step.text) == "Pass 1 of 4: left 1" and step.total == 4 for step in steps)
    assert isinstance(end, Done)
    assert (end.pictures, end.interrupted, end.error) == (2, False, None)
    assert [made.extra for made in session.made] == ["", "mask", "", "mask"]
    assert [made.seed for made in session.made if not made.extra] == [3, 4]
    assert session.made[0].size == (80, 56)
    box = session.made[0].before[1]
    assert (box.left, box.top, box.right, box.bottom) == (16, 8, 80, 56)
    assert "Outpaint up: 8" in infotext_of(session.made[0].file)


def test_the_next_run_removes_the_files_of_the_one_before_and_a_failed_one_leaves_them(session):
    list(run(session, asked(left=16), Engines(), Limits()))
    first = session.made[0].file
    token = session.shelf.put(first)
    assert list(run(session, asked(aspect="no"), Engines(), Limits()))[-1].error.code == "not-a-ratio"
    assert first.is_file()
    assert session.shelf.path(token) == first
    list(run(session, asked(right=16), Engines(), Limits()))
    assert not first.exists()
    assert session.shelf.path(token) is None
    session.forget()
    assert list(session.root.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (asked(seed=1.5, left=8), "seed", "not-whole"),
        (asked(seed=None, left=8), "seed", "empty"),
        (asked(seed="x", left=8), "seed", "not-a-number"),
        (asked(seed=float("inf"), left=8), "seed", "not-whole"),
        (asked(seed=-7, left=8), "seed", "seed-range"),
        (asked(count=0, left=8), "count", "outside"),
        (asked(count=17, left=8), "count", "outside"),
        (asked("other", left=8), "engine", "not-a-choice"),
        (asked(left=8, loras="a:1"), "loras", "not-supported"),
    ],
)
def test_bad_values_end_a_run_with_their_message(session, form, field, code):
    end = list(run(session, form, Engines(), Limits()))[-1]
    assert (end.error.values["field"], end.error.code) == (field, code)
    assert end.pictures == 0


def test_a_seed_of_minus_one_is_random(session):
    seeds = {request_for(session.source, asked(seed=-1, left=8), Limits()).shots[0].seed for _ in range(8)}
    assert len(seeds) > 1
    assert all(0 <= seed < SEED_LIMIT for seed in seeds)
    assert request_for(session.source, asked(seed="7", left=8), Limits()).shots[0].seed == 7


def test_a_stop_keeps_what_was_finished(session, monkeypatch):
    reported = Watched.report

    def stopped_before_the_third_pass(self, progress):
        if str(progress.text) == "left 3":
            session.stop.set()
        reported(self, progress)

    monkeypatch.setattr(Watched, "report", stopped_before_the_third_pass)
    told = list(run(session, asked(left=64, step=16), Engines(), Limits()))
    assert told[-1].interrupted
    assert told[-1].pictures == 1
    assert session.made[0].size == (64 + 32, 48)
    assert not session.made[0].complete


def test_a_tab_that_closes_stops_its_run_and_leaves_no_file(session):
    events = run(session, asked(left=64, step=16), Engines(), Limits())
    next(events)
    events.close()
    assert session.stop.is_set()
    session.forget()


def test_every_tab_gets_a_session_of_its_own(session):
    other = copy.deepcopy(session)
    assert other.source is None
    assert other.stop is not session.stop
    assert other.shelf is session.shelf


def test_models_are_found_in_a_folder_and_only_they_can_be_chosen(tmp_path):
    with pytest.raises(ModelError) as raised:
        models_in(tmp_path / "none")
    assert raised.value.code == "no-such-folder"
    (tmp_path / "other.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError) as raised:
        models_in(tmp_path)
    assert raised.value.code == "no-checkpoint"
    engines = Engines([str(tmp_path / "a/m.safetensors"), str(tmp_path / "b/m.safetensors"), "owner/name"])
    assert len(set(engines.names)) == 4
    for name, device, field in (("/etc/passwd", "auto", "engine"), ("owner/name", "warp", "device")):
        with pytest.raises(ParamError) as refused:
            engines.backend(name, device)
        assert (refused.value.field, refused.value.code) == (field, "not-a-choice")


def test_the_command_without_gradio_is_one_line(monkeypatch, capsys):
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert cli.main(["ui"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("outpaint: outpaint ui needs gradio: run pip install ")
    assert "[page]" in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    monkeypatch.setattr(metadata, "version", lambda name: "4.40.0")
    with pytest.raises(MissingExtra, match=r"gradio 6.31 or later \(4.40.0 is installed\)"):
        server.require_gradio()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--port", "70000"], "port: 70000 is outside 0..65535"),
        (["--host", "203.0.113.7", "--port", "0"], "cannot be used"),
        (["--dtype", "fp16"], "dtype: 'fp16' is an option of a model"),
        (["--max-megapixels", "0"], "is outside 0..1000"),
        (["--models", "/nowhere at all"], "no such folder"),
    ],
)
def test_bad_flags_are_one_line(monkeypatch, capsys, flags, message):
    monkeypatch.setattr(server, "require_gradio", lambda: None)
    monkeypatch.setattr("lib_outpaint.apps.page.require_gradio", lambda: None)
    monkeypatch.setitem(sys.modules, "uvicorn", io)  # never reached
    assert cli.main(["ui", *flags]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert message in error


def test_it_binds_to_this_machine_unless_told_otherwise():
    parser = cli.command_parser()
    assert parser.parse_args(["ui"]).host == "127.0.0.1"
    assert parser.parse_args(["ui"]).port == server.PORT
    assert ui.LANGUAGES[1:] == tuple(server.LANGUAGES)
