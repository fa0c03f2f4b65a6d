"""A job of three passes, its sizes after 0, 1 ... of them, and all of the host's state that a job must leave as it was."""

import random

import numpy as np
import torch

PASSES = 3
JOB = {"left": 96, "step": 32, "context": 64, "overlap": 16, "order": "one by one"}
SIZES = [(96, 80), (128, 80), (160, 80), (192, 80)]
OVERRIDES = {"sd_model_checkpoint": "inpainting.safetensors", "overlay_inpaint": False, "eta": 0.1, "sd_vae": "other"}


def state(host, tmp_path):
    return (
        dict(host.shared.opts.data),
        host.shared.sd_model,
        (tmp_path / "params.txt").read_text(encoding="utf8"),
        random.getstate(),
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),
    )
