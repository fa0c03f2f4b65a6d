"""What a weights file is, from its header: made-up headers in the layouts that are out there, and damaged ones."""

from __future__ import annotations

import contextlib
import json
import pickle
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_headers import Shapes, written

from lib_outpaint.errors import ModelError
from lib_outpaint.models import families
from lib_outpaint.models.families import Family, Signs
from lib_outpaint.models.header import HEADER_LIMIT, read_header, read_json
from lib_outpaint.models.inspect import inspect
from lib_outpaint.models.prediction import predicted

CONV = "model.diffusion_model.input_blocks.0.0.weight"
ATTN = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
SD1 = {CONV: (320, 4, 3, 3), ATTN: (320, 768), "cond_stage_model.transformer.text_model.final_layer_norm.weight": (768,)}
SD2 = {CONV: (320, 4, 3, 3), ATTN: (320, 1024), "cond_stage_model.model.ln_final.weight": (1024,)}
XL = {
    CONV: (320, 4, 3, 3),
    ATTN: (640, 2048),
    "conditioner.embedders.0.transformer.text_model.x": (1,),
    "conditioner.embedders.1.model.ln_final.weight": (1280,),
}
REFINER = {CONV: (384, 4, 3, 3), ATTN: (768, 1280), "conditioner.embedders.0.model.ln_final.weight": (1280,)}
HINT = "control_model.input_hint_block.0.weight"
LORA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


def changed(shapes: Shapes, **values: tuple[int, ...]) -> Shapes:
    return shapes | {{"conv": CONV, "attn": ATTN}.get(k, k): v for k, v in values.items()}


CHECKPOINTS: list[tuple[str, Shapes, dict[str, str], tuple[str, int, str, int]]] = [
    ("sd1", SD1, {}, ("sd1", 4, "epsilon", 512)),
    ("sd1-inpainting", changed(SD1, conv=(320, 9, 3, 3)), {}, ("sd1", 9, "epsilon", 512)),
    ("pix2pix", changed(SD1, conv=(320, 8, 3, 3)), {}, ("sd1", 8, "epsilon", 512)),
    ("sd2", SD2, {}, ("sd2", 4, "", 512)),
    ("sd2-v", SD2, {"modelspec.prediction_type": "v"}, ("sd2", 4, "v", 768)),
    ("sd2-base", SD2, {"modelspec.prediction_type": "epsilon"}, ("sd2", 4, "epsilon", 512)),
    ("sd2-depth", changed(SD2, conv=(320, 5, 3, 3)), {}, ("sd2", 5, "", 512)),
    ("sd2-as-clip", changed(SD1, attn=(320, 1024)), {"modelspec.prediction_type": "v"}, ("sd2", 4, "v", 768)),
    ("sd2-small", changed(SD2, attn=(32, 96)), {}, ("sd2", 4, "", 512)),
    ("xl", XL, {}, ("sdxl", 4, "epsilon", 1024)),
    ("xl-v", changed(XL, v_pred=()), {}, ("sdxl", 4, "v", 1024)),
    ("xl-inpainting", changed(XL, conv=(320, 9, 3, 3)), {}, ("sdxl", 9, "epsilon", 1024)),
    ("refiner", REFINER, {}, ("sdxl-refiner", 4, "epsilon", 1024)),
    ("unet-only", {CONV: (320, 4, 3, 3), ATTN: (320, 768)}, {}, ("sd1", 4, "epsilon", 512)),
]


@pytest.mark.parametrize(("name", "shapes", "metadata", "found"), CHECKPOINTS, ids=[c[0] for c in CHECKPOINTS])
def test_checkpoints(
    tmp_path: Path, name: str, shapes: Shapes, metadata: dict[str, str], found: tuple[str, int, str, int]
) -> None:
    info = inspect(written(tmp_path / f"{name}.safetensors", shapes, metadata))
    assert (info.kind, info.layout) == ("checkpoint", "original")
    assert (info.base, info.channels, info.prediction, info.native_side) == found
    assert info.inpainting == (found[1] == 9)
    assert name in str(info.describe()[0])


