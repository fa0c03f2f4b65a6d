"""Hosts as rows and classes: how one is recognised, what a new fork takes, attributes that are read-only on some."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from .test_controlnet import ControlNet, Unit

LEFT = {"left": 16, "overlap": 8}


@pytest.fixture
def variants(host):
    from lib_outpaint.webui import variants

    return variants


def test_a_host_without_a_sign_is_a1111(variants):
    assert type(variants.variant()) is variants.A1111
    assert variants.variant() is variants.variant()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Forge", "Forge"), ("reForge", "ReForge"), ("Forge Classic", "ForgeClassic"), ("Forge of 2024", "Forge2024")],
)
def test_the_most_special_sign_wins(variants, as_host, name, kind):
    """All descendants of Forge have the sign of the Forge of 2024 too."""
    as_host(name)
    assert type(variants.variant()) is getattr(variants, kind)


def test_every_host_has_a_row_and_the_last_one_needs_no_sign(variants):
    rows = [kind.facts for kind in variants.VARIANTS]
    assert len({row.name for row in rows}) == len(rows)
    assert [bool(row.sign) for row in rows] == [True] * (len(rows) - 1) + [False]


def test_a_new_fork_takes_a_row_and_a_class(variants, host, make, run, monkeypatch):
    """It keeps inpaint_only, lists its ControlNets elsewhere and has one more pile of images."""

    class Fork(variants.A1111):
        facts = replace(
            variants.A1111.facts, name="Fork", sign="modules_fork.core", keeps_inpaint_only=True, piles=("fork_previews",)
        )

        def controlnet_models(self):
            return sys.modules["modules_fork.core"].models

        def controlnet_modules(self):
            return ["inpaint_only"]

    monkeypatch.setattr(variants, "VARIANTS", (Fork, *variants.VARIANTS))
    monkeypatch.setitem(sys.modules, "modules_fork.core", SimpleNamespace(models=["fork_sd15_inpaint"]))
    variants.variant.cache_clear()
    script = ControlNet(Unit())
    p = make({**LEFT, "controlnet": "on", "controlnet_module": "inpaint_only"}, scripts=[script])
    p.fork_previews = ["old"]
    processed = run({**LEFT, "controlnet": "on", "controlnet_module": "inpaint_only"}, p=p)
    assert processed.images[0].size == (112, 80)
    (unit,) = script.seen[0]
    assert (unit["module"], unit["model"]) == ("inpaint_only", "fork_sd15_inpaint")
    assert "inpaint_global_harmonious" not in processed.comments
    assert [c.fork_previews for c in host.processing.calls] == [[]]
    assert p.fork_previews == ["old"]


def test_read_only_attributes_are_left_out_and_the_others_are_set(variants):
    class Neo:
        def __init__(self):
            self.mask_blur = 4

        mask_blur_x = property(lambda self: self.mask_blur)

        @property
        def mask_blur_y(self):
            return self.mask_blur

        @property
        def checked(self):
            return self._checked

        @checked.setter
        def checked(self, value):
            if value < 0:
                raise AttributeError("its own affair")
            self._checked = value

    p = Neo()
    variants.put(p, mask_blur_x=7, mask_blur_y=8, mask_blur=2, checked=3, new=1)
    assert (p.mask_blur_x, p.mask_blur_y, p.mask_blur, p.checked, p.new) == (2, 2, 2, 3, 1)
    with pytest.raises(AttributeError, match="its own affair"):
        variants.put(p, checked=-1)


def test_a_job_where_a_blur_is_a_view_of_another(host, run, monkeypatch):
    kind = host.processing.StableDiffusionProcessingImg2Img

    class Neo(kind):
        mask_blur = 4  # a plain field there

        def __init__(self, **fields):
            self.mask_blur = fields.pop("mask_blur", 4)
            super().__init__(**fields)

        def __setattr__(self, name, value):
            made = "comments" in vars(self)  # the stand-in's own __init__ sets what is read-only afterwards
            if made or name not in ("mask_blur_x", "mask_blur_y"):
                super().__setattr__(name, value)

        mask_blur_x = property(lambda self: self.mask_blur)
        mask_blur_y = property(lambda self: self.mask_blur)

    usual = run({**LEFT}).images[0]
    monkeypatch.setattr(host.processing, "StableDiffusionProcessingImg2Img", Neo)
    host.processing.calls.clear()
    assert run({**LEFT}, mask_blur=9).images[0].tobytes() == usual.tobytes()
    assert [(c.mask_blur, c.mask_blur_x, c.mask_blur_y) for c in host.processing.calls] == [(0, 0, 0)]
    assert run.p.mask_blur == 9
