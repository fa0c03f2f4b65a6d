"""LoRAs on the stand-in."""

import sys
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from lib_outpaint.errors import ParamError


@pytest.fixture
def installed(monkeypatch, tmp_path):
    found = {}
    for name, base in (("brush", "sd_v1"), ("xlstyle", "sdxl_base_v1-0")):
        path = tmp_path / f"{name}.safetensors"
        save_file({"lora_unet_x.lora_down.weight": torch.zeros(4, 8)}, str(path), {"ss_base_model_version": base})
        found[name] = SimpleNamespace(name=name, filename=str(path))
    module = SimpleNamespace(
        available_networks=found,
        available_network_aliases={**found, "alias": found["brush"]},
        forbidden_network_aliases={},
        scans=[],
    )
    module.list_available_networks = lambda: module.scans.append(1)
    monkeypatch.setitem(sys.modules, "networks", module)
    return module


def test_the_parameter_adds_tags_to_every_pass(installed, run, host):
    run({"left": 64, "step": 32, "context": 64, "loras": "brush:0.8, alias"}, prompt="a cup <lora:brush:0.2>")
    assert [c.prompt for c in host.processing.calls] == [["a cup <lora:brush:0.2> <lora:brush:0.8> <lora:alias:1>"]] * 2


def test_a_sides_lora_belongs_to_that_side(installed, run, host):
    run({"left": 16, "right": 16, "side_prompts": "left: sea <lora:brush:1>"})
    assert [c.prompt for c in host.processing.calls] == [["a cup, sea <lora:brush:1>"], ["a cup"]]


@pytest.mark.parametrize(
    ("arguments", "prompt", "field", "code"),
    [
        ({"loras": "none"}, "x", "loras", "no-such-lora"),
        ({}, "x <lora:none:1>", "prompt", "no-such-lora"),
        ({"side_prompts": "left: <lora:none:1>"}, "x", "side_prompts", "no-such-lora"),
        ({"loras": "xlstyle:1"}, "x", "loras", "lora-other-family"),
        ({"loras": "brush:much"}, "x", "loras", "lora-weight"),
    ],
)
def test_refused_before_sampling(installed, run, host, arguments, prompt, field, code):
    with pytest.raises(ParamError) as refused:
        run({"left": 16, **arguments}, prompt=prompt)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert host.processing.calls == []


def test_what_is_installed_is_named_as_far_as_it_can_be_read(installed, run):
    with pytest.raises(ParamError, match=r"installed: brush, xlstyle$"):
        run({"left": 16, "loras": "none"})
    installed.available_networks.update({f"z{i:02}": None for i in range(25)})
    with pytest.raises(ParamError, match=r"z17 and 7 more$"):
        run({"left": 16, "loras": "none"})


def test_a_missing_name_is_looked_for_again_as_the_host_does(installed, run):
    with pytest.raises(ParamError):
        run({"left": 16, "loras": "none"})
    assert installed.scans


def test_without_the_hosts_lora_extension_every_lora_is_missing(run):
    with pytest.raises(ParamError, match=r"installed: none$"):
        run({"left": 16, "loras": "brush"})


class Hashes:
    """As the host's LoRA and embeddings: the infotext gets the hashes of what this pass's prompt names."""

    values = ()

    def title(self):
        return "Hashes"

    def process(self, p):
        found = [f"{name}: {digest}" for name, digest in (("brush", "1a"), ("alias", "2b")) if f":{name}:" in p.prompt[0]]
        if found:
            p.extra_generation_params["Lora hashes"] = ", ".join(found)
        words = [word for word in ("P_ctxt", "old") if word in p.prompt[0]]
        if words:  # as Forge's embeddings, which are told without hashes
            p.extra_generation_params["TI"] = ", ".join(words)


@pytest.mark.parametrize("sides", ["left: <lora:brush:1>", "right: <lora:brush:1>"])
def test_hashes_of_every_pass_are_in_the_infotext(installed, run, sides):
    text = run({"left": 16, "right": 16, "side_prompts": sides}, scripts=[Hashes()]).infotexts[0]
    assert 'Lora hashes: "brush: 1a"' in text


def test_forges_learned_words_of_every_pass_are_in_the_infotext(installed, run):
    sides = {"left": 16, "right": 16, "side_prompts": "left: P_ctxt, old\nright: P_ctxt"}
    assert 'TI: "P_ctxt, old"' in run(sides, scripts=[Hashes()]).infotexts[0]


def test_hashes_are_those_of_this_picture(installed, run):
    both = {"left": 16, "right": 16, "side_prompts": "left: <lora:brush:1>\nright: <lora:alias:1>"}
    assert 'Lora hashes: "brush: 1a, alias: 2b"' in run(both, scripts=[Hashes()]).infotexts[0]