V_SIGN = "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias"


def with_numbers(path: Path, shapes: Shapes, numbers: list[float], metadata: dict[str, str], dtype: str) -> Path:
    """The same with a vector whose numbers are there, behind a hole."""
    torch = pytest.importorskip("torch")
    save_file = pytest.importorskip("safetensors.torch").save_file
    kind = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}[dtype]
    tensors = {name: torch.zeros(1).expand(shape).to(kind).contiguous() for name, shape in shapes.items()}
    save_file(tensors | {V_SIGN: torch.tensor(numbers, dtype=kind)}, str(path), metadata)
    return path


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32", "F64"])
@pytest.mark.parametrize(
    ("shapes", "metadata", "numbers", "found"),
    [
        (SD2, {}, [0.1, -0.1, 0.1, -0.1], "v"),  # a spread of 0.1
        (SD2, {}, [1.08, 0.92, 1.08, 0.92], "epsilon"),  # of 0.08, far from nought
        (SD2, {"modelspec.prediction_type": "epsilon"}, [0.5, -0.5], "epsilon"),  # what is said comes first
        (changed(SD2, conv=(320, 9, 3, 3)), {}, [0.5, -0.5], "epsilon"),  # inpainting models of SD 2 predict no v
        (SD1, {}, [0.5, -0.5], "epsilon"),
    ],
    ids=["v", "epsilon", "said", "inpainting", "sd1"],
)
def test_what_an_sd2_checkpoint_predicts_is_in_a_few_of_its_numbers(
    tmp_path: Path, dtype: str, shapes: Shapes, metadata: dict[str, str], numbers: list[float], found: str
) -> None:
    info = inspect(with_numbers(tmp_path / "a.safetensors", shapes, numbers, metadata, dtype))
    assert predicted(info) == found
    assert info.prediction == ("" if info.base == "sd2" and not metadata else "epsilon")  # of the header alone


def test_without_the_sign_nothing_is_said(tmp_path: Path) -> None:
    info = inspect(written(tmp_path / "a.safetensors", SD2))
    assert predicted(info) == ""
    strange = inspect(written(tmp_path / "b.safetensors", SD2 | {V_SIGN: (4, 4)}))
    assert predicted(strange) == ""
    whole = inspect(written(tmp_path / "c.safetensors", SD2 | {V_SIGN: (4,)}))
    (tmp_path / "c.safetensors").unlink()
    with pytest.raises(ModelError):
        predicted(whole)


@pytest.mark.parametrize(
    ("name", "shapes", "metadata", "found"),
    [
        (
            "kohya",
            {f"{LORA}.lora_down.weight": (16, 768), f"{LORA}.lora_up.weight": (320, 16)},
            {},
            ("sd1", "kohya", 16, False, False),
        ),
        (
            "kohya-said",
            {"lora_unet_x.lora_down.weight": (4, 9)},
            {"ss_base_model_version": "sdxl_base_v1-0"},
            ("sdxl", "kohya", 4, False, False),
        ),
        (
            "kohya-sd2",
            {"lora_unet_x.lora_down.weight": (4, 9)},
            {"ss_base_model_version": "sd_v2_v"},
            ("sd2", "kohya", 4, False, False),
        ),
        (
            "kohya-text",
            {"lora_te_text_model_x.lora_down.weight": (8, 768), f"{LORA}.lora_down.weight": (4, 768)},
            {},
            ("sd1", "kohya", 8, True, True),
        ),
        ("kohya-xl", {"lora_te2_x.lora_down.weight": (8, 1280)}, {}, ("sdxl", "kohya", 8, True, False)),
        (
            "peft",
            {"unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight": (8, 2048)},
            {},
            ("sdxl", "peft", 8, False, False),
        ),
        ("diffusers", {"unet.d.attn2.processor.to_k_lora.down.weight": (4, 1024)}, {}, ("sd2", "peft", 4, False, False)),
        ("diffusers-new", {"unet.d.attn2.to_k.lora.down.weight": (4, 1024)}, {}, ("sd2", "peft", 4, False, False)),
        (
            "spec",
            {"lora_unet_x.lora_down.weight": (4, 9)},
            {"modelspec.architecture": "stable-diffusion-v1/lora"},
            ("sd1", "kohya", 4, False, False),
        ),
        ("loha", {"lora_unet_x.hada_w1_a": (4, 4)}, {"ss_base_model_version": "sd_v1"}, ("sd1", "lycoris", 0, False, False)),
    ],
)
def test_loras(
    tmp_path: Path, name: str, shapes: Shapes, metadata: dict[str, str], found: tuple[str, str, int, bool, bool]
) -> None:
    info = inspect(written(tmp_path / f"{name}.safetensors", shapes, metadata))
    assert info.kind == "lora"
    assert (info.base, info.layout, info.rank, info.text_encoder, info.ranks_differ) == found


