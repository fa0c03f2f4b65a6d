"""The processing object and the loop around it, with the host's order of events."""

import copy
import hashlib
import os
import random

import numpy as np
import torch
from PIL import Image, ImageOps

from . import images, infotext_utils, paths, scripts, sd_models, sd_vae, shared

calls = []  # every copy that process_images was called with
sampled = []  # what each of them looked like when it sampled
opt_f = 8  # px of a latent cell; Forge Neo sets it when it loads a checkpoint
hooks = {"sample": None}  # called with the object before it samples: raises, interrupts


def create_binary_mask(image, round=True):
    if image.mode == "RGBA" and image.split()[-1].getextrema() != (255, 255):
        return image.split()[-1].convert("L").point(lambda x: 255 if x > 128 else 0)
    return image.convert("L")


def fix_seed(p):
    p.seed = random.randrange(4294967294) if p.seed in (None, -1, "") else p.seed
    p.subseed = random.randrange(4294967294) if p.subseed in (None, -1, "") else p.subseed


class StableDiffusionProcessingImg2Img:
    cached_c = [None, None]  # noqa: RUF012  shared by all, as in the host
    cached_uc = [None, None]  # noqa: RUF012

    def __init__(self, **values):
        fields = dict(
            prompt="",
            negative_prompt="",
            styles=[],
            seed=-1,
            subseed=-1,
            subseed_strength=0,
            seed_resize_from_h=-1,
            seed_resize_from_w=-1,
            sampler_name="Euler",
            scheduler=None,
            batch_size=1,
            n_iter=1,
            steps=4,
            cfg_scale=7.0,
            width=512,
            height=512,
            restore_faces=None,
            tiling=None,
            do_not_save_samples=False,
            do_not_save_grid=False,
            overlay_images=None,
            do_not_reload_embeddings=False,
            denoising_strength=0.75,
            override_settings={},
            override_settings_restore_afterwards=True,
            init_images=None,
            resize_mode=0,
            mask=None,
            mask_blur_x=4,
            mask_blur_y=4,
            inpainting_fill=0,
            inpaint_full_res=True,
            inpainting_mask_invert=0,
            mask_round=True,
            latent_mask=None,
            nmask=None,
            image_conditioning=None,
            outpath_samples="samples",
            outpath_grids="grids",
            mask_for_overlay=None,
            paste_to=None,
            color_corrections=None,
            is_api=False,
            sd_model_name=None,
            all_prompts=None,
            all_negative_prompts=None,
            all_seeds=None,
            all_subseeds=None,
            main_prompt=None,
            main_negative_prompt=None,
            iteration=0,
            is_using_inpainting_conditioning=False,
            init_latent=None,
            rng=None,
            c=None,
            uc=None,
        )
        fields.update(values)
        self.image_mask = fields.pop("mask")
        for name, value in fields.items():
            setattr(self, name, value)
        self.mask = None
        self.override_settings = dict(self.override_settings)
        self.comments = {}
        self.extra_generation_params = {}
        self.scripts = None
        self.script_args_value = ()

    @property
    def mask_blur(self):
        return self.mask_blur_x if self.mask_blur_x == self.mask_blur_y else None

    @mask_blur.setter
    def mask_blur(self, value):
        if isinstance(value, int):
            self.mask_blur_x = self.mask_blur_y = value

    @property
    def script_args(self):
        return self.script_args_value

    @script_args.setter
    def script_args(self, value):
        self.script_args_value = value

    def comment(self, text):
        self.comments[text] = 1

    def setup_prompts(self):
        if isinstance(self.prompt, list):
            self.all_prompts = list(self.prompt)
        else:
            self.all_prompts = self.batch_size * self.n_iter * [self.prompt]
        if isinstance(self.negative_prompt, list):
            self.all_negative_prompts = list(self.negative_prompt)
        else:
            self.all_negative_prompts = [self.negative_prompt] * len(self.all_prompts)
        for style in self.styles:
            self.all_prompts = [f"{text}, {style}" for text in self.all_prompts]
        self.main_prompt, self.main_negative_prompt = self.all_prompts[0], self.all_negative_prompts[0]

    def init(self, all_prompts, all_seeds, all_subseeds):
        self.extra_generation_params["Denoising strength"] = self.denoising_strength
        mask = create_binary_mask(self.image_mask) if self.image_mask is not None else None
        if mask is not None and self.inpainting_mask_invert:
            mask = ImageOps.invert(mask)
        if mask is not None:
            self.mask_for_overlay = mask
            self.overlay_images = []
        if shared.opts.img2img_color_correction and self.color_corrections is None:
            self.color_corrections = []
        arrays = []
        for image in self.init_images:
            if shared.opts.save_init_img:
                images.save_image(image, shared.opts.outdir_init_images, forced_filename="hash")
            image = images.resize_image(self.resize_mode, images.flatten(image, "#ffffff"), self.width, self.height)
            if mask is not None:
                overlay = Image.new("RGBA", image.size)
                overlay.paste(image, mask=ImageOps.invert(mask))
                self.overlay_images.append(overlay)
            arrays.append(np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 255)
        pixels = torch.from_numpy(np.stack(arrays)).repeat(self.batch_size // len(arrays), 1, 1, 1)
        # The encoder draws from the global generator, all images in one draw.
        self.init_latent = pixels + torch.randn_like(pixels) * 0.02
        if mask is not None:
            size = (self.width // opt_f, self.height // opt_f)
            latent = (self.latent_mask if self.latent_mask is not None else mask).convert("RGB").resize(size)
            self.nmask = torch.from_numpy(np.around(np.asarray(latent, dtype=np.float32)[:, :, 0] / 255))
        weight = getattr(self, "inpainting_mask_weight", shared.opts.inpainting_mask_weight)
        inpainting = shared.sd_model.model.conditioning_key in ("hybrid", "concat")
        self.is_using_inpainting_conditioning = inpainting
        conditioning = torch.zeros(len(pixels), 5, 1, 1)
        if inpainting:
            hole = torch.from_numpy(np.asarray(mask, dtype=np.float32) / 255)[None, None]
            masked = torch.lerp(pixels, pixels * (1 - hole), weight) + torch.randn_like(pixels) * 0.02
            conditioning = torch.cat([hole.expand(len(pixels), 1, -1, -1), masked], 1)
        self.image_conditioning = conditioning

    def sample(self):
        """The picture, with each latent cell of the mask painted; float (B, 3, H, W)."""
        sampled.append(copy.copy(self))
        if hooks["sample"] is not None:
            hooks["sample"](self)
        painted = []
        for prompt, negative, seed, subseed, conditioning in zip(
            self.all_prompts,
            self.all_negative_prompts,
            self.all_seeds,
            self.all_subseeds,
            self.image_conditioning,
            strict=True,
        ):
            said = f"{prompt}|{negative}|{seed}|{subseed if self.subseed_strength else 0}|{conditioning.mean():.6f}"
            generator = torch.Generator().manual_seed(int(hashlib.md5(said.encode()).hexdigest()[:8], 16))
            painted.append(torch.rand(3, self.height, self.width, generator=generator) * 0.5 + 0.25)
        result = torch.stack(painted)
        if shared.state.interrupted:
            result = result * 0.1  # half-denoised
        if self.nmask is None:
            return result
        cells = self.nmask.repeat_interleave(opt_f, 0).repeat_interleave(opt_f, 1)
        return torch.where(cells > 0, result, self.init_latent)


StableDiffusionProcessing = StableDiffusionProcessingImg2Img


def process_images(p):
    calls.append(p)
    if p.scripts is not None:
        p.scripts.before_process(p)
    stored = {k: shared.opts.data[k] for k in p.override_settings if k in shared.opts.data}
    try:
        if sd_models.checkpoint_aliases.get(p.override_settings.get("sd_model_checkpoint")) is None:
            p.override_settings.pop("sd_model_checkpoint", None)
            sd_models.reload_model_weights()
        for name, value in p.override_settings.items():
            shared.opts.set(name, value, is_api=True, run_callbacks=False)
            if name == "sd_model_checkpoint":
                sd_models.reload_model_weights()
            if name == "sd_vae":
                sd_vae.reload_vae_weights()
        return _inner(p)
    finally:
        if p.override_settings_restore_afterwards:
            for name, value in stored.items():
                setattr(shared.opts, name, value)


def _inner(p):
    p.restore_faces = shared.opts.face_restoration if p.restore_faces is None else p.restore_faces
    p.tiling = shared.opts.tiling if p.tiling is None else p.tiling
    p.sd_model_name = shared.sd_model.sd_checkpoint_info.name_for_extra
    p.setup_prompts()
    count = len(p.all_prompts)
    p.all_seeds = (
        p.seed if isinstance(p.seed, list) else [int(p.seed) + (i if p.subseed_strength == 0 else 0) for i in range(count)]
    )
    p.all_subseeds = p.subseed if isinstance(p.subseed, list) else [int(p.subseed) + i for i in range(count)]
    if p.scripts is not None:
        p.scripts.process(p)
    output, infotexts = [], []
    p.init(p.all_prompts, p.all_seeds, p.all_subseeds)
    if shared.state.job_count == -1:
        shared.state.job_count = p.n_iter
    if not (shared.state.interrupted or shared.state.stopping_generation):
        if not shared.cmd_opts.no_prompt_history:
            with open(os.path.join(paths.data_path, "params.txt"), "w", encoding="utf8") as file:
                file.write(create_infotext(p, p.all_prompts, p.all_seeds, p.all_subseeds, index=0))
        samples = p.sample().clamp(0, 1)
        shared.state.nextjob()
        listed = scripts.PostprocessBatchListArgs(list(samples))
        if p.scripts is not None:
            p.scripts.postprocess_batch_list(p, listed, batch_number=0)
        for i, sample in enumerate(listed.images):
            image = Image.fromarray((255.0 * sample.numpy().transpose(1, 2, 0)).astype(np.uint8))
            if p.scripts is not None:
                wrapped = scripts.PostprocessImageArgs(image)
                p.scripts.postprocess_image(p, wrapped)
                image = wrapped.image
            if shared.opts.overlay_inpaint and p.overlay_images is not None and i < len(p.overlay_images):
                image = image.convert("RGBA")
                image.alpha_composite(p.overlay_images[i])
                image = image.convert("RGB")
            text = create_infotext(p, p.all_prompts, p.all_seeds, p.all_subseeds, index=i)
            if shared.opts.samples_save and not p.do_not_save_samples:
                images.save_image(image, p.outpath_samples, "", p.all_seeds[i], p.all_prompts[i], info=text, p=p)
            output.append(image)
            infotexts.append(text)
            if shared.opts.return_mask and p.mask_for_overlay is not None:
                output.append(p.mask_for_overlay.convert("RGB"))
    first = 0
    if (shared.opts.return_grid or shared.opts.grid_save) and not p.do_not_save_grid and len(output) > 1:
        output.insert(0, images.image_grid(output))
        first = 1
    processed = Processed(p, output, seed=p.all_seeds[0], index_of_first_image=first, infotexts=infotexts)
    if p.scripts is not None:
        p.scripts.postprocess(p, processed)
    return processed


def create_infotext(
    p,
    all_prompts,
    all_seeds,
    all_subseeds,
    comments=None,
    iteration=0,
    position_in_batch=0,
    use_main_prompt=False,
    index=None,
    all_negative_prompts=None,
):
    weight = getattr(p, "inpainting_mask_weight", shared.opts.inpainting_mask_weight)
    entries = {
        "Steps": p.steps,
        "CFG scale": p.cfg_scale,
        "Seed": all_seeds[index],
        "Size": f"{p.width}x{p.height}",
        "Model": p.sd_model_name,
        "Conditional mask weight": weight if p.is_using_inpainting_conditioning else None,
        **p.extra_generation_params,
    }
    negative = (all_negative_prompts or p.all_negative_prompts)[index]
    prompts = all_prompts[index] + (f"\nNegative prompt: {negative}" if negative else "")
    return (
        prompts
        + "\n"
        + ", ".join(k if k == v else f"{k}: {infotext_utils.quote(v)}" for k, v in entries.items() if v is not None)
    )


class Processed:
    def __init__(
        self,
        p,
        images_list,
        seed=-1,
        info="",
        subseed=None,
        all_prompts=None,
        all_negative_prompts=None,
        all_seeds=None,
        all_subseeds=None,
        index_of_first_image=0,
        infotexts=None,
        comments="",
    ):
        self.images = images_list
        self.info = info
        self.seed = seed
        self.comments = "".join(f"{comment}\n" for comment in p.comments)
        self.width, self.height = p.width, p.height
        self.extra_generation_params = p.extra_generation_params
        self.index_of_first_image = index_of_first_image
        self.all_prompts = all_prompts or p.all_prompts
        self.all_seeds = all_seeds or p.all_seeds
        self.all_subseeds = all_subseeds or p.all_subseeds
        self.infotexts = infotexts or [info] * len(images_list)
