"""Small photos in several formats, the command line run in this process, and the draft engine's jobs."""

from __future__ import annotations

import pytest
from PIL import Image
from skimage import data

from lib_outpaint.apps import cli
from lib_outpaint.backends.draft import Draft


@pytest.fixture
def folder(tmp_path):
    """Four photos of 80x64 px: a.png, b.jpg, c.webp and d.tif."""
    source = tmp_path / "in"
    source.mkdir()
    for name, read in (("a.png", data.astronaut), ("b.jpg", data.chelsea), ("c.webp", data.coffee), ("d.tif", data.camera)):
        Image.fromarray(read()[100:228, 100:260]).resize((80, 64)).save(source / name)
    return source


@pytest.fixture
def run():
    return lambda *words: cli.main([str(word) for word in words])


@pytest.fixture
def drafts(monkeypatch):
    """The draft engine's jobs, noted; `fail` maps the number of a call (from 0) to what it raises instead."""

    class Drafts(list):
        def __init__(self):
            self.fail = {}

    noted, inpaint = Drafts(), Draft.inpaint

    def noting(self, jobs):
        noted.append(jobs)
        if len(noted) - 1 in noted.fail:
            raise noted.fail[len(noted) - 1]
        return inpaint(self, jobs)

    monkeypatch.setattr(Draft, "inpaint", noting)
    return noted
