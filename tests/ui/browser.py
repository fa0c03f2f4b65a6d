"""A browser for the tests of the panel, and hands for what people do there. Nothing outside this machine is reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lib_outpaint.apps.panel import assets

PATIENCE = 20_000  # ms
# Gradio 4 and later say this in the console whenever a stream of events has ended.
HARMLESS = (
    "Method not implemented.",
    "Too many arguments provided for the endpoint.",
    "Attempted to select a non-interactive or hidden tab.",
)

# The WebUI loads both by itself before the page is built.
_LOADED_FIRST = """
document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = %s;
    document.head.append(style);
});
"""


class Tab:
    """A page of the harness (or of a WebUI) with what was wrong in it and what it asked for."""

    def __init__(self, page: Any, home: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)
        page.on("request", lambda request: self.requests.append(request.url))
        page.route(lambda url: not url.startswith((home, "data:", "blob:")), lambda route: route.fulfill(body=""))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in HARMLESS):
            self.problems.append(message.text)

    def load_assets(self) -> None:
        self.page.add_init_script(assets.javascript() + _LOADED_FIRST % json.dumps(assets.stylesheet()))

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.locator("#script_list input").first.wait_for()

    def upload(self, photo: Path, place: str = "#img2img_image") -> None:
        self.page.locator(f"{place} input[type=file]").first.set_input_files(str(photo))
        self.page.locator(f"{place} img").first.wait_for()

    def choose(self, box: str, title: str) -> None:
        self.page.locator(f"{box} input").first.click()
        self.page.locator("ul.options li:visible, [role=option]:visible", has_text=title).first.click()

    def choose_script(self, title: str = "Directional outpaint") -> None:
        self.choose("#script_list", title)

    def open_tab(self, name: str) -> None:
        """One of the pictures' tabs: a plain button in Gradio 3."""
        tabs = self.page.get_by_role("tab", name=name)
        (tabs if tabs.count() else self.page.locator(".tab-nav button", has_text=name)).first.click()

    def press(self, name: str) -> None:
        self.page.locator(f"#script_{name}").click()

    def number(self, name: str) -> Any:
        return self.page.locator(f"#script_{name} input[type=number]").first

    def fill(self, name: str, value: float) -> None:
        self.number(name).fill(str(value))
        self.number(name).press("Tab")

    def text(self, name: str) -> Any:
        return self.page.locator(f"#script_{name} :is(textarea, input)").first

    def open_group(self, name: str) -> None:
        self.page.locator(f"#script_group_{name} .label-wrap, #script_group_{name} > button").first.click()

    def handle(self, name: str, kind: str = "") -> Any:
        return self.page.locator(f".outpaint-handle.outpaint-{name}{kind or ':not(.outpaint-context)'}")

    def context(self, name: str) -> Any:
        return self.handle(name, ".outpaint-context")

    def now(self, handle: Any) -> int:
        return int(handle.get_attribute("aria-valuenow"))

    def growth(self) -> dict[str, int]:
        """What the stage shows, by side."""
        return {side: self.now(self.handle(side)) for side in ("left", "right", "up", "down")}

    @property
    def line(self) -> Any:
        return self.page.locator(".outpaint-line")

    def wait_for_line(self, start: str) -> str:
        """The plan line, once it begins like this and is up to date."""
        self.page.wait_for_function(
            """start => {
                const line = document.querySelector(".outpaint-line");
                return line && line.textContent.startsWith(start) && !line.classList.contains("outpaint-old");
            }""",
            arg=start,
        )
        return str(self.line.inner_text())

    def centre(self, handle: Any) -> tuple[float, float]:
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, handle: Any, dx: float, dy: float) -> None:
        x, y = self.centre(handle)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for part in (0.3, 0.7, 1):
            self.page.mouse.move(x + dx * part, y + dy * part)
        self.page.mouse.up()

    def generated(self) -> dict[str, Any]:
        """What the page hands to the server when Generate is pressed: parameters that are not the defaults."""
        result = self.page.locator("#result :is(textarea, input)").first
        result.fill("")
        self.page.locator("#generate").click()
        self.page.wait_for_function("() => document.querySelector('#result :is(textarea, input)').value")
        return dict(json.loads(result.input_value()))
