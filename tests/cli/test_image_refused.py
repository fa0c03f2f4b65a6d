"""What `outpaint image` refuses: one line, exit code 2, and nothing written."""

import pytest
from command_runs import run
from PIL import Image

BAD = [
    ((), "nothing grows"),
    (("--left", "nan"), "left: nan"),
    (("--left", "x"), "left: 'x' is not a number"),
    (("--left", "5000"), "left: 5000 is outside 0..4096"),
    (("--left", "9.5"), "left: 9.5"),
    (("--left", "8", "--fill", "lava"), "fill: 'lava' is not one of"),
    (("--left", "8", "--prompt", "sea"), "prompt: 'sea'"),
    (("--left", "8", "--steps", "20"), "steps: 20"),
    (("--left", "8", "--loras", "x:1"), "loras: 'x:1'"),
    (("--left", "8", "--controlnet", "on"), "controlnet: 'on'"),
    (("--left", "8", "--mask-weight", "0.5"), "mask_weight: 0.5"),
    (("--left", "8", "--side-prompts", "left: sky"), "side_prompts: 'left: sky'"),
    (("--left", "8", "--count", "0"), "count: 0"),
    (("--left", "8", "--seed", "-1"), "seed: -1"),
    (("--left", "4000", "--up", "4000", "--max-megapixels", "1"), "over the limit of 1 MP"),
    (("--left", "8", "--compare", "fill"), "compare:"),
    (("--left", "8", "--max-megapixels", "0"), "max-megapixels: 0.0 is outside 0..1000"),
    (("--left", "8", "--model", "x.safetensors"), "model: 'x.safetensors' is an option of the diffusers engine"),
    (("--left", "8", "--engine", "diffusers"), "the diffusers engine needs --model"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(words) or "nothing" for words, _ in BAD])
def test_bad_input_ends_with_2_a_message_and_no_file(photo, tmp_path, capsys, words, message):
    assert run("image", photo, "-o", tmp_path / "out.png", *words) == 2
    assert message in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photo.png"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.png", "none.png: no such file"),
        ("text.png", "not an image"),
        ("photo.png", ".xyz files cannot be written"),
    ],
)
def test_bad_files_end_with_2(photo, tmp_path, capsys, name, message):
    (tmp_path / "text.png").write_text("hello")
    out = tmp_path / ("out.xyz" if "xyz" in message else "out.png")
    assert run("image", tmp_path / name, "-o", out, "--left", 8) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_an_unknown_flag_ends_with_2(photo):
    with pytest.raises(SystemExit) as ended:
        run("image", photo, "--sideways", 8)
    assert ended.value.code == 2


def test_a_mask_of_another_size_is_refused(photo, tmp_path, capsys):
    Image.new("L", (10, 10)).save(tmp_path / "mask.png")
    assert run("image", photo, "--right", 16, "--mask", tmp_path / "mask.png") == 2
    assert "mask.png: is 10x10, but the image is 131x97" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["draft", "diffusers"])
def test_a_largest_window_must_be_one_and_is_for_a_real_sampler(engine, photo, capsys):
    assert run("image", photo, "--left", 8, "--engine", engine, "--model", "x", "--largest-window", 0) == 2
    assert "largest-window: 0 is less than 1" in capsys.readouterr().err


def test_no_value_after_an_equals_sign_ends_with_2(photo, capsys):
    try:
        code = run("image", photo, "--left=--")
    except SystemExit as ended:  # before Python 3.13 it is argparse that ends it
        code = ended.code
    assert code == 2
    assert "--" in capsys.readouterr().err
    assert [path.name for path in photo.parent.iterdir()] == ["photo.png"]
