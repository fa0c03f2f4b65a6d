"""`outpaint merge`: makes an inpainting checkpoint out of a plain one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...messages import message
from .console import Console
from .options import add_report_flags

TEXT_ENCODERS = ("model", "inpainting", "merged")
DTYPES = ("fp16", "bf16", "fp32")


def add_command(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "merge",
        help="make an inpainting checkpoint out of a plain one",
        description="Writes MODEL + AMOUNT x (INPAINTING - BASE): what inpainting training changed is added to a model. "
        "For Stable Diffusion 1, 2 and XL; its memory does not grow with the files.",
        usage="outpaint merge --model A --inpainting I --base B -o OUT [options]",
        examples=(
            (
                "outpaint merge --model dream.safetensors --inpainting sd-v1-5-inpainting.safetensors "
                "--base v1-5-pruned.safetensors -o dream-inpainting.safetensors",
                "the model's own inpainting checkpoint",
            ),
        ),
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", required=True, help="the checkpoint that is to become an inpainting one"
    )
    parser.add_argument("--inpainting", type=Path, metavar="FILE", required=True, help="an inpainting checkpoint")
    parser.add_argument(
        "--base", type=Path, metavar="FILE", required=True, help="the checkpoint that the inpainting one was trained from"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", required=True, help="a .safetensors file")
    parser.add_argument(
        "--amount", type=float, default=1.0, metavar="X", help="of the difference that is added. Default: 1.0"
    )
    parser.add_argument("--vae", type=Path, metavar="FILE", help="another VAE than the model's")
    parser.add_argument(
        "--text-encoder",
        choices=TEXT_ENCODERS,
        default="model",
        help="whose text encoder: the model's, the inpainting checkpoint's, or merged as the network is. Default: model",
    )
    parser.add_argument("--dtype", choices=DTYPES, default="fp16", help="of the numbers in the result. Default: fp16")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    add_report_flags(parser)
    parser.set_defaults(run=run)


def run(flags: argparse.Namespace, console: Console) -> int:
    """Runs the command; returns its exit code."""
    from ...models.inspect import inspect
    from ...models.merge import check_output, plan_merge

    merge = plan_merge(
        flags.model,
        flags.inpainting,
        flags.base,
        amount=flags.amount,
        vae=flags.vae,
        text_encoder=flags.text_encoder,
        dtype=flags.dtype,
    )
    check_output(merge, flags.output, flags.overwrite)
    console.planned([1])
    try:
        merge.write(flags.output, console.step)
    finally:
        console.close()
    made = inspect(flags.output)
    if merge.left_out:
        console.note(message("merge-left-out", count=merge.left_out))
    names = {"model": merge.model.path.name, "inpainting": merge.inpainting.path.name, "base": merge.base.path.name}
    what = made.describe()[0].values["what"]
    console.say(
        message("merged", name=flags.output, what=what, megabytes=made.file_bytes / 1e6, amount=merge.amount, **names)
    )
    console.data(
        {"file": str(flags.output), "base": made.base, "bytes": made.file_bytes, "amount": merge.amount} | {"from": names}
    )
    return 0
