"""Help, and whatever a flag can have wrong with it, is answered without loading PyTorch, NumPy or Pillow."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
from lib_outpaint.apps.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, [name for name in ("torch", "numpy", "PIL") if name in sys.modules]]), file=sys.stderr)
"""
JOB = "image none.png --left 8"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--help", 0),
        ("--version", 0),
        ("image --help", 0),
        ("evaluate --help", 0),
        ("params", 0),
        ("params --json", 0),
        ("inspect none.safetensors", 2),
        ("image none.png --sideways 8", 2),
        ("image none.png --left 5000", 2),
        (f"{JOB} --steps x", 2),
        (f"{JOB} --count 0", 2),
        (f"{JOB} --max-megapixels 0", 2),
        (f"{JOB} --engine diffusers", 2),
        (f"{JOB} --engine diffusers --model x --dtype fp8", 2),
        (f"{JOB} --model x", 2),
        (f"{JOB} --compare fill", 2),
        (f"{JOB} --side-prompts sky", 2),
        (f"{JOB} --compare side_prompts=sky", 2),
        (f"{JOB} --loras x:y", 2),
        ("folder in out --left 8 --compare fill=edge,noise", 2),
        ("evaluate in -o out --setting fill", 2),
        ("evaluate in -o out --cut most", 2),
        ("dataset in out --side top", 2),
        ("dataset in out --fit big", 2),
        ("evaluate in -o out --results x", 2),
        ("evaluate in -o out --measure-only --no-baselines", 2),
        ("ui --dtype fp16", 2),
        ("", 2),
        ("image -h", 0),
        ("image --help-all", 0),
        ("ui -h", 0),
        ("imge none.png", 2),
        ("none.png --left 8", 2),
        ("image none.png --left 25% --right 8px", 2),
        ("image none.png --left 25%", 2),
        ("image none.png -l x", 2),
        ("image none.png", 2),
        ("image .", 2),
        ("image https://example.org/a.jpg --left 8", 2),
        ("image a.safetensors --left 8", 2),
        ("image - none.png --left 8", 2),
        ("image - --left 8 --count 2", 2),
        ("folder https://example.org/ out --left 8", 2),
        ("folder - out --left 8", 2),
        ("completion tcl", 2),
        ("completion bash", 0),
    ],
)
def test_nothing_large_is_loaded(words, code):
    ended = subprocess.run([sys.executable, "-c", PROGRAM, *words.split()], capture_output=True, text=True, check=False)
    assert json.loads(ended.stderr.splitlines()[-1]) == [code, []]
    assert "Traceback" not in ended.stderr
