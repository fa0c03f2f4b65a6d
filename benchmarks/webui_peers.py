"""Outpainting mk2, poor man's outpainting and this extension in turn on a running WebUI: the same photo, model, steps, seed.

    python benchmarks/webui_peers.py --url http://127.0.0.1:7860 [--runs 3] [--width 512] [--height 681] [--left 128]

Prints for each: the size that came back against the one asked for, columns of the original that changed, seconds (median,
and the ratio to mk2 in the same round), sampler calls, and latent px x UNet steps. The calls and their sizes are counted
from the host's own progress and each script's rules. Needs requests, Pillow, numpy and scikit-image.
"""

from __future__ import annotations

import argparse
import base64
import io
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import requests
from PIL import Image
from skimage import data

TILE = 512  # px: the tab's size, which mk2 and poor man's take their windows from


@dataclass
class Contender:
    """One script: how it is called, what it samples, and what was measured."""

    name: str
    script: str
    arguments: list[Any]
    fields: dict[str, Any]
    calls: int
    latents: int  # px a step, all calls
    seconds: list[float] = field(default_factory=list)
    picture: Image.Image | None = None


def up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def contenders(width: int, height: int, left: int, plan: dict[str, Any]) -> list[Contender]:
    """The three scripts, set to the same job. mk2 and poor man's take their window from the tab's size."""
    # mk2 samples the tab's width (or the whole canvas, if that is less) x the other side in multiples of 64.
    tall = up(height, 64)
    mk2_window = min(TILE, up(width + left, 64)) * tall
    tiles = poor_mans_tiles(width, height, left)
    return [
        Contender(
            "mk2",
            "outpainting mk2",
            ["", left, 8, ["left"], 1.0, 0.05],
            {"width": TILE, "height": tall},
            1,
            mk2_window // 64,
        ),
        Contender(
            "poor man's",
            "poor man's outpainting",
            [left, 4, 0, ["left"]],
            {"width": TILE, "height": TILE},
            tiles,
            tiles * TILE * TILE // 64,
        ),
        Contender(
            "directional outpaint",
            "directional outpaint",
            [{"left": left, "controlnet": "off"}],
            {"width": TILE, "height": TILE},
            len(plan["passes"]),
            plan["cost"]["latents_a_step"],
        ),
    ]


def photo(width: int, height: int) -> Image.Image:
    whole = Image.fromarray(np.concatenate([data.astronaut(), data.astronaut()[::-1]]))
    return whole.crop((0, 0, width, height))


def call(url: str, contender: Contender, picture: Image.Image, steps: int) -> tuple[float, Image.Image]:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    body = {
        "init_images": [base64.b64encode(buffer.getvalue()).decode()],
        "steps": steps,
        "sampler_name": "Euler",
        "denoising_strength": 0.8,
        "seed": 1,
        "prompt": "a photo",
        "script_name": contender.script,
        "script_args": contender.arguments,
        "save_images": False,
        "override_settings": {"samples_save": False, "grid_save": False, "return_grid": False},
        **contender.fields,
    }
    began = time.perf_counter()
    response = requests.post(f"{url}/sdapi/v1/img2img", json=body, timeout=1800)
    seconds = time.perf_counter() - began
    response.raise_for_status()
    return seconds, Image.open(io.BytesIO(base64.b64decode(response.json()["images"][-1]))).convert("RGB")


def changed_columns(source: Image.Image, result: Image.Image, left: int) -> str:
    """Columns of the original that are not the source's bytes any more, where the result holds the original at all."""
    before = np.asarray(source)
    width, height = source.size
    after = np.asarray(result)[:height, left : left + width]
    if after.shape != before.shape:
        return "not comparable"
    return str(int((before != after).any((0, 2)).sum()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--height", type=int, default=681)
    parser.add_argument("--left", type=int, default=128)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--keep", metavar="DIR", help="also write the pictures there")
    flags = parser.parse_args()
    picture = photo(flags.width, flags.height)
    plan = requests.post(
        f"{flags.url}/outpaint/v1/plan",
        timeout=60,
        json={"width": flags.width, "height": flags.height, "params": {"left": flags.left}},
    ).json()
    entries = contenders(flags.width, flags.height, flags.left, plan)
    for number in range(flags.runs + 1):
        for entry in entries:
            seconds, entry.picture = call(flags.url, entry, picture, flags.steps)
            if number:  # the first round warms up
                entry.seconds.append(seconds)
    run = int(0.8 * flags.steps) + 1
    asked = (flags.width + flags.left, flags.height)
    model = requests.get(f"{flags.url}/sdapi/v1/options", timeout=60).json()["sd_model_checkpoint"]
    print(
        f"{platform.machine()}, Python {platform.python_version()}, model {model}, {flags.width}x{flags.height} + "
        f"{flags.left} left, {flags.steps} steps Euler, denoise 0.8, median of {flags.runs}"
    )
    print(
        "| script | size (asked " + "x".join(map(str, asked)) + ") | original columns changed | seconds | x mk2 | calls |"
        " latent px x steps |"
    )
    print("|---|---|---|---|---|---|---|")
    base = entries[0].seconds
    for entry in entries:
        assert entry.picture is not None
        ratio = statistics.median(s / m for s, m in zip(entry.seconds, base, strict=True))
        print(
            f"| {entry.name} | {entry.picture.width}x{entry.picture.height} | "
            f"{changed_columns(picture, entry.picture, _place(entry, flags))} | {statistics.median(entry.seconds):.2f} | "
            f"{ratio:.2f} | {entry.calls} | {entry.latents * run:,} |"
        )
        if flags.keep:
            entry.picture.save(f"{flags.keep}/{entry.script.replace(' ', '-')}.png")
    return 0


def _place(entry: Contender, flags: argparse.Namespace) -> int:
    """Where the original starts: poor man's gives all that rounding up adds to the side that grows."""
    if entry.name == "poor man's":
        return up(flags.width + flags.left, 64) - flags.width
    return flags.left


def poor_mans_tiles(width: int, height: int, left: int) -> int:
    """How many tiles poor man's samples: those of images.split_grid (overlap = the growth) that are not all original."""
    canvas_width, canvas_height = up(width + left, 64), up(height, 64)
    grown = canvas_width - width  # the side that grows gets what rounding up adds
    columns, rows = (max(1, -(-(length - left) // (TILE - left))) for length in (canvas_width, canvas_height))
    step = (canvas_width - TILE) / (columns - 1) if columns > 1 else 0
    return sum(1 for column in range(columns) if int(column * step) < grown) * rows


if __name__ == "__main__":
    sys.exit(main())
