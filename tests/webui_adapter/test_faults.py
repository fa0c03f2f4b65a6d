"""Faults inside the host: every one at every pass leaves options, checkpoint, generators and files as they were."""

import numpy as np
import pytest
import torch
from PIL import Image

from lib_outpaint.errors import BackendError

from .conftest import array
from .three_passes import JOB, OVERRIDES, PASSES, SIZES, state


class Fault:
    """Acts when the host samples for the nth time."""

    def __init__(self, host, at, act):
        self.count, self.at, self.act = 0, at, act
        host.processing.hooks["sample"] = self

    def __call__(self, p):
        self.count += 1
        if self.count == self.at + 1:
            self.act(p)


def raising(error):
    def act(p):
        raise error

    return act


def spoiled(host, monkeypatch, at, change):
    """The nth sample is changed before the host goes on with it."""
    kind = host.processing.StableDiffusionProcessingImg2Img
    sample, calls = kind.sample, []

    def spoiling(self):
        calls.append(self)
        found = sample(self)
        return change(found) if len(calls) == at + 1 else found

    monkeypatch.setattr(kind, "sample", spoiling)


FAULTS = {
    "an error": (
        lambda host, patch, at: Fault(host, at, raising(RuntimeError("broken\nand more"))),
        "the WebUI failed: broken",
    ),
    "a full disk": (
        lambda host, patch, at: Fault(host, at, raising(OSError(28, "No space left on device"))),
        "No space left on device",
    ),
    "NaN": (lambda host, patch, at: spoiled(host, patch, at, lambda s: s * float("nan")), "NaN or infinite"),
    "black": (lambda host, patch, at: spoiled(host, patch, at, lambda s: s * 0), "a black image"),
    "another size": (lambda host, patch, at: spoiled(host, patch, at, lambda s: s[..., :-8]), "the sampler returned"),
    "too few": (lambda host, patch, at: spoiled(host, patch, at, lambda s: s[:0]), "0 images for 1 windows"),
}


@pytest.mark.parametrize("at", range(PASSES))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_pass(host, run, tmp_path, monkeypatch, fault, at):
    make, words = FAULTS[fault]
    make(host, monkeypatch, at)
    before = state(host, tmp_path)
    if at == 0:
        with pytest.raises(BackendError, match=words) as raised:
            run(JOB, override_settings=OVERRIDES)
        assert "\n" not in str(raised.value)
        assert state(host, tmp_path) == before
        return
    processed = run(JOB, override_settings=OVERRIDES)
    assert processed.images[0].size == SIZES[at]
    assert words in processed.comments
    assert "Outpaint complete: no" in processed.infotexts[0]
    after = state(host, tmp_path)
    assert after[2] == processed.infotexts[0], "params.txt holds the job, not a window"
    assert after[:2] + after[3:] == before[:2] + before[3:]


@pytest.mark.parametrize("at", range(PASSES))
def test_an_interrupt_inside_any_pass(host, run, tmp_path, at):
    Fault(host, at, lambda p: host.shared.state.interrupt())
    before = state(host, tmp_path)
    processed = run(JOB, override_settings=OVERRIDES)
    assert [image.size for image in processed.images] == ([SIZES[at]] if at else [])
    assert "interrupted" in processed.comments
    after = state(host, tmp_path)
    assert after[:2] + after[3:] == before[:2] + before[3:]
    assert after[2] == (processed.infotexts[0] if at else before[2])


@pytest.mark.parametrize("at", range(PASSES))
@pytest.mark.parametrize("button", ["interrupt", "stop after this image"])
def test_an_interrupt_between_any_two_passes(host, run, tmp_path, monkeypatch, at, button):
    """Pressed when a pass has ended and the next has not begun: the host's nextjob is the last thing of a pass."""
    if at:
        nextjob, calls = host.shared.State.nextjob, []

        def pressed(self):
            nextjob(self)
            calls.append(self)
            if len(calls) == at:
                setattr(self, {"interrupt": "interrupted"}.get(button, "stopping_generation"), True)

        monkeypatch.setattr(host.shared.State, "nextjob", pressed)
    else:
        begin = host.shared.State.begin

        def pressed(self):
            begin(self)
            self.interrupted = True

        monkeypatch.setattr(host.shared.State, "begin", pressed)
    before = state(host, tmp_path)
    processed = run(JOB)
    # An interrupt drops the pass whose end it cannot tell from its middle; the softer button lets it count.
    made = at if button != "interrupt" else max(at - 1, 0)
    assert [image.size for image in processed.images] == ([SIZES[made]] if made else [])
    after = state(host, tmp_path)
    assert after[:2] + after[3:] == before[:2] + before[3:]


@pytest.mark.parametrize("at", range(PASSES))
def test_out_of_memory_at_any_pass_is_tried_once_more(host, run, tmp_path, photo, at):
    large = Image.fromarray((photo.permute(1, 2, 0).numpy() * 255).astype("uint8")).resize((700, 512))
    Fault(host, at, raising(RuntimeError("CUDA out of memory. Tried to allocate 8 GiB")))
    before = state(host, tmp_path)
    processed = run(
        {"left": 96, "step": 32, "overlap": 16, "order": "one by one", "color_match": "off"}, init_images=[large]
    )
    assert processed.images[0].size == (796, 512)
    assert "smaller windows" in processed.comments
    np.testing.assert_array_equal(array(processed.images[0])[:, 96 + 16 :], np.array(large)[:, 16:])
    after = state(host, tmp_path)
    assert after[:2] + after[3:] == before[:2] + before[3:]


def test_out_of_memory_again_keeps_what_is_finished(host, run):
    calls = []

    def full(p):
        calls.append(p)
        if len(calls) > 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    host.processing.hooks["sample"] = full
    processed = run(JOB)
    assert processed.images[0].size == SIZES[1]
    assert "out of memory" in processed.comments
    assert len(calls) <= 3, "it tried more than once"


@pytest.mark.parametrize("stage", ["restoring", "the whole job"])
def test_params_txt_on_a_full_disk_is_whole_and_costs_no_picture(host, run, tmp_path, monkeypatch, caplog, stage):
    host.shared.cmd_opts.no_prompt_history = stage == "restoring"
    from pathlib import Path

    def full(self, data):
        with open(self, "wb") as file:
            file.write(data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    try:
        processed = run({"left": 8})
    finally:
        host.shared.cmd_opts.no_prompt_history = False
    assert processed.images[0].size == (104, 80)
    assert "No space left on device" in caplog.text
    assert len((tmp_path / "params.txt").read_text(encoding="utf8")) > 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inpainting.safetensors", "params.txt", "plain.safetensors"]


def test_params_txt_of_any_encoding_is_put_back(host, run, tmp_path):
    (tmp_path / "params.txt").write_bytes(b"\xff\xfe not utf-8 \x00")
    Fault(host, 0, raising(RuntimeError("broken")))
    with pytest.raises(BackendError):
        run({"left": 8})
    assert (tmp_path / "params.txt").read_bytes() == b"\xff\xfe not utf-8 \x00"


def test_no_params_txt_before_a_failed_job_is_none_after_it(host, run, tmp_path):
    (tmp_path / "params.txt").unlink()
    Fault(host, 1, lambda p: None)
    Fault(host, 0, raising(RuntimeError("broken")))
    with pytest.raises(BackendError):
        run({"left": 8})
    assert not (tmp_path / "params.txt").exists()
