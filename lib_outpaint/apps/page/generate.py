"""One press of Generate: from a form's values to files, with its progress on the way."""

from __future__ import annotations

import logging
import queue
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from ... import images
from ...engine.loop import begin
from ...engine.loop import run as sample
from ...engine.protocol import Backend, Progress
from ...engine.request import Request, numbered_shots
from ...engine.result import Grown
from ...errors import NO_VALUE, OutpaintError, ParamError, PictureError
from ...images.outputs import Files
from ...messages import Message, message
from ...parameters.sampling import SEED_LIMIT, Sampling
from ...planning.geometry import Box
from ...planning.limits import Limits
from ..panel.link import params_from
from .engines import Engines, Watched
from .session import Made, Session, Source

MOST_PICTURES = 16
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What the form holds. `values` are the panel's, in positional order; a seed of -1 is a random one."""

    values: Sequence[Any]
    engine: str
    device: str
    prompt: str = ""
    negative_prompt: str = ""
    seed: Any = -1
    count: Any = 1
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Step:
    """Where a run stands: passes done of all of them (a fraction while a model steps), and what is done now."""

    done: float
    total: int
    text: Message


@dataclass(frozen=True, eq=False)
class Done:
    """How a run ended: how many images it made, and what went wrong, None when nothing did."""

    pictures: int = 0
    interrupted: bool = False
    error: Message | None = None
    seconds: float = 0.0


def request_for(source: Source | None, asked: Asked, limits: Limits) -> Request:
    """The engine's request.

    Raises:
        PictureError: there is no image.
        ParamError: a bad value.
    """
    if source is None:
        raise PictureError("page-no-image")
    count = _whole("count", asked.count)
    if not 1 <= count <= MOST_PICTURES:
        raise ParamError("count", count, "outside", low=1, high=MOST_PICTURES)
    seed = _whole("seed", asked.seed)
    if seed == -1:
        seed = secrets.randbelow(SEED_LIMIT)
    shots = numbered_shots(count, seed, asked.prompt.strip(), asked.negative_prompt.strip())
    return Request((source.picture.levels,), params_from(asked.values), shots, sampling=asked.sampling, limits=limits)


def _whole(name: str, value: Any) -> int:
    if value is None or value == "":
        raise ParamError(name, NO_VALUE, "empty")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParamError(name, value, "not-a-number") from None
    if not number.is_integer():  # nor is an infinite one
        raise ParamError(name, value, "not-whole")
    return int(number)


def run(session: Session, asked: Asked, engines: Engines, limits: Limits) -> Iterator[Step | Done]:
    """Runs a job in a thread of its own and yields how far it is; the last event is how it ended.

    Results are kept in the session. The run stops when the iteration does.
    """
    told: queue.Queue[Step | Done] = queue.Queue()
    thread = threading.Thread(target=_work, args=(session, asked, engines, limits, told.put), daemon=True)
    thread.start()
    try:
        while True:
            event = told.get()
            yield event
            if isinstance(event, Done):
                return
    except GeneratorExit:
        session.stop.set()
        raise


def _work(session: Session, asked: Asked, engines: Engines, limits: Limits, tell: Any) -> None:
    folder: Path | None = None
    try:
        source = session.source
        request = request_for(source, asked, limits)
        assert source is not None
        backend = _watched(session, asked, engines, tell)
        work = begin(request, backend, keep=False)
        count = len(request.shots) * len(work.variants)
        folder = session.new_folder()
        target = folder / f"{source.stem}-outpaint.png"
        files = Files(source.picture, target, count, work.capabilities.engine, request.params)
        places: list[Box] = []

        def take(grown: Grown) -> None:
            files.take(grown)
            places.append(grown.source)

        result = sample(work, backend, take)
        if places:
            tell(Step(1, 1, message("page-saving")))
            files.finish()
            made = shown_files(files.records, places, source, folder)
            session.keep(folder, made, (*source.picture.notes, *result.notes))
            folder = None
        tell(Done(len(places), result.interrupted, None if result.interrupted else result.stopped, result.seconds))
    except OutpaintError as error:
        tell(Done(error=error.message))
    except Exception as error:  # the page shows it; the log has the whole of it
        log.exception("a run failed")
        tell(Done(error=message("said", text=f"{type(error).__name__}: {error}")))
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _watched(session: Session, asked: Asked, engines: Engines, tell: Any) -> Backend:
    last = Progress(0, 1)

    def progressed(progress: Progress) -> None:
        nonlocal last
        last = progress
        tell(_step(progress.done, progress.total, progress.text))

    def stepped(done: int, total: int) -> None:
        watched.stepped()
        name = message("page-steps", name=last.text, done=done, steps=total)
        tell(_step(last.done + done / max(total, 1), last.total, name))

    tell(Step(0, 1, message("page-loading")))
    watched = Watched(engines.for_run(asked.engine, asked.device, stepped), session.stop, progressed)
    return watched


def _step(done: float, total: int, name: Message) -> Step:
    return Step(done, total, message("page-pass", number=min(int(done) + 1, total), total=total, name=name))


def shown_files(
    records: Sequence[Mapping[str, Any]], places: Sequence[Box], source: Source, folder: Path
) -> tuple[Made, ...]:
    """What was written, with what a browser shows of it beside every file. A grid comes first.

    Args:
        records: as `Files` keeps them.
        places: where the source lies on each image.
    """
    before = _shown(images.to_image(source.picture.stored), folder / "before")
    found: list[Made] = []
    boxes = iter(places)
    for record in records:
        path = Path(record["file"])
        if record.get("grid"):
            found.insert(0, _made(path, None, record, "grid"))
            continue
        found.append(_made(path, (before, next(boxes)), record))
        found += [_made(Path(record[name]), None, record, name) for name in ("canvas", "mask") if name in record]
    return tuple(found)


def _made(path: Path, before: tuple[Path, Box] | None, record: Mapping[str, Any], extra: str = "") -> Made:
    with Image.open(path) as image:
        size = image.size
        shown = _shown(image, path.with_name(f"{path.stem}-shown"))
    return Made(path, shown, before, size, record.get("seed"), record.get("label", ""), extra, record.get("complete", True))


def _shown(image: Image.Image, path: Path) -> Path:
    """A copy for a browser, of the same size: JPEG where nothing is transparent."""
    if image.mode in ("I;16", "I"):  # older Pillows open the former as the latter
        image = image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255):
        image.save(path.with_suffix(".png"))
        return path.with_suffix(".png")
    image.convert("RGB").save(path.with_suffix(".jpg"), quality=92, subsampling=0)
    return path.with_suffix(".jpg")
