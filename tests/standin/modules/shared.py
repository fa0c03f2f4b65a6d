"""Options, state, command line."""

from types import SimpleNamespace

import torch

DEFAULTS = {
    "samples_save": True,
    "samples_format": "png",
    "grid_save": True,
    "return_grid": True,
    "grid_only_if_multiple": True,
    "grid_format": "png",
    "grid_extended_filename": False,
    "enable_pnginfo": True,
    "save_init_img": False,
    "outdir_init_images": "init",
    "img2img_background_color": "#ffffff",
    "face_restoration": False,
    "tiling": False,
    "overlay_inpaint": True,
    "return_mask": False,
    "return_mask_composite": False,
    "save_mask": False,
    "inpainting_mask_weight": 1.0,
    "save_incomplete_images": False,
    "sd_model_checkpoint": "plain.safetensors",
    "infotext_styles": "Apply if any",
    "samples_filename_pattern": "[seed]",
    "sd_vae": "Automatic",
    "img2img_color_correction": False,
    "eta": 1.0,
    "memmon_poll_rate": 8,
}
STORED = ("samples_save", "samples_format", "grid_save", "sd_model_checkpoint", "return_grid", "sd_vae")


class OptionInfo:
    def __init__(
        self, default=None, label="", component=None, component_args=None, section=None, infotext=None, restrict_api=False
    ):
        self.default, self.label, self.component, self.component_args = default, label, component, component_args
        self.section, self.infotext, self.restrict_api = section, infotext, restrict_api
        self.comment_after = ""

    def info(self, text):
        self.comment_after += text
        return self


class Options:
    """Only some keys are stored: the others come from the defaults, as on a fresh installation."""

    def __init__(self):
        self.__dict__["data"] = {name: DEFAULTS[name] for name in STORED}
        self.__dict__["data_labels"] = {}

    def add_option(self, name, info):
        self.data_labels[name] = info
        self.data.setdefault(name, info.default)

    def __getattr__(self, name):
        if name in self.data:
            return self.data[name]
        if name in DEFAULTS:
            return DEFAULTS[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self.data[name] = value

    def set(self, name, value, is_api=False, run_callbacks=True):
        if is_api and name in self.data_labels and self.data_labels[name].restrict_api:
            return
        self.data[name] = value


class PromptStyles:
    """Styles by name: a prompt and a negative prompt, put behind what is there."""

    def __init__(self):
        self.styles = {}

    def apply_styles_to_prompt(self, prompt, names):
        return ", ".join([prompt, *(self.styles[name][0] for name in names)])

    def apply_negative_styles_to_prompt(self, prompt, names):
        return ", ".join([prompt, *(self.styles[name][1] for name in names)])

    def extract_styles_from_prompt(self, prompt, negative):
        found = []
        for name, (words, others) in self.styles.items():
            if prompt.endswith(", " + words) and negative.endswith(", " + others):
                prompt, negative = prompt[: -len(words) - 2], negative[: -len(others) - 2]
                found.append(name)
        return found, prompt, negative


class State:
    def __init__(self):
        self.begin()

    def begin(self):
        self.skipped = self.interrupted = self.stopping_generation = False
        self.job, self.textinfo = "", None
        self.job_count, self.job_no, self.sampling_step = -1, 0, 0
        self.current_image = None
        self.jobs = []

    def nextjob(self):
        self.job_no += 1

    def interrupt(self):
        self.interrupted = True

    def assign_current_image(self, image):
        self.current_image = image


opts = Options()
state = State()
prompt_styles = PromptStyles()
cmd_opts = SimpleNamespace(api=False, nowebui=False, api_auth=None, no_prompt_history=False)
mem_mon = SimpleNamespace(disabled=True)  # as on a machine without CUDA
device = torch.device("cpu")
sd_model = None
total_tqdm = SimpleNamespace(clear=lambda: None, updateTotal=lambda total: None)


class _Scaler:
    """As modules.upscaler has it: `upscale` enlarges to whole multiples of 8 px, whatever the factor."""

    def upscale(self, img, scale, selected_model=None):
        wanted = (int(img.width * scale) // 8 * 8, int(img.height * scale) // 8 * 8)
        return img.resize(wanted, resample=1 if self.name == "Lanczos" else 0)

    def __init__(self, name):
        self.name = name


sd_upscalers = [SimpleNamespace(name=name, scaler=_Scaler(name), data_path=None) for name in ("None", "Lanczos", "Nearest")]
