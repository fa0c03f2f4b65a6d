"""The documents' commands that open the page: they serve it until they are ended."""

import urllib.request

import pytest
from docs_blocks import command_lines, marked, small_examples, words_of

from .conftest import Server


@pytest.mark.parametrize("block", marked("page"), ids=str)
def test_commands_of_the_documents(block, tmp_path, monkeypatch):
    pytest.importorskip("gradio", minversion="6.31")
    small_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    for line in command_lines(block.text):
        words = words_of(line)
        assert words is not None, f"{block}: {line}"
        assert words[0] == "ui", f"{block}: {line}"
        server = Server(tmp_path, *words[1:])
        try:
            with urllib.request.urlopen(server.url, timeout=20) as answer:
                assert answer.status == 200
                assert b"<html" in answer.read()
        finally:
            assert server.stop() == 0, "".join(server.said)
