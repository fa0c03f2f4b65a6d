"""What the server lets through, asked of it without a server."""

from __future__ import annotations

import asyncio

import pytest

from lib_outpaint.apps.page.access import Guard, fetches_nothing, is_loopback
from lib_outpaint.errors import PictureError


def answers(path="/", method="GET", loopback=True, kind="http", **headers):
    """The status the guard sends, or "passed" when it hands on the request."""
    sent = []

    async def app(scope, receive, send):
        sent.append("passed")

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").title().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "method": method, "headers": raw}
    asyncio.run(Guard(app, loopback)(scope, None, send))
    if sent == ["passed"]:
        return "passed"
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == b"refused"
    return sent[0]["status"]


@pytest.mark.parametrize(
    ("host", "loopback", "expected"),
    [
        ("localhost:7870", True, "passed"),
        ("LOCALHOST", True, "passed"),
        ("127.0.0.1", True, "passed"),
        ("127.9.9.9:1", True, "passed"),
        ("[::1]", True, "passed"),
        ("[::1]:7870", True, "passed"),
        ("", True, 403),
        ("evil.example", True, 403),
        ("127.0.0.1.evil.example:80", True, 403),
        ("192.168.1.5:7870", True, 403),
        ("evil.example", False, "passed"),
        ("192.168.1.5:7870", False, "passed"),
    ],
)
def test_a_local_server_answers_to_names_of_this_machine_alone(host, loopback, expected):
    assert answers(host=host, loopback=loopback) == expected


@pytest.mark.parametrize("path", ["/en/gradio_api/file=http://a/", "/en/gradio_api/FILE=HTTPS://a/", "/x/proxy=https://a/"])
@pytest.mark.parametrize("loopback", [True, False])
def test_no_address_is_fetched_for_anybody(path, loopback):
    assert answers(path, host="localhost", loopback=loopback) == 403


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "passed"),
        ({"origin": "http://localhost:1"}, "passed"),
        ({"origin": "HTTP://LOCALHOST:1"}, "passed"),
        ({"origin": "http://localhost:2"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "same-origin"}, "passed"),
        ({"sec_fetch_site": "none"}, "passed"),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "cross-site", "origin": "http://localhost:1"}, 403),
    ],
)
def test_only_a_page_of_this_server_may_send_something(headers, expected):
    for loopback in (True, False):
        assert answers(method="POST", host="localhost:1", loopback=loopback, **headers) == expected
        assert answers(method="HEAD", host="localhost:1", loopback=loopback, **headers) == "passed"


def test_what_is_no_request_is_handed_on():
    assert answers(kind="lifespan", host="evil.example") == "passed"


def test_no_other_site_may_frame_the_page():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"page"})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/", "method": "GET", "headers": [(b"host", b"localhost")]}
    asyncio.run(Guard(app, True)(scope, None, send))
    assert sent[0]["headers"] == [
        (b"content-type", b"text/html"),
        (b"content-security-policy", b"frame-ancestors 'self'"),
        (b"x-frame-options", b"SAMEORIGIN"),
    ]
    assert sent[1] == {"type": "http.response.body", "body": b"page"}


def test_a_picture_by_address_is_refused():
    with pytest.raises(PictureError) as raised:
        asyncio.run(fetches_nothing("https://a.example/a.png", None, limit=1))
    assert raised.value.code == "address-refused"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("example", False),
    ],
)
def test_what_counts_as_this_machine(host, local):
    assert is_loopback(host) is local
