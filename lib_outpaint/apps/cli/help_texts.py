"""What the help says beside the flags: examples, the words of this field, and which engine takes what."""

from __future__ import annotations

# The flags that most people need, in the order of the short help.
COMMON = ("--left", "--right", "--up", "--down", "--aspect", "--size", "--seed", "--engine", "--model", "--prompt")

# What the short help says of some of them.
BRIEFLY = {
    "--left": "more on the left, in px or %: 256, 25%",
    "--right": "more on the right",
    "--up": "more at the top",
    "--down": "more at the bottom",
    "--aspect": "or grow to a shape, such as 16:9",
    "--size": "or to an exact size, such as 1920x1080",
    "--seed": "the same seed and settings make the same image",
    "--engine": "what paints: draft needs no model (default), diffusers needs --model",
    "--model": "a .safetensors checkpoint, a diffusers folder, or a name on Hugging Face",
}

IMAGE_EXAMPLES = (
    ("outpaint image photo.jpg --left 256", "256 px more on the left, as photo-outpaint.png beside it"),
    ("outpaint image photo.jpg -o wide.png --aspect 16:9 --dry-run", "what growing to 16:9 would take; nothing is made"),
    (
        'outpaint image photo.jpg -o real.png -l 25% -r 25% --engine diffusers --model MODEL.safetensors --prompt "a beach"',
        "half as wide again, painted by a checkpoint",
    ),
)
FOLDER_EXAMPLES = (
    ("outpaint folder photos larger --up 128", "every image of photos; run it again to go on where it stopped"),
    ("outpaint folder photos wide --aspect 16:9 --format jpg", "all to one shape, as JPEG"),
)
EVALUATE_EXAMPLES = (
    ('outpaint evaluate photos -o report --setting "overlap=16,48"', "which overlap serves these images better"),
)
UI_EXAMPLES = (
    ("outpaint ui", "the page with the draft engine"),
    ("outpaint ui --models FOLDER", "the page with the checkpoints of a folder to choose from"),
)
TOP_EXAMPLES = (
    ("outpaint image photo.jpg --left 256", "256 px more on the left"),
    ("outpaint ui", "the same with a mouse"),
    ("outpaint image -h", "the options of a command"),
)

# What a setting needs, by the feature that an engine must have for it.
NEEDS = {
    "prompts": "Needs --engine diffusers.",
    "loras": "Needs --engine diffusers.",
    "sampling": "Needs --engine diffusers.",
    "controlnet": "Needs --engine diffusers and --controlnet-file.",
    "mask_weight": "Needs --engine diffusers and an inpainting checkpoint.",
    "reference": "In the WebUI alone, for models made for editing.",
    "edit_instruction": "In the WebUI alone, for models made for editing.",
    "scalers": "In the WebUI alone.",
    "controlnet_tile": "In the WebUI alone.",
}
AMOUNT = "Such as 256, 256px or 25%."

GROUPS = {
    "amounts": "How far each side grows.",
    "shape": "Or the shape of the result; the amounts follow.",
    "passes": "How the growth is divided into windows.",
    "prefill": "What the new area holds before it is sampled.",
    "mask": "What of the original may be repainted beside the seam.",
    "model help": "An inpaint ControlNet.",
    "prompts": "What the model is told.",
    "hires": "A small picture first, which sees more of the whole.",
    "output": "Colours, comparison, extra images.",
    "sampling": "How the model samples; the draft engine takes none of it but the seed.",
}

WORDS = {
    "anchor": "where the original stays when a shape is asked for",
    "band": "the strip of the original beside the seam that may be repainted; --overlap is its width",
    "canvas": "the finished image's area: the original and what is new",
    "CFG scale": "classifier-free guidance: how closely the prompt is followed; high values look harsh",
    "checkpoint": "a model in one file, such as NAME.safetensors; an inpainting checkpoint is trained to fill areas",
    "ControlNet": "a second network beside a checkpoint; one for inpainting shows it what is around the new area",
    "denoising strength": "how much of the prefill is replaced: 1 starts from noise alone",
    "draft": "the engine without a model: it copies texture from the image itself",
    "diffusers": "the engine with a model, through the library of that name",
    "fall-off": "how the change fades across the band: higher keeps more of the original",
    "hub id": "the name of a model on Hugging Face, OWNER/NAME; it is downloaded",
    "latents": "the small image that a model works on; cost is counted in them",
    "LoRA": "a small file that adds a style or a subject to a checkpoint",
    "mask": "what may be painted and what not",
    "native side": "the px a side at which a model was trained; windows keep near it",
    "pass": "one window sampled; a large growth takes several, each of which sees the ones before",
    "prefill": "what fills the new area before it is sampled; the sampler starts from it",
    "prompt": "what the image shows, in words; a negative prompt is what to avoid",
    "sampler, steps": "how noise is turned into an image, and in how many steps",
    "schedule": "how the noise is divided among the steps",
    "seam": "the line where the original ends",
    "seed": "the number that the noise follows from: the same seed and settings make the same image",
    "VAE": "the part of a model that turns latents into px",
    "window": "the part of the canvas that a pass samples: the new strip and some of the original beside it",
}
