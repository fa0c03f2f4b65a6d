"""outpaint(request, host): sizes, bytes, seeds, failures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hosts import (
    FailingHost,
    PaintingHost,
    RecordingHost,
    SeededHost,
    SmallMemoryHost,
    WholeWindowHost,
    black,
    broken,
    ctrl_c,
    infinite,
    interrupted,
    not_a_number,
    one_too_few,
    too_small,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from lib_outpaint import fills
from lib_outpaint.engine import _memory_told, outpaint
from lib_outpaint.errors import HostError, HostOutOfMemory, MissingExtra, OutpaintError, ParamError, PlanError
from lib_outpaint.evidence import Cells, derivatives
from lib_outpaint.fills import Fill
from lib_outpaint.geometry import Extent, Side
from lib_outpaint.hosts.protocol import Capabilities, Sampling
from lib_outpaint.metadata import infotext
from lib_outpaint.params import Params
from lib_outpaint.picture_io import Picture, assembled, pixels_of
from lib_outpaint.plan import Limits
from lib_outpaint.preview import preview
from lib_outpaint.request import Request, Shot, numbered_shots
from lib_outpaint.result import Grown, Result

SIDES = [side.value for side in Side]
ALL_SIDES = {"left": 20, "right": 30, "up": 10, "down": 17}


def noise_picture(width: int, height: int, seed: int = 0) -> torch.Tensor:
    """A picture of whole 8-bit levels: float32 (3, H, W)."""
    return torch.randint(0, 256, (3, height, width), generator=torch.Generator().manual_seed(seed)).float() / 255


def run(picture: torch.Tensor, host: RecordingHost | None = None, count: int = 1, **values: Any) -> Result:
    more = {name: values.pop(name) for name in ("painted", "painted_fill", "batch", "sampling", "limits")
            if name in values}
    params = Params(**{"fill": "edge", "color_match": "off", **values})
    return outpaint(Request((picture,), params, numbered_shots(count, 11), **more), host or PaintingHost())


def one(picture: torch.Tensor, host: RecordingHost | None = None, **values: Any) -> Grown:
    (grown,) = run(picture, host, **values).pictures
    return grown


def levels(pixels: torch.Tensor) -> torch.Tensor:
    return (pixels * 255).round().byte()


def outside_the_band(grown: Grown, overlap: int) -> torch.Tensor:
    """Bool (H, W) of the output: px of the source further than `overlap` from the new area."""
    height, width = grown.touched.shape
    far = torch.zeros(height, width, dtype=torch.bool)
    box = grown.source
    left = box.left + overlap if box.left else 0
    top = box.top + overlap if box.top else 0
    right = box.right - overlap if box.right < width else width
    bottom = box.bottom - overlap if box.bottom < height else height
    far[top:max(bottom, top), left:max(right, left)] = True
    return far


# Size and bytes

@settings(max_examples=300)
@given(st.integers(1, 90), st.integers(1, 90), st.tuples(*[st.integers(0, 70)] * 4), st.sampled_from(["px", "%"]),
       st.sampled_from([0, 1, 7, 32]), st.sampled_from(["auto", "one by one"]), st.sampled_from([0, 0, 7, 16, 40]))
def test_size_and_bytes_for_every_combination(width: int, height: int, grow: tuple[int, ...], unit: str, overlap: int,
                                              order: str, step: int) -> None:
    """Exact size, every new pixel painted by the host, the source's own bytes beyond the band. 300 cases from 1x1."""
    picture = noise_picture(width, height)
    part = [size if unit == "px" else int(size * length / 100 + 0.5)
            for size, length in zip(grow, (width, width, height, height), strict=True)]
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
    picture = torch.linspace(0, 1, 6000).expand(3, 4000, 6000)
    host = RecordingHost(native_side=1024)
    grown = one(picture, host, left=101, down=7)
    assert grown.extent == Extent(6101, 4007)
    assert sum(job.pixels[0].numel() for job in host.jobs) < 16_000_000, "whole sides of the picture are sampled"
    kept = ~grown.touched[:4000, 101:]
    assert int(kept.sum()) >= (6000 - 32) * (4000 - 32)
    assert torch.equal(grown.pixels[:, :4000, 101:][:, kept], picture[:, kept])
    edge = grown.pixels[:, 2000, :101]
    assert torch.equal(edge, picture[:, 2000, :1].expand(-1, 101))


