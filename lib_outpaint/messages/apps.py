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
    "nothing-to-measure": (
        "{field}: nothing to measure; add --results or --fills",
        "{field}：没有可测量的内容，请加上 --results 或 --fills",
    ),
    # words of a command line
    "unknown-flag": (
        "{flag}: no such option of {command}{hint}",
        "{flag}：{command} 没有这个选项{hint}",
    ),
    "unknown-command": ("{name}: no such command{hint}; commands: {known}", "{name}：没有这个命令{hint}；命令有：{known}"),
    "unexpected-word": ("{name}: {command} does not take this word", "{name}：{command} 不接受这个词"),
    "no-value": ("-- is not a value", "-- 不是一个值"),
    "forgotten-command": (
        "{name}: a command comes first: outpaint {command} {name}",
        "{name}：前面要写命令：outpaint {command} {name}",
    ),
    "forgotten-folder": (
        "{name}: a command comes first: outpaint folder {name} OUT_DIR",
        "{name}：前面要写命令：outpaint folder {name} 输出文件夹",
    ),
    "input-folder": (
        "{path}: is a folder; for every image in it: outpaint folder {path} OUT_DIR",
        "{path}：这是文件夹；处理其中每张图片：outpaint folder {path} 输出文件夹",
    ),
    "input-address": (
        "{address}: addresses are not opened; download it and pass it on: curl -L {address} | outpaint image - -o OUT",
        "{address}：不会打开网址；请先下载再传入：curl -L {address} | outpaint image - -o 输出文件",
    ),
    "input-weights": (
        "{path}: is a file of weights, not an image; what it is: outpaint inspect {path}",
        "{path}：这是权重文件，不是图片；查看它是什么：outpaint inspect {path}",
    ),
    "folder-is-file": (
        "{path}: is not a folder; for one image: outpaint image {path}",
        "{path}：不是文件夹；处理单张图片：outpaint image {path}",
    ),
    "folder-address": (
        "{address}: addresses are not opened; download the images into a folder first",
        "{address}：不会打开网址；请先把图片下载到文件夹",
    ),
    "stdin-alone": (
        "- (standard input) is one image and cannot stand beside others",
        "-（标准输入）只有一张图片，不能与其他图片一起使用",
    ),
    "stdout-alone": (
        "-o - (standard output) takes one image; use a folder, as in -o larger/",
        "-o -（标准输出）只能输出一张图片；请使用文件夹，例如 -o larger/",
    ),
    "stdout-one-image": (
        "{flag} cannot be used when the image goes to standard output; name a file with -o",
        "图片写到标准输出时不能使用 {flag}；请用 -o 指定文件",
    ),
    "standard-output": ("standard output", "标准输出"),
    "stdout-terminal": (
        "the image would be written onto this terminal; name a file with -o, or pass it on with >",
        "图片会直接写到终端上；请用 -o 指定文件，或用 > 重定向",
    ),
    "output-address": (
        "{address}: nothing is written to an address; name a file with -o",
        "{address}：不会写到网址；请用 -o 指定文件",
    ),
    "output-folder": (
        "{field}: {value!r} is one file for several images; name a folder, as in -o larger/",
        "{field}：{value!r} 是单个文件，而图片有多张；请指定文件夹，例如 -o larger/",
    ),
    "same-output": (
        "{path}: is the result of two of the images; make them one by one, each with -o",
        "{path}：有两张图片的结果都是这个文件；请逐张处理并用 -o 分别指定",
    ),
    "output-exists": (
        "{path}: exists already; --overwrite replaces it",
        "{path}：已经存在；加上 --overwrite 会覆盖",
    ),
    "replace-question": ("{path}: exists already. Replace?", "{path}：已经存在。要覆盖吗？"),
    "and-others": ("{path} and {count} more", "{path} 等另外 {count} 个文件"),
    "weights-wanted": (
        "{name}: is a {kind} image of {size}; inspect is for weights: .safetensors files and diffusers folders",
        "{name}：这是 {size} 的 {kind} 图片；inspect 用于权重：.safetensors 文件和 diffusers 文件夹",
    ),
    # a run
    "plan-first": (" (first as {size})", "（先生成 {size} 的小图）"),
    "plan-line": (
        "{name}: {source} grows to {canvas}{first} in {count} pass of {windows}; "
        "up to {band} px beside the seam may change; takes {share:.0f}% of sampling the whole canvas",
        "{name}：{source} 扩展为 {canvas}{first}，{count} 次采样，窗口 {windows}；接缝旁最多 {band} px 可能改变；"
        "开销为整张画布采样的 {share:.0f}%",
    ),
    "plan-line-passes": (
        "{name}: {source} grows to {canvas}{first} in {count} passes of {windows}; "
        "up to {band} px beside the seam may change; takes {share:.0f}% of sampling the whole canvas",
        "{name}：{source} 扩展为 {canvas}{first}，共 {count} 次采样，窗口 {windows}；接缝旁最多 {band} px 可能改变；"
        "开销为整张画布采样的 {share:.0f}%",
    ),
    "grid-of-all": ("all of them side by side, labelled", "全部并排，带标签"),
    "pass-under-way": ("pass {number}/{total}: {name}", "第 {number}/{total} 次采样：{name}"),
    "time-left": ("about {time} left", "大约还需 {time}"),
    "stopping-after-pass": (
        "stopping after this pass; press Ctrl-C again to quit now",
        "将在这次采样之后停止；再按一次 Ctrl-C 立即退出",
    ),
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
    "page-starting": ("starting the page; this takes a few seconds", "正在启动页面，需要几秒钟"),
    "page-open-to-all": (
        "warning: everybody who can reach {host} can use this page; it has no password",
        "警告：凡能访问 {host} 的人都可以使用本页面；它没有密码",
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
