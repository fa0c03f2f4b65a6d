"""File names that the terminal's encoding does not have: on Windows a redirected output has only 200 letters."""

import contextlib
import io
import json

import pytest

from lib_outpaint.apps.cli.console import Console


@pytest.fixture(params=["cp1252", "ascii", "utf-8"])
def streams(request):
    return [io.TextIOWrapper(io.BytesIO(), encoding=request.param) for _ in range(2)]


@contextlib.contextmanager
def going_to(streams):
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        yield


def written(stream):
    stream.flush()
    return stream.buffer.getvalue().decode(stream.encoding)


NAME = "ä天\udcff.png"  # the last letter stands for a byte that is no text, as Linux has in names


def test_lines_and_errors_are_escaped_rather_than_lost(streams):
    with going_to(streams):
        Console().say(f"{NAME}: 72x48")
        Console().error(f"{NAME}: cannot be read")
    for stream, rest in zip(streams, ("72x48", "cannot be read"), strict=True):
        text = written(stream)
        assert rest in text
        assert "\\udcff" in text
        assert ("天" in text) == (stream.encoding == "utf-8")
        assert ("ä" in text) == (stream.encoding != "ascii")


def test_json_comes_back_as_it_was(streams):
    with going_to(streams):
        Console(json=True).data({"file": NAME})
    assert json.loads(written(streams[0])) == {"file": NAME}


def test_what_the_encoding_has_is_written_plainly(streams):
    with going_to(streams):
        Console().say("plain.png: 72x48")
    assert written(streams[0]).splitlines() == ["plain.png: 72x48"]
