"""Mistakes on the command line: what was probably meant, with the usage of the command it was meant for."""

import pytest
from command_runs import run
from PIL import Image
from terminals import pretend


def told(capsys, *words):
    """The lines of stderr."""
    try:
        code = run(*words)
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    return said.err.splitlines()


@pytest.mark.parametrize(
    ("words", "usage", "message"),
    [
        ("image {} --lft 8", "image", "--lft: no such option of outpaint image (did you mean --left?)"),
        ("image {} --lft=8", "image", "--lft: no such option of outpaint image (did you mean --left?)"),
        ("image {} --promt sea", "image", "--promt: no such option of outpaint image (did you mean --prompt?)"),
        ("image {} --zzz", "image", "--zzz: no such option of outpaint image"),
        ("folder in out --overwite", "folder", "--overwite: no such option of outpaint folder (did you mean --overwrite?)"),
        ("dataset in out more", "dataset", "more: outpaint dataset does not take this word"),
        ("image {} --engine drft", "image", "--engine: 'drft' is not one of draft, diffusers (did you mean draft?)"),
        ("folder in out --format jpeg", "folder", "--format: 'jpeg' is not one of png, jpg, webp, tif, bmp"),
        ("image", "image", "the following arguments are required: IN"),
        ("image {} --left", "image", "argument -l/--left: expected one argument"),
    ],
)
def test_a_wrong_flag_is_answered_by_its_command(photo, capsys, words, usage, message):
    first, last = told(capsys, *words.format(photo).split())
    assert first.startswith(f"usage: outpaint {usage} ")
    assert first.endswith(f"(outpaint {usage} -h lists the options)")
    assert last.startswith(f"outpaint: {message}")


def test_a_wrong_command_is_answered_with_the_one_it_looks_like(capsys):
    first, last = told(capsys, "imge", "photo.png")
    assert first.startswith("usage: outpaint COMMAND [options]")
    assert last.startswith("outpaint: imge: no such command (did you mean image?); commands: image, folder, ui, ")


def test_a_forgotten_command_is_named(photo, tmp_path, capsys):
    Image.new("L", (4, 4)).save(tmp_path / "m.safetensors", "PNG")
    assert told(capsys, photo, "--left", 8)[-1].endswith(f"a command comes first: outpaint image {photo}")
    assert told(capsys, tmp_path)[-1].endswith(f"a command comes first: outpaint folder {tmp_path} OUT_DIR")
    assert told(capsys, tmp_path / "m.safetensors")[-1].endswith(f"outpaint inspect {tmp_path / 'm.safetensors'}")
    assert told(capsys, "https://example.org/a.jpg")[-1].endswith("outpaint image https://example.org/a.jpg")


def test_nothing_at_all_is_answered_with_the_help(capsys):
    text = told(capsys)
    assert text[0] == "usage: outpaint COMMAND [options]"
    assert any("make one image larger" in line for line in text)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_inspect_says_that_a_picture_is_one(tmp_path, capsys, suffix):
    Image.new("RGB", (20, 10)).save(tmp_path / f"photo.{suffix}")
    (line,) = told(capsys, "inspect", tmp_path / f"photo.{suffix}")
    kind = suffix.upper().replace("JPG", "JPEG")
    assert line.startswith(f"outpaint: photo.{suffix}: is a {kind} image of 20x10; inspect is for weights: .safetensors")


def test_inspect_of_something_else_says_what_is_wrong_with_it(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("no weights here, and no image")
    (line,) = told(capsys, "inspect", tmp_path / "notes.txt")
    assert "image" not in line


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("{folder}", "is a folder; for every image in it: outpaint folder {folder} OUT_DIR"),
        ("https://example.org/a.jpg", "curl -L https://example.org/a.jpg | outpaint image - -o OUT"),
        ("model.safetensors", "is a file of weights, not an image; what it is: outpaint inspect model.safetensors"),
        ("none.png", "none.png: no such file"),
        ("*.none", "*.none: no such file"),
    ],
)
def test_what_is_no_image_is_answered_with_the_command_that_takes_it(tmp_path, capsys, word, message):
    (line,) = told(capsys, "image", word.format(folder=tmp_path), "--left", 8)
    assert line.endswith(message.format(folder=tmp_path))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("{photo}", "is not a folder; for one image: outpaint image {photo}"),
        ("https://example.org/photos", "https://example.org/photos: addresses are not opened"),
        ("none", "none: no such folder"),
    ],
)
def test_what_is_no_folder_too(photo, tmp_path, capsys, word, message):
    (line,) = told(capsys, "folder", word.format(photo=photo), tmp_path / "out", "--left", 8)
    assert message.format(photo=photo) in line
    assert not (tmp_path / "out").exists()


def test_an_image_is_not_poured_onto_a_terminal(photo, capsys, monkeypatch):
    pretend(monkeypatch, "stdout")
    (line,) = told(capsys, "image", photo, "--left", 8, "-o", "-")
    assert "would be written onto this terminal" in line


def test_quiet_and_verbose_may_stand_behind_the_command(photo, capsys):
    assert run("image", photo, "--left", 8, "-q") == 0
    assert capsys.readouterr().out == ""
    assert (photo.parent / "photo-outpaint.png").exists()
