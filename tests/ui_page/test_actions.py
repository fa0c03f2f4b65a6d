"""What the page's buttons do, called as Gradio calls them."""

from __future__ import annotations

from html import escape

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.apps.page import engines
from lib_outpaint.apps.page.engines import DRAFT, Engines
from lib_outpaint.apps.page.form import MODEL_SETTINGS
from lib_outpaint.apps.page.language import Texts
from lib_outpaint.apps.page.session import Session, Shelf, read_upload
from lib_outpaint.parameters.codecs import to_positional
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.planning.limits import Limits

gr = pytest.importorskip("gradio", minversion="6.31")
pytest.importorskip("patchmatch", reason="the draft's library")

from lib_outpaint.apps.page import layout  # noqa: E402  needs Gradio
from lib_outpaint.apps.page.actions import Actions  # noqa: E402

SKIP = gr.skip()
MODEL = "owner/name"


@pytest.fixture
def actions():
    return Actions(None, Engines([MODEL]), Limits(), Texts("en"))


@pytest.fixture
def session(tmp_path):
    found = Session(tmp_path / "files", Shelf())
    found.root.mkdir()
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    Image.fromarray(noise).save(found.root / "small.png")
    found.source = read_upload(found.root / "small.png")
    return found


def form(values=None, **settings):
    """What the sampling controls and the panel hold."""
    return (*(settings.get(one.name, "") for one in MODEL_SETTINGS), *to_positional(Params(**(values or {}))))


def pressed(actions, session, engine=DRAFT, count=1, settings=None, **values):
    """Generate: all updates, the last one by name."""
    status, stop = actions.begin(session)
    assert "Waiting for its turn" in status
    assert stop["visible"] is True
    held = form(values, **(settings or {}))
    told = list(actions.generate(session, engine, "auto", "a house", "mud", 3, count, *held))
    names = ("status", "interrupt", "shown", "chosen", "download", "again")
    return told, dict(zip(names, told[-1], strict=True))


def test_a_model_takes_a_prompt_and_the_draft_none(actions):
    device, prompt, negative, sampling = actions.choose_engine(MODEL)
    assert device["visible"]
    assert sampling["visible"]
    assert (prompt["interactive"], prompt["placeholder"]) == (True, "What the whole image shows")
    assert negative["placeholder"] == "What to avoid"
    device, prompt, negative, sampling = actions.choose_engine(DRAFT)
    assert not device["visible"]
    assert not sampling["visible"]
    assert not prompt["interactive"]
    assert prompt["placeholder"] == negative["placeholder"] != "What to avoid"


def test_a_run_counts_its_passes_and_shows_its_pictures(actions, session):
    told, end = pressed(actions, session, count=2, left=16)
    assert any("Pass 1 of 2: left 1" in update[0] for update in told[:-1])
    assert all(update[1:] == [SKIP] * 5 for update in told[:-1])
    assert "80x48 in " in end["status"]
    assert end["interrupt"]["visible"] is False
    assert [value for _, value in end["chosen"]["choices"]] == [0, 1]
    assert end["chosen"]["visible"] is True
    assert end["again"]["visible"] is True
    assert "80x48, seed 3" in end["shown"]
    assert not session.waiting


def test_a_second_press_while_a_run_waits_starts_nothing(actions, session):
    actions.begin(session)
    session.stop.set()
    assert actions.begin(session) == (SKIP, SKIP)
    assert session.stop.is_set()  # what was stopped stays so
    session.begun = False  # its turn has come
    assert list(actions.generate(session, DRAFT, "auto", "", "", 3, 1, *form({"left": 8}))) == []
    assert session.made == ()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", "many", "Steps: 'many' is not a number"),
        ("steps", "2.5", "Steps: 2.5 is not a whole number"),
        ("steps", "inf", "Steps: inf is outside 1..500"),
        ("cfg", "x", "CFG scale: 'x' is not a number"),
        ("cfg", "nan", "CFG scale: nan is outside 1..100"),
        ("denoise", "0,5", "Denoising strength: '0,5' is not a number"),
        ("sampler", 5, "Sampler: 5 is not text"),
    ],
)
def test_a_bad_sampling_setting_ends_the_run_before_it_starts(actions, session, field, value, message):
    told, end = pressed(actions, session, MODEL, settings={field: value}, left=8)
    assert len(told) == 1
    assert 'role="alert"' in end["status"]
    assert f">{escape(message)}<" in end["status"]
    assert (end["shown"], end["again"]) == (SKIP, SKIP)
    assert not session.waiting


