"""Reading and writing images: English and Chinese by code.

`{name}` is a file's name, or "the image" for one that has none; `{path}` is a whole path.
"""

MESSAGES = {
    "this-image": ("the image", "图片"),
    # reading
    "no-such-file": ("{name}: no such file", "{name}：没有这个文件"),
    "not-an-image": (
        "{name}: not an image, or not in a supported format",
        "{name}：不是图片，或格式不受支持",
    ),
    "unreadable-image": ("{name}: cannot be read: {reason}", "{name}：无法读取：{reason}"),
    "megapixels": (
        "{name}: larger than the limit of {limit:.0f} MP, which --max-megapixels raises",
        "{name}：超过上限 {limit:.0f} 百万像素，可用 --max-megapixels 提高",
    ),
    "size-megapixels": (
        "{name}: {size} is larger than the limit of {limit:.0f} MP, which --max-megapixels raises",
        "{name}：{size} 超过上限 {limit:.0f} 百万像素，可用 --max-megapixels 提高",
    ),
    "several-frames": (
        "{name}: animations and files with several pages are not supported; use a single image",
        "{name}：不支持动画和多页文件；请使用单张图片",
    ),
    "deep-colour": (
        "{name}: 16 bits per colour channel are read from PNG and TIFF with interleaved RGB only; convert the image first",
        "{name}：每通道 16 位的彩色图片只能从 PNG 和交错存储的 RGB TIFF 读取；请先转换",
    ),
    "deep-grey": (
        "{name}: 32 bits per pixel are not supported; convert the image to 8 or 16 bits first",
        "{name}：不支持每像素 32 位的图片；请先转换为 8 位或 16 位",
    ),
    "colour-mode": (
        "{name}: colour mode {mode} is not supported; convert the image to RGB first",
        "{name}：不支持颜色模式 {mode}；请先转换为 RGB",
    ),
    # notes on what reading changed
    "cmyk-converted": (
        "CMYK was converted to RGB, and the colour profile was dropped",
        "已将 CMYK 转换为 RGB，并去掉了颜色配置文件",
    ),
    "exif-partly": (
        "some of the EXIF values cannot be read and were dropped",
        "部分 EXIF 值无法读取，已去掉",
    ),
    "bits-cut": (
        "the {bits} bits per channel of this file were read as 8",
        "此文件每通道 {bits} 位，读取为 8 位",
    ),
    "first-of-several": (
        "the file holds several images; the first one is taken",
        "文件包含多张图片；使用第一张",
    ),
    "exif-dropped": ("the EXIF data cannot be read and was dropped", "EXIF 数据无法读取，已去掉"),
    # folders
    "no-such-folder": ("{path}: no such folder", "{path}：没有这个文件夹"),
    "no-images": ("{path}: no images in this folder", "{path}：文件夹中没有图片"),
    # writing
    "suffix": (
        "{name}: {suffix} files cannot be written; use one of {known}",
        "{name}：不能写入 {suffix} 文件；请使用 {known} 之一",
    ),
    "no-suffix": (
        "{name}: the file name has no suffix; use one of {known}",
        "{name}：文件名没有扩展名；请使用 {known} 之一",
    ),
    "format-depth": (
        "{name}: {format} does not support 16 bits per channel; use .png or .tif",
        "{name}：{format} 不支持每通道 16 位；请使用 .png 或 .tif",
    ),
    "format-transparency": (
        "{name}: {format} does not support transparency; use .png, .webp or .tif",
        "{name}：{format} 不支持透明；请使用 .png、.webp 或 .tif",
    ),
    "format-size": (
        "{name}: {size} is too large for {format}, whose limit is {most:,} px per side; use .png or .tif",
        "{name}：{size} 对 {format} 来说太大，每边上限为 {most:,} px；请使用 .png 或 .tif",
    ),
    "format-extra": (
        '{name}: {format} images need {package}: pip install "directional-outpaint[{extra}]"',
        '{name}：{format} 图片需要 {package}：pip install "directional-outpaint[{extra}]"',
    ),
    # notes on what a format leaves out
    "not-held": ("{format} does not hold {what}, left out", "{format} 不能保存{what}，已略去"),
    "grey-as-colour": ("{format} stores grey as colour", "{format} 将灰度存储为彩色"),
    "the-profile": ("this colour profile", "此颜色配置文件"),
    "the-colours": ("the PNG's gamma, primaries or transfer", "PNG 的伽马、原色或传递函数"),
    "the-exif": ("the EXIF data", " EXIF 数据"),
    "the-resolution": ("the resolution", "分辨率"),
    "the-xmp": ("the XMP data", " XMP 数据"),
    "the-iptc": ("the IPTC data", " IPTC 数据"),
    "the-comment": ("the comment", "注释"),
    "the-texts": ("the PNG's texts", "PNG 的文本"),
    "not-written": ("{path}: cannot be written: {reason}", "{path}：无法写入：{reason}"),
    "is-a-folder": ("{path}: is a folder", "{path}：是一个文件夹"),
    "not-a-folder": ("{path}: cannot be written: {folder} is not a folder", "{path}：无法写入：{folder} 不是文件夹"),
    "read-only": ("{path}: cannot be written: {folder} is read-only", "{path}：无法写入：{folder} 是只读的"),
}
