"""The draft engine on real photos, measured at the seam.

All measures are means of absolute differences of neighbouring px, in levels of 0..1, over a whole side.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lib_outpaint.backends.draft import Draft
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.images.metadata import infotext
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill

SIDES = ("left", "right", "up", "down")
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "camera")
GROWN, PHOTO = 128, 192  # px
QUICK = {("left", "astronaut"), ("right", "chelsea"), ("up", "coffee"), ("down", "rocket")}  # the others take long
every_photo_and_side = pytest.mark.parametrize(
    ("side", "name"),
    [
        pytest.param(side, name, marks=[] if (side, name) in QUICK else [pytest.mark.long])
        for side in SIDES
        for name in PHOTOS
    ],
)
_MADE: dict[tuple[str, str], Grown] = {}


def drafted(photo: torch.Tensor, seed: int = 0, **values: Any) -> Grown:
    request = Request((photo,), Params(**values), numbered_shots(1, seed))
    return outpaint(request, Draft()).pictures[0]


def small(photo: torch.Tensor) -> torch.Tensor:
    return photo[:, :PHOTO, :PHOTO]


def draft_of(photos: dict[str, torch.Tensor], name: str, side: str) -> Grown:
    """The photo with 128 px on one side: made once for all tests."""
    if (name, side) not in _MADE:
        _MADE[name, side] = drafted(small(photos[name]), **{side: GROWN})
    return _MADE[name, side]


def as_left(pixels: torch.Tensor, side: str) -> torch.Tensor:
    """The picture turned so that the new area lies on the left."""
    return {"left": pixels, "right": pixels.flip(2), "up": pixels.mT, "down": pixels.flip(1).mT}[side]


@every_photo_and_side
def test_no_line_at_the_seam(name: str, side: str, photos: dict[str, torch.Tensor]) -> None:
    assert_no_line(as_left(draft_of(photos, name, side).pixels, side))


def assert_no_line(pixels: torch.Tensor) -> None:
    across = pixels.diff(dim=2).abs().mean((0, 1))
    beside = torch.cat([across[GROWN - 24 : GROWN - 3], across[GROWN + 2 : GROWN + 23]]).mean()
    assert float(across[GROWN - 1]) < 1.5 * float(beside)


@every_photo_and_side
def test_no_line_where_the_band_ends(name: str, side: str, photos: dict[str, torch.Tensor]) -> None:
    # The photo may have an edge of its own there, so only what the draft has changed counts.
    photo = as_left(small(photos[name]), side)
    change = as_left(draft_of(photos, name, side).pixels, side)[:, :, GROWN:] - photo
    assert float(change[:, :, :16].abs().mean()) > 0.003, "nothing is blended"
    step = change[:, :, 24:40].diff(dim=2).abs().mean((0, 1)).max()
    assert float(step) < 0.75 * float(photo[:, :, 8:56].diff(dim=2).abs().mean())


def mirror_likeness(pixels: torch.Tensor) -> float:
    """Correlation of the fine detail of the new area with that of the picture's mirror: 1 for the mirror fill itself."""
    size = pixels.shape
    known = torch.ones(size[1], size[2], dtype=torch.bool)
    known[:, :GROWN] = False
    mirror = prefill("mirror", pixels, known, Params(left=1), 0)

    def detail(values: torch.Tensor) -> torch.Tensor:
        # What changes within 17 px across the seam. Any continuation is like the mirror in its low frequencies, and in
        # lines that run across the seam.
        smooth = torch.nn.functional.avg_pool2d(values[None], (1, 17), 1, (0, 8), count_include_pad=False)[0]
        return (values - smooth)[:, :, :GROWN].flatten()

    return float(torch.corrcoef(torch.stack([detail(pixels), detail(mirror)]))[0, 1])


@every_photo_and_side
def test_it_is_no_mirror_of_the_original(side: str, name: str, photos: dict[str, torch.Tensor]) -> None:
    found = mirror_likeness(as_left(draft_of(photos, name, side).pixels, side))
    mirror = torch.cat([small(photos[name])[:, :, :GROWN].flip(2), small(photos[name])], 2)
    assert mirror_likeness(mirror) > 0.99, "the measure does not see a mirror"
    # 0.25 would be a quarter of the detail in the mirror's place. Measured: at most 0.05.
    assert found < 0.25


@every_photo_and_side
def test_the_texture_is_as_rich_as_the_photos(side: str, name: str, photos: dict[str, torch.Tensor]) -> None:
    assert_rich(as_left(draft_of(photos, name, side).pixels, side))


def assert_rich(pixels: torch.Tensor) -> None:
    new, old = pixels[:, :, :GROWN], pixels[:, :, GROWN : 2 * GROWN]
    rich = float(new.diff(dim=1).abs().mean()) / float(old.diff(dim=1).abs().mean())
    assert 0.3 < rich < 2, f"{rich:.2f} of the detail beside it"


