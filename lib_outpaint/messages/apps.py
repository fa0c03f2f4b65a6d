"""Command line, panel and page: English and Chinese by code."""

MESSAGES = {
    # flags
    "for-diffusers": (
        "{field}: {value!r} is an option of the diffusers engine; add --engine diffusers",
        "{field}：{value!r} 是 diffusers 引擎的选项，请加上 --engine diffusers",
    ),
    "needs-model-flag": (
        "the diffusers engine needs --model: a checkpoint, a folder or a hub id",
        "diffusers 引擎需要 --model：模型文件、文件夹或 hub 上的名称",
    ),
    "for-a-model": (
        "{field}: {value!r} is an option of a model; add --model or --models",
        "{field}：{value!r} 是模型的选项，请加上 --model 或 --models",
    ),
    "one-image-only": (
        "{field}: {value!r} is for a single image; use `outpaint image`",
        "{field}：{value!r} 只用于单张图片，请使用 `outpaint image`",
    ),
    "setting-without-engine": (
        "{field}: {value!r} needs an engine; remove --measure-only",
        "{field}：{value!r} 需要引擎，请去掉 --measure-only",
    ),
    "setting-twice": ("{field}: {value!r} is used twice", "{field}：{value!r} 出现了两次"),
    "not-a-named-folder": (
        "{field}: {value!r} does not have the form NAME=DIR",
        "{field}：{value!r} 不是 名称=文件夹 的形式",
    ),
    "nothing-to-measure": ("{field}: nothing to measure; add --results", "{field}：没有可测量的内容，请加上 --results"),
    # files of a run
    "mask-file-size": ("{name}: is {size}, but the image is {image}", "{name}：尺寸为 {size}，而图片为 {image}"),
    "same-folder": (
        "{folder}: is the folder of the images; choose another one for the results",
        "{folder}：这是原图所在的文件夹，请为结果另选一个文件夹",
    ),
    "extra-name-taken": (
        "{field}: {value!r} saves {name} for {image}, but the result of {other} has that name",
        "{field}：{value!r} 会为 {image} 保存 {name}，但 {other} 的结果也叫这个名字",
    ),
    "would-replace-source": (
        "{path}: would replace a file that the result is made from; choose another name with -o",
        "{path}：会覆盖生成结果所用的文件，请用 -o 指定其他名称",
    ),
    "some-saved": ("{reason} ({count} of {total} images were saved)", "{reason}（{total} 张图片中已保存 {count} 张）"),
    "stopped-saved": ("{reason} (finished images were saved)", "{reason}（已完成的图片已保存）"),
    # questions of the stage
    "not-a-length": (
        "{name}: {value!r} is not a whole number from 1 to {high}",
        "{name}：{value!r} 不是 1 到 {high} 之间的整数",
    ),
    # starting the page
    "no-checkpoint": (
        "{path}: no checkpoint in this folder; .safetensors files and diffusers folders are supported",
        "{path}：文件夹中没有模型；支持 .safetensors 文件和 diffusers 文件夹",
    ),
    "address-unusable": ("{field}: {value!r} cannot be used: {reason}", "{field}：{value!r} 无法使用：{reason}"),
    "page-not-started": (
        "the page could not be started; --verbose shows more",
        "页面无法启动；加上 --verbose 可查看详情",
    ),
    "page-address": ("page: {url} (stop with Ctrl+C)", "页面：{url}（按 Ctrl+C 停止）"),
    # the page
    "address-refused": (
        "{url}: images are uploaded; addresses are not opened",
        "{url}：请上传图片；不会打开网址",
    ),
    "not-an-upload": ("the image was not uploaded to this page", "这张图片不是上传到本页面的"),
    "page-no-image": ("no image yet: choose one first", "还没有图片：请先选择一张"),
    "page-waiting": ("Waiting for its turn", "排队中"),
    "page-loading": ("Loading", "加载中"),
    "page-saving": ("Saving", "保存中"),
    "page-stopping": ("Stopping after this step", "将在这一步之后停止"),
    "page-pass": ("Pass {number} of {total}: {name}", "第 {number}/{total} 次采样：{name}"),
    "page-steps": ("{name}, {done}/{steps}", "{name}，{done}/{steps}"),
    "page-finished": ("{size} in {seconds:.1f} s", "{size}，用时 {seconds:.1f} 秒"),
    "page-interrupted": ("Interrupted: what was finished is kept.", "已中断：已完成的部分已保留。"),
    "page-interrupted-early": ("Interrupted: nothing was finished.", "已中断：没有完成任何部分。"),
    "page-stopped": ("Stopped: {error}", "已停止：{error}"),
    "page-loaded": ("{name}: {size}", "{name}：{size}"),
    "page-seed": ("seed {seed}", "种子 {seed}"),
}
