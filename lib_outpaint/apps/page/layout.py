"""The page: one Blocks in one language. What it does is in `actions`."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import gradio as gr

from ...parameters.declaration import Param
from ...parameters.sampling import SAMPLING
from ...planning.limits import Limits
from ..panel import controls as panel
from ..panel.link import Link
from . import page_texts as texts
from . import result_view as result
from .actions import Actions
from .engines import Engines, diffusers_installed
from .form import MODEL_SETTINGS, Form
from .generate import MOST_PICTURES
from .language import LANGUAGES, TAGS, Texts, translate_choices
from .session import Session

SEED = next(one for one in SAMPLING if one.name == "seed")
PREFIX = "outpaint_"
PICTURE = "#outpage_source img"
# Files are kept for a day: a page may stay open overnight.
SWEEP, AGE = 3600, 86400  # s


def build(session: Session, engines: Engines, limits: Limits, say: Texts, languages: bool = True) -> Any:
    """The page's Blocks.

    Args:
        session: an empty one; every tab gets a copy.
        languages: whether to show links to the other languages.
    """
    with gr.Blocks(title=say(texts.TITLE), analytics_enabled=False, delete_cache=(SWEEP, AGE), fill_width=True) as blocks:
        state = gr.State(session, delete_callback=Session.forget)
        gr.HTML(_heading(say, languages), elem_id="outpage_heading")
        with gr.Row(elem_id="outpage_page", equal_height=False):
            with gr.Column(elem_id="outpage_left", min_width=300):
                source = gr.Image(
                    label=say(texts.PICTURE),
                    type="filepath",
                    image_mode=None,
                    height=130,
                    buttons=[],
                    sources=["upload", "clipboard"],
                    placeholder=say(texts.DROP),
                    elem_id="outpage_source",
                )
                engine, device = _engine(engines, say)
                link = Link(
                    capabilities=lambda name, where: engines.backend(name, where).capabilities(),
                    pictures=(PICTURE,),
                    inputs=(engine, device),
                    limits=limits,
                    loras=lambda: engines.loras,
                    controlnet_models=lambda: engines.controlnets,
                    say=say.message,
                )
                built = panel.build(lambda name: PREFIX + name, link, say)
            with gr.Column(elem_id="outpage_right", min_width=300):
                form = _right(
                    engines, say, session=state, source=source, engine=engine, device=device, controls=built.controls
                )
        translate_choices([*built.controls], say)
        Actions(form, engines, limits, say).wire(built.look)
    return blocks


def _heading(say: Texts, languages: bool) -> str:
    links = ""
    for tag, name in LANGUAGES.items() if languages else ():
        current = " aria-current=page" if tag == say.language else ""
        links += f'<a href="../{tag}/" lang="{TAGS[tag]}" hreflang="{TAGS[tag]}"{current}>{escape(name)}</a>'
    nav = f'<nav aria-label="{escape(say(texts.OTHER_LANGUAGE))}">{links}</nav>' if links else ""
    return f'<header class="outpage-header"><h1>{escape(say(texts.TITLE))}</h1>{nav}</header>'


def _engine(engines: Engines, say: Texts) -> tuple[Any, Any]:
    """Made before the panel, which asks for their values, and shown after it."""
    names = [(say(name) if number == 0 else name, name) for number, name in enumerate(engines.names)]
    engine = gr.Dropdown(
        label=say(texts.ENGINE),
        info=_engine_help(engines, say),
        choices=names,
        value=engines.names[0],
        elem_id="outpage_engine",
        interactive=True,
        render=False,
        min_width=220,
    )
    device = gr.Dropdown(
        label=say(texts.DEVICE),
        info=say(texts.DEVICE_HELP),
        choices=engines.devices,
        render=False,
        value=engines.device,
        visible=False,
        elem_id="outpage_device",
        interactive=True,
        min_width=110,
    )
    return engine, device


def _engine_help(engines: Engines, say: Texts) -> str:
    if not diffusers_installed():
        return say(texts.NO_DIFFUSERS)
    return say(texts.ENGINE_HELP) if engines.models else say(texts.NO_MODEL)


def _right(engines: Engines, say: Texts, **given: Any) -> Form:
    draft = say(texts.DRAFT_ONLY)
    with gr.Row(elem_id="outpage_ask"):
        given["engine"].render()
        given["device"].render()
        seed = gr.Number(
            label=say(SEED.label), info=say(texts.SEED_HELP), value=-1, precision=0, elem_id="outpage_seed", min_width=110
        )
        count = gr.Number(
            label=say(texts.COUNT),
            info=say(texts.COUNT_HELP),
            value=1,
            precision=0,
            minimum=1,
            maximum=MOST_PICTURES,
            elem_id="outpage_count",
            min_width=110,
        )
    with gr.Row(elem_id="outpage_prompts"):
        prompt = gr.Textbox(label=say(texts.PROMPT), placeholder=draft, lines=2, interactive=False, elem_id="outpage_prompt")
        negative = gr.Textbox(
            label=say(texts.NEGATIVE), placeholder=draft, lines=2, interactive=False, elem_id="outpage_negative_prompt"
        )
    settings, sampling = _sampling(engines, say)
    with gr.Row(elem_id="outpage_go"):
        generate = gr.Button(say(texts.GENERATE), variant="primary", elem_id="outpage_generate")
        interrupt = gr.Button(say(texts.INTERRUPT), variant="stop", visible=False, elem_id="outpage_interrupt")
    status = gr.HTML('<div role="status"></div>', elem_id="outpage_status")
    shown = gr.HTML(result.empty(say), elem_id="outpage_result")
    chosen = gr.Radio(label=say(texts.CHOSEN), choices=[], visible=False, elem_id="outpage_chosen")
    with gr.Row(visible=True, elem_id="outpage_after_row"):
        download = gr.HTML("", elem_id="outpage_download")
        again = gr.Button(say(texts.AGAIN), visible=False, size="md", elem_id="outpage_again")
    return Form(
        **given,
        prompt=prompt,
        negative=negative,
        seed=seed,
        count=count,
        settings=settings,
        sampling=sampling,
        status=status,
        generate=generate,
        interrupt=interrupt,
        shown=shown,
        chosen=chosen,
        download=download,
        again=again,
    )


def _sampling(engines: Engines, say: Texts) -> tuple[Any, list[Any]]:
    """The sampling settings of models in an accordion: it, and their controls."""
    with gr.Accordion(say(texts.SAMPLING_GROUP), open=False, visible=False, elem_id="outpage_sampling") as group, gr.Row():
        return group, sampling_controls(say, engines.choices())


def sampling_controls(say: Texts, choices: Mapping[str, list[str]] | None = None) -> list[Any]:
    """A control for each of MODEL_SETTINGS: a list where the engine has `choices`, else a text box."""
    return [_setting(one, (choices or {}).get(one.name, []), say) for one in MODEL_SETTINGS]


def _setting(one: Param, choices: list[str], say: Texts) -> Any:
    common = {"label": say(one.label), "info": say(one.help), "elem_id": f"outpage_{one.name}", "min_width": 160}
    if choices:
        return gr.Dropdown(choices=["", *(name for name in choices if name)], value="", **common)
    return gr.Textbox(placeholder=say(texts.MODELS_OWN), **common)
