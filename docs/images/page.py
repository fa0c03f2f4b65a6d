"""Screenshots of `outpaint ui`: page.jpg, page-dark.jpg, page-phone.jpg, page-zh.jpg, beside this file.

    pip install -e ".[page]" playwright && python docs/images/page.py

Needs a Chromium of the system and, for the Chinese one, a font that has the letters.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PHOTO = HERE.parents[1] / "examples/coffee.jpg"
SHOTS = (
    ("page", "en", "light", 1280, 940),
    ("page-dark", "en", "dark", 1280, 940),
    ("page-phone", "en", "dark", 390, 844),
    ("page-zh", "zh", "light", 1280, 940),
)


def grown(page: Page, address: str, language: str) -> None:
    """A page on which a picture was loaded, two edges moved, and the draft made."""
    page.goto(f"{address}{language}/")
    page.locator("#outpage_source input[type=file]").set_input_files(str(PHOTO))
    page.locator("#outpaint_stage.outpaint-has-picture").wait_for()
    for side, amount in (("left", 160), ("up", 64)):
        box = page.locator(f"#outpaint_{side} input[type=number]")
        box.fill(str(amount))
        box.press("Tab")
    page.locator("#outpage_seed input").fill("1")
    page.wait_for_function("/^760x464,/.test(document.querySelector('#outpaint_stage .outpaint-line').textContent)")
    page.locator("#outpage_generate").click()
    page.locator("#outpage_result img.outpage-after").wait_for(timeout=120_000)
    page.locator("#outpage_status progress").wait_for(state="detached")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(700)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    command = [sys.executable, "-m", "lib_outpaint", "ui", "--no-browser", "--port", "0"]
    root = HERE.parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as play:
        assert server.stdout is not None
        found = re.search(r"http://\S+/", server.stdout.readline())
        assert found, "the page did not start"
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, language, scheme, width, height in SHOTS:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            grown(page, found[0], language)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(HERE / f"{name}.jpg", quality=86, optimize=True)
            page.close()
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
