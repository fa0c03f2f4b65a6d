"""Saving records what it was given."""

from PIL import Image

saved = []


def save_image(
    image,
    path,
    basename="",
    seed=None,
    prompt=None,
    extension="png",
    info=None,
    short_filename=False,
    p=None,
    grid=False,
    forced_filename=None,
    save_to_dirs=None,
    existing_info=None,
    suffix="",
):
    from . import shared

    pattern = shared.opts.samples_filename_pattern
    saved.append(
        {
            "image": image.copy(),
            "path": path,
            "basename": basename,
            "seed": seed,
            "prompt": prompt,
            "info": info,
            "p": p,
            "grid": grid,
            "forced": forced_filename,
            "pattern": pattern,
        }
    )


def flatten(image, background):
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, background)
        ground.paste(image, mask=image)
        image = ground
    return image.convert("RGB")


def resize_image(mode, image, width, height):
    return image if image.size == (width, height) else image.resize((width, height))


def image_grid(pictures, batch_size=1):
    width, height = pictures[0].size
    grid = Image.new("RGB", (width * len(pictures), height))
    for number, picture in enumerate(pictures):
        grid.paste(picture, (number * width, 0))
    return grid
