"""`outpaint ui` inside this process: the folder it keeps, the browser it opens, and a page that cannot be started."""

from __future__ import annotations

import os
import signal
import sys
import threading
import urllib.request

import pytest

from lib_outpaint.apps.page import server
from lib_outpaint.apps.page.engines import Engines
from lib_outpaint.errors import InputError, ParamError
from lib_outpaint.messages import message
from lib_outpaint.planning.limits import Limits

LOCAL = {"host": "127.0.0.1", "port": 0}


@pytest.fixture
def uvicorn(monkeypatch):
    pytest.importorskip("gradio", minversion="6.31")
    from gradio import processing_utils

    # What building a page sets for the whole process is put back.
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", os.environ.get("GRADIO_ANALYTICS_ENABLED", "False"))
    monkeypatch.setattr(processing_utils, "async_ssrf_protected_download", processing_utils.async_ssrf_protected_download)
    return pytest.importorskip("uvicorn")


@pytest.mark.parametrize("before", [None, "another"])
def test_the_folder_is_removed_and_the_setting_before_comes_back(monkeypatch, before):
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    if before is not None:
        monkeypatch.setenv("GRADIO_TEMP_DIR", before)
    with server.temporary_folder() as folder:
        assert os.environ["GRADIO_TEMP_DIR"] == str(folder)
        (folder / "a").write_text("a")
    assert not folder.exists()
    assert os.environ.get("GRADIO_TEMP_DIR") == before


def test_a_port_that_is_taken_is_said_in_a_line():
    with server.bound("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ParamError) as raised:
            server.bound("127.0.0.1", port)
        assert (raised.value.code, raised.value.value) == ("address-unusable", f"127.0.0.1:{port}")
    for port in (-1, 65536):
        with pytest.raises(ParamError) as raised:
            server.bound("127.0.0.1", port)
        assert (raised.value.field, raised.value.code) == ("port", "outside")


@pytest.mark.skipif(sys.platform == "win32", reason="the socket's option is read as on POSIX")
def test_two_servers_share_no_port_on_windows(monkeypatch):
    """SO_REUSEADDR would let them there."""
    import socket

    with monkeypatch.context() as patched:
        patched.setattr(server.os, "name", "nt")
        found = server.bound("127.0.0.1", 0)
    with found, server.bound("127.0.0.1", 0) as usual:
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 0
        assert usual.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) != 0


def test_the_page_opens_in_the_browser_and_ends_on_a_signal(uvicorn, monkeypatch):
    said, opened, ended = [], [], signal.getsignal(signal.SIGTERM)
    done = threading.Event()

    def browse(url):
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
                opened.append((url, answer.url, answer.status, "Directional outpaint" in answer.read().decode()))
        finally:
            done.set()
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(server.webbrowser, "open", browse)
    server.serve(Engines(), Limits(), **LOCAL, language="en", say=said.append)
    assert done.wait(1)
    assert len(opened) == 1
    url = opened[0][0]
    assert opened == [(url, f"{url}en/", 200, True)]
    assert said == [message("page-address", url=url)]
    assert signal.getsignal(signal.SIGTERM) is ended


def test_addresses_lead_to_the_language_and_to_results_that_are_there(uvicorn, monkeypatch, tmp_path):
    from starlette.testclient import TestClient

    from lib_outpaint.apps.page import session

    shelf = session.Shelf()
    monkeypatch.setattr(session, "Shelf", lambda: shelf)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    page = TestClient(
        server.application(tmp_path, Engines(), Limits(), "auto", True), "http://localhost", follow_redirects=False
    )
    for accepted, tag in (("zh-CN,en;q=0.5", "zh/"), ("fr", "en/")):
        assert page.get("/", headers={"Accept-Language": accepted}).headers["location"] == tag
    (tmp_path / "a.txt").write_text("grown")
    token = shelf.put(tmp_path / "a.txt")
    found = page.get(f"/results/{token}/any name")
    assert (found.status_code, found.text, found.headers["x-content-type-options"]) == (200, "grown", "nosniff")
    assert (page.get("/results/another/a.txt").status_code, page.get("/openapi.json").status_code) == (404, 404)
    (tmp_path / "a.txt").unlink()
    assert page.get(f"/results/{token}/a.txt").status_code == 404
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_a_page_that_cannot_be_started_is_an_error(uvicorn, monkeypatch):
    async def fails(scope, receive, send):
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    opened = []
    monkeypatch.setattr(server, "application", lambda *_: fails)
    monkeypatch.setattr(server.webbrowser, "open", opened.append)
    with pytest.raises(InputError) as raised:
        server.serve(Engines(), Limits(), **LOCAL, browser=False)
    assert raised.value.code == "page-not-started"
    assert opened == []


def test_a_server_that_ends_by_itself_is_no_error(uvicorn, monkeypatch):
    """And 0.0.0.0 is no address to open."""

    async def empty(scope, receive, send):
        raise AssertionError("nothing is asked")

    class Ended(uvicorn.Server):
        async def main_loop(self):
            assert self.started

    monkeypatch.setattr(uvicorn, "Server", Ended)
    monkeypatch.setattr(server, "application", lambda *_: empty)
    said = []
    server.serve(Engines(), Limits(), host="0.0.0.0", port=0, browser=False, say=said.append)
    assert str(said[0]).startswith("page: http://localhost:")
