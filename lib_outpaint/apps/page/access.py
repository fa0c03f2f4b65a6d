"""What the page's server refuses, before anything else sees the request."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from ...errors import PictureError

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
# A page of another site could lay its own over ours in a frame and have its visitor press our buttons.
_NOT_FRAMED = [(b"content-security-policy", b"frame-ancestors 'self'"), (b"x-frame-options", b"SAMEORIGIN")]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that binds to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def fetches_nothing(url: str, *_: Any, **__: Any) -> str:
    """In place of Gradio's download of an image by its address.

    Raises:
        PictureError: always.
    """
    raise PictureError("address-refused", url=url)


class Guard:
    """Refuses what no page of ours asks: other host names on a local server, what another site sends (Gradio keeps the
    answer from that site, but does what it asks), and fetching addresses for somebody. No other site may frame the page.

    Args:
        app: the ASGI application behind it.
        loopback: only this machine is served.
    """

    def __init__(self, app: Any, loopback: bool) -> None:
        self._app = app
        self._loopback = loopback

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """An ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._allowed(scope):
            await self._app(scope, receive, lambda message: send(_not_framed(message)))
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"refused"})

    def _allowed(self, scope: Any) -> bool:
        path = scope["path"].lower()
        if "/file=http:" in path or "/file=https:" in path or "/proxy=" in path:
            return False
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if scope["method"] not in ("GET", "HEAD") and not _own(headers, host):
            return False
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        return not self._loopback or name.lower() in _LOOPBACK_NAMES or is_loopback(name.strip("[]"))


def _own(headers: Mapping[str, str], host: str) -> bool:
    """Whether a request comes from a page of this server, or from no browser. Old browsers name only the origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == host.lower()


def _not_framed(message: Any) -> Any:
    if message["type"] != "http.response.start":
        return message
    return {**message, "headers": [*message.get("headers", []), *_NOT_FRAMED]}
