"""outpaint(request, host): the exact size, the source's bytes, and new pixels that are all the host's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import ALL_SIDES, SIDES, levels, noise_picture, one, outside_the_band
from hosts import PaintingHost, RecordingHost, SeededHost, WholeWindowHost
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from lib_outpaint.images import Picture, assembled, pixels_of, written
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels import fills
from lib_outpaint.pixels.fills import Fill
from lib_outpaint.planning.geometry import Extent


@settings(max_examples=300)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.tuples(*[st.integers(0, 70)] * 4),
    st.sampled_from(["px", "%"]),
    st.sampled_from([0, 1, 7, 32]),
    st.sampled_from(["auto", "one by one"]),
    st.sampled_from([0, 0, 7, 16, 40]),
)
def test_size_and_bytes_for_every_combination(
    width: int, height: int, grow: tuple[int, ...], unit: str, overlap: int, order: str, step: int
) -> None:
    """Exact size, every new pixel painted by the host, the source's own bytes beyond the band. 300 cases from 1x1."""
    picture = noise_picture(width, height)
    part = [
        size if unit == "px" else int(size * length / 100 + 0.5)
        for size, length in zip(grow, (width, width, height, height), strict=True)
    ]
    assume(sum(part) > 0)
    values = dict(zip(SIDES, grow, strict=True))
    host = PaintingHost(native_side=64)
    grown = one(picture, host, **values, unit=unit, overlap=overlap, order=order, step=step)
    assert grown.extent == Extent(width + part[0] + part[1], height + part[2] + part[3])
    assert grown.complete
    new = torch.ones(grown.extent.height, grown.extent.width, dtype=torch.bool)
    new[grown.source.slices] = False
    assert bool((grown.pixels[:, new] == host.colour[:, 0]).all()), "a new pixel is not the host's"
    assert bool(grown.touched[new].all())
    far = outside_the_band(grown, overlap)
    rows, columns = grown.source.slices
    assert not bool((grown.touched & far).any())
    assert torch.equal(grown.pixels[:, rows, columns][:, far[rows, columns]], picture[:, far[rows, columns]])
    assert all(job.pixels.shape[1] % 8 == job.pixels.shape[2] % 8 == 0 for job in host.jobs)


def test_a_large_photo() -> None:
    picture = torch.linspace(0, 1, 2400).expand(3, 1600, 2400)
    host = RecordingHost(native_side=256)
    grown = one(picture, host, left=101, down=7, hires="off")
    assert grown.extent == Extent(2501, 1607)
    assert sum(job.pixels[0].numel() for job in host.jobs) < 1_600_000, "whole sides of the picture are sampled"
    kept = ~grown.touched[:1600, 101:]
    assert int(kept.sum()) >= (2400 - 32) * (1600 - 32)
    assert torch.equal(grown.pixels[:, :1600, 101:][:, kept], picture[:, kept])
    edge = grown.pixels[:, 800, :101]
    assert torch.equal(edge, picture[:, 800, :1].expand(-1, 101))


