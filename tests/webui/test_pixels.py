"""No prefill is left, also where Soft Inpainting would put it back. More of pixels is in contract/cases.py."""

import pytest
from contract.cases import prefill_left

SOFT = {"soft inpainting": {"args": [True, 1, 0.5, 4, 0, 0.5, 2]}}


@pytest.mark.parametrize("order", ["together", "one by one"])
def test_soft_inpainting_puts_no_prefill_back(driver, picture, order):
    assert not prefill_left(driver, picture, order, alwayson_scripts=SOFT).any()


def test_soft_inpainting_is_off_and_that_is_told(webui, picture):
    for soft in (False, True):
        answer = webui.outpaint(picture, {"left": 16}, steps=1, alwayson_scripts=SOFT if soft else {})
        assert ("Soft Inpainting was off" in answer.notes) == soft
