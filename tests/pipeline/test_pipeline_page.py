"""A model as an engine of the page: chosen by name, told of its steps, stopped between two of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from written_files import infotext_of

from lib_outpaint.apps.page.engines import Engines, models_in
from lib_outpaint.apps.page.generate import Asked, Step, run
from lib_outpaint.apps.page.session import Session, Shelf, read_upload
from lib_outpaint.parameters.codecs import to_positional
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.planning.limits import Limits


@pytest.fixture
def session(tmp_path):
    found = Session(tmp_path / "files", Shelf())
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "small.png")
    found.source = read_upload(tmp_path / "small.png")
    return found


@pytest.fixture
def engines(models):
    return Engines(models_in(models), {"local_files_only": True, "lora_dir": str(models / "loras")}, "cpu")


def asked(name, **values):
    return Asked(
        to_positional(Params(**values)), name, "cpu", "a house", "mud", 5, 1, Sampling(3, "Euler", cfg=3.0, denoise=1.0)
    )


def test_a_model_samples_tells_its_steps_and_writes_its_settings(session, engines):
    assert "tiny-inpainting.safetensors" in engines.names
    assert "control_v11p_sd15_inpaint.safetensors" not in engines.names
    assert "kohya" in engines.loras
    events = list(run(session, asked("tiny-inpainting.safetensors", left=16), engines, Limits()))
    assert events[-1].error is None
    steps = [str(event.text) for event in events if isinstance(event, Step)]
    assert [text for text in steps if ", " in text][-1].endswith("left 1, 3/3")
    text = infotext_of(session.made[0].file)
    assert text.startswith("a house\nNegative prompt: mud\n")
    assert "Steps: 3" in text
    assert session.made[0].size == (80, 64)


def test_a_stop_comes_between_two_steps(session, models):
    class Stopped(Engines):
        def _step(self, done, total):
            if done == 1:
                session.stop.set()
            super()._step(done, total)

    engines = Stopped(models_in(models), {"local_files_only": True}, "cpu")
    seen = list(run(session, asked("tiny.safetensors", left=16), engines, Limits()))
    assert seen[-1].interrupted
    assert seen[-1].pictures == 0
    assert not any(isinstance(event, Step) and str(event.text).endswith("3/3") for event in seen)


def test_one_model_is_kept_at_a_time_and_used_again(session, engines):
    first = engines.backend("tiny.safetensors", "cpu")
    assert engines.backend("tiny.safetensors", "cpu") is first
    other = engines.for_run("tiny-inpainting.safetensors", "cpu", lambda done, total: None)
    assert engines.backend("tiny-inpainting.safetensors", "cpu") is other
    assert engines.backend("tiny.safetensors", "cpu") is not first
