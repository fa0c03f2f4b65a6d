"""Who can use the page, and what it must not give away: axe, widths, and requests that no page of ours makes."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from .conftest import ROOT, generated, load, result_size, set_number

SERIOUS = ("serious", "critical")


def serious(page):
    """What axe finds serious, as lines."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{v['id']}: {node['target']} {node['failureSummary']}"
        for v in found
        if v["impact"] in SERIOUS
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(open_page, photo, scheme, width):
    page = open_page("zh/" if scheme == "dark" else "en/", color_scheme=scheme, viewport={"width": width, "height": 844})
    load(page, photo)
    set_number(page, "left", 48)
    for group in page.locator(".outpaint-group button.label-wrap").all():
        group.click()
    page.locator("#outpage_generate").click()
    assert result_size(page) == [248, 150]
    page.locator("#outpage_status progress").wait_for(state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not serious(page), "\n".join(serious(page))


def test_on_a_telephone_the_button_is_never_out_of_reach(open_page, photo):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    load(page, photo)
    page.locator("#outpaint_stage").scroll_into_view_if_needed()
    box = page.locator("#outpage_generate").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 844
    set_number(page, "left", 16)
    generated(page)
    page.wait_for_timeout(600)
    shown = page.locator("#outpage_result .outpage-pair").bounding_box()
    assert shown["y"] < 844 - 72, "the result is not scrolled to"


def answer(server, path, method="GET", body=None, **headers):
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request(method, path, body, headers)
    found = connection.getresponse()
    return found.status, found.read()


@pytest.mark.parametrize(
    "path",
    [
        "/en/gradio_api/file=/etc/hostname",
        f"/en/gradio_api/file={ROOT}/README.md",
        "/en/gradio_api/file=README.md",
        "/zh/gradio_api/file=../../README.md",
        "/en/gradio_api/file=http://127.0.0.1:1/",
        "/en/gradio_api/file=https://a.example/",
        "/en/gradio_api/proxy=https://a.example/",
        "/results/none/a.png",
        "/results/../README.md",
        "/results/none/%2e%2e%2f%2e%2e%2fREADME.md",
        "/en/gradio_api/runs",
    ],
)
def test_no_path_and_no_address_of_a_request_is_opened(server, path):
    status, body = answer(server, path)
    assert status in (403, 404)
    assert b"Directional Outpaint" not in body


FILE = {"_type": "gradio.FileData"}
COFFEE = str(ROOT / "examples/coffee.jpg")


@pytest.mark.parametrize(
    "picture",
    [
        {"path": COFFEE, "meta": FILE},
        {"path": COFFEE},
        {"path": COFFEE, "meta": {"_type": "another"}},
        [{"path": COFFEE}],
        COFFEE,
        {"path": "https://a.example/a.png", "meta": FILE},
        {"path": "https://a.example/a.png"},
        {},
    ],
)
def test_a_path_or_an_address_in_place_of_an_upload_is_refused(server, picture):
    """The picture of a call is an upload of this page, neither a file of this machine nor one of the net."""
    config = json.loads(answer(server, "/en/config")[1])
    load = next(d for d in config["dependencies"] if d["api_name"] == "load")
    body = {"data": [None, picture], "fn_index": load["id"], "session_hash": "abc", "event_data": None}
    before = len(server.said)
    status, said = answer(
        server, "/en/gradio_api/run/predict", "POST", json.dumps(body), **{"Content-Type": "application/json"}
    )
    assert status != 200 or b"not uploaded to this page" in said
    assert b"600x400" not in said
    if status != 200 and "https" in str(picture):
        deadline = time.monotonic() + 5
        while not any("addresses are not opened" in line for line in server.said[before:]):
            assert time.monotonic() < deadline, server.said[before:]
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 200),
    ],
)
def test_what_another_site_sends_is_refused(server, headers, status):
    """A browser sends a form of any site to any address; Gradio would keep the file."""
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\na\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert answer(server, "/en/gradio_api/upload", "POST", body, **kind, **headers)[0] == status
    assert answer(server, "/", **headers)[0] == 307  # a link from there may lead here


@pytest.mark.parametrize(
    ("host", "status"), [("evil.example", 403), ("localhost", 307), ("127.0.0.1:1", 307), ("[::1]:7", 307)]
)
def test_other_names_for_this_machine_are_refused(server, host, status):
    assert answer(server, "/", Host=host)[0] == status


def test_the_icon_that_browsers_ask_for_is_there(server):
    status, body = answer(server, "/favicon.ico")
    assert status == 200
    assert body.startswith(b"<svg")


def test_nothing_is_asked_from_elsewhere_in_any_language(open_page):
    for path in ("en/", "zh/"):
        page = open_page(path)
        addresses = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).host)")
        assert set(addresses) <= {urlsplit(page.url).netloc}


def test_no_english_is_left_on_the_chinese_page(open_page, photo):
    page = open_page("zh/")
    load(page, photo)
    set_number(page, "left", 48)
    for group in page.locator(".outpaint-group button.label-wrap").all():
        group.click()
    page.locator("#outpage_generate").click()
    result_size(page)
    shown = page.evaluate("""() => {
        const found = [];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            if (!walk.currentNode.parentElement.closest('script, style, .outpaint-hidden')) {
                found.push(walk.currentNode.nodeValue.trim());
            }
        }
        for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
            if (!element.closest('.outpaint-hidden')) {
                found.push(...['aria-label', 'placeholder', 'title', 'alt'].map((name) => element.getAttribute(name)));
            }
        }
        for (const box of document.querySelectorAll('input[role=listbox]')) {
            found.push(box.value);
        }
        return found.filter(Boolean);
    }""")
    chinese = json.loads((ROOT / "localizations/zh_CN.json").read_text(encoding="utf8"))
    assert [text for text in shown if chinese.get(text, text) != text] == []
    assert any("次采样" in text for text in shown)  # the stage's line
    assert any("草稿：" in text for text in shown)  # the result's notes
