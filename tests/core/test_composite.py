"""Memory that follows the window: the source is shared in its own depth, and floats exist of what is new alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hosts import SeededHost
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint import images
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.composite import composite_of
from lib_outpaint.pixels.scaling import part_resized, reduced
from lib_outpaint.planning.geometry import Extent

PARAMS = Params(right=24, up=40, fill="edge", color_match="off", overlap=16, order="one by one")


def photo(height: int, width: int, channels: int = 3, dtype: type = np.uint8) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (height, width, channels), dtype)
    return found


def made(levels: NDArray[np.uint8], *, keep: bool, count: int = 1) -> list[Grown]:
    taken: list[Grown] = []
    outpaint(Request((levels,), PARAMS, numbered_shots(count, 3)), SeededHost(), taken.append, keep=keep)
    return taken


def test_every_picture_shares_the_source_and_has_floats_of_the_new_area_alone() -> None:
    levels = photo(300, 500)
    for grown in made(levels, keep=True, count=2):
        assert grown.made.source is levels
        new = grown.extent.area - grown.source.area
        held = sum(patch.where.numel() for patch in grown.made.patches)
        assert held < 3 * new < levels.size
        assert torch.equal(
            (grown.pixels[:, 70:, :460] * 255).round().byte(), torch.from_numpy(levels[30:, :460]).permute(2, 0, 1)
        )


@pytest.mark.parametrize(("channels", "dtype"), [(3, np.uint8), (1, np.uint8), (3, np.uint16), (1, np.uint16)])
def test_what_is_handed_over_is_in_the_depth_of_the_picture_and_the_same(channels: int, dtype: type) -> None:
    levels = photo(90, 120, channels, dtype)
    picture = images.from_levels(levels if channels == 3 else levels[:, :, 0])
    (kept,), (given,) = made(picture.levels, keep=True), made(picture.levels, keep=False)
    assert all(isinstance(patch.pixels, torch.Tensor) for patch in kept.made.patches)
    for patch in given.made.patches:
        assert isinstance(patch.pixels, np.ndarray)
        assert (patch.pixels.dtype, patch.pixels.shape[2]) == (dtype, channels)
    assert np.array_equal(images.written(picture, given), images.written(picture, kept))


def test_a_picture_made_smaller_in_strips_is_the_same() -> None:
    image = composite_of(photo(700, 333))
    for size in (Extent(40, 61), Extent(300, 650), Extent(333, 700)):
        whole = part_resized(image.whole(), (0.0, 0.0, 333.0, 700.0), size)
        assert float((reduced(image, image.extent.box, size) - whole).abs().max()) < 1e-4


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is KiB there")
def test_a_photo_of_24_megapixels_takes_less_than_800_mb(tmp_path: Path) -> None:
    pytest.importorskip("patchmatch")
    Image.fromarray(photo(400, 600)).resize((6000, 4000)).save(tmp_path / "in.jpg")
    code = (
        "import resource; from lib_outpaint.apps.cli import main; "
        f"assert main(['image', {str(tmp_path / 'in.jpg')!r}, '-o', {str(tmp_path / 'out.png')!r}, '--right', '256']) == 0; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout.split()[-1]) * 1024 < 800e6
