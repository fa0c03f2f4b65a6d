"""What stands in the page after a run: the picture, its caption, its notes and the link; and what is left on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.apps.page import result_view as result
from lib_outpaint.apps.page.generate import shown_files
from lib_outpaint.apps.page.language import Texts
from lib_outpaint.apps.page.session import Made, Session, Shelf, read_upload, uploaded
from lib_outpaint.errors import PictureError
from lib_outpaint.messages import message
from lib_outpaint.planning.geometry import Box

SAY = Texts("en")
LEVELS = [[0, 255], [100, 200]]


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path / "files", Shelf())


def made(session, *pictures, notes=()):
    session.keep(session.new_folder(), pictures, notes)
    return session


def test_without_a_run_there_is_neither_picture_nor_link(session):
    assert result.result(session, SAY) == result.empty(SAY)
    assert "The larger image appears here." in result.empty(SAY)
    assert result.download(session, SAY) == ""
    assert result.choices(session, SAY) == []


def test_a_result_lies_over_what_it_grew_from(session):
    file = Path("a <b>.png")
    made(session, Made(file, Path("a-shown.jpg"), (Path("before.jpg"), Box(20, 0, 100, 50)), (100, 50), seed=7))
    html = result.result(session, SAY)
    assert "left:20.00000%;top:0.00000%;width:80.00000%;height:100.00000%" in html
    assert 'type="range"' in html
    assert "<figcaption>100x50, seed 7</figcaption>" in html
    assert "outpage-notes" not in html
    link = result.download(session, SAY)
    assert f'href="../results/{session.shelf.put(file)}/a%20%3Cb%3E.png"' in link
    assert 'download="a &lt;b&gt;.png"' in link


def test_an_extra_has_nothing_to_compare_with_and_notes_are_escaped(session):
    made(session, Made(Path("m.png"), Path("m.jpg"), None, (8, 4), extra="mask"), notes=(message("said", text="5 < 6"),))
    html = result.result(session, SAY)
    assert 'type="range"' not in html
    assert "outpage-before" not in html
    assert '<ul class="outpage-notes" aria-label="Notes"><li>5 &lt; 6</li></ul>' in html


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "8x4"),
        ({"extra": "grid"}, "8x4, All, as a grid"),
        ({"extra": "canvas"}, "8x4, Prefilled canvas"),
        ({"extra": "mask"}, "8x4, Mask"),
        ({"complete": False}, "8x4, not finished"),
        ({"label": "overlap=16", "seed": 0}, "8x4, overlap=16, seed 0"),
    ],
)
def test_a_caption_says_what_a_picture_is(session, values, expected):
    picture = Made(Path("a.png"), Path("a.jpg"), None, (8, 4), **values)
    assert result.caption(picture, SAY) == expected
    assert result.choices(made(session, picture, picture), SAY) == [(f"1: {expected}", 0), (f"2: {expected}", 1)]


def source(folder, mode="RGB"):
    path = folder / "source.png"
    if mode == "I;16":
        Image.fromarray(np.kron(LEVELS, np.full((16, 16), 257)).astype(np.uint16)).save(path)
    else:
        Image.new(mode, (2, 2), (10, 20, 30, 40)[: len(mode)]).save(path)
    return read_upload(path)


def test_a_grid_comes_first_and_extras_follow_their_picture(tmp_path):
    for name in "abcg":
        Image.new("RGB", (4, 2)).save(tmp_path / f"{name}.png")
    a, b, c, g = (str(tmp_path / f"{name}.png") for name in "abcg")
    boxes = [Box(0, 0, 2, 2), Box(1, 0, 3, 2)]
    records = [
        {"file": a, "seed": 1, "label": "x"},
        {"file": b, "seed": 2, "mask": c, "complete": False},
        {"file": g, "grid": True},
    ]
    found = shown_files(records, boxes, source(tmp_path), tmp_path)
    assert [(one.file.name, one.extra, one.seed) for one in found] == [
        ("g.png", "grid", None),
        ("a.png", "", 1),
        ("b.png", "", 2),
        ("c.png", "mask", 2),
    ]
    assert [one.before and one.before[1] for one in found] == [None, *boxes, None]
    assert [one.complete for one in found[:3]] == [True, True, False]
    assert all(Image.open(one.shown).size == one.size == (4, 2) for one in found)


def test_transparent_pictures_are_shown_as_png_and_others_as_jpeg(tmp_path):
    Image.new("RGBA", (4, 2), (9, 9, 9, 255)).save(tmp_path / "opaque.png")
    Image.new("RGBA", (4, 2), (9, 9, 9, 100)).save(tmp_path / "clear.png")
    records = [{"file": str(tmp_path / name)} for name in ("opaque.png", "clear.png")]
    found = shown_files(records, [Box(0, 0, 2, 2)] * 2, source(tmp_path, "RGBA"), tmp_path)
    assert [one.shown.suffix for one in found] == [".jpg", ".png"]
    assert found[0].before[0].suffix == ".png"
    assert Image.open(found[1].shown).getpixel((0, 0)) == (9, 9, 9, 100)


def test_16_bits_are_shown_as_8_not_cut_off(tmp_path):
    found = shown_files([{"file": str(tmp_path / "source.png")}], [Box(0, 0, 2, 2)], source(tmp_path, "I;16"), tmp_path)
    levels = np.asarray(Image.open(found[0].shown).convert("L")).astype(int)
    assert np.abs(levels[8::16, 8::16] - LEVELS).max() <= 2  # JPEG


def test_results_that_come_when_the_tab_has_gone_are_removed(session):
    session.forget()
    folder = session.new_folder()
    token = session.shelf.put(folder / "a.png")
    session.keep(folder, (), ())
    assert not folder.exists()
    assert session.shelf.path(token) is None


@pytest.mark.parametrize("payload", [None, "a.png", {}, {"path": 3}, {"path": "a\0.png"}, {"path": "../a.png"}])
def test_what_names_no_file_below_the_uploads_is_refused(tmp_path, payload):
    with pytest.raises(PictureError) as raised:
        uploaded(tmp_path, payload)
    assert raised.value.code == "not-an-upload"
    assert uploaded(tmp_path, {"path": str(tmp_path / "a/b.png")}) == tmp_path / "a/b.png"
