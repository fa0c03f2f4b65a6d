"""Infotexts on Forge Neo, which takes the CFG scale of one that names Flux for distilled guidance."""

import importlib

import pytest

from .neo_host import neo_of


@pytest.fixture
def neo(host, as_host, tmp_path):
    return neo_of(host, as_host, tmp_path)


@pytest.fixture
def infotext(neo):
    return importlib.import_module("lib_outpaint.webui.script.infotext")


def read_as_neo(host, text):
    """As its parser reads a line: the CFG scale of what names Flux becomes 1."""
    entries = host.infotext_utils.parse_generation_parameters(text)
    if "flux" in text.lower() and float(entries["CFG scale"]) > 1:
        entries |= {"CFG scale": "1.0", "Distilled CFG Scale": entries["CFG scale"]}
    return entries


@pytest.mark.parametrize(
    ("name", "cfg", "told"), [("flux1-dev", 2.5, "2.5"), ("flux1-dev", 1, None), ("z-image", 2.5, None)]
)
def test_the_cfg_scale_comes_back(host, neo, infotext, run, name, cfg, told):
    neo.load(name)
    text = run({"left": 32}, cfg_scale=cfg).infotexts[0]
    entries = read_as_neo(host, text)
    assert entries.get("Outpaint CFG") == told
    assert float(infotext._of_request("x")["cfg_scale"](entries)) == cfg
    infotext.pasted(text, entries)  # the page
    assert float(entries["CFG scale"]) == cfg


def test_what_else_names_flux_counts(neo, infotext):
    assert infotext.with_cfg({"Lora hashes": "MyFLUX: 1"}, 3.0, "any")["Outpaint CFG"] == "3"
    assert infotext.with_cfg({}, 3.0, "any") == {}


def test_other_hosts_and_infotexts_are_left_alone(host, run):
    infotext = importlib.import_module("lib_outpaint.webui.script.infotext")
    assert infotext.with_cfg({}, 3.0, "flux1-dev") == {}
    entries = {"CFG scale": "1.0", "Outpaint CFG": "3"}
    infotext.pasted("", entries)  # without our marker
    assert entries["CFG scale"] == "1.0"


def test_our_unit_tells_nothing_of_hires_fix(neo):
    units = importlib.import_module("lib_outpaint.webui.sampler.control_units")
    told = "Module: m, Model: a, Weight: 1.0, Control Mode: Balanced"
    entries = {"ControlNet 0": f"{told}, Hr Option: HiResFixOption.BOTH"}
    units.own_unit(entries, units.Unit("m", "a", 1.0, "Balanced"))
    assert entries == {"Outpaint ControlNet": told}
