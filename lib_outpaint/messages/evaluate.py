"""Evaluating on one's own images: English and Chinese by code."""

MESSAGES = {
    # what is cut off, and how images are made smaller before
    "not-a-cut": (
        "{field}: {value!r} is not half, third, quarter, a percentage such as 30%, or a number of pixels",
        "{field}：{value!r} 不是 half、third、quarter、30% 这样的百分比，也不是像素数",
    ),
    "cut-percentage": (
        "{field}: {value!r} is not between 0% and 100%",
        "{field}：{value!r} 不在 0% 和 100% 之间",
    ),
    "cut-pixels": (
        "{field}: {value!r} is not a whole number of at least {least} px",
        "{field}：{value!r} 不是至少 {least} px 的整数",
    ),
    "not-sides": (
        "{field}: {value!r} is not 'all' or a list of {known}",
        "{field}：{value!r} 不是 'all'，也不是由 {known} 组成的列表",
    ),
    "too-small-to-cut": (
        "{name}: {size} is too small: {amount} px would be cut off the {side} side and {left} px left, "
        "and both must be at least {least} px",
        "{name}：{size} 太小：{side} 边会裁掉 {amount} px，剩下 {left} px，而两者都至少要有 {least} px",
    ),
    "smaller-than-fit": (
        "{name}: {size} is smaller than {fit}; images are never enlarged",
        "{name}：{size} 小于 {fit}；图片不会被放大",
    ),
    # folders
    "would-replace-images": (
        "{path}: choose a folder of its own: images of {folder} would be overwritten",
        "{path}：请另选一个文件夹：{folder} 中的图片会被覆盖",
    ),
    "made-otherwise": (
        "{path}: this data set was made with other settings ({before}); choose another folder or --overwrite",
        "{path}：这个数据集是用其他设置生成的（{before}）；请另选文件夹或使用 --overwrite",
    ),
    "is-a-data-set": (
        "{path}: contains a data set; the report needs a folder of its own",
        "{path}：里面是一个数据集；报告需要单独的文件夹",
    ),
    "is-a-file": ("{path}: is a file; the report needs a folder", "{path}：是一个文件；报告需要一个文件夹"),
    # what is measured
    "evaluation-sets-it": (
        "{field}: {value!r} cannot be set here; the evaluation chooses it itself",
        "{field}：这里不能设置 {value!r}，由评测自己决定",
    ),
    "no-result-named": (
        "{path}: no image named {names}",
        "{path}：没有名为 {names} 的图片",
    ),
    "result-size": (
        "{name}: {size} is not the size of the original image, {wanted}",
        "{name}：{size} 与原图的尺寸 {wanted} 不同",
    ),
    "taken-from": ("from {name}", "来自 {name}"),
    "lpips-failed": ("LPIPS cannot be loaded: {reason}", "无法加载 LPIPS：{reason}"),
}
