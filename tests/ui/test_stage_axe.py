"""The stage read by axe, an accessibility checker: light and dark, wide and narrow."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(new_tab, photo, theme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab = new_tab(f"?__theme={theme}", viewport={"width": width, "height": 1000})
    tab.upload(photo)
    tab.choose_script()
    tab.handle("left").wait_for()
    tab.press("preset_left")
    tab.wait_for_line("752x400")
    tab.press("preview")
    tab.page.locator(".outpaint-preview-mask img").wait_for()
    ours = [".outpaint-amounts", ".outpaint-stage", ".outpaint-previews", ".outpaint-presets", ".outpaint-preview"]
    found = axe.run(tab.page, context=ours, options={"preload": False})
    serious = [
        (v["id"], v["impact"], [n["html"][:200] for n in v["nodes"]])
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious, indent=1)
    assert len(found.response["passes"]) > 5
    wide = tab.page.evaluate("[document.querySelector('.outpaint-stage').getBoundingClientRect().right, innerWidth]")
    assert wide[0] <= wide[1]
