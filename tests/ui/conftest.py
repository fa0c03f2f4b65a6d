"""The harness as a server of its own, and browser tabs on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

HARNESS = Path(__file__).with_name("harness.py")
COFFEE = Path(__file__).parents[2] / "examples/coffee.jpg"


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    """The address of a running harness."""
    pytest.importorskip("gradio")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    home = f"http://127.0.0.1:{port}/"
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "no_proxy": "127.0.0.1,localhost",
        "GRADIO_TEMP_DIR": str(tmp_path_factory.mktemp("gradio")),
    }
    log = (tmp_path_factory.mktemp("harness") / "log").open("w+")
    server = subprocess.Popen(
        [sys.executable, str(HARNESS), str(port)], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    for _ in range(240):
        if server.poll() is not None:
            log.seek(0)
            pytest.fail(log.read())
        try:
            urllib.request.urlopen(home, timeout=5).close()
            break
        except OSError:
            time.sleep(0.25)
    yield home
    server.terminate()
    server.wait(20)


@pytest.fixture
def new_tab(browser, harness):
    """Opens tabs on the harness; at the end nothing may be wrong in any of them."""
    from browser import Tab

    contexts, tabs = [], []

    def opened(query: str = "", before: str = "", **options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options}))
        tab = Tab(contexts[-1].new_page(), harness)
        tabs.append(tab)
        if before:
            tab.page.add_init_script(before)
        tab.load_assets()
        tab.open(harness + query)
        return tab

    yield opened
    problems = [problem for tab in tabs for problem in tab.problems]
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def tab(new_tab):
    """A tab with a picture of 600x400 and our script chosen."""
    found = new_tab()
    found.upload(COFFEE)
    found.choose_script()
    found.handle("left").wait_for()
    return found


@pytest.fixture(scope="session")
def photo():
    return COFFEE


@pytest.fixture(scope="session")
def tall_photo(tmp_path_factory):
    """A picture of 120x200."""
    path = tmp_path_factory.mktemp("photos") / "tall.png"
    Image.open(COFFEE).convert("RGB").crop((0, 0, 120, 200)).save(path)
    return path
