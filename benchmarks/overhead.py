"""What everything but sampling costs: plan, prefill, masks, composite, on a canvas of 1280x1536 with a 256 px strip.

    python benchmarks/overhead.py [--threads 2] [--runs 9] [--size 1280x1536] [--device cpu] [--processor]

Prints medians of the time that passed (with --processor the least processor time, for a machine that has other things to
do), and ratios to np.pad's edge and reflect fills and OpenCV's Telea fill on the same canvas, same run.
Memory is the highest resident size over the one before the first call, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.protocol import Job, Outcome, Progress
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.parameters.guidance import Guidance
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.pixels.fills import REGISTRY, prefill
from lib_outpaint.pixels.masks import box_coverage, masks_for
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import make_plan

STRIP = 256


class Instant:
    """A backend that returns its windows at once, so that what is left is our own time."""

    def __init__(self, device: str) -> None:
        self.device = device

    def capabilities(self) -> Capabilities:
        return Capabilities("instant", device=self.device)

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        pass

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        return [Outcome(job.pixels) for job in jobs]

    def report(self, progress: Progress) -> None:
        pass


def photo(width: int, height: int) -> np.ndarray:
    """A photo-like picture: smooth colours, edges and fine texture."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    planes = [np.sin(x / (60 + 20 * c)) * np.cos(y / (90 - 15 * c)) + (x > width / 3) * 0.4 for c in range(3)]
    values = np.stack(planes, -1) * 60 + 120 + rng.normal(0, 8, (height, width, 1))
    return values.clip(0, 255).astype(np.uint8)


def seconds(work: Callable[[], object], flags: argparse.Namespace) -> float:
    clock = time.process_time if flags.processor else time.perf_counter
    times = []
    for _ in range(flags.runs + 1):
        began = clock()
        work()
        if flags.device.startswith("cuda"):
            torch.cuda.synchronize()
        times.append(clock() - began)
    return min(times[1:]) if flags.processor else statistics.median(times[1:])


def resident() -> int:
    """Resident memory in bytes, on Linux; 0 elsewhere."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0


def peak_extra(work: Callable[[], object]) -> int:
    """Highest resident bytes while `work` runs, over those before it, sampled every ms."""
    before, highest, running = resident(), 0, True

    def watch() -> None:
        nonlocal highest
        while running:
            highest = max(highest, resident())
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    running = False
    watcher.join()
    return highest - before


def measured(flags: argparse.Namespace) -> dict[str, float]:
    width, height = (int(n) for n in flags.size.split("x"))
    device = torch.device(flags.device)
    array = photo(width - STRIP, height)
    picture = torch.from_numpy(array).permute(2, 0, 1).float().to(device) / 255
    params = Params(left=STRIP)
    caps = Capabilities("instant")
    plan = make_plan(Extent(width - STRIP, height), params, caps)
    step = plan.passes[0]
    request = Request((picture,), params, numbered_shots(1, 1))
    backend = Instant(flags.device)
    found: dict[str, float] = {}
    if flags.memory_of:
        return {"bytes": peak_extra(lambda: outpaint(request, backend))}
    found["plan"] = seconds(lambda: make_plan(Extent(width - STRIP, height), params, caps), flags)
    window = torch.rand(3, step.window.height, step.window.width, device=device)
    rows, columns = plan.source.intersect(step.window).within(step.window).slices
    visible = plan.source.intersect(step.window)
    window[:, rows, columns] = picture[:, visible.top : visible.bottom, visible.left - STRIP : visible.right - STRIP]
    known = torch.zeros(window.shape[1:], dtype=torch.bool, device=device)
    known[rows, columns] = True
    for name in REGISTRY:
        if name != "patchmatch":  # a synthesis of its own, seconds
            fill = partial(prefill, name, window, known, params, 1)
            found[f"fill {name}"] = seconds(fill, flags)

    def masks() -> object:
        return masks_for(box_coverage(step.new, step.window, params, plan.source, device), known, 8)

    found["masks"] = seconds(masks, flags)
    plain = Request((picture,), params.changed(color_match="off"), numbered_shots(1, 1))
    found["all but sampling, colour match off"] = seconds(lambda: outpaint(plain, backend), flags)
    found["all but sampling"] = seconds(lambda: outpaint(request, backend), flags)
    found |= peers(array, width, height, flags)
    return found


def peers(array: np.ndarray, width: int, height: int, flags: argparse.Namespace) -> dict[str, float]:
    pad = ((0, 0), (STRIP, 0), (0, 0))
    found = {
        "np.pad edge": seconds(lambda: np.pad(array, pad, "edge"), flags),
        "np.pad reflect": seconds(lambda: np.pad(array, pad, "reflect"), flags),
    }
    try:
        import cv2
    except ImportError:
        print("cv2: not installed, left out")
        return found
    canvas = np.pad(array, pad, "edge")
    hole = np.zeros((height, width), np.uint8)
    hole[:, :STRIP] = 1
    cv2.setNumThreads(flags.threads)
    found["cv2 telea"] = seconds(lambda: cv2.inpaint(canvas, hole, 4, cv2.INPAINT_TELEA), flags)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--size", default="1280x1536")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processor", action="store_true", help="the least processor time instead of the median time")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--memory-of", action="store_true", help=argparse.SUPPRESS)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    found = measured(flags)
    if flags.memory_of:
        print(json.dumps(found))
        return 0
    arguments = [sys.executable, __file__, "--memory-of", "--size", flags.size, "--threads", str(flags.threads)]
    memory = json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)["bytes"]
    if flags.json:
        print(json.dumps({**found, "extra bytes": memory}))
        return 0
    print(
        f"{platform.machine()}, {flags.threads} threads, torch {torch.__version__}, Python "
        f"{platform.python_version()}, canvas {flags.size}, strip {STRIP} px, "
        f"{'least processor time' if flags.processor else 'median'} of {flags.runs}"
    )
    print("| what | ms | x np.pad edge | x cv2 telea |")
    print("|---|---|---|---|")
    for name, took in found.items():
        ratios = [f"{took / found[peer]:.2f}" if peer in found else "-" for peer in ("np.pad edge", "cv2 telea")]
        print(f"| {name} | {took * 1000:.2f} | {ratios[0]} | {ratios[1]} |")
    print(f"extra memory of all but sampling: {memory / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
