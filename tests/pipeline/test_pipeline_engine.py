"""The engine with real (tiny, untrained) models: sizes, originals, what each switch changes and where, seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import FEW

from lib_outpaint.backends.diffusers import Diffusers
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params

KINDS = ("sd15", "sd15-inpainting", "sdxl", "sdxl-inpainting")
SIDES = ("left", "right", "up", "down")


@pytest.fixture(scope="module")
def hosts(folders: Path) -> dict[str, Any]:
    found = {kind: Diffusers(folders / kind, device="cpu", local_files_only=True) for kind in KINDS}
    found["controlled"] = Diffusers(
        folders / "sd15", device="cpu", local_files_only=True, controlnet=folders / "controlnet-inpaint"
    )
    return found


@pytest.fixture(scope="module")
def source() -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(72.0), torch.arange(100.0), indexing="ij")
    return torch.stack([x / 100, y / 72, (x + y) / 172])


def grow(
    host: Any, source: torch.Tensor, seed: int = 3, prompt: str = "the house", negative: str = "", **params: Any
) -> Grown:
    values = {"overlap": 16, "color_match": "off", "step": 40} | params
    request = Request((source,), Params(**values), numbered_shots(1, seed, prompt, negative), sampling=FEW)
    result = outpaint(request, host)
    assert result.stopped is None
    return result.pictures[0]


def inside(grown: Grown, source: torch.Tensor) -> torch.Tensor:
    rows, columns = grown.source.slices
    return (grown.pixels[:, rows, columns] - source).abs().amax(0)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", KINDS)
def test_two_passes_a_side(hosts: dict[str, Any], source: torch.Tensor, kind: str, side: str) -> None:
    grown = grow(hosts[kind], source, **{side: 72})
    assert len(grown.passes) == 2
    across = side in ("left", "right")
    assert (grown.extent.width, grown.extent.height) == ((172, 72) if across else (100, 144))
    changed = inside(grown, source)
    keep = {"left": changed[:, 16:], "right": changed[:, :-16], "up": changed[16:], "down": changed[:-16]}[side]
    assert float(keep.max()) == 0  # beyond the band every original stays
    assert all(report.steps_run == 3 for report in grown.passes)
    new = grown.touched.clone()
    rows, columns = grown.source.slices
    new[rows, columns] = False
    assert float(grown.pixels[:, new].std()) > 0.02  # something was painted


@pytest.mark.parametrize("kind", KINDS)
def test_all_sides_in_one_pass(hosts: dict[str, Any], source: torch.Tensor, kind: str) -> None:
    grown = grow(hosts[kind], source, left=16, right=20, up=12, down=8)
    assert [p.kind for p in grown.plan.passes] == ["together"]
    assert (grown.extent.width, grown.extent.height) == (136, 92)
    assert float(inside(grown, source)[16:-16, 16:-16].max()) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_bytes_and_another_seed_another_picture(
    hosts: dict[str, Any], source: torch.Tensor, kind: str
) -> None:
    first, again = (grow(hosts[kind], source, left=40) for _ in range(2))
    other = grow(hosts[kind], source, seed=4, left=40)
    assert torch.equal(first.pixels, again.pixels)
    assert float((first.pixels - other.pixels).abs().mean()) > 1e-3


def only_new_changed(one: Grown, other: Grown, source: torch.Tensor) -> float:
    """How far two pictures differ in the new area; they must not differ beyond the band."""
    assert float((inside(one, source)[:, 16:]).max()) == float(inside(other, source)[:, 16:].max()) == 0
    return float((one.pixels - other.pixels).abs().max())


@pytest.mark.parametrize("kind", ["sd15-inpainting", "sdxl-inpainting"])
def test_mask_weight_changes_the_picture(hosts: dict[str, Any], source: torch.Tensor, kind: str) -> None:
    blank, half, shown, unset = (grow(hosts[kind], source, left=40, mask_weight=w) for w in (1.0, 0.5, 0.0, None))
    assert torch.equal(blank.pixels, unset.pixels)  # 1 is this host's own setting
    assert only_new_changed(blank, shown, source) > 0.002
    assert only_new_changed(half, shown, source) > 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_prompts_change_the_picture(hosts: dict[str, Any], source: torch.Tensor, kind: str) -> None:
    plain = grow(hosts[kind], source, left=40)
    assert only_new_changed(plain, grow(hosts[kind], source, prompt="a red sky", left=40), source) > 1e-4
    assert only_new_changed(plain, grow(hosts[kind], source, negative="a red sky", left=40), source) > 1e-4
    weighted = grow(hosts[kind], source, prompt="the (house:1.8)", left=40)
    assert only_new_changed(plain, weighted, source) > 1e-4


def test_a_prompt_for_a_side_acts_in_its_pass_only(hosts: dict[str, Any], source: torch.Tensor) -> None:
    plain = grow(hosts["sd15"], source, left=24, right=24, order="one by one")
    right = grow(hosts["sd15"], source, left=24, right=24, order="one by one", side_prompts="!right: a red sky")
    difference = (plain.pixels - right.pixels).abs().amax(0)
    assert float(difference[:, :80].max()) == 0
    assert float(difference[:, 124:].max()) > 1e-4


def test_controlnet_on_and_off(hosts: dict[str, Any], source: torch.Tensor) -> None:
    host = hosts["controlled"]
    off, on, auto = (grow(host, source, left=40, controlnet=how) for how in ("off", "on", "auto"))
    assert torch.equal(on.pixels, auto.pixels)  # a plain model can use it, so "auto" does
    assert only_new_changed(on, off, source) > 0.005
    assert only_new_changed(on, grow(host, source, left=40, controlnet_weight=0.3), source) > 0.002
    assert torch.equal(off.pixels, grow(hosts["sd15"], source, left=40).pixels)


@pytest.mark.parametrize("name", ["kohya", "peft", "te", "te-peft"])
def test_loras_on_and_off(plain: Any, source: torch.Tensor, name: str) -> None:
    common: dict[str, Any] = dict(left=40, controlnet="off")
    before = grow(plain, source, **common)
    by_list = grow(plain, source, loras=f"{name}:0.8", **common)
    by_tag = grow(plain, source, prompt=f"the house<lora:{name}:0.8>", **common)
    assert torch.equal(by_list.pixels, by_tag.pixels)
    assert only_new_changed(before, by_list, source) > 0.005
    weaker = grow(plain, source, loras=f"{name}:0.3", **common)
    assert only_new_changed(by_list, weaker, source) > 0.002
    assert torch.equal(grow(plain, source, loras=f"{name}:0", **common).pixels, before.pixels)
    assert torch.equal(grow(plain, source, **common).pixels, before.pixels)  # off again
    assert by_list.info["Outpaint LoRAs used"] == f"{name}:0.8"


def test_kohya_and_peft_names_of_one_lora_do_the_same(plain: Any, models: Path, source: torch.Tensor) -> None:
    import ldm_layout
    from safetensors.torch import load_file, save_file

    ldm_layout.write_lora(models / "loras" / "twin-kohya.safetensors", seed=9)
    ldm_layout.write_lora(models / "loras" / "twin-peft.safetensors", "peft", seed=9)
    weights = load_file(models / "loras" / "twin-kohya.safetensors")
    for key in list(weights):
        if key.endswith("alpha"):
            weights[key] = torch.tensor(4.0)  # peft's naming has no alpha: it is the rank
    save_file(weights, models / "loras" / "twin-kohya.safetensors")
    host = Diffusers(models / "tiny.safetensors", device="cpu", lora_dir=models / "loras", local_files_only=True)
    one, two = (grow(host, source, left=40, loras=f"twin-{name}:0.7") for name in ("kohya", "peft"))
    torch.testing.assert_close(one.pixels, two.pixels, atol=1e-5, rtol=0)


def test_several_loras_with_weights(plain: Any, source: torch.Tensor) -> None:
    common: dict[str, Any] = dict(left=40, controlnet="off")
    both = grow(plain, source, loras="kohya:0.8, te:0.5", **common)
    for name in ("kohya:0.8", "te:0.5"):
        assert only_new_changed(both, grow(plain, source, loras=name, **common), source) > 0.002


def test_a_lora_given_as_a_file_acts_on_every_pass(models: Path, plain: Any, source: torch.Tensor) -> None:
    host = Diffusers(
        models / "tiny.safetensors",
        device="cpu",
        local_files_only=True,
        loras=[(models / "loras" / "kohya.safetensors", 0.8)],
    )
    named = grow(plain, source, left=40, controlnet="off", loras="kohya:0.8")
    assert torch.equal(grow(host, source, left=40).pixels, named.pixels)
