"""The page as a user starts it, in a process of its own, and a browser that reaches nothing else.

Needs Gradio, playwright and a Chromium of the system; .ci runs it with a current Gradio.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
# What Gradio's own client says whenever a stream of events has ended.
STREAM_ENDED = "Method not implemented."
PATIENCE = 20_000  # ms


class Server:
    """`outpaint ui`, started and stopped."""

    def __init__(self, folder: Path, *flags: str) -> None:
        environment = {**os.environ, "TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lib_outpaint", "ui", "--no-browser", "--port", "0", *flags],
            cwd=ROOT,
            text=True,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(r"http://\S+/", line)
            if found:
                self.url = found[0]
                break
        else:
            pytest.fail("".join(self.said))
        threading.Thread(target=self._read, daemon=True).start()  # a full pipe would stop it

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said += self.process.stdout

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    pytest.importorskip("gradio", minversion="6.31")
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()
    assert not list(running.folder.glob("outpaint-*")), "temporary files are left"
    said = "".join(running.said)
    # Tests ask for paths and addresses, and for pictures that are none.
    refused = sum(
        said.count(f"\n{error}")
        for error in ("gradio.exceptions.InvalidPathError", "pydantic_core.", "lib_outpaint.errors.PictureError: https:")
    )
    assert said.count("Traceback") == refused, said


@pytest.fixture
def open_page(browser, server):
    """Opens a page in a context of its own; at the end its console must be clean and nothing asked from elsewhere."""
    contexts, problems, strangers = [], [], []

    def opened(path="en/", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "accept_downloads": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning") and message.text != STREAM_ENDED and problems.append(message.text)
            ),
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}"))

        def gate(route):
            if route.request.url.startswith(server.url):
                route.continue_()
            else:
                strangers.append(route.request.url)
                route.abort()

        page.route(re.compile("^(?!data:|blob:)"), gate)
        page.goto(server.url + path)
        page.locator("#outpage_generate").wait_for(state="visible")
        page.locator("#outpaint_stage .outpaint-view").wait_for(state="visible")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert strangers == []
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def photo(tmp_path_factory) -> Path:
    """A photo of 200x150."""
    from skimage import data

    path = tmp_path_factory.mktemp("photos") / "coffee cup.png"
    Image.fromarray(np.ascontiguousarray(data.coffee()[100:250, 200:400])).save(path)
    return path


def load(page, path: Path) -> None:
    """Uploads a picture and waits until the stage shows it."""
    page.locator("#outpage_source input[type=file]").set_input_files(str(path))
    page.locator("#outpaint_stage.outpaint-has-picture").wait_for()


def amount(page, side: str):
    return page.locator(f"#outpaint_{side} input[type=number]")


def set_number(page, control: str, value: object) -> None:
    box = page.locator(f"#outpaint_{control} input[type=number]")
    box.fill(str(value))
    box.press("Tab")


def generated(page) -> str:
    """Presses Generate and waits for the end; the status line."""
    page.locator("#outpage_generate").click()
    return ended(page)


def ended(page) -> str:
    page.wait_for_function("""() => {
        const status = document.querySelector('#outpage_status');
        const stop = document.querySelector('#outpage_interrupt');
        const text = status.innerText.trim();
        return text && !status.querySelector('progress') && !(stop && stop.offsetParent) &&
            (/ in [0-9.]+ s/.test(text) || status.querySelector('[role=alert]') || /[Ii]nterrupted/.test(text));
    }""")
    return page.locator("#outpage_status").inner_text().strip()


def result_size(page) -> list[int]:
    """The size of the result as the browser decoded it."""
    image = page.locator("#outpage_result img.outpage-after")
    image.wait_for()
    return image.evaluate("async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }")
