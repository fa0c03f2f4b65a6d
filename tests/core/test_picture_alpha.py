"""Transparency: it goes on with the edge, what is painted becomes opaque, and hidden colours are seen by nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hosts import PaintingHost, RecordingHost
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint import images, outpaint
from lib_outpaint.images.alpha import grown_alpha, seen_colours
from lib_outpaint.images.grid import labelled_grid
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill
from lib_outpaint.planning.geometry import Box, Extent

RED, BLACK = (255, 0, 0), (0, 0, 0)
HEIGHT, WIDTH = 64, 80
BODY = slice(24, 56)  # the columns in which something is to be seen at the lower edge


def sprite(hidden: tuple[int, int, int] = RED) -> NDArray[np.uint8]:
    """A blue body with green stripes that stands on the lower edge; beside and above it nothing is to be seen."""
    found = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    found[:, :, :3] = hidden
    found[16:, BODY] = (20, 40, 200, 255)
    found[16::8, BODY] = (40, 200, 60, 255)
    found[16:, 23] = (20, 40, 200, 128)  # an edge that is half transparent
    return found


def mask() -> NDArray[np.uint8]:
    """Paint on the left part of the body and beside it, down to the lower edge."""
    found = np.zeros((HEIGHT, WIDTH), np.uint8)
    found[40:, 8:32] = 255
    return found


def test_the_new_area_goes_on_as_the_edge_is() -> None:
    alpha = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    grown = grown_alpha(alpha, Box(2, 1, 6, 4), Extent(7, 6))
    assert np.array_equal(grown[1:4, 2:6], alpha)
    assert grown[0].tolist() == [0, 0, 0, 20, 40, 60, 60]
    assert grown[5].tolist() == [160, 160, 160, 180, 200, 220, 220]
    assert grown[:, 6].tolist() == [60, 60, 140, 220, 220, 220]


def test_what_was_painted_at_the_edge_goes_on_as_well() -> None:
    painted = np.zeros((2, 3), np.bool_)
    painted[1, 1] = True
    grown = grown_alpha(np.zeros((2, 3), np.uint16), Box(0, 0, 3, 2), Extent(3, 4), painted)
    assert grown.tolist() == [[0, 0, 0], [0, 65535, 0], [0, 65535, 0], [0, 65535, 0]]


def test_hidden_colours_are_those_of_the_nearest_that_is_seen() -> None:
    draw = np.random.default_rng(1)
    for _ in range(50):
        height, width = draw.integers(1, 20, 2)
        stored = draw.integers(0, 256, (height, width, 4), dtype=np.uint8)
        stored[:, :, 3] = np.where(draw.random((height, width)) < draw.random() ** 3, 255, 0)
        before = stored.copy()
        pixels = torch.from_numpy(stored[:, :, :3].copy()).permute(2, 0, 1).float() / 255
        known = torch.from_numpy(stored[:, :, 3] > 0)
        wanted = prefill("edge", pixels, known, Params(), 0) if bool(known.any()) else torch.full_like(pixels, 128 / 255)
        assert np.array_equal(seen_colours(stored).transpose(2, 0, 1), (wanted * 255).round().numpy())
        assert np.array_equal(stored, before)


def test_colours_of_too_few_bits_do_not_count() -> None:
    stored = np.array([[[10, 255], [200, 31], [60, 32]]], np.uint8)
    assert seen_colours(stored)[0, :, 0].tolist() == [10, 10, 60]


@pytest.mark.parametrize("sides", [{"down": 32}, {"left": 24, "right": 40}, {"up": 16, "down": 16, "left": 16, "right": 16}])
@pytest.mark.parametrize("fill", ["edge", "mirror", "smooth", "noise"])
def test_hidden_colours_have_no_influence(sides: dict[str, int], fill: str) -> None:
    made = []
    for hidden in (RED, BLACK):
        host = RecordingHost(native_side=64)
        grown = outpaint(sprite(hidden), backend=host, fill=fill, color_match="seam", seed=3, **sides)
        for job in host.jobs:
            assert fill == "noise" or float(job.pixels[0].max()) < 0.5, "red has come into the prefill"
            assert fill == "noise" or float(job.pixels[2].min()) > 0.1, "black has come into the prefill"
        made.append((host.jobs, grown.numpy()))
    (jobs, one), (others, other) = made
    assert all(torch.equal(a.pixels, b.pixels) for a, b in zip(jobs, others, strict=True))
    assert np.array_equal(one[:, :, 3], other[:, :, 3])
    seen = one[:, :, 3] > 0
    assert np.array_equal(one[seen], other[seen])


def test_a_sprite_grows_a_sprite() -> None:
    made = outpaint(sprite(), backend=RecordingHost(), down=32, left=16, overlap=8, fill="edge", seed=1).numpy()
    new = made[HEIGHT:, 16:]
    assert (new[:, BODY, 3] == 255).all()
    assert (new[:, 23, 3] == 128).all(), "the half transparent edge goes on"
    assert not new[:, : BODY.start - 1, 3].any()
    assert not new[:, BODY.stop :, 3].any()
    assert not made[:, :16, 3].any()
    assert (new[:, BODY, :3] == (20, 40, 200)).all()
    assert np.array_equal(made[: HEIGHT - 8, 24:], sprite()[:-8, 8:]), "hidden colours outside the band are kept too"


def test_painted_pixels_become_opaque_and_no_others() -> None:
    made = outpaint(sprite(), backend=PaintingHost(), mask=mask(), down=16, seed=1).numpy()
    painted = mask() > 0
    assert (made[:HEIGHT][painted][:, 3] == 255).all()
    assert np.array_equal(made[:HEIGHT, :, 3][~painted], sprite()[:, :, 3][~painted])
    assert (made[:HEIGHT][painted] == (0, 255, 0, 255)).all()
    assert (made[HEIGHT:, 8:32, 3] == 255).all(), "what was painted at the edge goes on"
    assert not made[HEIGHT:, :8, 3].any()


def test_painted_pixels_become_opaque_without_growing() -> None:
    made = outpaint(sprite(), backend=PaintingHost(), mask=mask(), seed=1).numpy()
    assert made.shape == sprite().shape
    assert np.array_equal(made[:, :, 3], np.maximum(sprite()[:, :, 3], mask()))


def test_what_was_painted_and_not_repainted_stays_transparent() -> None:
    """As after a run that ended before the window with the upper half of the paint."""
    made = outpaint(sprite(), backend=PaintingHost(), mask=mask(), down=16, seed=1)[0]
    whole = made.grown.made
    rows = [torch.arange(patch.box.top, patch.box.bottom)[:, None] for patch in whole.patches]
    lower = [replace(patch, where=patch.where & (y >= 52)) for patch, y in zip(whole.patches, rows, strict=True)]
    alpha = images.written(made.source, replace(made.grown, made=replace(whole, patches=lower)))[:, :, 3]
    assert np.array_equal(alpha[:52], sprite()[:52, :, 3])
    assert (alpha[52:, 8:32] == 255).all()
    assert not alpha[52:, :8].any()


def in_form(name: str, path: Path) -> Path:
    """The sprite in a file of another kind, with red where nothing is to be seen if the kind allows it."""
    image = Image.fromarray(sprite())
    if name == "palette":
        colours = Image.fromarray(sprite()[:, :, :3]).quantize(8)
        index = colours.getpixel((0, 0))
        assert colours.getpixel((WIDTH // 2, HEIGHT // 2)) != index
        image, options = colours, {"transparency": index}
    else:
        options = {"WEBP": {"lossless": True, "exact": True}}.get(name, {})
    if name in ("LA", "LA-tiff"):
        image = image.convert("LA")
    path = path / {"WEBP": "in.webp", "TIFF": "in.tif", "LA-tiff": "in.tif"}.get(name, "in.png")
    if name in ("16", "16-tiff"):
        path = path.with_suffix(".tif" if name == "16-tiff" else ".png")
        images.save(sprite().astype(np.uint16) * 257, path)
    else:
        image.save(path, **options)
    return path


KINDS = {
    "RGBA": "RGBA",
    "WEBP": "RGBA",
    "TIFF": "RGBA",
    "palette": "RGBA",
    "LA": "LA",
    "LA-tiff": "LA",
    "16": "RGBA;16",
    "16-tiff": "RGBA;16",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_with_alpha(kind: str, tmp_path: Path) -> None:
    path = in_form(kind, tmp_path)
    before = images.read(path)
    assert before.mode == KINDS[kind]
    host = RecordingHost()
    made = outpaint(path, backend=host, down=24, right=8, overlap=8, mask=mask(), fill="edge", seed=1)
    for job in host.jobs:
        assert float(job.pixels[0].max()) < 0.6
    out = tmp_path / f"out{path.suffix}"
    made.save(out)
    after = images.read(out)
    assert after.mode == before.mode
    top = np.iinfo(before.stored.dtype).max
    alpha = after.stored[:, :, -1]
    assert (alpha[HEIGHT:, 8 : BODY.stop] == top).all()
    assert not alpha[HEIGHT:, :8].any()
    assert not alpha[:, WIDTH:].any()
    rows, columns = made[0].grown.source.slices
    kept = ~made[0].grown.touched[rows, columns].numpy()
    assert kept.sum() > 1000
    assert np.array_equal(after.stored[rows, columns][kept], before.stored[kept])


def test_a_mask_is_light_where_it_is_seen() -> None:
    strokes = np.full((4, 6, 4), 255, np.uint8)
    strokes[:, 2:, 3] = 0  # white everywhere, but transparent on the right
    strokes[:, 1, 3] = 100
    assert images.from_levels(strokes).marked.tolist() == [[True, False, False, False, False, False]] * 4
    deep = np.zeros((1, 3), np.uint16)
    deep[0] = (0, 30000, 40000)
    assert images.from_levels(deep).marked.tolist() == [[False, False, True]]


def test_a_drawn_mask_of_white_on_nothing(tmp_path: Path) -> None:
    drawn = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    drawn[:, :, 3] = mask()
    Image.fromarray(drawn).save(tmp_path / "mask.png")
    values = {"backend": PaintingHost(), "down": 16, "seed": 1}
    one = outpaint(sprite(), mask=tmp_path / "mask.png", **values)  # type: ignore[arg-type]
    other = outpaint(sprite(), mask=mask(), **values)  # type: ignore[arg-type]
    assert np.array_equal(one.numpy(), other.numpy())


def test_a_picture_that_is_wholly_transparent_grows() -> None:
    nothing = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    host = RecordingHost()
    made = outpaint(nothing, backend=host, mask=mask(), down=16, seed=1).numpy()
    assert np.array_equal(made[:HEIGHT, :, 3], mask())
    assert 0.4 < float(host.jobs[0].pixels.mean()) < 0.6


def test_opaque_pictures_stay_opaque() -> None:
    opaque = sprite()
    opaque[:, :, 3] = 255
    made = outpaint(opaque, backend=RecordingHost(), left=16, up=16, seed=1)
    assert (made.numpy()[:, :, 3] == 255).all()
    assert replace(made[0].source, stored=opaque).transparent is False


def test_a_grid_shows_what_is_transparent_and_nothing_hidden() -> None:
    for picture in (Image.fromarray(sprite()), Image.fromarray(sprite()).convert("LA")):
        grid = labelled_grid([picture], ["x"])
        found = {colour for _, colour in grid.getcolors(grid.width * grid.height)}
        assert (204, 204, 204) in found
        assert RED not in found
        assert (76, 76, 76) not in found, "the grey of red"
    shown = np.asarray(labelled_grid([Image.fromarray(sprite())], ["x"]))
    body = (sprite() == (20, 40, 200, 255)).all(2)
    assert (shown == (20, 40, 200)).all(2).sum() == body.sum()