MODES = {"L": (1, np.uint8), "LA": (2, np.uint8), "RGB": (3, np.uint8), "RGBA": (4, np.uint8), "I;16": (1, np.uint16)}


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
    image = assembled(source, grown)
    assert image.mode == mode
    assert image.size == (93 + 50, 71 + 27)
    written = np.asarray(image)
    inside = written[10:81, 20:113]
    far = outside_the_band(grown, overlap).numpy()[10:81, 20:113]
    assert far.any()
    assert (inside[far] == stored[far]).all()
    if overlap == 0:
        assert far.all(), "overlap 0 keeps every original pixel"
    if mode in ("LA", "RGBA"):
        assert (inside[..., -1] == stored[..., -1]).all(), "the original's alpha is kept"
        assert (written[:10, :, -1] == 255).all(), "the new area is opaque"


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
    "tiles": ((40, 700), {"right": 40}, {"native_side": 64}),
    "tiles-and-passes": ((300, 61), {"down": 90, "left": 20}, {"native_side": 64}),
    "painted": ((61, 83), {"left": 16, "painted": (slice(20, 60), slice(11, 40)), "painted_fill": "edge"}, {}),
    "painted-in-tiles": ((500, 500), {"up": 8, "painted": (slice(0, 500), slice(100, 500)), "painted_fill": "edge"},
                         {"native_side": 128}),
    "one-pixel": ((1, 1), {"left": 5, "down": 70}, {}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("overlap", "match"), [(0, "off"), (1, "off"), (77, "off"), (32, "seam")])
def test_a_magenta_prefill_leaves_no_magenta(layout: str, overlap: int, match: str,
                                             prefilled_with: Callable[[tuple[float, float, float]], None]) -> None:
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
    assert torch.equal(levels(host.jobs[0].pixels[:, :150, :200][:, painted]), levels(picture[:, painted])), \
        "without a fill, what lies under the paint is there for the sampler"


# Seeds

@pytest.mark.parametrize("fill", ["noise", "patchmatch"])
def test_same_seed_same_bytes(fill: str, photo: torch.Tensor) -> None:
    def once(seed: int) -> torch.Tensor:
        request = Request((photo[:, :100, :120],), Params(left=30, down=20, fill=fill), numbered_shots(1, seed))
        return outpaint(request, RecordingHost()).pictures[0].pixels
    assert torch.equal(once(5), once(5))
    assert not torch.equal(once(5), once(6))


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_each_of_several_pictures_can_be_made_alone(batch: int, photo: torch.Tensor) -> None:
    picture, params = photo[:, :80, :80], Params(left=40, step=24, fill="noise")
    several = outpaint(Request((picture,), params, numbered_shots(3, 100), batch=batch), SeededHost()).pictures
    assert [grown.shot.seed for grown in several] == [100, 101, 102]
    assert [grown.image for grown in several] == [0, 1, 2]
    for grown in several:
        alone = outpaint(Request((picture,), params, numbered_shots(1, grown.shot.seed)), SeededHost()).pictures[0]
        assert torch.equal(alone.pixels, grown.pixels)
        assert [p.seed for p in alone.passes] == [p.seed for p in grown.passes]
    assert not torch.equal(several[0].pixels, several[1].pixels)


def test_batches_hold_the_same_pass_of_several_pictures() -> None:
    host = PaintingHost()
    run(noise_picture(40, 40), host, count=3, batch=2, left=40, step=24)
    assert [[(job.image, job.pass_index) for job in call] for call in host.calls] == [
        [(0, 0), (1, 0)], [(0, 1), (1, 1)], [(2, 0)], [(2, 1)]]


