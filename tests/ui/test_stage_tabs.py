"""The stage and what is on show, in a real browser: preview, the WebUI's tabs, several browser tabs, nothing when hidden."""

from __future__ import annotations

from plan_line import NONE, summary


def test_the_preview_is_the_prefilled_canvas_and_the_mask_in_the_size_to_come(tab):
    tab.fill("left", 64)
    tab.wait_for_line("664x400")
    stage = tab.page.locator(".outpaint-stage")
    stage.evaluate(
        "element => { window.busy = []; new MutationObserver(() => window.busy.push(element.ariaBusy))"
        ".observe(element, {attributeFilter: ['aria-busy']}); }"
    )
    tab.press("preview")
    for name in ("canvas", "mask"):
        image = tab.page.locator(f".outpaint-preview-{name} img")
        image.wait_for()
        assert image.evaluate(
            "async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }"
        ) == [664, 400]
    reds = tab.page.locator(".outpaint-preview-mask img").evaluate("""image => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [664, 400];
        const context = canvas.getContext("2d", {willReadFrequently: true});
        context.drawImage(image, 0, 0);
        return [10, 400].map((x) => context.getImageData(x, 200, 1, 1).data[0]); }""")
    assert reds == [255, 0]
    assert tab.page.evaluate("window.busy") == ["true", "false"]  # that it is being made is seen
    tab.fill("left", 72)  # the preview was of the settings before
    tab.page.locator(".outpaint-previews img").first.wait_for(state="detached")


def test_the_stage_follows_the_picture_of_the_open_tab(tab, tall_photo):
    tab.fill("left", 40)
    tab.wait_for_line("640x400")
    tab.open_tab("Inpaint")
    tab.page.locator(".outpaint-empty").wait_for()
    tab.upload(tall_photo, "#img2maskimg")
    assert "A painted mask adds a pass of its own." in tab.wait_for_line("160x200")
    tab.fill("left", 0)
    assert "A painted mask alone is repainted at the same size." in tab.wait_for_line("Drag an edge")
    tab.fill("left", 40)
    tab.open_tab("img2img")
    assert tab.wait_for_line("640x400") == summary(left=40)


def test_two_tabs_do_not_disturb_each_other(new_tab, photo, tall_photo):
    first, second = new_tab(), new_tab()
    for tab, picture in ((first, photo), (second, tall_photo)):
        tab.upload(picture)
        tab.choose_script()
        tab.handle("left").wait_for()
    first.fill("left", 16)
    second.fill("up", 24)
    first.wait_for_line("616x400")
    second.wait_for_line("120x224")
    assert first.growth() == {**NONE, "left": 16}
    assert second.generated() == {"up": 24}


COUNTED = """
window.counted = {timers: new Set(), observers: new Set(), asked: 0};
const [begin, end] = [window.setInterval, window.clearInterval];
const ours = () => new Error().stack.includes("Stage");
window.setInterval = (...rest) => { const id = begin(...rest); if (ours()) counted.timers.add(id); return id; };
window.clearInterval = (id) => { counted.timers.delete(id); end(id); };
for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
    const {observe, disconnect} = window[name].prototype;
    window[name].prototype.observe = function(...rest) {
        if (ours()) { counted.observers.add(this); }
        observe.apply(this, rest);
    };
    window[name].prototype.disconnect = function() { counted.observers.delete(this); disconnect.apply(this); };
}
window.running = () => [counted.timers.size, counted.observers.size];
"""


def test_what_is_not_on_show_costs_nothing(new_tab, photo):
    tab = new_tab(before=COUNTED)
    tab.upload(photo)
    tab.page.wait_for_timeout(1000)
    before = len(tab.requests)
    tab.page.wait_for_timeout(1500)
    assert tab.page.evaluate("running()") == [0, 0]
    assert [url for url in tab.requests[before:] if "heartbeat" not in url] == []
    tab.choose_script()
    tab.handle("left").wait_for()
    assert tab.page.evaluate("running()") == [1, 1]
    tab.choose_script("None")
    tab.page.wait_for_function("() => running().join() === '0,0'")
    tab.choose_script()
    tab.handle("left").wait_for()
    tab.drag(tab.handle("left"), -40, 0)
    tab.wait_for_line(f"{600 + tab.now(tab.handle('left'))}x400")
    assert tab.page.evaluate("running()") == [1, 1]
