"""The API with any body: done, or refused with a message; never a server error, an opened path or a told secret."""

import base64
import importlib
import io
import logging
import math
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from png_files import png_of

from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Params

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

SECRETS = ("sesame-in-the-password", "sesame-in-the-user")
AUTH = (SECRETS[1], SECRETS[0])
opened: list[str] = []
watching: list[bool] = []


def _hook(event, arguments):
    if watching and event in ("open", "os.listdir", "os.scandir", "glob.glob", "socket.connect", "subprocess.Popen"):
        opened.append(f"{event}: {arguments[0]}")


sys.addaudithook(_hook)  # cannot be taken back; it does nothing while nobody watches


@pytest.fixture
def client(host):
    host.shared.cmd_opts.api, host.shared.cmd_opts.api_auth = True, ":".join(AUTH)
    app = fastapi.FastAPI()
    importlib.import_module("lib_outpaint.webui.script.routes").add(None, app)
    yield testclient.TestClient(app)
    host.shared.cmd_opts.api_auth = None


def picture(width=20, height=16):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


PATHS = [
    "/etc/passwd",
    "file:///etc/passwd",
    "../../params.txt",
    "C:\\Windows\\win.ini",
    "\\\\server\\share\\x.png",
    "http://127.0.0.1:9/x.png",
    "https://example.org/a.png",
    "data:image/png;base64,/etc/passwd",
    "~/.ssh/id_rsa",
    "/dev/zero",
    "plain.safetensors",
    "//etc/passwd",
    "L2V0Yy9wYXNzd2Q=",
]
texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=10), st.sampled_from([*PATHS, "left", "px", "1", "nan"])
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.integers(0, 200), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)
parameters = st.dictionaries(
    st.one_of(st.sampled_from([*(p.name for p in DECLARED), "pixels", "direction"]), texts), values, max_size=4
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "width": st.one_of(st.integers(1, 300), values),
        "height": st.one_of(st.integers(1, 300), values),
        "image": st.one_of(st.just(picture()), st.sampled_from(PATHS), values),
        "params": st.one_of(st.just({"left": 8}), parameters, values),
        "seed": st.one_of(st.just(1), values),
        "override_settings": st.one_of(
            st.dictionaries(st.sampled_from(["sd_model_checkpoint", "sd_vae", "outpaint_x"]), values), values
        ),
        "anything": values,
    },
)


def finite(value):
    """JSON has no NaN; how a client's library sends one is its own affair."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list) else value


FUZZ = {"suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


@settings(max_examples=200, **FUZZ)
@given(st.sampled_from(["plan", "preview"]), bodies)
@example("plan", {"width": 10, "height": 10, "params": {"left": 8, "compare": "fill=a\rb"}})
@example("plan", {"width": 10, "height": 10, "params": {"left": 8, "side_prompts": "left 99999999999999999999: a"}})
@example("plan", {"width": 65536, "height": 976, "params": {"left": 1, "step": 1}})
def test_any_body_is_answered_or_refused_with_a_message(client, path, body):
    response = client.post(f"/outpaint/v1/{path}", json=finite(body), auth=AUTH)
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        detail = response.json()["detail"]
        assert detail
        assert "Traceback" not in str(detail)


@settings(max_examples=60, **FUZZ)
@given(
    st.sampled_from(["plan", "preview"]),
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"",
                b"null",
                b"[]",
                b'"x"',
                b"{",
                b"NaN",
                b'{"width": NaN, "height": 5}',
                b'{"params": {"left": 1e999}}',
                b"[" * 100_000,
                b'{"width":' + b"9" * 5000 + b"}",
                b'{"params":{"left":Infinity},"width":9,"height":9}',
                b"\xff\xfe{\0}\0",
                b'{"a":"\\ud800"}',
            ]
        ),
    ),
)
def test_a_body_that_is_no_json_object_is_refused(client, path, body):
    response = client.post(f"/outpaint/v1/{path}", content=body, headers={"content-type": "application/json"}, auth=AUTH)
    assert 400 <= response.status_code < 500


@settings(max_examples=150, **FUZZ)
@given(st.one_of(st.lists(values, max_size=31), parameters.map(lambda named: [named])), st.booleans())
def test_any_script_arguments_are_parameters_or_one_line(host, arguments, is_api):
    found = importlib.import_module("lib_outpaint.webui.script.arguments")
    from lib_outpaint.errors import ParamError

    try:
        assert isinstance(found.params_from(arguments), Params)
    except ParamError as error:
        text = str(error)
    else:
        text = "fine"
    assert text
    assert "\n" not in text.replace("\\n", "")


def watched(call):
    """What a call opens, beyond Python's own modules."""
    opened.clear()
    watching.append(True)
    try:
        call()
    finally:
        watching.clear()
    return [entry for entry in opened if not entry.split(".")[-1].startswith(("py", "so")) and "/lib/python" not in entry]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("route", ["plan", "preview"])