def test_pass_seeds() -> None:
    host = PaintingHost()
    grown = one(noise_picture(40, 40), host, left=60, step=20)
    seeds = [job.seed for job in host.jobs]
    assert seeds[0] == 11
    assert len(set(seeds)) == 3
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert [p.seed for p in grown.passes] == seeds


def test_consecutive_seeds_begin_again_after_the_last() -> None:
    assert [shot.seed for shot in numbered_shots(2, 2**32 - 1)] == [2**32 - 1, 0]


# What a job holds

def test_jobs_carry_what_was_asked_for() -> None:
    host = PaintingHost()
    request = Request((noise_picture(40, 40),), Params(left=8, up=8, fill="edge", side_prompts="up: sky\nleft -: people"),
                      (Shot(3, None, "a lake", "blur"),), sampling=Sampling(steps=7, denoise=0.9))
    result = outpaint(request, host)
    assert [(job.prompt, job.negative_prompt) for job in host.jobs] == [
        ("a lake", "blur, people"), ("a lake, sky", "blur")]
    assert {job.sampling for job in host.jobs} == {Sampling(steps=7, denoise=0.9)}
    assert all(job.params is request.params for job in host.jobs)
    assert [(p.done, p.total, p.text) for p in host.reports] == [(0, 2, "left 1"), (1, 2, "up 1"), (2, 2, "done")]
    assert result.stopped is None


@pytest.mark.parametrize(("values", "sampling", "prompt", "field"), [
    ({"loras": "a:1"}, Sampling(), "", "loras"),
    ({"controlnet": "on"}, Sampling(), "", "controlnet"),
    ({"controlnet_weight": 0.5}, Sampling(), "", "controlnet_weight"),
    ({"mask_weight": 0.5}, Sampling(), "", "mask_weight"),
    ({"side_prompts": "left: sky"}, Sampling(), "", "side_prompts"),
    ({}, Sampling(), "a lake", "prompt"),
    ({}, Sampling(steps=20), "", "steps"),
    ({}, Sampling(denoise=0.0), "", "denoise"),
    ({"compare": "fill=edge; loras=a:1"}, Sampling(), "", "loras"),
], ids=str)
def test_what_a_host_cannot_do_is_refused_before_sampling(values: dict[str, Any], sampling: Sampling, prompt: str,
                                                          field: str) -> None:
    host = RecordingHost(Capabilities("plain"))
    request = Request((noise_picture(9, 9),), Params(left=8, **values), (Shot(3, None, prompt),), sampling=sampling)
    with pytest.raises(ParamError, match=r"is nothing the plain engine can do; leave it out$") as caught:
        outpaint(request, host)
    assert caught.value.field == field
    assert host.jobs == []
    assert host.reports == []


@pytest.mark.parametrize(("values", "error", "words"), [
    ({}, ParamError, "no side grows"),
    ({"left": 8, "side_prompts": "nowhere: x"}, ParamError, "names no side"),
    ({"left": 8, "compare": "fill=edge; left=0,8"}, ParamError, "no side grows"),
    ({"left": 8, "compare": "fil=edge"}, ParamError, "is no parameter"),
    ({"left": 8, "limits": Limits(canvas_pixels=100)}, PlanError, "canvas: 17x9 is"),
    ({"left": 8, "painted": torch.ones(9, 8, dtype=torch.bool)}, ParamError, "painted: (9, 8) is no mask"),
], ids=lambda value: str(value)[:50])
def test_bad_input_reaches_no_host(values: dict[str, Any], error: type[OutpaintError], words: str) -> None:
    host = RecordingHost()
    with pytest.raises(error) as caught:
        run(noise_picture(9, 9), host, **values)
    assert words in str(caught.value)
    assert host.jobs == []


