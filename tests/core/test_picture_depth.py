"""16 bits a channel in colour and with alpha: all of them read, grown and written, with what stands around the pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hosts import RecordingHost
from numpy.typing import NDArray
from PIL import Image, ImageCms
from png_files import SIGNATURE, chunk

from lib_outpaint import images, outpaint
from lib_outpaint.engine.protocol import Job
from lib_outpaint.errors import PictureError
from lib_outpaint.images import Picture
from lib_outpaint.pixels.masks import as_pixels
from lib_outpaint.planning.geometry import Extent

Levels = NDArray[np.uint16]
PNG_COLOUR = {2: 4, 3: 2, 4: 6}


def levels(channels: int, height: int = 75, width: int = 52) -> Levels:
    """A ramp whose steps 8 bits do not have, beside noise. Opaque, where there is alpha."""
    found = np.random.default_rng(5).integers(0, 65536, (height, width, channels), dtype=np.uint16)
    found[: height // 2] = (np.arange(width * channels).reshape(width, channels) * 37 + 1000).astype(np.uint16)
    if channels in (2, 4):
        found[:, :, -1] = 65535
    return found


def png(found: Levels, before: bytes = b"", interlaced: bool = False) -> io.BytesIO:
    """A PNG as another program writes it."""
    height, width, channels = found.shape
    starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    passes = [found[y::down, x::across] for y, x, down, across in starts] if interlaced else [found]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for part in passes for row in part if part.size)
    head = struct.pack(">IIBBBBB", width, height, 16, PNG_COLOUR[channels], 0, 0, interlaced)
    end = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return io.BytesIO(SIGNATURE + chunk(b"IHDR", head) + before + end)


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("interlaced", [False, True])
def test_all_bits_of_a_png_are_read(channels: int, interlaced: bool) -> None:
    picture = images.read(png(levels(channels), interlaced=interlaced))
    assert picture.mode == {2: "LA;16", 3: "RGB;16", 4: "RGBA;16"}[channels]
    assert picture.stored.dtype == np.uint16
    assert np.array_equal(picture.stored, levels(channels))
    grey = levels(channels)[:, :, :1] if channels == 2 else levels(channels)[:, :, :3]
    wanted = torch.from_numpy(grey.astype(np.float32)).permute(2, 0, 1).expand(3, -1, -1)
    assert float((picture.pixels * 65535 - wanted).abs().max()) < 0.1


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_what_is_turned_by_exif_is_turned_with_all_bits(channels: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter to the right
    before = chunk(b"eXIf", exif.tobytes()[6:])
    assert np.array_equal(images.read(png(levels(channels), before)).stored, np.rot90(levels(channels), -1))


def test_a_transparent_colour_becomes_alpha() -> None:
    found = levels(3)
    before = chunk(b"tRNS", found[3, 7].astype(">u2").tobytes())
    picture = images.read(png(found, before))
    assert picture.mode == "RGBA;16"
    assert np.array_equal(picture.stored[:, :, :3], found)
    assert np.array_equal(picture.stored[:, :, 3] == 0, (found == found[3, 7]).all(2))


TIFFS: dict[str, tuple[int, dict[str, object]]] = {
    "little": (3, {"byteorder": "<"}),
    "big": (3, {"byteorder": ">"}),
    "strips": (4, {"rowsperstrip": 9, "extrasamples": ["unassalpha"]}),
    "big, alpha": (4, {"byteorder": ">", "extrasamples": ["unassalpha"]}),
    "tiles": (3, {"tile": (16, 32)}),
    "deflated": (3, {"compression": "zlib"}),
    "big, deflated": (4, {"compression": "zlib", "byteorder": ">", "extrasamples": ["unassalpha"]}),
}


@pytest.mark.parametrize("name", TIFFS)
def test_all_bits_of_other_programs_tiffs_are_read(name: str) -> None:
    tifffile = pytest.importorskip("tifffile")
    channels, options = TIFFS[name]
    file = io.BytesIO()
    tifffile.imwrite(file, levels(channels), photometric="rgb", **options)
    picture = images.read(io.BytesIO(file.getvalue()))
    assert picture.mode == {3: "RGB;16", 4: "RGBA;16"}[channels]
    assert np.array_equal(picture.stored, levels(channels))


def test_a_tiff_with_lzw_and_a_predictor(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    cv2.imwrite(str(tmp_path / "lzw.tif"), levels(3)[:, :, ::-1])
    with Image.open(tmp_path / "lzw.tif") as image:
        assert image.info["compression"] == "tiff_lzw"
    assert np.array_equal(images.read(tmp_path / "lzw.tif").stored, levels(3))


def test_premultiplied_colours_are_divided_with_all_bits() -> None:
    tifffile = pytest.importorskip("tifffile")
    found = np.zeros((4, 4, 4), np.uint16)
    found[:2] = (3001, 20000, 40000, 40000)
    file = io.BytesIO()
    tifffile.imwrite(file, found, photometric="rgb", extrasamples=["assocalpha"])
    stored = images.read(io.BytesIO(file.getvalue())).stored
    assert stored[0, 0].tolist() == [round(3001 * 65535 / 40000), round(20000 * 65535 / 40000), 65535, 40000]
    assert not stored[2:].any()


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_channels_as_planes_are_refused_and_not_cut(compression: str | None) -> None:
    tifffile = pytest.importorskip("tifffile")
    file = io.BytesIO()
    planes = np.ascontiguousarray(levels(3).transpose(2, 0, 1))
    tifffile.imwrite(file, planes, photometric="rgb", planarconfig="separate", compression=compression)
    with pytest.raises(PictureError) as caught:
        images.read(io.BytesIO(file.getvalue()))
    assert caught.value.code == "deep-colour"


def around() -> Picture:
    """A picture with all that a file holds beside its pixels."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8769] = {0x829A: 0.25}
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return Picture(levels(3), "RGB;16", icc, exif.tobytes(), (300.0, 300.0))


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_what_is_written_is_read_again(channels: int, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"deep{suffix}"
    found = levels(channels, 133, 47)  # more rows than are filtered at a time
    like = around()
    images.save(found, path, "Steps: 1", like)
    again = images.read(path)
    wanted = found if (channels, suffix) != (2, ".tif") else found[:, :, [0, 0, 0, 1]]  # Pillow cannot read the other
    assert np.array_equal(again.stored, wanted)
    assert again.icc == like.icc
    assert again.dpi == pytest.approx((300, 300), rel=1e-3)
    with Image.open(path) as image:
        exif = image.getexif()
        assert exif[0x010F] == "Maker"
        assert exif.get_ifd(0x8769)[0x829A] == 0.25
        assert exif.get_ifd(0x8825)[2] == (1.0, 2.0, 3.0)
        text = image.info.get("parameters") or exif.get_ifd(0x8769)[0x9286][8:].decode("utf-16-be")
        assert text == "Steps: 1"


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_arrays_in_any_order_are_written(suffix: str, tmp_path: Path) -> None:
    turned = levels(3).transpose(1, 0, 2)
    images.save(turned, tmp_path / f"turned{suffix}")
    assert np.array_equal(images.read(tmp_path / f"turned{suffix}").stored, turned)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_other_programs_read_what_is_written(channels: int, suffix: str, tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    images.save(levels(channels), tmp_path / f"deep{suffix}")
    read = cv2.imread(str(tmp_path / f"deep{suffix}"), cv2.IMREAD_UNCHANGED)
    order = [2, 1, 0, 3][:channels]
    assert read.dtype == np.uint16
    assert np.array_equal(read[:, :, order], levels(channels))


def test_a_ramp_is_filtered_before_it_is_deflated(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(0, 40000, 40, dtype=np.uint16)[None, :, None], (300, 1000, 3))
    images.save(np.ascontiguousarray(ramp), tmp_path / "ramp.png")
    assert (tmp_path / "ramp.png").stat().st_size < ramp.nbytes / 50


class Between(RecordingHost):
    """Paints a level that 8 bits do not have."""

    def sample(self, job: Job) -> torch.Tensor:
        return torch.where(as_pixels(job.latent_mask, job.cell)[None], torch.tensor(12345 / 65535), job.pixels)


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("given", ["array", "file", "opened"])
def test_grown_with_all_bits(channels: int, given: str, tmp_path: Path) -> None:
    source: dict[str, Callable[[], object]] = {
        "array": lambda: levels(channels),
        "file": lambda: tmp_path / "in.png",
        "opened": lambda: Image.open(tmp_path / "in.png"),
    }
    (tmp_path / "in.png").write_bytes(png(levels(channels)).getvalue())
    made = outpaint(source[given](), backend=Between(), left=16, overlap=0, color_match="off", seed=1)  # type: ignore[arg-type]
    assert made.numpy().dtype == np.uint16
    assert np.array_equal(made.numpy()[:, 16:], levels(channels))
    colours = slice(None) if channels == 3 else slice(-1)
    assert (made.numpy()[:, :16, colours] == 12345).all()
    made.save(tmp_path / "out.png")
    assert np.array_equal(images.read(tmp_path / "out.png").stored, made.numpy())


def test_as_a_pil_image_it_has_8_bits() -> None:
    made = outpaint(levels(3), backend=Between(), left=16, overlap=0, seed=1)
    assert made.pil().mode == "RGB"
    off = np.asarray(made.pil()).astype(float) - made.numpy() / 257
    assert np.abs(off).max() <= 0.5


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".bmp"])
def test_other_formats_are_refused_before_and_after(suffix: str, tmp_path: Path) -> None:
    picture = images.from_levels(levels(4))
    for refused in (
        lambda: images.check_format(tmp_path / f"out{suffix}", picture, Extent(80, 80)),
        lambda: images.save(levels(4), tmp_path / f"out{suffix}"),
    ):
        with pytest.raises(PictureError) as caught:
            refused()
        assert caught.value.code == "format-depth"
    assert not list(tmp_path.iterdir())
