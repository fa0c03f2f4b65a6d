"""Photographs that come with scikit-image, at any size; nothing is downloaded."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from PIL import Image
from skimage import data

from lib_outpaint.planning.geometry import Extent

NAMES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle", "retina", "hubble")


@lru_cache(maxsize=32)
def photo(name: str, extent: Extent) -> torch.Tensor:
    """A photograph that fills a size: scaled to cover it, then cut in the middle. Float32 (3, H, W), whole levels.

    Raises:
        KeyError: there is no such photograph.
    """
    readers: dict[str, Any] = {
        "astronaut": data.astronaut,
        "chelsea": data.chelsea,
        "coffee": data.coffee,
        "rocket": data.rocket,
        "motorcycle": data.stereo_motorcycle,
        "retina": data.retina,
        "hubble": data.hubble_deep_field,
    }
    read = readers[name]()
    array = read[0] if isinstance(read, tuple) else read
    image = Image.fromarray(np.ascontiguousarray(array[:, :, :3]))
    scale = max(extent.width / image.width, extent.height / image.height)
    if scale != 1:
        size = (max(extent.width, round(image.width * scale)), max(extent.height, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    left, top = (image.width - extent.width) // 2, (image.height - extent.height) // 2
    image = image.crop((left, top, left + extent.width, top + extent.height))
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float()