def test_a_fill_without_its_package_is_found_before_anything_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingExtra("fill 'telea'", "opencv", "opencv")

    monkeypatch.setitem(fills.REGISTRY, "telea", replace(fills.REGISTRY["telea"], look=missing))
    host = RecordingHost()
    with pytest.raises(MissingExtra):
        run(noise_picture(9, 9), host, left=8, compare="fill=edge,telea")
    assert host.jobs == []


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "5"], ids=repr)
def test_seeds_out_of_range(seed: Any) -> None:
    with pytest.raises(ParamError, match=r"^seed: "):
        Shot(seed)
    with pytest.raises(ParamError, match=r"^seed: "):
        numbered_shots(1, seed)


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_picture(count: int) -> None:
    with pytest.raises(ParamError, match=rf"^count: {count} is less than 1"):
        numbered_shots(count, 0)


@pytest.mark.parametrize("shapes", [[(3, 4, 4), (3, 4, 5)], [(4, 4, 4)], [(4, 4)]], ids=str)
def test_pictures_of_the_wrong_shape(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ParamError, match=r"^pictures: "):
        Request(tuple(torch.zeros(shape) for shape in shapes), Params(left=1), numbered_shots(1, 0))


# Interruption and failure

@pytest.mark.parametrize("how", [interrupted, ctrl_c, broken, not_a_number], ids=lambda how: how.__name__)
@pytest.mark.parametrize(("at", "size"), [(1, (80, 60)), (2, (100, 60)), (3, (120, 60)), (4, (120, 76))])
def test_finished_passes_are_kept(how: Any, at: int, size: tuple[int, int]) -> None:
    picture = noise_picture(60, 60)
    host = FailingHost(at, how)
    result = run(picture, host, left=60, up=30, step=20, order="one by one")
    (grown,) = result.pictures
    assert (grown.extent.width, grown.extent.height) == size
    assert not grown.complete
    assert result.interrupted == (how in (interrupted, ctrl_c))
    assert result.stopped
    assert len(host.calls) == at + 1, "it went on after the failure"
    assert len(grown.passes) == len(grown.plan.passes) == at
    assert grown.pixels.shape[1:] == grown.touched.shape == (size[1], size[0])
    new = torch.ones_like(grown.touched)
    new[grown.source.slices] = False
    assert bool((grown.pixels[:, new] == host.colour[:, 0]).all()), "a half-made strip is in the picture"
    rows, columns = grown.source.slices
    assert torch.equal(grown.pixels[:, rows, columns][:, -28:, -28:], picture[:, -28:, -28:])
    assert "Outpaint complete: no" in infotext(grown, result.engine)


def test_interrupted_within_the_first_strips_tiles_gives_no_picture() -> None:
    """Some tiles of a strip are no rectangle, and without them nothing has grown."""
    result = run(noise_picture(40, 500), FailingHost(2, interrupted, native_side=64), left=8)
    assert result.pictures == ()
    assert result.interrupted


def test_interrupted_within_a_later_strips_tiles_crops_what_is_not_complete() -> None:
    whole = run(noise_picture(40, 500), FailingHost(99, interrupted, native_side=64), left=8, right=8).pictures[0]
    tiles = whole.plan.passes[0].tiles
    assert tiles > 2
    grown = run(noise_picture(40, 500), FailingHost(tiles + 1, interrupted, native_side=64), left=8, right=8).pictures[0]
    assert grown.extent == Extent(48, 500)
    assert not grown.complete


def test_pictures_finished_before_the_failure_are_whole() -> None:
    result = run(noise_picture(30, 30), FailingHost(3, broken), count=3, left=40, step=20)
    assert [(grown.image, grown.complete) for grown in result.pictures] == [(0, True), (1, False)]
    assert result.stopped == "the GPU has left"
    assert not result.interrupted


def test_interrupted_before_the_first_pass_gives_no_picture() -> None:
    result = run(noise_picture(30, 30), FailingHost(0, interrupted), left=40)
    assert result.pictures == ()
    assert result.interrupted
    assert result.stopped == "interrupted"


@pytest.mark.parametrize(("how", "words"), [
    (broken, "the GPU has left"),
    (not_a_number, "NaN or infinite pixels"),
    (infinite, "NaN or infinite pixels"),
    (too_small, "returned 512x504 for a window of 512x512"),
    (black, "a black picture"),
    (one_too_few, "returned 0 pictures for 1 windows"),
], ids=lambda value: getattr(value, "__name__", ""))
def test_a_failure_with_nothing_finished_is_raised(how: Any, words: str) -> None:
    with pytest.raises(HostError, match=words):
        run(noise_picture(500, 500), FailingHost(0, how), left=100, context=400)


