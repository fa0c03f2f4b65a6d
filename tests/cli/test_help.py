"""The help: short for most, whole on demand, with every word explained; and in colour on a terminal."""

import re

import pytest
from command_runs import run
from terminals import pretend

from lib_outpaint.apps.cli import command_parser, commands_of, help_texts
from lib_outpaint.backends.draft import Draft
from lib_outpaint.parameters.params import DECLARED
from lib_outpaint.parameters.sampling import SAMPLING

COMMANDS = commands_of(command_parser())


def shown(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 0
    return capsys.readouterr().out


def flags_in(text):
    return re.findall(r"^ +(?:-\w(?: \w+)?, )?(--[a-z-]+)", text, re.MULTILINE)


def test_the_short_help_has_about_a_dozen_options_and_three_examples(capsys):
    text = shown(capsys, "image", "-h")
    flags = flags_in(text)
    assert 10 <= len(set(flags) - {"--help", "--help-all"}) <= 14
    assert {"--left", "--aspect", "--engine", "--prompt", "--dry-run"} <= set(flags)
    assert len(re.findall(r"^  outpaint image ", text, re.MULTILINE)) == 3
    assert len(text.splitlines()) < 50
    hidden = set(COMMANDS["image"].flags()) - set(re.findall(r"--?[a-z-]+", text))
    assert f"--help-all explains {len([flag for flag in hidden if flag.startswith('--')])} more options" in text


def test_the_whole_help_has_every_option_in_groups(capsys):
    text = shown(capsys, "image", "--help-all")
    every = {flag for flag in COMMANDS["image"].flags() if flag.startswith("--")}
    assert set(flags_in(text)) == every
    assert len(every) > 50
    for group in help_texts.GROUPS:
        assert re.search(rf"^{group}:\n  ", text, re.MULTILINE), group


@pytest.mark.parametrize("command", ["image", "folder", "evaluate", "ui"])
def test_the_whole_help_explains_the_words(capsys, command):
    text = shown(capsys, command, "--help-all")
    words = text[text.index("\nwords:") :]
    for word in ("band", "prefill", "LoRA", "ControlNet", "VAE", "seed", "denoising strength", "checkpoint", "latents"):
        assert re.search(rf"^  {word} ", words, re.MULTILINE), word


def test_no_command_is_without_a_help(capsys):
    for name in COMMANDS:
        assert shown(capsys, name, "-h").startswith(f"usage: outpaint {name}")
    listed = shown(capsys, "-h")
    assert all(re.search(rf"^ +{name} ", listed, re.MULTILINE) for name in COMMANDS)


ALONE = ("reference", "edit_instruction", "hires_scaler", "controlnet_tile")


def test_what_needs_a_model_says_so(capsys):
    text = re.sub(r"-\n +", "-", shown(capsys, "image", "--help-all"))
    text = re.sub(r"\n {10,}", " ", text)
    draft = Draft().capabilities().features
    needy = [param.name for param in (*DECLARED, *SAMPLING) if param.feature and param.feature not in draft]
    assert {"loras", "side_prompts", "controlnet", "mask_weight", "steps"} <= set(needy)
    for name in [*needy, "prompt", "negative_prompt"]:
        line = next(line for line in text.splitlines() if re.match(rf" +--{name.replace('_', '-')} ", line))
        where = "In the WebUI alone" if name in ALONE else "Needs --engine diffusers"
        assert where in line, name
    assert "and --controlnet-file" in next(line for line in text.splitlines() if "--controlnet-weight" in line)


def test_the_four_sides_have_a_letter_each_that_nothing_else_has():
    for name in ("image", "folder", "evaluate"):
        actions = COMMANDS[name]._option_string_actions
        assert [actions[flag].dest for flag in ("-l", "-r", "-u", "-d")] == [
            f"param_{s}" for s in ("left", "right", "up", "down")
        ]


def test_headings_are_bold_on_a_terminal_alone(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b" not in shown(capsys, "image", "--help-all")
    pretend(monkeypatch, "stdout")
    assert "\x1b[1mexamples:\x1b[0m" in shown(capsys, "image", "--help-all")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(capsys, "image", "--help-all")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_errors_are_red_on_a_terminal_unless_nobody_wants_it(capsys, monkeypatch, name, value):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    pretend(monkeypatch, "stderr")
    assert run("image", "none.png", "-l", 8) == 2
    assert capsys.readouterr().err == "\x1b[1;31moutpaint:\x1b[0m none.png: no such file\n"
    monkeypatch.setenv(name, value)
    assert run("image", "none.png", "-l", 8) == 2
    assert capsys.readouterr().err == "outpaint: none.png: no such file\n"


def test_color_can_be_forced(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("image", "none.png", "-l", 8) == 2
    assert capsys.readouterr().err.startswith("\x1b[")
