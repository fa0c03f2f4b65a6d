"""What a UNet predicts where the header does not say: a few hundred of its numbers tell, without loading it.

The sign is ComfyUI's (model_type of SD20 in comfy/supported_models.py), by which Forge and its descendants load SD 2.
"""

from __future__ import annotations

from statistics import pstdev

from .families import Prediction
from .header import read_header, read_vector
from .info import ModelInfo


def predicted(info: ModelInfo) -> Prediction:
    """What a checkpoint's UNet predicts; "" when neither its header nor its numbers say.

    Raises:
        ModelError: the file cannot be read (any more).
    """
    name, least = info.family.signs.v_spread
    if info.prediction or not name or info.kind != "checkpoint":
        return info.prediction
    if info.channels != info.family.channels:
        return "epsilon"  # such models exist with epsilon alone
    values = read_vector(read_header(info.path), name)
    if not values:
        return ""
    return "v" if pstdev(values) > least else "epsilon"
