"""What the page does: load an image, run, stop, choose a result, grow again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr

from ... import images
from ...errors import InputError
from ...messages import Message, message
from ...parameters.sampling import Sampling
from ...planning.limits import Limits
from ..panel.events import on
from ..panel.link import values_from
from . import page_texts as texts
from . import result_view as result
from .engines import DRAFT, Engines
from .form import MODEL_SETTINGS, Form
from .generate import Asked, Done, run
from .language import Texts
from .session import Session, Source, read_upload, uploaded

# Formats that browsers show as they are; anything else is shown through a copy.
SHOWN_BY_BROWSERS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif")
_TO_RESULT = """() => {
  const row = document.querySelector('#outpage_result');
  if (row && innerWidth < 900) row.scrollIntoView({block: 'nearest'});
}"""


class Actions:
    """Wires a form. Every message is in the page's language."""

    def __init__(self, form: Form, engines: Engines, limits: Limits, say: Texts) -> None:
        self.form = form
        self.engines = engines
        self.limits = limits
        self.say = say

    def wire(self, look: str) -> None:
        """Connects the components' events.

        Args:
            look: JavaScript that makes the stage look at image and controls again.
        """
        form = self.form
        # Values come as they are: the declarations check them, in words of ours.
        # These two in the queue: answers beside it name images by an address without the language's part.
        form.source.input(
            self.load,
            [form.session, form.source],
            [form.source, form.status],
            preprocess=False,
            show_progress="hidden",
            api_visibility="private",
        )
        form.again.click(
            self.again, [form.session], [form.source, form.status], show_progress="hidden", api_visibility="private"
        )
        on(
            form.engine.change,
            self.choose_engine,
            [form.engine],
            [form.device, form.prompt, form.negative, form.settings],
        )
        for changed in (form.engine, form.device):
            on(changed.change, None, form.controls, js=look)
        on(form.generate.click, self.begin, [form.session], [form.status, form.interrupt]).then(
            self.generate,
            [
                form.session,
                form.engine,
                form.device,
                form.prompt,
                form.negative,
                form.seed,
                form.count,
                *form.sampling,
                *form.controls,
            ],
            [form.status, form.interrupt, form.shown, form.chosen, form.download, form.again],
            show_progress="hidden",
            preprocess=False,
            api_visibility="private",
            concurrency_limit=1,
            concurrency_id="outpaint",
        ).then(None, js=_TO_RESULT, show_progress="hidden", queue=False)
        on(form.interrupt.click, self.interrupt, [form.session], [form.status])
        on(form.chosen.input, self.choose, [form.session, form.chosen], [form.shown, form.download, form.again])

    def load(self, session: Session, payload: dict[str, Any] | None) -> Any:
        """An image was dropped, pasted or chosen; None when it was taken away."""
        session.source = None
        if payload is None:
            return gr.skip(), _status("")
        try:
            path = uploaded(session.root, payload)
            session.source = read_upload(path)
        except InputError as error:
            return None, self._error(error.message)
        shown: Any = gr.skip()
        if path.suffix.lower() not in SHOWN_BY_BROWSERS or session.source.picture.mode.endswith(";16"):
            shown = self._shown(session, session.source)
        return shown, self._loaded(session.source)

    def _shown(self, session: Session, source: Source) -> str:
        path = session.root / "shown" / f"{id(source)}.png"
        images.save(images.float_image(source.picture.pixels), path)
        return str(path)

    def choose_engine(self, name: str) -> Any:
        """The draft takes no prompt; a model has a device and settings of its own."""
        model = name != DRAFT
        hints = (texts.PROMPT_HINT, texts.NEGATIVE_HINT) if model else (texts.DRAFT_ONLY, texts.DRAFT_ONLY)
        boxes = [gr.update(interactive=model, placeholder=self.say(hint)) for hint in hints]
        return gr.update(visible=model), *boxes, gr.update(visible=model)

    def begin(self, session: Session) -> Any:
        """Before the run's turn comes: it may be stopped from now on."""
        if session.waiting:
            return gr.skip(), gr.skip()  # the button was pressed again
        session.waiting = session.begun = True
        session.stop.clear()
        return self._progress(message("page-waiting")), gr.update(visible=True)

    def generate(
        self, session: Session, engine: str, device: str, prompt: str, negative: str, seed: Any, count: Any, *rest: Any
    ) -> Iterator[Any]:
        """The run, as updates of status, interrupt button and results."""
        keep = [gr.skip()] * 4
        if not session.begun:
            return
        session.begun = False
        ended = Done()
        try:
            asked = self._asked(engine, device, prompt, negative, seed, count, rest)
        except InputError as error:
            ended = Done(error=error.message)
        else:
            for event in run(session, asked, self.engines, self.limits):
                if isinstance(event, Done):
                    ended = event
                else:
                    yield [self._progress(event.text, event.done / max(event.total, 1)), gr.skip(), *keep]
        finally:
            session.waiting = False
        results = self._results(session) if ended.pictures else keep
        yield [self._ended(session, ended), gr.update(visible=False), *results]

    def _asked(
        self, engine: str, device: str, prompt: str, negative: str, seed: Any, count: Any, rest: Sequence[Any]
    ) -> Asked:
        model = engine != DRAFT  # what is switched off on the page was not asked for
        settings, values = rest[: len(MODEL_SETTINGS)], rest[len(MODEL_SETTINGS) :]
        sampling = Sampling(**values_from(settings, MODEL_SETTINGS)) if model else Sampling()
        return Asked(values, engine, device, prompt if model else "", negative if model else "", seed, count, sampling)

    def interrupt(self, session: Session) -> str:
        """Stops this tab's run, also while it waits."""
        session.stop.set()
        return self._progress(message("page-stopping"))

    def choose(self, session: Session, number: int) -> Any:
        """Another image of the last run."""
        session.chosen = max(0, min(int(number), len(session.made) - 1))
        return self._chosen(session)

    def again(self, session: Session) -> Any:
        """The chosen result becomes the image."""
        if not session.made:
            return gr.skip(), gr.skip()
        made = session.made[session.chosen]
        try:
            session.source = Source(images.read(made.file), made.file.stem.removesuffix(".partial"))
        except InputError as error:
            return gr.skip(), self._error(error.message)
        return self._shown(session, session.source), self._loaded(session.source)

    def _results(self, session: Session) -> list[Any]:
        shown, download, again = self._chosen(session)
        several = len(session.made) > 1
        radio = gr.update(choices=result.choices(session, self.say), value=0, visible=several)
        return [shown, radio, download, again]

    def _chosen(self, session: Session) -> tuple[Any, Any, Any]:
        whole = bool(session.made) and not session.made[session.chosen].extra
        return (result.result(session, self.say), result.download(session, self.say), gr.update(visible=whole))

    def _ended(self, session: Session, ended: Done) -> str:
        if ended.error is not None:
            return self._error(message("page-stopped", error=ended.error) if ended.pictures else ended.error)
        if ended.interrupted:
            return self._said(message("page-interrupted" if ended.pictures else "page-interrupted-early"))
        width, height = next(made.size for made in session.made if not made.extra)
        return self._said(message("page-finished", size=f"{width}x{height}", seconds=ended.seconds))

    def _loaded(self, source: Source) -> str:
        width, height = source.size
        return self._said(message("page-loaded", name=source.stem, size=f"{width}x{height}"))

    def _said(self, told: Message) -> str:
        return _status(self.say.message(told))

    def _error(self, error: Message) -> str:
        return f'<div role="alert" class="outpage-error">{escape(self.say.message(error))}</div>'

    def _progress(self, told: Message, part: float | None = None) -> str:
        """`part` is None while nothing is known of how far it is."""
        value = "" if part is None else f' value="{part:.4f}"'
        return f'{self._said(told)}<progress max="1"{value} aria-label="{escape(self.say(texts.GENERATE))}"></progress>'


def _status(text: str) -> str:
    return f'<div role="status">{escape(text)}</div>'
