"""Makes the guide's pictures with this package's own commands and examples. Run it anywhere: it writes beside itself."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from lib_outpaint.apps import cli
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.images import read
from lib_outpaint.images.grid import labelled_grid
from lib_outpaint.parameters.params import FILLS, Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.plan import make_plan

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from laboratory.drifts import Drift
from laboratory.truth import TruthBackend

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def made(folder: Path, name: str, source: str, *flags: str) -> Path:
    """Runs `outpaint image` on an example; the file it wrote."""
    target = folder / f"{name}.png"
    code = cli.main(["-q", "image", str(EXAMPLES / source), "-o", str(target), "--seed", "1", "--overwrite", *flags])
    assert code == 0, (name, code)
    return target


def canvases(folder: Path, name: str, source: str, fills: tuple[str, ...], width: int, *flags: str) -> Image.Image:
    """What a picture holds before it is sampled, for some fills, as one labelled grid of pictures of a width."""
    pictures = []
    for fill in fills:
        path = made(folder, f"{name}-{fill}", source, "--fill", fill, "--extras", "canvas", *flags)
        with Image.open(path.with_suffix(".canvas.png")) as image:
            pictures.append(
                image.convert("RGB").resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
            )
    return labelled_grid(pictures, [f"fill={fill}" for fill in fills])


def colours() -> Image.Image:
    """The left 192 px of a photo grown back by a sampler that knows the photo and drifts by three times the usual amount."""
    photo = read(EXAMPLES / "coffee.jpg").pixels
    pictures = []
    for match in ("off", "seam"):
        params = Params(left=192, color_match=match)
        request = Request((photo[:, :, 192:],), params, numbered_shots(1, 1))
        plan = make_plan(request.extent, params, Capabilities("truth"))
        backend = TruthBackend(photo * 255, plan, Drift(offset=(18, 12, -15)))
        grown = outpaint(request, backend).pictures[0].pixels
        levels = (grown.permute(1, 2, 0) * 255).round().byte().numpy()
        pictures.append(Image.fromarray(levels).crop((0, 0, 420, 400)))
    return labelled_grid(pictures, ["color_match=off", "color_match=seam"])


def main() -> None:
    """Writes every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        finished = {
            "fills": canvases(folder, "fills", "coffee.jpg", FILLS, 420, "--right", "192"),
            "fills-on-black": canvases(
                folder,
                "black",
                "retina.jpg",
                ("edge", "patchmatch", "noise", "smooth"),
                420,
                "--left",
                "160",
                "--right",
                "160",
            ),
            "colours": colours(),
            "gravel-after": Image.open(made(folder, "gravel", "gravel.jpg", "--left", "192", "--right", "192")),
        }
        both = made(folder, "both", "coffee.jpg", "--left", "256", "--up", "96", "--extras", "both")
        canvas, mask = (Image.open(both.with_suffix(f".{kind}.png")).convert("RGB") for kind in ("canvas", "mask"))
        half = [image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS) for image in (canvas, mask)]
        finished["canvas-and-mask"] = labelled_grid(half, ["canvas: what the sampler begins with", "mask: what may change"])
        for name, image in finished.items():
            image.convert("RGB").save(HERE / f"{name}.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
