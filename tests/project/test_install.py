"""install.py: quick when nothing is missing, and never in the way of the WebUI's start."""

import subprocess
import sys
from pathlib import Path

INSTALL = Path(__file__).parents[2] / "install.py"


def run(folder, *flags):
    return subprocess.run(
        [sys.executable, *flags, str(INSTALL)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(folder)},
        timeout=60,
    )


def test_nothing_to_install_says_nothing_and_does_not_ask_pip(tmp_path):
    (tmp_path / "patchmatch.py").write_text("raise SystemExit('install.py imports nothing heavy')")
    (tmp_path / "launch.py").write_text("raise SystemExit('pip was asked for')")
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_missing_is_installed_through_the_host_without_compiling(tmp_path):
    (tmp_path / "launch.py").write_text("def run_pip(command, desc=None):\n    print('PIP', command)\n")
    done = run(tmp_path, "-S")
    assert done.returncode == 0
    assert done.stdout.startswith("PIP install --only-binary :all: --no-deps")


def test_offline_the_start_goes_on_with_one_line(tmp_path):
    (tmp_path / "launch.py").write_text("def run_pip(command, desc=None):\n    raise RuntimeError('no network')\n")
    done = run(tmp_path, "-S")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "all else works" in done.stdout
