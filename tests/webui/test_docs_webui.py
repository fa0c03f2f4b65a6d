"""The documents' commands that need a running WebUI."""

from dataclasses import replace

import pytest
from docs_blocks import marked, run_block, small_examples


@pytest.mark.parametrize("block", marked("webui"), ids=str)
def test_commands_of_the_documents(block, webui, tmp_path, monkeypatch):
    small_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    run_block(replace(block, text=block.text.replace("http://127.0.0.1:7860", webui.url)), tmp_path)
