"""From sizes to passes: English and Chinese by code."""

MESSAGES = {
    "nothing-grows": (
        "nothing grows: set an amount for at least one side, an aspect ratio or a size",
        "没有任何一边要扩展：请至少为一边设置扩展量，或设置宽高比或尺寸",
    ),
    "already-that-shape": ("nothing grows: the image already is {size}", "没有任何一边要扩展：图片已经是 {size}"),
    "less-than-a-pixel": (
        "nothing grows: for an image of {size} that is less than half a pixel",
        "没有任何一边要扩展：对于 {size} 的图片，这还不到半个像素",
    ),
    "other-source-size": (
        "{field}: these parameters are for an image of {value}, but this one is {size} and may have been outpainted "
        'already; clear "{label}" to grow it too',
        "{field}：这些参数是为 {value} 的图片设定的，而这张图片是 {size}，可能已经扩展过；若仍要扩展，请清空“{label}”",
    ),
    "cannot-combine": ("{field}: {value!r} cannot be combined with {others}", "{field}：{value!r} 不能与 {others} 同时使用"),
    "not-a-ratio": ("{field}: {value!r} is not a ratio such as 16:9", "{field}：{value!r} 不是 16:9 这样的比例"),
    "not-a-size": ("{field}: {value!r} is not a size such as {example}", "{field}：{value!r} 不是 {example} 这样的尺寸"),
    "smaller-than-image": (
        "{field}: {value!r} is smaller than the image, which is {size}; nothing is cropped or scaled",
        "{field}：{value!r} 小于原图（{size}）；不裁剪，也不缩放",
    ),
    "image-empty": ("the image is empty: {size}", "图片是空的：{size}"),
    "canvas-too-large": (
        "canvas: {size} is {megapixels:.1f} MP, over the limit of {limit:g} MP",
        "画布：{size} 为 {megapixels:.1f} 百万像素，超过上限 {limit:g} 百万像素",
    ),
    "too-many-passes": (
        "step: {step} px needs more passes than the limit of {most}",
        "单次最大扩展：{step} px 需要的采样次数超过上限 {most}",
    ),
    "pass-cannot-shrink": (
        "pass {name}: its window cannot become smaller than {size}",
        "采样 {name}：窗口不能小于 {size}",
    ),
    "together-has-one-pass": (
        "order: 'together' makes one pass for all sides, so prompts per side are not possible; use 'one by one'",
        "顺序：'together' 只用一次采样处理所有边，不能分方向写提示词；请用 'one by one'",
    ),
    "together-over-step": (
        "order: 'together' makes one pass for all sides, but step allows a pass {step} px; use 'one by one'",
        "顺序：'together' 只用一次采样处理所有边，而单次最大扩展是 {step} px；请用 'one by one'",
    ),
    "together-too-large": (
        "order: 'together' needs a window of {size}, over the largest window of {limit:.2f} MP; use 'one by one'",
        "顺序：'together' 需要 {size} 的窗口，超过最大窗口 {limit:.2f} 百万像素；请用 'one by one'",
    ),
    "window-too-wide": (
        "a pass of {amount} px with {context} px of context needs a window {width} px wide, over the largest window of "
        "{limit:.2f} MP; lower step or context",
        "单次扩展 {amount} px 加上 {context} px 的参考区域需要 {width} px 宽的窗口，超过最大窗口 {limit:.2f} 百万像素；"
        "请减小单次最大扩展或参考区域",
    ),
    # names of passes
    "pass-left": ("left {step}", "左 {step}"),
    "pass-right": ("right {step}", "右 {step}"),
    "pass-up": ("up {step}", "上 {step}"),
    "pass-down": ("down {step}", "下 {step}"),
    "pass-together": ("together", "所有边"),
    "pass-mask": ("mask", "蒙版"),
    "pass-tile": ("{name}, tile {tile} of {tiles}", "{name}，第 {tile}/{tiles} 块"),
    "pass-small": ("small picture: {name}", "小图：{name}"),
    "pass-done": ("done", "完成"),
}
