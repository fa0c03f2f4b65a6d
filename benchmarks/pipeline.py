"""Time and peak memory of a pass through diffusers, and the share spent outside UNet and VAE.

    python benchmarks/pipeline.py [--size tiny|sd15] [--channels 4|9] [--device auto] [--dtype auto] [--steps 20]
                                  [--window 512x512 --window 512x1536] [--runs 3] [--json FILE]

Weights are random, of the real shapes: nothing is downloaded, and times do not depend on what the weights are. The whole
engine runs: a picture grows by 256 px, one window wide (or high) as asked. Networks are timed by hooks around their calls,
with the device synchronised at each; what that costs counts as outside.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from lib_outpaint.backends.diffusers import batches
from lib_outpaint.backends.diffusers.devices import Meter, device_for, dtype_for
from lib_outpaint.backends.diffusers.loading import Parts
from lib_outpaint.backends.diffusers.lora_files import Library
from lib_outpaint.backends.diffusers.passes import Passes
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.protocol import Job, Outcome, Progress
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.models import families
from lib_outpaint.models.info import ModelInfo
from lib_outpaint.parameters.guidance import Guidance
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.planning.capabilities import Capabilities

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "pipeline"))


def random_parts(size: str, channels: int, device: torch.device, dtype: torch.dtype) -> Parts:
    """SD 1.5's networks (or tiny ones) with random weights, made on the device."""
    import diffusers
    import tiny_clip
    import transformers

    full = size == "sd15"
    widths, text = ((320, 640, 1280, 1280), 768) if full else ((32, 64), 64)
    blocks = len(widths) - 1
    with tempfile.TemporaryDirectory() as folder, torch.device(device):
        words = tiny_clip.write_clip(Path(folder))
        tokenizer = transformers.CLIPTokenizer.from_pretrained(folder)
        unet = diffusers.UNet2DConditionModel(
            in_channels=channels,
            block_out_channels=widths,
            layers_per_block=2,
            cross_attention_dim=text,
            attention_head_dim=8,
            down_block_types=("CrossAttnDownBlock2D",) * blocks + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * blocks,
        )
        vae_widths = (128, 256, 512, 512) if full else (32, 32, 32, 32)
        vae = diffusers.AutoencoderKL(
            block_out_channels=vae_widths,
            layers_per_block=2,
            latent_channels=4,
            scaling_factor=0.18215,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        )
        encoder = transformers.CLIPTextModel(
            transformers.CLIPTextConfig(
                vocab_size=words,
                hidden_size=text,
                intermediate_size=4 * text,
                num_hidden_layers=12 if full else 2,
                num_attention_heads=text // 64,
                bos_token_id=words - 2,
                eos_token_id=words - 1,
            )
        )
    for network in (unet, vae, encoder):
        torch.nn.Module.to(network.eval().requires_grad_(False), dtype)
    scheduler = diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    info = ModelInfo(Path("random"), "checkpoint", families.by_key("sd1"), "folder", channels, "epsilon")
    return Parts(info, None, unet, vae, [(tokenizer, encoder)], scheduler.alphas_cumprod.cpu(), "epsilon", dtype, dtype)


class Clock:
    """Seconds spent in some functions, with the device synchronised before and after each call."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds = 0.0

    def around(self, owner: Any, name: str) -> None:
        inner = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = self._now()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds += self._now() - began

        setattr(owner, name, timed)

    def _now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()


class RandomBackend:
    """A backend around networks that were made here."""

    def __init__(self, parts: Parts, device: torch.device) -> None:
        self.device = device
        self.parts = parts
        self.passes = Passes(parts, device, False, Library(None, [], parts.info), None, lambda done, total: None)
        self.networks = Clock(device)
        self.networks.around(parts.unet, "forward")
        self.networks.around(parts.vae, "encode")
        self.networks.around(parts.vae, "decode")
        self.windows: list[tuple[int, int]] = []

    def capabilities(self) -> Capabilities:
        return Capabilities(
            "random",
            native_side=512,
            inpainting=self.parts.info.inpainting,
            features=frozenset({"prompts", "sampling"}),
            device=str(self.device),
        )

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        pass

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        self.windows += [(int(job.pixels.shape[2]), int(job.pixels.shape[1])) for job in jobs]
        found = [batches.prepared(n, job, self.parts.info, False, (), 1.0) for n, job in enumerate(jobs)]
        outcomes = self.passes.run(found)
        # Untrained weights may overflow in half precision; the time is what counts.
        return [Outcome(o.pixels.nan_to_num(0.5).clamp(0.01, 1), o.steps_run) for o in outcomes if o.pixels is not None]

    def report(self, progress: Progress) -> None:
        pass


def measured(backend: RandomBackend, width: int, height: int, steps: int, runs: int) -> dict[str, Any]:
    """Medians over runs, the first left out: warming up is not the pass."""
    source = torch.rand(3, height, max(width - 256, 64), generator=torch.Generator().manual_seed(0))
    params = Params(left=min(256, width - 64), context=max(width - 256, 64), step=256)
    request = Request(
        (source,), params, numbered_shots(1, 1, "a house"), sampling=Sampling(steps, "Euler a", cfg=7, denoise=1.0)
    )
    rows: list[tuple[float, float, int]] = []
    for run in range(runs + 1):
        backend.networks.seconds = 0
        backend.windows.clear()
        with Meter(backend.device) as meter:
            outpaint(request, backend)
        if run:
            rows.append((meter.seconds, backend.networks.seconds, meter.peak_bytes))
    total, inside = (statistics.median(row[i] for row in rows) for i in (0, 1))
    return {
        "windows": sorted(set(backend.windows)),
        "passes": len(backend.windows),
        "steps": steps,
        "seconds": round(total, 3),
        "seconds_outside": round(total - inside, 4),
        "share_outside": round(1 - inside / total, 4),
        "peak_mib": max(row[2] for row in rows) // 2**20,
    }


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--size", choices=("tiny", "sd15"), default="tiny")
    args.add_argument("--channels", type=int, choices=(4, 9), default=9)
    args.add_argument("--device", default="auto")
    args.add_argument("--dtype", default="auto")
    args.add_argument("--steps", type=int, default=20)
    args.add_argument("--window", action="append", default=[])
    args.add_argument("--runs", type=int, default=3)
    args.add_argument("--json", type=Path)
    o = args.parse_args()
    device = device_for(o.device)
    dtype = dtype_for(o.dtype, device)
    backend = RandomBackend(random_parts(o.size, o.channels, device, dtype), device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    found = []
    for window in o.window or ["512x512", "512x1536"]:
        width, height = (int(n) for n in window.split("x"))
        found.append({"asked": window, **measured(backend, width, height, o.steps, o.runs)})
        print(found[-1], flush=True)
    whole = {
        "size": o.size,
        "channels": o.channels,
        "device": f"{device.type} ({name})",
        "dtype": str(dtype),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "results": found,
    }
    if o.json:
        o.json.write_text(json.dumps(whole, indent=1))
    print({k: v for k, v in whole.items() if k != "results"})


if __name__ == "__main__":
    main()
