"""The rows of the families whose network is a transformer, most of which learned a flow; see families.py.

The facts are from the models' own code and cards (black-forest-labs, QwenLM, Tongyi-MAI, Alpha-VLLM, Wan-Video, Stability);
how to tell a file from what ComfyUI and Forge Neo go by, and from kohya-ss/sd-scripts.
"""

from __future__ import annotations

from typing import Any

from .family import Family, Signs

# What makes editing models extend a picture, worded as their own guides word edits: what to do, then what to leave alone.
_EXTEND = (
    "Extend this picture {towards}. Continue the scene, its light and its style into the new area without a visible seam, "
    "and leave what is already in the picture exactly as it is."
)
_OUTPAINT = (
    "Outpaint this picture {towards}. Fill the new area so that the scene goes on naturally, in the same light and style, "
    "and keep the rest of the picture unchanged."
)
_FLUX1 = ("double_blocks.0.img_attn.norm.key_norm.", "single_transformer_blocks.0.")
_LUMINA = ("cap_embedder.1.weight",)
_LUMINA_LORA = r"(^|[._])(layers|(noise|context)_refiner)[._]\d+[._](attention|feed_forward|adaLN_modulation)[._]"
_WAN = ("head.modulation",)


def _flow(key: str, name: str, *, signs: Signs, **facts: Any) -> Family:
    """A row of a flow model: a transformer whose patches are two latent cells a side, outpainting by latent blend."""
    usual: dict[str, Any] = {
        "size_multiple": 16,
        "channels": 16,
        "native_side": 1024,
        "largest_window": 2.0,
        "inpaints": ("latent blend",),
        "inpainting_channels": 0,
        "predictions": ("flow",),
        "first_layer": ("img_in.weight", 2),
        "token": 4,
    }
    return Family(key, name, signs=signs, **(usual | facts))


