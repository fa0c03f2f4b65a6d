"""Pictures of every mode for tests of reading and saving, and one grown by a host that inverts all it sees."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from hosts import WholeWindowHost
from PIL import Image

from lib_outpaint import images
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params

WIDTH, HEIGHT = 53, 37  # odd, and a BMP row of 53 px takes 160 bytes: no "16" in it may be taken for 16 bits
BYTES = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


def in_mode(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(BYTES[:, :, 0].astype(np.uint16) * 257 + BYTES[:, :, 1])
    if mode == "P":
        return Image.fromarray(BYTES[:, :, :3]).quantize(64)
    if mode == "P+transparency":
        image = in_mode("P")
        image.info["transparency"] = 5
        return image
    if mode == "1":
        return Image.fromarray(BYTES[:, :, 0] > 127)
    if mode == "L":
        return Image.fromarray(BYTES[:, :, 0])
    if mode == "RGB":
        return Image.fromarray(BYTES[:, :, :3])
    if mode == "LA":
        return Image.merge("LA", [Image.fromarray(BYTES[:, :, 0]), Image.fromarray(BYTES[:, :, 3])])
    return Image.frombytes(mode, (WIDTH, HEIGHT), BYTES.tobytes())


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return file


def grown_from(picture: images.Picture, overlap: int = 4) -> Grown:
    """Grown by 11 to the left and 6 downwards by a host that inverts all it sees."""
    params = Params(left=11, down=6, overlap=overlap, fill="edge", color_match="off")
    return outpaint(Request((picture.pixels,), params, numbered_shots(1, 0)), WholeWindowHost()).pictures[0]


def as_array(image: Image.Image) -> np.ndarray:
    return np.asarray(image)
