"""What the tests of the diffusers backend share: jobs, watched networks, and models in diffusers' layout."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lib_outpaint.backends.diffusers import Diffusers
from lib_outpaint.engine.protocol import Job
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling

HAVE_DIFFUSERS = all(find_spec(name) for name in ("diffusers", "transformers", "peft"))
EULER = Sampling(steps=6, sampler="Euler", cfg=7, denoise=0.75)
FEW = Sampling(steps=3, sampler="Euler a", cfg=3, denoise=1.0)


def golden_window() -> torch.Tensor:
    """The window that the values in golden/ were noted for: float32 (3, 64, 96), whole levels of 255."""
    y, x = np.mgrid[0:64, 0:96]
    planes = [np.abs((x * a + y * b + c) % 510 - 255) for a, b, c in ((5, 3, 0), (2, 7, 90), (4, 6, 200))]
    return torch.from_numpy(np.stack(planes).astype(np.float32)) / 255


def golden_mask() -> torch.Tensor:
    """Its mask, in latent cells: the right third and the lowest quarter."""
    mask = torch.zeros(8, 12, dtype=torch.bool)
    mask[:, 8:] = True
    mask[6:, :] = True
    return mask


def job(
    prompt: str = "",
    negative: str = "",
    sampling: Sampling = EULER,
    seed: int = 11,
    pixels: torch.Tensor | None = None,
    **params: Any,
) -> Job:
    """A job on the golden window; `params` are what its typed values are read from."""
    asked = Params(left=8, **params).guidance
    return Job(
        golden_window() if pixels is None else pixels,
        golden_mask(),
        golden_mask(),
        8,
        seed,
        0,
        0,
        prompt,
        negative,
        sampling,
        asked.loras,
        asked.controlnet,
        asked.mask_weight,
    )


class Watch:
    """Notes what the UNet of a host is given, and the latents that are decoded at the end."""

    def __init__(self, host: Any) -> None:
        self.unet_inputs: list[torch.Tensor] = []
        self.texts: list[torch.Tensor] = []
        self.finals: list[torch.Tensor] = []
        self._parts = host.passes.parts
        self._hook = self._parts.unet.register_forward_pre_hook(self._note, with_kwargs=True)
        self._decode = self._parts.vae.decode
        self._parts.vae.decode = self._decoded

    def _note(self, _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.unet_inputs.append(args[0].clone())
        self.texts.append(kwargs["encoder_hidden_states"].clone())

    def _decoded(self, latents: torch.Tensor, **kwargs: Any) -> Any:
        self.finals.append(latents * self._parts.vae.config.scaling_factor)
        return self._decode(latents, **kwargs)

    def close(self) -> None:
        self._hook.remove()
        self._parts.vae.decode = self._decode


def write_folders(folder: Path) -> None:
    """Tiny models from configs, with diffusers' own initialisation from a fixed seed: sd15, sd15-inpainting, sdxl,
    sdxl-inpainting, controlnet-inpaint.
    """
    import diffusers
    import tiny_clip
    import transformers

    words = tiny_clip.write_clip(folder / "clip")
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder / "clip")
    torch.manual_seed(5)

    def text(width: int, kind: Any) -> Any:
        return kind(
            transformers.CLIPTextConfig(
                vocab_size=words,
                hidden_size=width,
                intermediate_size=2 * width,
                num_hidden_layers=2,
                num_attention_heads=2,
                projection_dim=width,
                bos_token_id=words - 2,
                eos_token_id=words - 1,
            )
        )

    vae = diffusers.AutoencoderKL(
        block_out_channels=(32, 32, 32, 32),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=4,
    )
    scheduler = diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    common: dict[str, Any] = dict(vae=vae, tokenizer=tokenizer, scheduler=scheduler)
    small = text(32, transformers.CLIPTextModel)
    for channels, name in ((4, ""), (9, "-inpainting")):
        unet = diffusers.UNet2DConditionModel(**_unet(channels, 32))
        diffusers.StableDiffusionPipeline(
            unet=unet,
            text_encoder=small,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
            **common,
        ).save_pretrained(folder / f"sd15{name}")
        wide = diffusers.UNet2DConditionModel(
            **_unet(channels, 96),
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=64 + 6 * 8,
        )
        diffusers.StableDiffusionXLPipeline(
            unet=wide,
            text_encoder=small,
            text_encoder_2=text(64, transformers.CLIPTextModelWithProjection),
            tokenizer_2=tokenizer,
            **common,
        ).save_pretrained(folder / f"sdxl{name}")
    config = _unet(4, 32)
    control = diffusers.ControlNetModel(
        **{
            name: config[name]
            for name in (
                "in_channels",
                "block_out_channels",
                "down_block_types",
                "layers_per_block",
                "cross_attention_dim",
                "attention_head_dim",
            )
        },
        conditioning_embedding_out_channels=(8, 8, 16, 16),
    )
    with torch.no_grad():
        for part in (
            control.controlnet_cond_embedding.conv_out,
            control.controlnet_mid_block,
            *control.controlnet_down_blocks,
        ):
            torch.nn.init.normal_(part.weight, std=0.3)  # zeros in a fresh one: it would do nothing
    control.save_pretrained(folder / "controlnet-inpaint")


def _unet(channels: int, text: int) -> dict[str, Any]:
    return dict(
        in_channels=channels,
        out_channels=4,
        block_out_channels=(32, 32),
        layers_per_block=1,
        sample_size=16,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=text,
        attention_head_dim=2,
    )


def loaded(model: Path, **values: Any) -> Diffusers:
    """On the CPU, from files of this machine alone."""
    return Diffusers(model, device="cpu", local_files_only=True, **values)


def sampled(one: Diffusers, **params: Any) -> torch.Tensor:
    pixels = one.inpaint([job("the house", sampling=FEW, **params)])[0].pixels
    assert pixels is not None
    assert pixels.shape == (3, 64, 96)
    assert pixels.dtype == torch.float32
    assert bool(torch.isfinite(pixels).all())
    return pixels
