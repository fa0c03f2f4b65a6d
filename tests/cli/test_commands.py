"""The program itself, the flags of its models, and `outpaint inspect`."""

import argparse
import json
import runpy
import sys

import pytest
import torch
from command_runs import run
from safetensors.torch import save_file

from lib_outpaint.apps.cli.model_flags import add_model_flags, model_options
from lib_outpaint.version import __version__


def test_files_of_loras_take_a_weight_and_a_drive_keeps_its_colon():
    parser = argparse.ArgumentParser()
    add_model_flags(parser)
    words = [part for text in ("a.safetensors", "b.safetensors:0.5", "C:\\c.safetensors") for part in ("--lora", text)]
    assert model_options(parser.parse_args(words))["loras"] == [
        ("a.safetensors", 1.0),
        ("b.safetensors", 0.5),
        ("C:\\c.safetensors", 1.0),
    ]


def test_it_runs_as_a_module_and_does_nothing_when_it_is_imported(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["outpaint", "--version"])
    runpy.run_module("lib_outpaint.__main__", run_name="lib_outpaint.imported")
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("lib_outpaint", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"outpaint {__version__}\n"


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "json"])
def test_inspect_says_what_a_file_is_and_goes_on_after_one_that_is_none(tmp_path, capsys, words):
    good, bad = tmp_path / "good.safetensors", tmp_path / "bad.ckpt"
    save_file({"lora_unet_x.lora_down.weight": torch.zeros(4, 8), "lora_unet_x.lora_up.weight": torch.zeros(8, 4)}, good)
    bad.write_bytes(b"PK\x03\x04")
    assert run("inspect", bad, good, *words) == 2
    said = capsys.readouterr()
    assert "bad.ckpt: " in said.err
    assert said.err.count("\n") == 1
    if words:
        (record,) = json.loads(said.out)
        assert (record["file"], record["kind"], record["rank"]) == (str(good), "lora", 4)
    else:
        assert "good.safetensors" in said.out
        assert "LoRA" in said.out


def test_the_page_is_announced_before_it_is_loaded(monkeypatch, capsys):
    from lib_outpaint.apps import page

    told = []
    monkeypatch.setattr(page, "require_gradio", lambda: None)
    monkeypatch.setattr(page, "serve", lambda *args, **options: told.append(capsys.readouterr().out))
    assert run("ui", "--no-browser") == 0
    assert told == ["starting the page; this takes a few seconds\n"]
    assert run("ui", "--no-browser", "-q") == 0
    assert told[1] == ""


def test_a_large_picture_is_ruled_by_the_same_limit_as_its_canvas(tmp_path, monkeypatch, capsys):
    from PIL import Image

    from lib_outpaint.images import reading

    monkeypatch.setattr(reading, "MOST_PIXELS", 1000)
    Image.new("L", (100, 60)).save(tmp_path / "large.png")
    words = ("image", tmp_path / "large.png", "-l", "8", "--dry-run", "--max-megapixels")
    assert run(*words, "0.004") == 2
    assert "--max-megapixels" in capsys.readouterr().err
    assert run(*words, "0.01") == 0
