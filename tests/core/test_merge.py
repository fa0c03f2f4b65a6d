"""Merging: the formula, whose tensors are whose, and everything that is refused before the first byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from command_runs import run
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from lib_outpaint.errors import InputError, ModelError, SaveError
from lib_outpaint.models import tensor_files
from lib_outpaint.models.inspect import inspect
from lib_outpaint.models.merge import check_output, plan_merge

FIRST = "model.diffusion_model.input_blocks.0.0.weight"
TO_K = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
CLIP = {
    "sd1": "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
    "sd2": "cond_stage_model.model.token_embedding.weight",
    "sdxl": "conditioner.embedders.1.model.token_embedding.weight",
}
WIDTH = {"sd1": 768, "sd2": 1024, "sdxl": 2048}
HALF = 2**-11  # rounding to fp16, relative


def tensors(seed: int, channels: int = 4, family: str = "sd1") -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    shapes = {
        FIRST: (8, channels, 3, 3),
        "model.diffusion_model.input_blocks.0.0.bias": (8,),
        TO_K: (8, WIDTH[family]),
        "model.diffusion_model.out.2.weight": (4, 8, 3, 3),
        CLIP[family]: (20, 16),
        "first_stage_model.encoder.down.0.block.0.conv1.weight": (8, 3, 3, 3),
        "first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3),
    }
    if family == "sd2":
        shapes["model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias"] = (16,)
    found = {name: torch.randn(shape, generator=g) for name, shape in shapes.items()}
    for name in found:
        if name.endswith("norm1.bias"):
            found[name] *= 0.01  # as an SD 2 that predicts epsilon has it
    return found | {"cond_stage_model.ids": torch.arange(20)} | {"alphas_cumprod": torch.linspace(1, 0, 10)}


@pytest.fixture
def files(tmp_path: Path) -> SimpleNamespace:
    return written(tmp_path)


def written(folder: Path, family: str = "sd1", **more: str) -> SimpleNamespace:
    found = {"model": tensors(1, family=family), "inpainting": tensors(2, 9, family), "base": tensors(3, family=family)}
    paths = {name: folder / f"{name}.safetensors" for name in found}
    for name, path in paths.items():
        save_file(found[name], path, more)
    return SimpleNamespace(**{name: found[name] for name in found}, paths=paths, out=folder / "out.safetensors")


def merged(files: SimpleNamespace, **options: object) -> dict[str, torch.Tensor]:
    plan_merge(*files.paths.values(), **options).write(files.out)  # type: ignore[arg-type]
    return load_file(files.out)


@pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"])
@pytest.mark.parametrize("amount", [1.0, 0.3])
def test_the_network_is_the_formula_and_the_rest_is_the_models(tmp_path: Path, family: str, amount: float) -> None:
    files = written(tmp_path, family)
    found = merged(files, amount=amount)
    assert set(found) == set(files.model)
    for name, tensor in found.items():
        if not name.startswith("model.diffusion_model."):
            assert torch.equal(tensor, files.model[name].to(tensor.dtype)), name
            continue
        difference = files.inpainting[name][:, :4] if name == FIRST else files.inpainting[name]
        wanted = files.model[name] + amount * (difference - files.base[name])
        assert torch.allclose(tensor[:, :4].float() if name == FIRST else tensor.float(), wanted, rtol=HALF, atol=1e-6), name
    assert torch.equal(found[FIRST][:, 4:], files.inpainting[FIRST][:, 4:].half()), "as they were trained"
    info = inspect(files.out)
    assert (info.kind, info.base, info.channels, info.inpainting, info.dtype) == ("checkpoint", family, 9, True, "F16")


def test_what_went_in_is_in_the_metadata(files: SimpleNamespace) -> None:
    merged(files, amount=0.5)
    with safe_open(files.out, "pt") as file:
        said = file.metadata()
    recipe = json.loads(said["sd_merge_recipe"])
    assert (recipe["primary_model"], recipe["secondary_model"]) == ("model.safetensors", "inpainting.safetensors")
    assert (recipe["tertiary_model"], recipe["multiplier"]) == ("base.safetensors", 0.5)
    assert said["modelspec.architecture"] == "stable-diffusion-v1"
    assert inspect(files.out).title == "model inpainting"


@pytest.mark.parametrize(("choice", "of"), [("model", "model"), ("inpainting", "inpainting")])
def test_the_text_encoder_is_whose_was_asked_for(files: SimpleNamespace, choice: str, of: str) -> None:
    found = merged(files, text_encoder=choice, dtype="fp32")
    assert torch.equal(found[CLIP["sd1"]], getattr(files, of)[CLIP["sd1"]])


def test_a_text_encoder_can_be_merged(files: SimpleNamespace) -> None:
    name = CLIP["sd1"]
    wanted = files.model[name] + files.inpainting[name] - files.base[name]
    found = merged(files, text_encoder="merged", dtype="fp32")
    assert torch.allclose(found[name], wanted, atol=1e-6)
    assert torch.equal(found["cond_stage_model.ids"], torch.arange(20)), "whole numbers are no weights"


@pytest.mark.parametrize("prefix", ["first_stage_model.", ""])
def test_another_vae(files: SimpleNamespace, tmp_path: Path, prefix: str) -> None:
    other = {
        name.removeprefix("first_stage_model."): tensor
        for name, tensor in tensors(9).items()
        if name.startswith("first_stage_model.")
    }
    vae = tmp_path / "vae.safetensors"
    save_file({prefix + name: tensor for name, tensor in other.items()} | {"loss.discriminator": torch.ones(1)}, vae)
    found = merged(files, vae=vae, dtype="fp32")
    for name, tensor in other.items():
        assert torch.equal(found["first_stage_model." + name], tensor)
    assert set(found) == set(files.model)


def test_the_second_copy_of_the_weights_is_left_out(files: SimpleNamespace) -> None:
    save_file(files.model | {"model_ema.decay": torch.ones(1), "model_ema.num": torch.ones(3)}, files.paths["model"])
    plan = plan_merge(*files.paths.values())
    assert plan.left_out == 2
    assert set(merged(files)) == set(files.model)


def test_pieces_are_what_the_whole_is(files: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = merged(files)
    monkeypatch.setattr(tensor_files, "PIECE", 7)
    pieces = merged(files)
    assert all(torch.equal(whole[name], pieces[name]) for name in whole)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float8_e4m3fn])
def test_files_of_other_precisions(files: SimpleNamespace, kind: torch.dtype) -> None:
    names = [name for name, tensor in files.model.items() if tensor.is_floating_point()]
    save_file(files.model | {name: files.model[name].to(kind) for name in names}, files.paths["model"])
    found = merged(files, dtype="bf16")
    wanted = files.model[TO_K].to(kind).float() + files.inpainting[TO_K] - files.base[TO_K]
    assert torch.equal(found[TO_K], wanted.bfloat16())


def plan_of(files: SimpleNamespace, **changed: object) -> object:
    paths = files.paths | {name: path for name, path in changed.items() if name in files.paths}
    return plan_merge(*paths.values(), **{name: value for name, value in changed.items() if name not in paths})


@pytest.mark.parametrize(
    ("swap", "code"),
    [
        ({"inpainting": "model"}, "merge-not-inpainting"),
        ({"model": "inpainting"}, "merge-not-plain"),
        ({"base": "inpainting"}, "merge-not-plain"),
        ({"inpainting": "base", "base": "inpainting"}, "merge-not-inpainting"),
    ],
)
def test_the_wrong_order_is_told(files: SimpleNamespace, swap: dict[str, str], code: str) -> None:
    with pytest.raises(ModelError) as refused:
        plan_of(files, **{name: files.paths[other] for name, other in swap.items()})
    assert refused.value.code == code


def test_families_and_predictions_must_be_one(files: SimpleNamespace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ModelError, match=r"is of SDXL, but model.safetensors is of SD 1"):
        plan_of(files, inpainting=written(other, "sdxl").paths["inpainting"])
    second = written(other, "sd2").paths
    said = tensors(1, family="sd2")
    save_file(said, second["model"], {"modelspec.prediction_type": "v"})
    with pytest.raises(ModelError, match=r"inpainting.safetensors: predicts epsilon, but model.safetensors predicts v"):
        plan_merge(*second.values())


def test_shapes_and_tensors_must_be_the_same(files: SimpleNamespace) -> None:
    wide = files.base | {"model.diffusion_model.out.2.weight": torch.ones(4, 16, 3, 3)}
    save_file(wide, files.paths["base"])
    with pytest.raises(ModelError, match=r"has the shape \[4, 16, 3, 3\], in model.safetensors it is \[4, 8, 3, 3\]"):
        plan_of(files)
    save_file({name: tensor for name, tensor in files.base.items() if "out.2" not in name}, files.paths["base"])
    with pytest.raises(ModelError, match=r"base.safetensors: has no tensor 'model.diffusion_model.out.2.weight'"):
        plan_of(files)


@pytest.mark.parametrize("amount", [0.0, -1.0, 2.5, float("nan")])
def test_amounts_that_mean_nothing(files: SimpleNamespace, amount: float) -> None:
    with pytest.raises(InputError, match="amount"):
        plan_of(files, amount=amount)


def test_a_vae_of_another_layout_is_none(files: SimpleNamespace, tmp_path: Path) -> None:
    vae = tmp_path / "vae.safetensors"
    save_file({"decoder.conv_in.weight": torch.ones(8, 4, 3, 3)}, vae)
    with pytest.raises(ModelError, match="is not a VAE in the original layout"):
        plan_of(files, vae=vae)


def test_numbers_that_overflow_leave_the_file_that_was_there(files: SimpleNamespace) -> None:
    save_file(files.model | {TO_K: torch.full((8, 768), 7e4)}, files.paths["model"])
    files.out.write_bytes(b"older")
    with pytest.raises(ModelError, match="NaN or infinity in F16"):
        merged(files)
    assert files.out.read_bytes() == b"older"
    assert sorted(path.name for path in files.out.parent.iterdir()) == sorted(
        [*(path.name for path in files.paths.values()), "out.safetensors"]
    )


def test_places_that_take_nothing(files: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_merge(*files.paths.values())
    with pytest.raises(SaveError, match="is one of the files that are read"):
        check_output(plan, files.paths["base"], overwrite=True)
    with pytest.raises(SaveError, match=r"is a \.safetensors file"):
        check_output(plan, files.out.with_suffix(".ckpt"), overwrite=False)
    files.out.write_bytes(b"")
    with pytest.raises(SaveError, match="exists already"):
        check_output(plan, files.out, overwrite=False)
    check_output(plan, files.out, overwrite=True)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=plan.file_bytes - 1))
    with pytest.raises(SaveError, match="the disk has"):
        check_output(plan, files.out, overwrite=True)


def test_the_size_is_known_before(files: SimpleNamespace) -> None:
    plan = plan_merge(*files.paths.values())
    plan.write(files.out)
    assert files.out.stat().st_size == plan.file_bytes


def test_the_command(files: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for name, path in files.paths.items() for word in (f"--{name}", path)]
    assert run("merge", *words, "-o", files.out, "--json") == 0
    assert json.loads(capsys.readouterr().out)["base"] == "sd1"
    assert run("merge", *words, "-o", files.out) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert run("merge", *words, "-o", files.out, "--overwrite", "--amount", 0.5) == 0
    assert "model.safetensors + 0.5 x (inpainting.safetensors - base.safetensors)" in capsys.readouterr().out
    assert run("merge", *words, "--base", files.paths["inpainting"], "-o", files.out, "--overwrite") == 2
    assert "--base takes a checkpoint that is not for inpainting" in capsys.readouterr().err


MEASURED = """
import resource, sys
from pathlib import Path
from lib_outpaint.models.merge import plan_merge
import torch
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
plan_merge(*map(Path, sys.argv[1:4])).write(Path(sys.argv[4]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kB")
def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    files = written(tmp_path)
    for name, path in files.paths.items():
        more = {f"model.diffusion_model.more.{i}.weight": torch.zeros(8192, 8192, dtype=torch.float16) for i in range(2)}
        save_file(getattr(files, name) | more, path)
    words = [sys.executable, "-c", MEASURED, *map(str, files.paths.values()), str(files.out)]
    ended = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    assert int(ended.stdout) < 128 * 1024, "kB; one of these tensors alone has 131,072"