def test_black_is_fine_for_a_black_picture() -> None:
    grown = one(torch.zeros(3, 30, 30), FailingHost(0, black), left=8)
    assert float(grown.pixels.max()) == 0


def test_a_host_may_return_half_precision_and_overshoot() -> None:
    class Half(RecordingHost):
        def sample(self, job: Any) -> torch.Tensor:
            return (job.pixels * 0 + 1.5).half()

    grown = one(noise_picture(30, 30), Half(), left=8)
    assert float(grown.pixels[:, :, :8].min()) == float(grown.pixels.max()) == 1
    assert grown.pixels.dtype == torch.float32


# Out of memory

SPLITS: dict[str, tuple[tuple[int, int], dict[str, Any], int]] = {
    "left": ((600, 500), {"left": 100}, 512 * 300),
    "right": ((600, 500), {"right": 100}, 512 * 300),
    "up": ((500, 600), {"up": 100}, 512 * 300),
    "down": ((500, 600), {"down": 100}, 512 * 300),
    "every-pass": ((600, 500), {"left": 300, "right": 100, "step": 100}, 512 * 300),
    "tiles": ((600, 4000), {"left": 100}, 512 * 800),
    "together": ((500, 500), {"left": 100, "up": 50, "right": 3}, 600 * 500),
    "mask": ((900, 700), {"left": 16, "painted": (slice(50, 600), slice(100, 850))}, 600 * 600),
}


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("batch", [1, 2])
def test_out_of_memory_goes_on_in_smaller_windows(kind: str, batch: int) -> None:
    size, values, most = SPLITS[kind]
    values = dict(values)
    picture = noise_picture(*size)
    painted = None
    if "painted" in values:
        painted = torch.zeros(size[1], size[0], dtype=torch.bool)
        painted[values.pop("painted")] = True
    host = SmallMemoryHost(most)
    result = run(picture, host, **values, count=batch, batch=batch, painted=painted)
    assert result.stopped is None
    assert any("smaller windows" in note for note in result.notes)
    for grown in result.pictures:
        grow = [values.get(side, 0) for side in SIDES]
        assert grown.extent == Extent(size[0] + grow[0] + grow[1], size[1] + grow[2] + grow[3])
        new = torch.ones_like(grown.touched)
        new[grown.source.slices] = False if painted is None else painted
        assert bool((grown.pixels[:, new] == host.colour[:, 0]).all())
        far = outside_the_band(grown, 32)
        rows, columns = grown.source.slices
        kept = far[rows, columns] & ~grown.touched[rows, columns]
        if painted is None:
            assert torch.equal(kept, far[rows, columns])
        assert torch.equal(grown.pixels[:, rows, columns][:, kept], picture[:, kept])
    assert host.reports[-1].done == host.reports[-1].total == sum(len(g.passes) for g in result.pictures)


def test_out_of_memory_in_the_smaller_windows_too_is_the_end() -> None:
    host = SmallMemoryHost(64 * 64)
    with pytest.raises(HostOutOfMemory):
        run(noise_picture(600, 500), host, left=100)
    assert len(host.calls) == 2


def test_out_of_memory_in_the_smallest_window() -> None:
    with pytest.raises(HostOutOfMemory, match="out of memory at 64x64"):
        run(noise_picture(8, 8), SmallMemoryHost(0), left=8)


# What comes with the pictures

def test_compare_makes_every_combination() -> None:
    host = PaintingHost()
    result = run(noise_picture(30, 30), host, count=2, left=8, compare="fill=edge,mirror; overlap=0,8")
    assert [(grown.label, grown.image) for grown in result.pictures] == [
        (f"fill={fill}, overlap={overlap}", image)
        for fill in ("edge", "mirror") for overlap in (0, 8) for image in (0, 1)]
    assert [grown.params.fill for grown in result.pictures][::4] == ["edge", "mirror"]
    assert host.reports[-1].total == len(host.calls) == 8


