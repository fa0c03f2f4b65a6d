"""What is said when no side grows: it must not ask for what was given."""

from __future__ import annotations

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.growth import margins_for


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (Params(left=0.5, unit="%"), "no side grows: of a picture of 64x48 that is less than half a px"),
        (Params(up=1, down=1, unit="%"), "no side grows: of a picture of 64x48 that is less than half a px"),
        (Params(unit="%"), "set an amount for at least one side"),
        (Params(), "set an amount for at least one side"),
        (Params(aspect="4:3"), "no side grows: the picture already is 64x48"),
        (Params(size="64x48"), "no side grows: the picture already is 64x48"),
    ],
)
def test_why_nothing_grows(params: Params, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        margins_for(params, Extent(64, 48))
