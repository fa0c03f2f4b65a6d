"""Serving the page: its own folder for temporary files, one address a language, nothing from outside."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...errors import InputError, MissingExtra, ParamError
from ...messages import Message, message
from ...planning.limits import Limits
from .access import Guard, fetches_nothing, is_loopback
from .engines import Engines
from .language import LANGUAGES, TAGS, Texts, language_for

PORT = 7870
OLDEST_GRADIO = (6, 31)
MOST_UPLOAD = "256mb"


def require_gradio() -> None:
    """Says what to install.

    Raises:
        MissingExtra: Gradio is not installed, or is an older one.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("gradio")
    except PackageNotFoundError:
        raise MissingExtra("outpaint ui", "gradio", "page") from None
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST_GRADIO:
        wanted = ".".join(str(part) for part in OLDEST_GRADIO)
        raise MissingExtra("outpaint ui", f"gradio {wanted} or later ({found} is installed)", "page")


def bound(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        ParamError: the port is taken, or the host is none of this machine.
    """
    if not 0 <= port <= 65535:
        raise ParamError("port", port, "outside", low=0, high=65535)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(128)
    except OSError as error:
        found.close()
        raise ParamError("host", f"{host}:{port}", "address-unusable", reason=error.strerror or str(error)) from None
    return found


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for uploads and results that only this user can read; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="outpaint-"))
    before = os.environ.get("GRADIO_TEMP_DIR")
    os.environ["GRADIO_TEMP_DIR"] = str(folder)  # read when components are made and files come in
    try:
        yield folder
    finally:
        os.environ.pop("GRADIO_TEMP_DIR")
        if before is not None:
            os.environ["GRADIO_TEMP_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


def application(folder: Path, engines: Engines, limits: Limits, language: str, loopback: bool) -> Any:
    """The ASGI application: `/LANGUAGE/` for every language, `/` leads to the browser's own, `/results/TOKEN/NAME`.

    Args:
        folder: for temporary files, as from `temporary_folder`.
        language: "auto", or one of `LANGUAGES` for everybody.
        loopback: only this machine is served; requests by another host name are refused (DNS rebinding).
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: also no question for newer versions
    import gradio as gr
    from fastapi import FastAPI
    from gradio import processing_utils
    from starlette.requests import Request
    from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

    from . import look
    from .layout import build
    from .result_view import ROUTE
    from .session import Session, Shelf

    # Gradio would fetch any public address that a call names as its picture, and has no setting against it.
    processing_utils.async_ssrf_protected_download = fetches_nothing
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    shelf = Shelf()

    def start(request: Request) -> Response:
        tag = language if language != "auto" else language_for(request.headers.get("accept-language", ""))
        return RedirectResponse(f"{tag}/")

    def file(request: Request) -> Response:
        path = shelf.path(request.path_params["token"])
        if path is None or not path.is_file():
            return PlainTextResponse("gone", status_code=404)
        return FileResponse(path, headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"})

    app.add_route("/", start)
    app.add_route("/favicon.ico", lambda _: Response(look.ICON, media_type="image/svg+xml"))  # browsers ask for it anyway
    app.add_route(ROUTE + "/{token}/{name}", file)
    tags = list(LANGUAGES) if language == "auto" else [language]
    for tag in tags:
        say = Texts(tag)
        blocks = build(Session(folder, shelf), engines, limits, say, languages=len(tags) > 1)
        app = gr.mount_gradio_app(
            app,
            blocks,
            path=f"/{tag}",
            theme=look.theme(),
            css=look.css(),
            head=look.head(say),
            js=f"() => {{ document.documentElement.lang = '{TAGS[tag]}'; }}",
            footer_links=[],
            show_error=False,
            ssr_mode=False,
            run_history=False,
            pwa=False,
            mcp_server=False,
            enable_monitoring=False,
            max_file_size=MOST_UPLOAD,
        )
        # A mounted page is not marked as launched, and Gradio would then open any path that a call names as its picture.
        blocks.has_launched = True
    return Guard(app, loopback)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl+C and SIGTERM end the page in the usual way, so that its files are removed. uvicorn raises them once more."""

    def ended(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not end the cleaning up
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, ended)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def serve(
    engines: Engines,
    limits: Limits,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    language: str = "auto",
    browser: bool = True,
    say: Callable[[Message], object] = print,
) -> None:
    """Serves the page until it is interrupted.

    Args:
        port: 0 for any that is free.
        browser: whether to open one.
        say: gets a line with the address.

    Raises:
        MissingExtra: Gradio is not installed.
        ParamError: the address cannot be used.
        InputError: the page could not be started.
    """
    require_gradio()
    import uvicorn

    with _ended_by_signals(), bound(host, port) as listening, temporary_folder() as folder:
        app = application(folder, engines, limits, language, is_loopback(host))
        shown = "localhost" if not is_loopback(host) and host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, ws="none"))
        say(message("page-address", url=url))
        if browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        with contextlib.suppress(SystemExit):  # how newer uvicorns end when they cannot start
            server.run(sockets=[listening])
        if not server.started:
            raise InputError("page-not-started")