def test_no_request_opens_a_path(client, route, path):
    """Every text of a request, the picture above all: only what the request itself holds is read."""
    texts = {p.name: path for p in DECLARED if p.kind == "text"}
    bodies = [
        {"image": path, "params": {"left": 8}},
        {"image": picture(), "params": {"left": 8, "controlnet_model": path}},
        {"image": picture(), "params": {"left": 8, "loras": path}},
        {"image": picture(), "params": {"left": 8}, "override_settings": {"sd_model_checkpoint": path, "sd_vae": path}},
        {"image": picture(), "params": {"left": 8, **texts}},
        {"width": 9, "height": 9, "image": None, "params": {"fill": path}},
    ]
    client.post(f"/outpaint/v1/{route}", json=bodies[1], auth=AUTH)  # imports what it needs
    for body in bodies:
        found = watched(lambda body=body: client.post(f"/outpaint/v1/{route}", json=body, auth=AUTH))
        assert not [entry for entry in found if "passwd" in entry or path in entry or not entry.startswith("open")], found
        assert found == []


def test_the_watch_sees_what_is_opened(tmp_path):
    """The test above can fail."""
    (tmp_path / "x.txt").write_text("x", encoding="utf8")
    assert watched(lambda: (tmp_path / "x.txt").read_text(encoding="utf8")) == [f"open: {tmp_path / 'x.txt'}"]


def test_no_log_line_holds_a_credential(client, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    bodies = [
        {"width": 9, "height": 9, "params": {"left": 8}},
        {"image": picture(), "params": {"left": 8}},
        {"params": {"left": 8}},
        {"width": 9, "height": 9, "params": {"left": 8}, "override_settings": {"sd_model_checkpoint": "none"}},
    ]
    for auth in (AUTH, (AUTH[0], "wrong"), None):
        for body in bodies:
            for route in ("plan", "preview"):
                answer = client.post(f"/outpaint/v1/{route}", json=body, auth=auth)
                assert not any(secret in answer.text for secret in SECRETS)
    said = capsys.readouterr()
    for secret in (*SECRETS, base64.b64encode(":".join(AUTH).encode()).decode()):
        assert secret not in caplog.text + said.out + said.err


def test_a_decompression_bomb_in_a_request_is_refused(client):
    body = {"image": base64.b64encode(png_of(60_000, 60_000)).decode(), "params": {"left": 8}}
    for route in ("plan", "preview"):
        answer = client.post(f"/outpaint/v1/{route}", json=body, auth=AUTH)
        assert answer.status_code == 422
        assert "89 MP" in answer.json()["detail"]


@pytest.mark.parametrize("name", [p.name for p in DECLARED if p.kind == "text"])
def test_texts_of_any_length_are_refused(client, name):
    body = {"width": 9, "height": 9, "params": {"left": 8, name: "a" * 1_000_000}}
    answer = client.post("/outpaint/v1/plan", json=body, auth=AUTH)
    assert answer.status_code == 422
    assert "is longer than 20,000 characters" in answer.json()["detail"]
    assert len(answer.text) < 300


@settings(max_examples=200, **FUZZ)
@given(
    st.dictionaries(
        st.sampled_from([p.name for p in DECLARED if p.kind == "text"]),
        st.one_of(
            texts,
            st.lists(st.sampled_from(['"', ",", ":", "\n", "\r", " ", "a", "\\", "512x512", "天"]), max_size=6).map("".join),
        ).map(lambda t: t.rstrip("\n")),
        max_size=3,
    )
)
def test_texts_come_back_through_the_hosts_own_quoting(host, values):
    """The host quotes what extensions hand it by rules of its own, and reads it by its grammar."""
    grammar = importlib.import_module("modules.infotext_utils")
    infotext = importlib.import_module("lib_outpaint.webui.script.infotext")
    params = Params(left=8, **values)
    entries = {"Steps": 20, "Seed": 1, "Size": "512x512", **infotext.guarded(codecs.to_infotext(params))}
    line = ", ".join(key if key == value else f"{key}: {grammar.quote(value)}" for key, value in entries.items())
    assert codecs.from_infotext(grammar.parse_generation_parameters(f"a prompt\n{line}")) == params


@pytest.mark.parametrize(("length", "status"), [("300000000", 413), ("9" * 30, 413), (None, 411), ("-1", 411), ("x", 411)])
def test_a_long_body_is_refused_before_it_is_read(client, length, status):
    def body():
        yield b'{"width": 9, "height": 9, "params": {"left": 8}}'

    headers = {"content-type": "application/json", **({"content-length": length} if length else {})}
    answer = client.post("/outpaint/v1/plan", content=body(), headers=headers, auth=AUTH)
    assert answer.status_code == status
    assert answer.json()["detail"]
