"""Seeds: one an image and pass, so that every picture can be made again alone."""

from __future__ import annotations

import hashlib

from ..parameters.sampling import SEED_LIMIT


def pass_seed(image_seed: int, pass_index: int) -> int:
    """The seed of a pass. Pass 0 uses the image's seed itself; later passes a hash of seed and pass."""
    if pass_index == 0:
        return image_seed
    digest = hashlib.sha256(f"{image_seed}:{pass_index}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def image_seed(seed: int, index: int) -> int:
    """The seed of picture `index` of a job: consecutive, as the WebUI does it."""
    return (seed + index) % SEED_LIMIT
