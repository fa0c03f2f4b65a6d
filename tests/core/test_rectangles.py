"""The rectangle of known pixels that an editing model is shown."""

from __future__ import annotations

import pytest
import torch

from lib_outpaint.pixels.rectangles import known_rectangle


def known(height: int, width: int, *boxes: tuple[int, int, int, int]) -> torch.Tensor:
    """Known within boxes of top, bottom, left, right."""
    found = torch.zeros(height, width, dtype=torch.bool)
    for top, bottom, left, right in boxes:
        found[top:bottom, left:right] = True
    return found


@pytest.mark.parametrize(
    ("mask", "rows", "columns"),
    [
        (known(64, 128, (0, 64, 37, 128)), (0, 64), (37, 117)),  # grown to the left: the seam stays
        (known(64, 128, (0, 64, 0, 91)), (0, 64), (11, 91)),  # to the right
        (known(128, 64, (5, 128, 0, 64)), (5, 117), (0, 64)),  # upwards
        (known(128, 128, (9, 100, 9, 100)), (9, 89), (9, 89)),  # on every side
        (known(128, 128, (0, 128, 0, 128)), (0, 128), (0, 128)),
        (known(128, 128, (0, 128, 0, 50), (0, 40, 50, 128)), (0, 128), (0, 48)),  # a painted corner
        (known(128, 128, (0, 16, 0, 16), (64, 128, 0, 128)), (64, 128), (0, 128)),
    ],
)
def test_the_rectangle(mask: torch.Tensor, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    found = known_rectangle(mask, 16)
    assert found is not None
    assert ((found[0].start, found[0].stop), (found[1].start, found[1].stop)) == (rows, columns)
    assert mask[found].all()


@pytest.mark.parametrize(
    "mask",
    [known(64, 64), known(64, 64, (0, 64, 0, 9)), known(64, 64, (0, 9, 0, 9), (20, 29, 20, 29))],
    ids=["none", "thin", "two"],
)
def test_there_may_be_none(mask: torch.Tensor) -> None:
    assert known_rectangle(mask, 16) is None


def test_a_large_window_takes_no_time() -> None:
    mask = torch.ones(2048, 2048, dtype=torch.bool)
    mask[900:1000, 900:1000] = False
    found = known_rectangle(mask, 16)
    assert found is not None
    assert mask[found].all()
    assert mask[found].numel() >= 1040 * 2048
