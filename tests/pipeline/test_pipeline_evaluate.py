"""`outpaint evaluate` with a tiny diffusers pipeline: eight photos, and a second run gives the same numbers."""

import csv

import numpy as np
from PIL import Image

from lib_outpaint.apps import cli


def test_eight_photos_are_evaluated_and_a_second_run_reproduces_the_numbers(models, photos, tmp_path, capsys):
    source = tmp_path / "in"
    source.mkdir()
    for name, photo in photos.items():
        array = (photo * 255).byte().permute(1, 2, 0).numpy()
        Image.fromarray(np.ascontiguousarray(array[:96, :128])).save(source / f"{name}.png")
        Image.fromarray(np.ascontiguousarray(array[-128:, -96:])).save(source / f"{name} upright.webp", lossless=True)
    assert len(list(source.iterdir())) >= 8
    words = [
        "--engine",
        "diffusers",
        "--model",
        str(models / "tiny-inpainting.safetensors"),
        "--device",
        "cpu",
        "--local-files-only",
        "--steps",
        "2",
        "--sampler",
        "Euler",
        "--cut",
        "third",
        "--setting",
        "mask_weight=1,0.5",
    ]
    tables = []
    for name in ("one", "two"):
        assert cli.main(["evaluate", str(source), "-o", str(tmp_path / name), *words]) == 0, capsys.readouterr().err
        with (tmp_path / name / "results.csv").open(encoding="utf8", newline="") as file:
            tables.append([{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)])
    assert tables[0] == tables[1]
    mine = [row for row in tables[0] if row["kind"] == "engine"]
    assert len(mine) == 2 * len(list(source.iterdir()))
    assert all(row["engine"] == "diffusers" and int(row["cost"]) == 2 * int(row["latent_pixels"]) for row in mine)
    assert len({row["psnr"] for row in mine}) == len(mine)  # the settings differ, so do the pictures
    page = (tmp_path / "one/report.html").read_text(encoding="utf8")
    assert "tiny-inpainting.safetensors" in page
    assert "The draft engine" not in page
