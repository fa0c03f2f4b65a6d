"""What all tests share: photos that come with scikit-image (nothing is downloaded), and how hypothesis runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, settings

torch.set_num_threads(1)  # many small pictures: more threads cost more than they give

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

settings.register_profile(
    "full", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("full"), max_examples=10)


def long_run(config: pytest.Config) -> bool:
    """Whether this is `pytest -m long`: the long tests, and property tests at full depth."""
    return bool(config.getoption("markexpr") == "long")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("full" if long_run(config) else "quick")
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # xdist hands out files in our order, not the ones with most tests first


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests last; property tests with few examples, or in a long run as long tests."""
    # Playwright keeps an event loop running, in which no other test could start one of its own. Files with such tests come
    # last as well: xdist hands out whole files.
    browsing = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    files = {item.path for item in browsing}
    ids = {id(item) for item in browsing}
    items.sort(key=lambda item: (id(item) in ids, item.path in files))
    name = "_hypothesis_internal_use_settings"
    for item in items:
        function = getattr(item, "obj", None)
        if not getattr(function, "is_hypothesis_test", False):
            continue
        if long_run(config):
            item.add_marker("long")
        elif hasattr(function, name):  # also where a test asks for more
            setattr(function, name, settings(getattr(function, name), max_examples=10))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--webui-url",
        default=os.environ.get("WEBUI_URL", ""),
        metavar="URL",
        help="a running WebUI with the extension and --api; tests/webui runs against it",
    )
    parser.addoption("--screenshots", default="", metavar="DIR", help="where tests of pages put their screenshots")
    parser.addoption(
        "--webui-dir",
        default="",
        metavar="DIR",
        help="that WebUI's folder, when it is on this machine: also checks what it saves",
    )
    parser.addoption(
        "--webui-models",
        default="",
        metavar="REGEX",
        help="of that WebUI's checkpoints, LoRAs and ControlNets only those with such a name (all of one family)",
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, once for all browser tests of a run: Playwright cannot be started twice in a process."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs it")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def photos() -> dict[str, torch.Tensor]:
    """Photos of different kinds, cut to at most 256 px: float32 (3, H, W) in 0..1, by name."""
    from skimage import data

    cuts = {"astronaut": (60, 100), "chelsea": (20, 120), "coffee": (100, 150), "rocket": (150, 250), "camera": (120, 100)}
    found = {}
    for name, (top, left) in cuts.items():
        array = getattr(data, name)()[top : top + 256, left : left + 256]
        array = array if array.ndim == 3 else array[:, :, None].repeat(3, 2)
        found[name] = torch.from_numpy(array.copy()).permute(2, 0, 1).float() / 255
    return found


@pytest.fixture(scope="session")
def photo(photos: dict[str, torch.Tensor]) -> torch.Tensor:
    """One photo, float32 (3, 256, 256) in 0..1."""
    return photos["astronaut"]
