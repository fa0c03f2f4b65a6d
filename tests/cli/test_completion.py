"""`outpaint completion`: scripts that shells take, with the names of choices in them."""

import shutil
import subprocess
import sys

import pytest
from command_runs import run

from lib_outpaint.apps.cli.completion_command import SHELLS

pytest.importorskip("shtab")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_commands_flags_and_choices(capsys, shell):
    assert run("completion", shell) == 0
    script = capsys.readouterr().out
    for word in ("image", "evaluate", "overlap", "patchmatch"):
        assert word in script, word


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("outpaint im", "image"),
        ("outpaint image --overl", "--overlap"),
        ("outpaint image a.png --fill patch", "patchmatch"),
        ("outpaint folder a b --engine dif", "diffusers"),
    ],
)
def test_bash_completes(capsys, tmp_path, typed, wanted):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    run("completion", "bash")
    (tmp_path / "script").write_text(capsys.readouterr().out)
    words = typed.split()
    asks = (
        f"source {tmp_path / 'script'}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        f"_shtab_outpaint outpaint {words[-1]} {words[-2]}; echo ${{COMPREPLY[@]}}"
    )
    done = subprocess.run(["bash", "-c", asks], capture_output=True, text=True)
    assert wanted in done.stdout.split(), done


def test_without_its_library_the_extra_is_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert run("completion", "bash") == 2
    assert 'outpaint completion needs shtab: run pip install -e ".[completion]"' in capsys.readouterr().err