@every_photo_and_side
def test_size_and_kept_bytes(side: str, name: str, photos: dict[str, torch.Tensor]) -> None:
    grown = draft_of(photos, name, side)
    wide, high = (GROWN + PHOTO, PHOTO) if side in ("left", "right") else (PHOTO, GROWN + PHOTO)
    assert (grown.extent.width, grown.extent.height) == (wide, high)
    assert torch.equal(as_left(grown.pixels, side)[:, :, GROWN + 32 :], as_left(small(photos[name]), side)[:, :, 32:])


def test_overlap_0_keeps_every_pixel(photo: torch.Tensor) -> None:
    grown = drafted(photo[:, :101, :99], left=21, down=13, overlap=0)
    assert torch.equal(grown.pixels[:, :101, 21:], photo[:, :101, :99])


def test_same_seed_same_bytes_and_three_seeds_three_drafts(photo: torch.Tensor) -> None:
    picture = photo[:, :64, :64]
    request = Request((picture,), Params(left=24), numbered_shots(3, 20))
    several = outpaint(request, Draft()).pictures
    assert [grown.shot.seed for grown in several] == [20, 21, 22]
    for i, grown in enumerate(several):
        assert torch.equal(drafted(picture, 20 + i, left=24).pixels, grown.pixels), "not to be made again alone"
    pairs = [(0, 1), (0, 2), (1, 2)]
    assert all(not torch.equal(several[i].pixels, several[j].pixels) for i, j in pairs)


@pytest.mark.long
def test_the_same_bytes_in_another_process() -> None:
    code = (
        "import torch\n"
        "from lib_outpaint.engine.loop import outpaint\n"
        "from lib_outpaint.backends.draft import Draft\n"
        "from lib_outpaint.parameters.params import Params\n"
        "from lib_outpaint.engine.request import Request, numbered_shots\n"
        "ramp = torch.linspace(0, 1, 90)\n"
        "photo = torch.stack([ramp, ramp.flip(0), (ramp * 40).sin() / 2 + 0.5])[:, None].repeat(1, 70, 1)\n"
        "result = outpaint(Request((photo,), Params(left=40, up=9), numbered_shots(1, 3)), Draft())\n"
        "import hashlib\n"
        "digest = hashlib.sha256(result.pictures[0].pixels.numpy().tobytes()).hexdigest()\n"
    )
    here: dict[str, Any] = {}
    exec(code, here)
    there = subprocess.run([sys.executable, "-c", code + "print(digest)"], check=True, capture_output=True, text=True)
    assert there.stdout.strip() == here["digest"]


def test_it_says_that_it_is_a_draft(photo: torch.Tensor) -> None:
    result = outpaint(Request((photo[:, :64, :64],), Params(left=8), numbered_shots(1, 0)), Draft())
    assert message("draft") in result.notes
    text = infotext(result.pictures[0], result.engine)
    assert "Outpaint engine: draft" in text
    assert "Model: draft (" in text


@pytest.mark.long
def test_512_px_with_128_more_take_less_than_5_seconds() -> None:
    from skimage import data

    big = torch.from_numpy(data.astronaut().copy()).permute(2, 0, 1).float() / 255
    began = time.process_time()
    pixels = drafted(big, left=GROWN).pixels
    assert time.process_time() - began < 5, "on one core; torch's import takes another second or two"
    # Python 3.10 compares smaller patches here than for the small photos above.
    assert_no_line(pixels)
    assert mirror_likeness(pixels) < 0.25
    assert_rich(pixels)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (9, 9), (20, 20), (33, 65)], ids=str)
@pytest.mark.parametrize("overlap", [0, 32, 256])
def test_pictures_smaller_than_the_band(size: tuple[int, int], overlap: int, photo: torch.Tensor) -> None:
    width, height = size
    grown = drafted(photo[:, :height, :width], left=24, down=7, overlap=overlap)
    assert (grown.extent.width, grown.extent.height) == (width + 24, height + 7)
    assert bool(torch.isfinite(grown.pixels).all())
    new = grown.pixels[:, :, :24]
    low, high = photo[:, :height, :width].amin((1, 2)), photo[:, :height, :width].amax((1, 2))
    # PatchMatch leaves the range of so few px a little; black, or what the slack held, would be far out of it.
    assert bool((new.amin((1, 2)) >= low - 0.1).all())
    assert bool((new.amax((1, 2)) <= high + 0.1).all())


def test_a_flat_picture_stays_flat() -> None:
    grown = drafted(torch.full((3, 90, 70), 0.6), left=30, up=30, right=3)
    assert np.ptp(np.asarray(Image.fromarray((grown.pixels[0] * 255).round().byte().numpy()))) == 0
