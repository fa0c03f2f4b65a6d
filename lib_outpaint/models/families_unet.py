"""The rows of Stable Diffusion's families, whose network is a UNet; see families.py.

The facts are from CompVis/stable-diffusion, Stability-AI/stablediffusion and generative-models; how to tell a file from
kohya-ss/sd-scripts and Stability's ModelSpec.
"""

from __future__ import annotations

from .family import Family, Pipeline, Signs

_CLIP, _CLIP_XL = "cond_stage_model.transformer.text_model.", "conditioner.embedders.0.transformer.text_model."
_OPENCLIP, _OPENCLIP_XL = "cond_stage_model.model.", "conditioner.embedders.1.model."

UNETS: tuple[Family, ...] = (
    Family(
        "sdxl",
        "SDXL",
        native_side=1024,
        inpaint_patch="fooocus",
        signs=Signs(
            tensors=("conditioner.embedders.1.",),
            context=2048,
            lora=("xl",),
            lora_tensors=r"^(lora_te2_|text_encoder_2\.|lllite_unet_)",
            embedding=("clip_g",),
            folder=("text_encoder", "text_encoder_2"),
            file=r"xl|fooocus",
            controlnet=r"sdxl|_xl|^(?=.*xl).*sd(_?15|1[._]?5)",
            host_flags=("is_sdxl",),
        ),
        pipeline=Pipeline(
            "StableDiffusionXLPipeline",
            ("clip", "openclip"),
            clip=_CLIP_XL,
            openclip=_OPENCLIP_XL,
            latent_scale=0.13025,
            head_channels=64,
            half_vae=False,  # overflows in half precision
            size_conditioning=True,
            cfg=6.0,
            inpainting_denoise=0.99,  # its inpainting models leave a fringe at full denoise
            penultimate=True,
            zero_negative=True,
            trained_on="sdxl_base_v1-0",
            architecture="stable-diffusion-xl-v1-base",
        ),
    ),
    Family(
        "sdxl-refiner",
        "SDXL refiner",
        native_side=1024,
        signs=Signs(tensors=("conditioner.embedders.0.model.",), context=1280, folder=("text_encoder_2",)),
    ),
    Family(
        "sd2",
        "SD 2",
        native_side_v=768,
        predictions=("epsilon", "v"),
        signs=Signs(
            tensors=(_OPENCLIP,),
            context=1024,
            lora=("sd_v2", "diffusion-v2"),
            file=r"sd_?2[01]?",
            host_flags=("is_sd2",),
            unet=("use_linear_in_transformer",),
            v_spread=("model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias", 0.09),
        ),
        pipeline=Pipeline(
            "StableDiffusionPipeline",
            ("openclip",),
            openclip=_OPENCLIP,
            head_channels=64,
            safety_checker=True,
            trained_on="sd_v2",
            architecture="stable-diffusion-v2-512",
            architecture_v="stable-diffusion-v2-768-v",
        ),
    ),
    Family(
        "sd1",
        "SD 1",
        inpaint_controlnet="control_v11p_sd15_inpaint",
        tile_controlnet="control_v11f1e_sd15_tile",
        signs=Signs(
            tensors=("cond_stage_model.transformer.",),
            context=768,
            lora=("sd_v1", "diffusion-v1"),
            file=r"sd_?15|sd1[._]?5",
            controlnet=r"sd_?15|sd1[._]?5",
            host_flags=("is_sd1",),
        ),
        pipeline=Pipeline(
            "StableDiffusionPipeline",
            ("clip",),
            clip=_CLIP,
            safety_checker=True,
            trained_on="sd_v1",
            architecture="stable-diffusion-v1",
        ),
    ),
)
