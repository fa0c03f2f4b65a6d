"""Why there is no picture stands above the gallery, not only in small grey under it, until the next job."""

from __future__ import annotations

import pytest

from lib_outpaint.apps.panel import assets

PAGE = """<div id=img2img_results><div id=img2img_results_panel>
<div id=img2img_gallery_container></div><div id=html_log_img2img></div></div></div>"""
HOST = "const afterUpdate = []; const onAfterUiUpdate = call => afterUpdate.push(call);"


@pytest.fixture
def page(browser):
    context = browser.new_context()
    found = context.new_page()
    found.problems = []
    found.on("pageerror", lambda error: found.problems.append(str(error)))
    found.set_content(PAGE)
    yield found
    assert found.problems == []
    context.close()


def logged(page, comments):
    """What the WebUI does after a job: its log is another one, and everything is told that the page has changed."""
    page.evaluate(
        "html => { document.getElementById('html_log_img2img').innerHTML = html; afterUpdate.forEach(call => call()); }",
        comments,
    )


def test_an_alert_stands_above_the_gallery_until_the_next_job(page):
    page.add_script_tag(content=HOST + assets.javascript())
    page.add_style_tag(content=assets.stylesheet())
    alert = page.locator(".outpaint-alert")
    logged(page, "<p class=comments>2 passes in 3.1 s</p>")
    assert alert.count() == 0
    logged(page, "<p class=comments>a note<br>\n⚠ Directional outpaint: left: &lt;b&gt; is no number<br>\nanother</p>")
    logged(page, "<p class=comments>a note<br>\n⚠ Directional outpaint: left: &lt;b&gt; is no number<br>\nanother</p>")
    assert alert.inner_text() == "⚠ Directional outpaint: left: <b> is no number"
    assert alert.get_attribute("role") == "alert"
    assert page.evaluate("document.querySelector('#img2img_results_panel').firstElementChild.className") == "outpaint-alert"
    logged(page, "<p class=comments>⚠ 定向外扩：一<br>⚠ 定向外扩：二</p>")
    assert alert.inner_text() == "⚠ 定向外扩：一\n⚠ 定向外扩：二"
    logged(page, "<p class=comments>2 passes in 3.1 s</p>")
    assert alert.count() == 0


def test_a_page_that_is_no_webui_is_left_alone(page):
    page.add_script_tag(content=assets.javascript())
    page.evaluate("document.getElementById('html_log_img2img').innerHTML = '<p class=comments>⚠ x</p>'")
    assert page.locator(".outpaint-alert").count() == 0