TRANSFORMERS: tuple[Family, ...] = (
    _flow(
        "sd3",
        "SD 3",
        largest_window=1.5,
        first_layer=("x_embedder.proj.weight", 4),
        token=1,
        signs=Signs(
            network=("joint_blocks.0.",),
            lora=("sd3", "diffusion-3", "diffusion-v3"),
            lora_tensors=r"joint_blocks[._]",
            classes=("SD3Transformer2DModel",),
            file=r"sd_?3",
            host_flags=("is_sd3",),
            host_classes=("StableDiffusion3",),
        ),
    ),
    _flow(
        "chroma1",
        "Chroma",
        adapters="flux1",
        signs=Signs(
            network=("distilled_guidance_layer.",),
            lora=("chroma",),
            lora_tensors="distilled_guidance_layer",
            classes=("ChromaTransformer2DModel",),
            file=r"chroma(?!t)",
            host_classes=("Chroma",),
        ),
    ),
    _flow(
        "flux2",
        "FLUX.2 dev",
        cell=16,
        channels=128,
        token=1,
        inpaints=("reference", "latent blend"),
        batches=False,
        edit_instruction=_EXTEND,
        signs=Signs(
            network=("double_stream_modulation_img.lin",),
            width=("double_stream_modulation_img.lin.weight", 1, 6144),
            lora=("flux2-dev", "flux2_dev", "flux.2-dev", "flux-2-dev"),
            classes=("Flux2Pipeline",),
            file=r"flux[._-]?2[._-]?dev",
        ),
    ),
    _flow(
        "flux2-klein",
        "FLUX.2 Klein",
        cell=16,
        channels=128,
        token=1,
        largest_window=1.0,  # degrades above one megapixel
        inpaints=("reference", "latent blend"),
        batches=False,
        edit_instruction=_EXTEND,
        signs=Signs(
            network=("double_stream_modulation_img.lin",),
            lora=("klein", "flux2", "flux.2", "flux-2"),
            lora_tensors=r"single_(transformer_)?blocks[._]\d+[._](linear1|attn[._]to_qkv_mlp_proj)[._]",
            lora_ratio=9,  # query, key, value and a gated MLP three times as wide
            classes=("Flux2KleinPipeline", "Flux2Transformer2DModel"),
            file=r"klein|flux[._-]?2",
            host_classes=("Flux2",),
        ),
    ),
    _flow(
        "flux1-kontext",
        "FLUX.1 Kontext",
        inpaints=("reference", "latent blend"),
        batches=False,
        adapters="flux1",
        edit_instruction=_EXTEND,
        signs=Signs(
            network=_FLUX1,
            path="kontext",
            lora=("kontext",),
            classes=("FluxKontextPipeline",),
            file="kontext",
            host_classes=("Flux",),
        ),
    ),
    _flow(
        "flux1-fill",
        "FLUX.1 Fill",
        inpaints=("fill",),
        inpainting_channels=96,  # noise, picture, and the 64 mask values of a cell
        adapters="flux1",
        signs=Signs(network=_FLUX1, width=("img_in.weight", 1, 384), classes=("FluxFillPipeline",), host_classes=("Flux",)),
    ),
    _flow(
        "flux1",
        "FLUX.1",
        signs=Signs(
            network=_FLUX1,
            lora=("flux1", "flux-1", "flux.1", "flux_1"),
            # FLUX.2 has what this leaves out too.
            lora_tensors=r"double_blocks[._]\d+[._](img|txt)_mod[._]|single_blocks[._]\d+[._](linear1|modulation)[._]"
            r"|single_transformer_blocks[._]\d+[._](proj_mlp|norm|attn[._]to_[qkv])[._]",
            classes=("FluxPipeline", "FluxTransformer2DModel"),
            file=r"flux(?![._-]?2)",
            host_classes=("Flux",),
        ),
    ),
    _flow(
        "qwen-image-edit",
        "Qwen-Image-Edit",
        inpaints=("reference", "latent blend"),
        batches=False,  # hosts encode the first picture of a batch alone
        adapters="qwen-image",
        edit_instruction=_OUTPAINT,
        signs=Signs(
            network=("txt_norm.weight",),
            path=r"(?s)(?=.*qwen).*edit",
            lora=("qwen-image-edit", "qwen_image_edit"),
            classes=("QwenImageEditPipeline", "QwenImageEditPlusPipeline"),
            file=r"qwen.*edit",
            host_classes=("QwenImage",),
        ),
    ),
    _flow(
        "qwen-image",
        "Qwen-Image",
        batches=False,
        signs=Signs(
            network=("txt_norm.weight",),
            lora=("qwen-image", "qwen_image", "qwenimage"),
            # Blocks that none of the others with these names has.
            lora_tensors=r"transformer_blocks[._](\d+[._](img|txt)_m(lp|od)|(3[89]|[45]\d)[._]attn)[._]",
            classes=("QwenImagePipeline", "QwenImageTransformer2DModel"),
            file="qwen",
            host_classes=("QwenImage",),
        ),
    ),
    _flow(
        "lumina2",
        "Lumina 2",
        first_layer=("x_embedder.weight", 2),
        signs=Signs(
            network=_LUMINA,
            width=("cap_embedder.1.weight", 0, 2304),
            lora=("lumina",),
            lora_tensors=_LUMINA_LORA,
            lora_width=2304,
            classes=("Lumina2Pipeline", "Lumina2Transformer2DModel"),
            file=r"(?<!il)lumina",
            host_classes=("Lumina2",),
        ),
    ),
    _flow(
        "z-image",
        "Z-Image",
        first_layer=("x_embedder.weight", 2),
        signs=Signs(
            network=_LUMINA,
            lora=("z-image", "z_image", "zimage"),
            lora_tensors=_LUMINA_LORA,
            classes=("ZImagePipeline", "ZImageTransformer2DModel"),
            file=r"z[_-]?image",
            host_classes=("ZImage",),
        ),
    ),
    _flow(
        "anima",
        "Anima",
        first_layer=("", 0),
        batches=False,
        signs=Signs(
            network=("blocks.0.mlp.layer1.weight",),
            lora=("anima",),
            lora_tensors=r"llm_adapter|blocks[._]\d+[._](mlp[._]layer[12]|(self|cross)_attn[._](q|k|v|output)_proj)[._]",
            file=r"anima(?![lt])",
            host_classes=("Anima",),
        ),
    ),
    _flow(
        "krea2",
        "Krea 2",
        first_layer=("first.weight", 2),
        batches=False,
        signs=Signs(
            network=("txtfusion.projector.weight",),
            lora=("krea2", "krea-2", "krea_2"),
            lora_tensors=r"txtfusion|blocks[._]\d+[._]attn[._]w[qkvo][._]",
            host_classes=("Krea2",),
        ),
    ),
    _flow(
        "wan-i2v",
        "Wan image-to-video",
        first_layer=("patch_embedding.weight", 5),
        token=1,
        inpaints=(),
        adapters="wan",
        signs=Signs(
            network=_WAN,
            width=("patch_embedding.weight", 1, 36),
            classes=("WanImageToVideoPipeline",),
            host_classes=("Wan",),
        ),
    ),
    _flow(
        "wan",
        "Wan",
        native_side=960,
        first_layer=("patch_embedding.weight", 5),
        token=1,
        batches=False,
        signs=Signs(
            network=_WAN,
            lora=("wan2", "wan-2", "wan_2"),
            lora_tensors=r"blocks[._]\d+[._](self|cross)_attn[._][qkvo][._]",
            classes=("WanPipeline", "WanTransformer3DModel"),
            file="wan2",
            host_classes=("Wan",),
        ),
    ),
    _flow(
        "ernie-image",
        "ERNIE-Image",
        cell=16,
        channels=128,
        token=1,
        first_layer=("", 0),
        batches=False,
        signs=Signs(
            network=("layers.0.mlp.linear_fc2.weight",), classes=("ErnieImagePipeline",), host_classes=("ErnieImage",)
        ),
    ),
    _flow(
        "pid",
        "PiD upscaler",
        first_layer=("", 0),
        inpaints=(),
        signs=Signs(network=("lq_proj.latent_proj.0.weight",), host_classes=("PiD",)),
    ),
)
