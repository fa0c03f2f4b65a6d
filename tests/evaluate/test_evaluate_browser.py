"""The report in a browser: sorting, widths, both schemes, and nothing asked from elsewhere."""

import pytest


@pytest.fixture
def report(folder, tmp_path, run):
    """A report on four photos: mirrored pictures as another program's results, the baselines, and a failure."""
    (folder / "x.png").write_bytes(b"no picture")
    run("-q", "evaluate", folder, "-o", tmp_path / "first", "--measure-only")
    assert (
        run(
            "-q",
            "evaluate",
            folder,
            "-o",
            tmp_path / "out",
            "--measure-only",
            "--results",
            f"other program={tmp_path / 'first/pictures/baseline-mirror'}",
        )
        == 2
    )
    return (tmp_path / "out/report.html").as_uri()


@pytest.fixture
def opened(browser, report):
    """Opens the report; at the end its console must be clean and nothing asked from elsewhere."""
    contexts, problems = [], []

    def opens(width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or problems.append(asked.url))
        page.goto(report)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert not problems


def column(page, name):
    return page.locator(f'table[data-select=sort-mine] td[data-label="{name}"]').evaluate_all(
        "cells => cells.map(cell => +cell.dataset.v)"
    )


def files(page):
    return page.locator("table[data-select=sort-mine] td.name b").all_inner_texts()


def test_rows_are_sorted_by_rank_then_as_one_asks(opened):
    page = opened()
    assert column(page, "Rank") == [4, 3, 2, 1]
    head = page.locator("table[data-select=sort-mine] th", has_text="PSNR")
    head.get_by_role("button").click()
    worst = column(page, "PSNR")
    assert worst == sorted(worst)
    assert len(set(worst)) == 4
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert column(page, "PSNR") == worst[::-1]
    page.get_by_label("Sort by").first.select_option(label="Colours, worst first")
    found = column(page, "Colours")
    assert found == sorted(found, reverse=True)
    page.locator("table[data-select=sort-mine] th", has_text="Picture").last.get_by_role("button").click()
    assert files(page) == ["a.png", "b.jpg", "c.webp", "d.tif"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_of_it_can_be_read(opened, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(width, scheme)
    page.locator("details > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("img").evaluate_all("images => Promise.all(images.map(image => (image.loading = 'eager', image.decode())))")
    serious = [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in axe.run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert not serious, "\n".join(serious)
    assert "x.png: not an image" in page.locator("ul.failed").inner_text()