MODES = {
    "L": (1, np.uint8),
    "LA": (2, np.uint8),
    "RGB": (3, np.uint8),
    "RGBA": (4, np.uint8),
    "I;16": (1, np.uint16),
    "LA;16": (2, np.uint16),
    "RGB;16": (3, np.uint16),
    "RGBA;16": (4, np.uint16),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("overlap", [0, 5, 32])
@pytest.mark.parametrize("match", ["off", "seam"])
def test_bytes_outside_the_band_are_the_sources_in_every_mode(mode: str, overlap: int, match: str) -> None:
    channels, kind = MODES[mode]
    stored = np.random.default_rng(1).integers(0, np.iinfo(kind).max, (71, 93, channels), kind, endpoint=True)
    stored = stored[:, :, 0] if channels == 1 else stored
    source = Picture(stored, mode)
    host = WholeWindowHost(known_pixels="whole")
    grown = one(pixels_of(stored, mode), host, **ALL_SIDES, overlap=overlap, color_match=match)
    assert assembled(source, grown).mode == (mode if mode == "I;16" else mode.partition(";")[0])
    result = written(source, grown)
    assert result.dtype == kind
    assert result.shape[:2] == (71 + 27, 93 + 50)
    inside = result[10:81, 20:113]
    far = outside_the_band(grown, overlap).numpy()[10:81, 20:113]
    assert far.any()
    assert (inside[far] == stored[far]).all()
    if overlap == 0:
        assert far.all(), "overlap 0 keeps every original pixel"
    if channels in (2, 4):
        assert (inside[..., -1] == stored[..., -1]).all(), "the original's alpha is kept"
        assert (result[:10, 20:113, -1] == stored[0, :, -1]).all(), "the new area goes on as the edge"


@pytest.mark.parametrize("size", [(1, 1), (13, 21), (371, 61)], ids=str)
def test_overlap_0_keeps_every_pixel_where_the_seam_is_off_the_grid(size: tuple[int, int]) -> None:
    picture = noise_picture(*size)
    for values in ({"left": 3, "right": 5, "up": 7, "down": 1}, {"right": 9}, {"down": 13, "left": 1}):
        for order in ("auto", "one by one"):
            grown = one(picture, WholeWindowHost(), **values, overlap=0, order=order)
            rows, columns = grown.source.slices
            assert torch.equal(grown.pixels[:, rows, columns], picture)


# The prefill leaves nothing behind


@pytest.fixture
def prefilled_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[float, float, float]], None]:
    """Makes the edge fill one colour."""

    def use(colour: tuple[float, float, float]) -> None:
        def flat(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
            return torch.tensor(colour)[:, None, None].expand_as(pixels)

        monkeypatch.setitem(fills.REGISTRY, "edge", Fill("edge", flat))

    return use


MAGENTA, OTHER = (1.0, 0.0, 1.0), (0.1, 0.7, 0.2)
LAYOUTS: dict[str, tuple[tuple[int, int], dict[str, Any], dict[str, Any]]] = {
    **{side: ((61, 83), {side: 37}, {}) for side in SIDES},
    "several-passes": ((61, 83), {"left": 150, "step": 40}, {}),
    "all-sides-one-by-one": ((61, 83), {**ALL_SIDES, "order": "one by one"}, {}),
    "together": ((61, 83), {**ALL_SIDES, "order": "together"}, {}),
    "tiles": ((40, 350), {"right": 40}, {"native_side": 64}),
    "tiles-and-passes": ((200, 61), {"down": 90, "left": 20}, {"native_side": 64}),
    "painted": ((61, 83), {"left": 16, "painted": (slice(20, 60), slice(11, 40)), "painted_fill": "edge"}, {}),
    "painted-in-tiles": (
        (150, 200),
        {"up": 8, "painted": (slice(0, 200), slice(50, 150)), "painted_fill": "edge"},
        {"native_side": 64},
    ),
    "one-pixel": ((1, 1), {"left": 5, "down": 70}, {}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("overlap", "match"), [(0, "off"), (1, "off"), (77, "off"), (32, "seam")])
def test_a_magenta_prefill_leaves_no_magenta(
    layout: str, overlap: int, match: str, prefilled_with: Callable[[tuple[float, float, float]], None]
) -> None:
    """The host repaints where the latent mask says so: then nothing of the prefill is in the output, not a 255th."""
    size, values, caps = LAYOUTS[layout]
    values = dict(values)
    picture = noise_picture(*size) * 0.2 + 0.4
    if "painted" in values:
        where = torch.zeros(size[1], size[0], dtype=torch.bool)
        where[values["painted"]] = True
        values["painted"] = where
    results = []
    for colour in (MAGENTA, OTHER):
        prefilled_with(colour)
        host = PaintingHost((0.5, 0.45, 0.55), **caps)
        results.append(one(picture, host, **values, overlap=overlap, color_match=match))
        assert any(bool((job.pixels == torch.tensor(colour)[:, None, None]).all(0).any()) for job in host.jobs)
    assert torch.equal(results[0].pixels, results[1].pixels)
    assert torch.equal(results[0].touched, results[1].touched)
    if match == "off":
        new = torch.ones_like(results[0].touched)
        new[results[0].source.slices] = False
        assert bool((results[0].pixels[:, new] == host.colour[:, 0]).all())


def test_a_painted_region_is_repainted_and_its_surroundings_kept() -> None:
    picture = noise_picture(200, 150)
    painted = torch.zeros(150, 200, dtype=torch.bool)
    painted[40:60, 50:90] = True
    painted[100, 150] = True
    host = PaintingHost()
    grown = one(picture, host, left=24, overlap=8, painted=painted)
    inside = grown.pixels[:, :, 24:]
    assert bool((inside[:, painted] == host.colour[:, 0]).all())
    y, x = torch.nonzero(painted).T
    rows, columns = torch.arange(150)[:, None, None], torch.arange(200)[None, :, None]
    away = torch.maximum((rows - y).abs(), (columns - x).abs()).amin(2)
    kept = (away > 8) & (torch.arange(200) >= 8)[None, :]
    assert torch.equal(inside[:, kept], picture[:, kept])
    assert torch.equal(levels(host.jobs[0].pixels[:, :150, :200][:, painted]), levels(picture[:, painted])), (
        "without a fill, what lies under the paint is there for the sampler"
    )


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 300)], ids=str)
@pytest.mark.parametrize("fill", ["edge", "mirror", "mosaic", "smooth", "noise", "patchmatch", "telea"])
def test_the_smallest_pictures(size: tuple[int, int], fill: str) -> None:
    grown = one(noise_picture(*size), SeededHost(), fill=fill, left=3, down=4, color_match="seam")
    assert grown.extent == Extent(size[0] + 3, size[1] + 4)
    assert Image.fromarray(levels(grown.pixels).permute(1, 2, 0).numpy()).size == (size[0] + 3, size[1] + 4)


@pytest.mark.parametrize("overlap", [0, 32, 100])
def test_tiles_that_disagree_leave_no_line_between_them(overlap: int) -> None:
    """Every tile comes back darker than the one before: the step is spread over the joint, in the photo's band too."""

    class Fading(RecordingHost):
        def sample(self, job: Any) -> torch.Tensor:
            return torch.full_like(job.pixels, 0.9 - 0.2 * job.pass_index)

    host = Fading(native_side=256, known_pixels="whole")
    grown = one(torch.full((3, 1500, 200), 0.5), host, left=64, overlap=overlap)
    assert len(host.jobs) > 2
    down = grown.pixels[0].diff(dim=0).abs()
    assert float(down[:, :64].max()) < 0.2 / 4, "a line in the new area"
    assert float(down[:, 64:].max()) < 0.2 / 4, "a line in the band"