@pytest.mark.parametrize(("extras", "canvas", "mask"), [
    ("none", False, False), ("canvas", True, False), ("mask", False, True), ("both", True, True)])
def test_extras(extras: str, canvas: bool, mask: bool) -> None:
    picture = noise_picture(40, 30)
    grown = one(picture, left=60, step=30, extras=extras, overlap=4)
    assert (grown.canvas is not None, grown.mask is not None) == (canvas, mask)
    if grown.canvas is not None:
        assert grown.canvas.shape == grown.pixels.shape
        assert torch.equal(grown.canvas[:, :, 60:], picture)
        assert torch.equal(grown.canvas[:, :, 30:60], picture[:, :, :1].expand(-1, -1, 30))
    if grown.mask is not None:
        assert bool((grown.mask[:, :60] == 1).all())
        assert bool((grown.mask[:, 64:] == 0).all())
        assert torch.equal(grown.mask > 0, grown.touched)


def test_preview_is_the_prefilled_canvas_and_samples_nothing() -> None:
    picture = noise_picture(40, 30)
    request = Request((picture,), Params(left=16, fill="mirror", compare="overlap=0,8"), numbered_shots(3, 0))
    grown = preview(request, Capabilities("test"), torch.device("cpu"))
    assert grown.canvas is not None
    assert grown.mask is not None
    assert torch.equal(grown.canvas[:, :, :16], picture[:, :, :16].flip(2))
    assert torch.equal(grown.canvas[:, :, 16:], picture)
    assert bool((grown.mask[:, :16] == 1).all())


def test_infotext_of_a_run() -> None:
    request = Request((noise_picture(30, 30),), Params(left=40, step=20, fill="edge", side_prompts="left: a, b"),
                      (Shot(7, 9, "a lake", "blur"),))
    result = outpaint(request, PaintingHost())
    text = infotext(result.pictures[0], result.engine)
    prompt, negative, entries = text.split("\n")
    assert (prompt, negative) == ("a lake", "Negative prompt: blur")
    seeds = " ".join(str(p.seed) for p in result.pictures[0].passes)
    for entry in ("Seed: 7, Size: 70x30, Variation seed: 9", "Outpaint left: 40", "Outpaint fill: edge",
                  'Outpaint side prompts: "left: a, b"', "Outpaint engine: test", "Outpaint passes: 2",
                  f"Outpaint pass seeds: {seeds}"):
        assert entry in entries
    assert json.loads(entries.split("side prompts: ")[1].split(", Outpaint")[0]) == "left: a, b"


def test_the_request_is_left_as_it_was() -> None:
    picture = noise_picture(30, 30)
    before = picture.clone()
    run(picture, WholeWindowHost(), left=40, overlap=16)
    assert torch.equal(picture, before)


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


def test_only_a_lack_of_memory_is_told_as_one() -> None:
    for error in (MemoryError(), RuntimeError("CUDA out of memory. Tried")):
        with pytest.raises(HostOutOfMemory, match="out of memory: "), _memory_told():
            raise error
    with pytest.raises(RuntimeError, match="shapes do not match") as caught, _memory_told():
        raise RuntimeError("shapes do not match")
    assert type(caught.value) is RuntimeError


def test_a_request_without_a_picture_or_a_shot_is_none() -> None:
    with pytest.raises(ParamError, match="is less than 1"):
        Request((), Params(left=8), numbered_shots(1, 1))
    with pytest.raises(ParamError, match="is less than 1"):
        Request((torch.zeros(3, 8, 8),), Params(left=8), ())


def test_a_drift_of_cells_too_small_for_slopes_has_none() -> None:
    source = torch.rand(3, 5, 4)
    places = torch.arange(5)
    cells = Cells(source, source, torch.ones(5, 4, dtype=torch.bool), places, places, (5, 5), 2)
    found = derivatives(cells)
    assert [part.shape for part in found] == [(3, 5)] * 3
    assert not any(part.any() for part in found)