def test_settings_go_to_a_model_and_those_that_are_switched_off_to_nobody(actions):
    values = form(steps="20", sampler="Euler", scheduler="Karras", cfg=" 6.5 ", denoise=" ")
    asked = actions._asked(MODEL, "cpu", "a", "b", 5, 2, values)
    assert asked.sampling == Sampling(steps=20, sampler="Euler", scheduler="Karras", cfg=6.5)
    assert (asked.prompt, asked.negative_prompt, asked.values) == ("a", "b", tuple(to_positional(Params())))
    assert actions._asked(MODEL, "cpu", "a", "b", 5, 2, form(steps=None, sampler=None)).sampling == Sampling()
    draft = actions._asked(DRAFT, "cpu", "a", "b", 5, 2, form(steps="bad"))
    assert (draft.prompt, draft.negative_prompt, draft.sampling) == ("", "", Sampling())


def test_without_a_picture_a_run_says_so(actions, session):
    session.source = None
    _, end = pressed(actions, session, left=8)
    assert "no image yet: choose one first" in end["status"]


def test_a_run_that_is_stopped_at_once_makes_nothing(actions, session):
    actions.begin(session)
    assert "Stopping after this step" in actions.interrupt(session)
    told = list(actions.generate(session, DRAFT, "auto", "", "", 3, 1, *form({"left": 8})))
    assert "Interrupted: nothing was finished." in told[-1][0]
    assert told[-1][2] == SKIP


@pytest.mark.parametrize(("number", "chosen"), [(1, 1), (9, 1), (-3, 0)])
def test_another_result_can_be_chosen_and_no_other_number(actions, session, number, chosen):
    pressed(actions, session, left=16, extras="mask")
    shown, download, again = actions.choose(session, number)
    assert session.chosen == chosen
    assert ("Mask" in shown) == (chosen == 1)
    assert session.made[chosen].file.name in download
    assert again["visible"] is (chosen == 0)  # an extra is no picture to go on from


def test_a_result_becomes_the_picture_that_grows_again(actions, session):
    assert actions.again(session) == (SKIP, SKIP)
    pressed(actions, session, left=16)
    shown, status = actions.again(session)
    assert session.source.size == (80, 48)
    assert Image.open(shown).size == (80, 48)
    assert "small-outpaint: 80x48" in status


def test_a_result_that_has_gone_from_the_disk_keeps_the_picture(actions, session):
    pressed(actions, session, left=16)
    before = session.source
    session.made[0].file.unlink()
    shown, status = actions.again(session)
    assert shown == SKIP
    assert 'role="alert"' in status
    assert session.source is before


def test_a_picture_is_loaded_refused_and_taken_away(actions, session):
    small = {"path": str(session.root / "small.png")}
    assert actions.load(session, small) == (SKIP, '<div role="status">small: 64x48</div>')
    shown, status = actions.load(session, {"path": "/etc/hostname"})
    assert shown is None
    assert "not uploaded to this page" in status
    assert session.source is None
    assert actions.load(session, None) == (SKIP, '<div role="status"></div>')


@pytest.mark.parametrize(
    ("name", "picture"),
    [("a.tiff", Image.new("RGB", (8, 6))), ("a.png", Image.fromarray(np.full((6, 8), 40_000, np.uint16)))],
)
def test_what_browsers_do_not_show_is_shown_as_a_copy(actions, session, name, picture):
    picture.save(session.root / name)
    shown, status = actions.load(session, {"path": str(session.root / name)})
    copied = Image.open(shown)
    assert (copied.format, copied.size, copied.mode) == ("PNG", (8, 6), "RGB")
    assert "a: 8x6" in status


@pytest.mark.parametrize(
    ("installed", "models", "help_starts"),
    [
        (False, [MODEL], "To use a model, run pip install"),
        (True, [], "To use a model, start the page with --models"),
        (True, [MODEL], "What paints the new area."),
    ],
)
def test_the_engines_help_says_what_a_model_needs(monkeypatch, installed, models, help_starts):
    for module in (layout, engines):
        monkeypatch.setattr(module, "diffusers_installed", lambda: installed)
    assert layout._engine_help(Engines(models), Texts("en")).startswith(help_starts)
    if not installed:
        assert Engines.choices() == {}


@pytest.mark.parametrize("languages", [True, False])
def test_the_page_links_to_its_other_languages_where_it_has_them(tmp_path, languages):
    blocks = layout.build(Session(tmp_path, Shelf()), Engines(), Limits(), Texts("zh"), languages)
    html = "".join(str(block.value) for block in blocks.blocks.values() if isinstance(block, gr.HTML))
    assert ('lang="zh-CN" hreflang="zh-CN" aria-current=page' in html) is languages
    labels = {getattr(block, "label", "") for block in blocks.blocks.values()}
    assert Texts("zh")("Seed") in labels


def test_every_sampling_setting_has_a_control_with_the_engines_choices():
    with gr.Blocks():
        controls = layout.sampling_controls(Texts("en"), {"sampler": ["Euler", "DDIM"]})
    assert [control.label for control in controls] == [one.label for one in MODEL_SETTINGS]
    lists = [control for control in controls if isinstance(control, gr.Dropdown)]
    assert [[value for _, value in control.choices] for control in lists] == [["", "Euler", "DDIM"]]
