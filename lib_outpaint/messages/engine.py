"""Running a job: English and Chinese by code."""

MESSAGES = {
    "tensor-shape": ("{field}: {value!r} is not the shape (3, H, W)", "{field}：{value!r} 不是 (3, H, W) 的形状"),
    "images-differ": ("{field}: {value} are not all (3, H, W) of one size", "{field}：{value} 不都是同样大小的 (3, H, W)"),
    "mask-size": (
        "{field}: {value!r} is not a mask for this image, which is {size}",
        "{field}：{value!r} 不是这张图片（{size}）的蒙版",
    ),
    "seed-range": (
        "{field}: {value!r} is not a whole number from 0 to {high}",
        "{field}：{value!r} 不是 0 到 {high} 之间的整数",
    ),
    "not-supported": (
        "{field}: {value!r} is not supported by the {engine} engine; remove it",
        "{field}：{engine} 引擎不支持 {value!r}，请去掉",
    ),
    "mask-weight-needs-inpainting": (
        "{field}: {value!r} needs an inpainting checkpoint, and {name} is not one",
        "{field}：{value!r} 需要重绘（inpainting）模型，而 {name} 不是",
    ),
    "reference-needs-editing": (
        "{field}: {value!r} needs a model made for editing, and {name} is not one",
        "{field}：{value!r} 需要编辑模型，而 {name} 不是",
    ),
    "edit-instruction-needs-editing": (
        "{field}: {value!r} needs a model that is told what to edit, and {name} is not one",
        "{field}：{value!r} 需要按指令编辑的模型，而 {name} 不是",
    ),
    "controlnet-tile-needs-family": (
        "{field}: {value!r} needs a checkpoint for which there is a tile ControlNet, and {name} is not one",
        "{field}：{value!r} 需要有 tile ControlNet 的模型，而 {name} 没有",
    ),
    "missing-extra": (
        '{feature} needs {package}: run pip install -e ".[{extra}]" in the folder of this program',
        '{feature} 需要 {package}：请在本程序的文件夹中运行 pip install -e ".[{extra}]"',
    ),
    "band-shortened": (
        "the band is {band} px and not {asked}: a wider one would repaint too much of an image of {size}",
        "过渡带为 {band} px 而不是 {asked} px：再宽会重绘 {size} 的图片中过多的内容",
    ),
    "hires-two-steps": (
        "made in two steps: first as {size}, then refined at full size with denoising strength {denoise:g}",
        "分两步生成：先生成 {size} 的小图，再以重绘幅度 {denoise:g} 在原尺寸细化",
    ),
    "hires-idle": (
        "hires: made in one step; a smaller picture would not show the model more",
        "hires：只用一步生成；更小的图片不会让模型看到更多内容",
    ),
    "interrupted": ("interrupted", "已中断"),
    "pictures-stopped": (
        "stopped in pass {name}: the images of this batch are returned as far as they were made",
        "在采样 {name} 中停止：这一批图片保留到目前为止的结果",
    ),
    "made-in-smaller-windows": (
        "out of memory with a window of {size}: pass {name} was split into {count} smaller windows",
        "窗口 {size} 内存不足：采样 {name} 已改用 {count} 个较小的窗口完成",
    ),
    "out-of-memory": ("out of memory: {reason}", "内存不足：{reason}"),
    "new-area-black": (
        "pass {name}: the new area is black, as it is when a model overflows; if that is wrong, try full precision",
        "采样 {name}：新区域是黑的，模型溢出时会这样；如果不该是黑的，请试用全精度",
    ),
    "returned-count": (
        "the sampler returned {got} images for {wanted} windows",
        "采样器为 {wanted} 个窗口返回了 {got} 张图片",
    ),
    "returned-size": (
        "the sampler returned {got} for a window of {wanted}",
        "采样器为 {wanted} 的窗口返回了 {got}",
    ),
    "returned-nan": (
        "the sampler returned NaN or infinite pixels; try the VAE or the model in full precision",
        "采样器返回了 NaN 或无穷大的像素；请试用全精度的 VAE 或模型",
    ),
    "returned-black": (
        "the sampler returned a black image, as models do that overflow; try full precision",
        "采样器返回了全黑的图片，模型溢出时会这样；请试用全精度",
    ),
    "draft": (
        "draft: texture copied from the image itself; no model was used",
        "草稿：纹理取自图片本身，没有使用模型",
    ),
    "patchmatch-failed": ("PatchMatch failed: {reason}", "PatchMatch 出错：{reason}"),
    "said": ("{text}", "{text}"),  # in somebody else's words
}
