"""Any flags of the command line: done or refused, with no traceback."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from strange_texts import texts

from lib_outpaint.apps import cli
from lib_outpaint.parameters.params import DECLARED
from lib_outpaint.parameters.sampling import SAMPLING

FLAGS = [f"--{p.name.replace('_', '-')}" for p in DECLARED if p.name not in ("compare",)]
OTHER_FLAGS = [*(f"--{one.name}" for one in SAMPLING), "--count", "--max-megapixels", "--prompt", "--dtype"]
VALUES = st.one_of(
    st.sampled_from(
        [
            "0",
            "8",
            "16",
            "-1",
            "nan",
            "inf",
            "1e9",
            "edge",
            "noise",
            "px",
            "%",
            "16:9",
            "200x99",
            "none",
            "both",
            "together",
            "left: a",
            "",
            " ",
            "--",
            "-o",
            "/",
            "天",
            "1.5",
            "off",
            "auto",
            "1_0",
            "0x10",
        ]
    ),
    texts,
)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "photo.png"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


@settings(max_examples=80)
@given(st.lists(st.tuples(st.sampled_from([*FLAGS, *OTHER_FLAGS]), VALUES), max_size=4))
def test_any_flags_end_with_0_or_2_and_never_a_traceback(photo: Path, flags: list[tuple[str, str]]) -> None:
    out, said, told = photo.parent / "out.png", io.StringIO(), io.StringIO()
    words = [
        "-q",
        "image",
        str(photo),
        "-o",
        str(out),
        "--left",
        "8",
        "--fill",
        "edge",
        *(f"{name}={value}" for name, value in flags),
        "--dry-run",
        "--json",
    ]
    with redirect_stdout(said), redirect_stderr(told):
        try:
            code: Any = cli.main(words)
        except SystemExit as error:  # argparse
            code = error.code
    assert code in (0, 2)
    assert not out.exists()
    if code == 0:
        assert json.loads(said.getvalue())["canvas"]
    else:
        assert said.getvalue() == ""
        assert "Traceback" not in told.getvalue()
        assert told.getvalue().strip()
