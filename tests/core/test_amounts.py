"""Amounts with a unit of their own: 25%, 64px."""

from __future__ import annotations

import argparse

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.combinations import combinations
from lib_outpaint.parameters.params import Params, declared


@pytest.mark.parametrize(
    ("given", "means"),
    [
        ({"left": "25%"}, Params(left=25, unit="%")),
        ({"left": "12.5 %", "up": "3%"}, Params(left=12.5, up=3, unit="%")),
        ({"right": "64px"}, Params(right=64)),
        ({"down": " 64 PX "}, Params(down=64)),
        ({"left": "25％"}, Params(left=25, unit="%")),
        ({"left": "25%", "unit": "px"}, Params(left=25, unit="%")),
        ({"left": "64px", "unit": "%"}, Params(left=64)),
        ({"left": "64px", "right": 32}, Params(left=64, right=32)),
        ({"left": "25%", "right": 30, "unit": "%"}, Params(left=25, right=30, unit="%")),
        ({"left": "25%", "right": 0, "up": "0px"}, Params(left=25, unit="%")),
        ({"left": "0%"}, Params()),
    ],
    ids=str,
)
def test_a_unit_at_an_amount_sets_the_unit(given, means):
    assert Params(**given) == means
    assert codecs.from_dict(given) == means


@pytest.mark.parametrize(
    ("given", "field", "value", "code"),
    [
        ({"left": "25%", "right": "64px"}, "left", "25%", "amounts-mixed"),
        ({"up": 64, "down": "25%"}, "up", "64px", "amounts-mixed"),
        ({"left": 10, "right": "64px", "unit": "%"}, "left", "10%", "amounts-mixed"),
        ({"left": "wide%"}, "left", "wide%", "not-a-number"),
        ({"left": "%"}, "left", "%", "not-a-number"),
        ({"left": "25%%"}, "left", "25%%", "not-a-number"),
        ({"left": "10.5px"}, "left", 10.5, "not-whole-pixels"),
        ({"left": "5000px"}, "left", 5000, "outside"),
        ({"left": "nan%"}, "left", None, "outside"),
        ({"overlap": "25%"}, "overlap", "25%", "not-a-number"),
    ],
    ids=str,
)
def test_amounts_that_are_refused(given, field, value, code):
    with pytest.raises(ParamError) as refused:
        Params(**given)
    assert (refused.value.field, refused.value.code) == (field, code)
    if value is not None:
        assert refused.value.value == value


def test_mixed_units_name_both_amounts():
    with pytest.raises(ParamError, match=r"left: '25%' and right '64px' are px and %"):
        Params(left="25%", right="64 px")


def test_as_flags_infotext_and_in_compare():
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    flags = parser.parse_args(["--left", "25%", "--up", "10 %"])
    assert Params(**codecs.from_flags(flags)) == Params(left=25, up=10, unit="%")
    assert codecs.from_infotext({"Outpaint left": "25%"}) == Params(left=25, unit="%")
    found = combinations(Params(compare="left=10%, 64px"))
    assert found == [("left=10%", Params(left=10, unit="%")), ("left=64px", Params(left=64))]
    assert codecs.from_text(declared("left"), "64") == 64


def test_a_changed_copy_keeps_the_unit_of_what_stays():
    grown = Params(left=25, unit="%")
    assert grown.changed(right="10%") == Params(left=25, right=10, unit="%")
    with pytest.raises(ParamError, match="px and %"):
        grown.changed(right="10px")