@pytest.mark.parametrize(
    ("name", "shapes", "found"),
    [
        (
            "control_v11p_sd15_inpaint",
            {HINT: (16, 3, 3, 3), ATTN.replace("model.diffusion_model", "control_model"): (320, 768)},
            ("sd1", "original", "inpaint"),
        ),
        ("control_v11f1p_sd15_depth", {"input_hint_block.0.weight": (16, 3, 3, 3)}, ("sd1", "original", "depth")),
        (
            "diffusers-canny-sdxl",
            {
                "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
                "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
            },
            ("sdxl", "diffusers", "canny"),
        ),
        ("mystery", {"controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3)}, ("", "diffusers", "")),
    ],
)
def test_controlnets(tmp_path: Path, name: str, shapes: Shapes, found: tuple[str, str, str]) -> None:
    info = inspect(written(tmp_path / f"{name}.safetensors", shapes))
    assert (info.kind, info.base, info.layout, info.control) == ("controlnet", *found)


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ({"conv_in.weight": (320, 9, 3, 3), "time_embedding.linear_1.weight": (1280, 320)}, "unet"),
        ({"decoder.conv_in.weight": (512, 4, 3, 3)}, "vae"),
        ({"first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3)}, "vae"),
        ({"emb_params": (4, 768)}, "embedding"),
        ({"clip_l": (4, 768), "clip_g": (4, 1280)}, "embedding"),
        ({"text_model.embeddings.token_embedding.weight": (9, 768)}, "text encoder"),
        ({"x": (1,)}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_other_files(tmp_path: Path, shapes: Shapes, kind: str) -> None:
    info = inspect(written(tmp_path / "x.safetensors", shapes))
    assert info.kind == kind
    assert info.describe()


def test_descriptions(tmp_path: Path) -> None:
    path = written(tmp_path / "real.safetensors", SD2, {"modelspec.title": "My model"})
    lines = inspect(path).describe()
    assert [line.code for line in lines] == ["model-is", "model-title", "unet-channels", "native-side-unsure", "model-size"]
    assert [line.text() for line in lines] == [
        "real.safetensors: checkpoint of SD 2, original layout",
        "title: My model",
        "UNet: 4 input channels (not an inpainting model)",
        "native resolution: 512 px, or 768 px if it predicts v, which its header does not say",
        "0.3 M parameters, mostly F16, 0.7 MB",
    ]
    assert lines[2].text("zh") == "UNet：4 个输入通道（不是重绘模型）"
    lora = written(tmp_path / "l.safetensors", {f"{LORA}.lora_down.weight": (16, 768)})
    assert str(inspect(lora).describe()[0]) == "l.safetensors: LoRA for SD 1, rank 16, UNet, kohya naming"
    mystery = written(tmp_path / "m.safetensors", {"controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3)})
    assert (
        str(inspect(mystery).describe()[0])
        == "m.safetensors: ControlNet for an unknown base, unknown kind, diffusers layout"
    )


def test_folders(tmp_path: Path) -> None:
    def folder(name: str, **files: Any) -> Path:
        for path, values in files.items():
            target = tmp_path / name / path.replace("__", "/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_suffix(".json").write_text(json.dumps(values))
        return tmp_path / name

    text = ["transformers", "CLIPTextModel"]
    unet = {"in_channels": 9, "cross_attention_dim": 768}
    found = inspect(folder("sd1", model_index={"text_encoder": text}, unet__config=unet))
    assert (found.kind, found.base, found.layout, found.channels) == ("checkpoint", "sd1", "folder", 9)
    found = inspect(
        folder(
            "sd2",
            model_index={"text_encoder": text},
            unet__config=unet | {"cross_attention_dim": 1024},
            scheduler__scheduler_config={"prediction_type": "v_prediction"},
        )
    )
    assert (found.base, found.prediction, found.native_side) == ("sd2", "v", 768)
    xl = folder("xl", model_index={"text_encoder": text, "text_encoder_2": text}, unet__config=unet)
    assert inspect(xl).base == "sdxl"
    refiner = folder("refiner", model_index={"text_encoder": [None, None], "text_encoder_2": text}, unet__config=unet)
    assert inspect(refiner).base == "sdxl-refiner"
    control = folder("control-inpaint", config={"_class_name": "ControlNetModel", "cross_attention_dim": 768})
    assert (inspect(control).base, inspect(control).control) == ("sd1", "inpaint")
    for name, files, code in (
        ("flux", {"model_index": {"_class_name": "DreamPipeline"}}, "folder-other-pipeline"),
        ("none", {"config": {}}, "folder-not-a-model"),
    ):
        with pytest.raises(ModelError) as caught:
            inspect(folder(name, **files))
        assert caught.value.code == code


def raw(path: Path, header: bytes, length: int | None = None, tail: bytes = b"") -> Path:
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header + tail)
    return path


ONE = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'


@pytest.mark.parametrize(
    ("header", "length", "tail", "code"),
    [
        (b"{}", HEADER_LIMIT + 1, b"", "header-too-long"),
        (b"{}", 99, b"", "header-truncated"),
        (b"{", None, b"", "header-not-json"),
        (b"\xff\xfe", None, b"", "header-not-json"),
        (b"[" * 100_000, None, b"", "header-not-json"),
        (b"[]", None, b"", "header-not-json-object"),
        (b'{"a":1,"a":2}', None, b"", "header-name-twice"),
        (b'{"a":1}', None, b"", "header-tensor"),
        (ONE, None, b"", "tensor-truncated"),
        (b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"dtype":"F16"}}', None, b"1234", "header-name-twice"),
        (ONE.replace(b"[1]", b"[2]"), None, b"1234", "tensor-size"),
        (ONE.replace(b"[1]", b"[-1]"), None, b"1234", "header-tensor"),
        (ONE.replace(b"[0,4]", b"[4,0]"), None, b"1234", "tensor-size"),
        (ONE.replace(b"[0,4]", b"[0]"), None, b"1234", "header-tensor"),
        (ONE.replace(b'"F32"', b"7"), None, b"1234", "header-tensor"),
        (b'{"__metadata__":{"a":1}}', None, b"", "header-metadata"),
        (ONE.replace(b"[1]", b"[true]"), None, b"1234", "header-tensor"),
        (b'{"a":' + b"9" * 9999 + b"}", None, b"", "header-not-json"),
    ],
)
def test_damaged_files(tmp_path: Path, header: bytes, length: int | None, tail: bytes, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        inspect(raw(tmp_path / "x.safetensors", header, length, tail))
    assert caught.value.code == code
    assert "x.safetensors" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("content", [b"", b"1234567"])
def test_files_too_short(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ModelError) as caught:
        inspect(tmp_path / "x.safetensors")
    assert caught.value.code == "model-too-short"


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        inspect(tmp_path / "nowhere.safetensors")
    assert caught.value.code == "model-unreadable"


class Bomb:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("it was unpickled",))


@pytest.mark.parametrize("name", ["x.ckpt", "x.safetensors", "x.pt"])
def test_pickles_are_refused_and_never_run(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError) as caught:
        inspect(tmp_path / name)
    assert caught.value.code == "model-pickle"


@given(st.binary(max_size=200), st.one_of(st.none(), st.integers(0, 2**64 - 1)))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, length: int | None) -> None:
    path = raw(tmp_path_factory.mktemp("any") / "x.safetensors", content, length)
    with contextlib.suppress(ModelError):
        inspect(path)


def test_a_checkpoint_of_full_size_takes_milliseconds(tmp_path: Path) -> None:
    shapes = SD1 | {f"model.diffusion_model.some.block.with.a.long.name.{i}.weight": (320, 320, 3, 3) for i in range(2600)}
    path = written(tmp_path / "big.safetensors", shapes)
    began = time.perf_counter()
    assert inspect(path).base == "sd1"
    assert time.perf_counter() - began < 0.5  # about 0.02 s
    assert read_header(path).file_bytes > 4e9


@pytest.mark.parametrize(("text", "code"), [("[1]", "model-not-json-object"), ("{", "model-not-json")])
def test_a_config_that_is_no_object_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelError) as caught:
        read_json(tmp_path / "config.json")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "base"),
    [("my_sd15", "sd1"), ("cn-sd1.5", "sd1"), ("CN_XL", "sdxl"), ("sdxl-sd15", "sdxl"), ("xl", ""), ("sd21-canny", "")],
)
def test_a_silent_controlnet_is_told_by_its_name(tmp_path: Path, name: str, base: str) -> None:
    path = written(tmp_path / f"{name}.safetensors", {"input_hint_block.0.weight": (16, 3, 3, 3)})
    assert inspect(path).base == base


IMAGINARY = Family(
    "dream",
    "Dream 9",
    cell=16,
    size_multiple=32,
    native_side=1536,
    native_side_v=2048,
    predictions=("v", "flow"),
    inpainting_channels=33,
    first_layer=("net.first.weight", 2),
    signs=Signs(
        tensors=("net.dream_blocks.",), context=4321, lora=("dream9",), lora_tensors="^lora_dream_", controlnet="dream"
    ),
)


def test_a_row_is_all_that_a_new_family_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, IMAGINARY))
    whole = {"net.first.weight": (8, 33), "net.dream_blocks.0.x": (1,)}
    found = inspect(written(tmp_path / "one.safetensors", whole, {"modelspec.prediction_type": "v"}))
    assert (found.kind, found.family, found.inpainting, found.native_side) == ("checkpoint", IMAGINARY, True, 2048)
    silent = inspect(written(tmp_path / "two.safetensors", whole))
    assert (silent.prediction, silent.native_side) == ("", 1536)
    assert [str(line) for line in silent.describe()[:3:2]] == [
        "two.safetensors: checkpoint of Dream 9, original layout",
        "native resolution: 1536 px, or 2048 px if it predicts v, which its header does not say",
    ]
    down = "lora_unet_x.lora_down.weight"
    for shapes, metadata in (
        ({down: (4, 9)}, {"ss_base_model_version": "Dream9-base"}),
        ({"lora_dream_x.lora_down.weight": (4, 9)}, {}),
        ({f"{LORA}.lora_down.weight": (4, 4321)}, {}),
    ):
        assert inspect(written(tmp_path / "lora.safetensors", shapes, metadata)).family == IMAGINARY
    assert inspect(written(tmp_path / "emb.safetensors", {"emb_params": (2, 4321)})).family == IMAGINARY
    control = written(tmp_path / "dream-canny.safetensors", {"input_hint_block.0.weight": (16, 3, 3, 3)})
    assert inspect(control).family == IMAGINARY
    assert inspect(written(tmp_path / "old.safetensors", SD1)).base == "sd1"
    with pytest.raises(ModelError) as caught:
        _ = found.pipeline
    assert caught.value.code == "model-family"
    assert "SD 1, SD 2, SDXL can be used" in str(caught.value)
