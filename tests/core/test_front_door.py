"""`from lib_outpaint import outpaint, plan`: an image in any form, a larger one that saves itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hosts import PaintingHost, SeededHost
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint import (
    BackendError,
    Draft,
    ParamError,
    Params,
    PictureError,
    PlanError,
    Sampling,
    outpaint,
    plan,
)


@pytest.fixture
def levels() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (40, 48, 3), dtype=np.uint8)


@pytest.mark.parametrize("form", ["path", "text", "pil", "numpy", "tensor"])
def test_an_image_in_any_form_gives_the_same(form: str, levels: NDArray[np.uint8], tmp_path: Path) -> None:
    path = tmp_path / "in.png"
    Image.fromarray(levels).save(path)
    image = {
        "path": path,
        "text": str(path),
        "pil": Image.fromarray(levels),
        "numpy": levels,
        "tensor": torch.from_numpy(levels.transpose(2, 0, 1).copy()).float() / 255,
    }[form]
    made = outpaint(image, backend=PaintingHost(), left=16, overlap=0, seed=5)
    assert len(made) == 1
    assert made[0].size == (64, 40)
    assert np.array_equal(made.numpy()[:, 16:], levels)
    assert (made.numpy()[:, :16] == (0, 255, 0)).all()
    assert made.tensor().shape == (3, 40, 64)


@pytest.mark.parametrize(
    ("array", "mode"),
    [
        (np.full((8, 9), 7, np.uint8), "L"),
        (np.full((8, 9, 4), 7, np.uint8), "RGBA"),
        (np.full((8, 9), 700, np.uint16), "I;16"),
    ],
    ids=["grey", "alpha", "16-bit"],
)
def test_arrays_keep_their_kind(array: NDArray[np.generic], mode: str) -> None:
    made = outpaint(array, backend=PaintingHost(), right=8, overlap=0, seed=5)
    assert made.pil().mode == mode
    assert np.array_equal(made.numpy()[:, :9], array)


def test_several_images_are_numbered_by_seed_and_save_their_settings(levels: NDArray[np.uint8], tmp_path: Path) -> None:
    made = outpaint(levels, backend=SeededHost(), up=8, prompt="a cup", count=3, seed=7, steps=4)
    assert [image.seed for image in made] == [7, 8, 9]
    assert not np.array_equal(made[0].numpy(), made[1].numpy())
    path = made[2].save(tmp_path / "third.png")
    text = Image.open(path).info["parameters"]
    assert text == made[2].infotext
    assert "Seed: 9" in text
    assert "Outpaint up: 8" in text
    assert made.save(tmp_path / "first.png").is_file()
    assert np.array_equal(np.array(Image.open(tmp_path / "first.png")), made[0].numpy())


def test_full_sets_and_single_settings_mix() -> None:
    host = SeededHost()
    base = Params(left=8, overlap=0)
    outpaint(np.zeros((16, 16, 3), np.uint8), base, backend=host, right=8, sampling=Sampling(steps=9, cfg=3), cfg=5, seed=2)
    assert {(job.sampling.steps, job.sampling.cfg, job.sampling.seed) for job in host.jobs} == {(9, 5.0, 2)}
    assert base == Params(left=8, overlap=0)


def test_a_random_seed_is_told() -> None:
    first, second = (outpaint(np.zeros((9, 9, 3), np.uint8), backend=SeededHost(), left=8)[0] for _ in range(2))
    assert first.seed != second.seed
    assert f"Seed: {first.seed}" in first.infotext


def test_a_mask_is_repainted_first(levels: NDArray[np.uint8]) -> None:
    mask = np.zeros((40, 48), np.uint8)
    mask[10:20, 10:20] = 255
    made = outpaint(levels, backend=PaintingHost(), mask=mask, left=8, overlap=0, seed=1)
    assert (made.numpy()[10:20, 18:28] == (0, 255, 0)).all()
    assert np.array_equal(made.numpy()[30:, 8:], levels[30:])


def test_compare_labels_the_images(levels: NDArray[np.uint8]) -> None:
    made = outpaint(levels, backend=PaintingHost(), left=8, compare="overlap=0,8", seed=1)
    assert [image.label for image in made] == ["overlap=0", "overlap=8"]


def test_without_a_backend_it_is_the_draft(levels: NDArray[np.uint8]) -> None:
    pytest.importorskip("patchmatch")
    made = outpaint(levels, down=8, overlap=8, seed=1)
    assert [note.code for note in made.notes] == ["draft"]
    assert made.numpy().shape == (48, 48, 3)
    assert np.array_equal(made.numpy(), outpaint(levels, backend=Draft(), down=8, overlap=8, seed=1).numpy())


@pytest.mark.parametrize(
    ("values", "error", "code"),
    [
        ({}, ParamError, "nothing-grows"),
        ({"left": 5000}, ParamError, "outside"),
        ({"lefft": 8}, ParamError, "unknown-parameter"),
        ({"left": 8, "steps": 0}, ParamError, "outside"),
        ({"left": 8, "count": 0}, ParamError, "too-few"),
        ({"left": 4000, "right": 4000, "up": 4000, "down": 4000}, PlanError, "canvas-too-large"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(values: dict[str, object], error: type[Exception], code: str) -> None:
    host = PaintingHost()
    with pytest.raises(error) as caught:
        outpaint(np.zeros((9, 9, 3), np.uint8), backend=host, **values)  # type: ignore[arg-type]
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert not host.jobs


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError):
        outpaint(tmp_path / "missing.png", left=8)
    with pytest.raises(ParamError) as caught:
        outpaint(torch.zeros(2, 9, 9), backend=PaintingHost(), left=8)
    assert caught.value.code == "tensor-shape"


def test_a_backend_that_fails_is_an_error() -> None:
    class Broken(PaintingHost):
        def inpaint(self, jobs):  # type: ignore[no-untyped-def]
            raise BackendError("said", text="the GPU has left")

    with pytest.raises(BackendError, match="the GPU has left"):
        outpaint(np.zeros((9, 9, 3), np.uint8), backend=Broken(), left=8)


def test_a_plan_needs_no_image() -> None:
    found = plan((600, 400), left=1024)
    assert found.summary() == "1624x400, 4 passes, window 512x448, 14,336 latents a step"
    with pytest.raises(ParamError):
        plan((600, 400))
