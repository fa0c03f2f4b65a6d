"""A small photo, and a host that paints at once in the place of the draft engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosts import PaintingHost
from PIL import Image
from skimage import data


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(data.coffee()[100:164, 200:280]).save(path)  # 80x64
    return path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> PaintingHost:
    """A host that paints at once, in the place of the draft engine."""
    host = PaintingHost()
    monkeypatch.setattr("lib_outpaint.backends.draft.Draft", lambda progress: host)
    return host
