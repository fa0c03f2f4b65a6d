"""In the WebUI: English and Chinese by code."""

MESSAGES = {
    # what a job is given
    "no-image": ("there is no image: put one into the img2img tab", "没有图片：请在图生图页放入一张"),
    "batch-sizes-differ": ("the images of a batch differ in size: {sizes}", "同一批图片大小不一：{sizes}"),
    "more-images-than-batch": (
        "{count} different images were given for a batch size of {batch}",
        "给了 {count} 张不同的图片，而单批数量是 {batch}",
    ),
    "too-many-by-batch": (
        "{field}: {value!r} x batch size {batch} is over the limit of {most:,} images",
        "{field}：{value!r} × 单批数量 {batch} 超过上限 {most:,} 张",
    ),
    "16-bits-reduced": (
        "16 bits per channel were reduced to 8, as the WebUI does",
        "每通道 16 位已降为 8 位，与 WebUI 的做法相同",
    ),
    "transparency-flattened": (
        "transparency was laid on the background colour of the WebUI's img2img settings",
        "透明部分已铺上 WebUI 图生图设置里的背景色",
    ),
    "no-such-checkpoint": (
        "{field}: {value!r} is not a checkpoint of this WebUI",
        "{field}：这个 WebUI 里没有模型 {value!r}",
    ),
    "checkpoint-only-fills": (
        "{field}: {value} is {family}, which wants the image and the mask beside the noise, and no WebUI of this kind"
        " gives it them; use a model of the same kind that is not for filling, or diffusers or ComfyUI",
        "{field}：{value} 是 {family}，它要在噪声之外输入图片和蒙版，而这类 WebUI 都不提供；请改用同类的非 Fill 模型，"
        "或使用 diffusers、ComfyUI",
    ),
    "window-resized": (
        "the WebUI made {got} of a window of {wanted}",
        "WebUI 把 {wanted} 的窗口改成了 {got}",
    ),
    "checkpoint-cannot-outpaint": (
        "{field}: {value} is {family}, which cannot outpaint",
        "{field}：{value} 是 {family}，不能用来扩图",
    ),
    "setting-outside": (
        "{field}: {value!r} is outside {low:g}..{high:g}: see Settings, {section}",
        "{field}：{value!r} 超出范围 {low:g}..{high:g}：见 设置 → {section}",
    ),
    "setting-not-true-or-false": (
        "{field}: {value!r} is neither true nor false: see Settings, {section}",
        "{field}：{value!r} 不是 true 或 false：见 设置 → {section}",
    ),
    "infotext-unreadable": ("infotext: {reason}; the default is used", "生成信息：{reason}；已改用默认值"),
    # routes
    "body-not-an-object": ("the body is not a JSON object", "请求内容不是 JSON 对象"),
    "params-not-an-object": ("params: is not an object of named parameters", "params：不是由参数名和值组成的对象"),
    "unknown-key": (
        "{field}: no such key{hint}; needed are width and height, or image; params, seed and override_settings are optional",
        "{field}：没有这个键{hint}；必须有 width 和 height，或者 image；params、seed 和 override_settings 可有可无",
    ),
    "key-of-params": (
        "{field}: is a parameter: it belongs into params, not beside it",
        "{field}：这是扩图参数，应放进 params 里面，而不是与它并列",
    ),
    "size-or-image-needed": (
        "width and height in px are needed, or a base64 image",
        "需要以 px 为单位的 width 和 height，或者 base64 编码的 image",
    ),
    "image-needed": ("image: a base64 image is needed", "image：需要 base64 编码的图片"),
    "not-base64": ("image: is not a base64 image", "image：不是 base64 编码的图片"),
    "request-without-length": ("the request must have a Content-Length", "请求必须带有 Content-Length"),
    "request-too-long": ("the request is longer than {most:,} bytes", "请求超过 {most:,} 字节"),
    # LoRAs and ControlNet
    "no-such-lora": (
        "{field}: {value!r} is not a LoRA of this WebUI; installed: {installed}",
        "{field}：这个 WebUI 里没有 LoRA {value!r}；已安装：{installed}",
    ),
    "lora-other-family": (
        "{field}: {value!r} is a LoRA for {made_for}, but {checkpoint} is {family}",
        "{field}：{value!r} 是 {made_for} 的 LoRA，而 {checkpoint} 是 {family}",
    ),
    "and-more": ("{names} and {count} more", "{names} 等，另有 {count} 个"),
    "none-installed": ("none", "无"),
    "controlnet-not-installed": (
        "{field}: {value!r} needs the ControlNet extension, which is not installed",
        "{field}：{value!r} 需要 ControlNet 扩展，但没有安装",
    ),
    "controlnet-without-models": (
        "{field}: {value!r} needs a ControlNet model, and none is installed",
        "{field}：{value!r} 需要 ControlNet 模型，但一个也没有安装",
    ),
    "controlnet-units-in-use": (
        "{field}: {value!r} needs a free ControlNet unit, and all are in use; raise their number in ControlNet's settings",
        "{field}：{value!r} 需要一个空闲的 ControlNet 单元，而所有单元都在使用；请在 ControlNet 的设置里增加单元数量",
    ),
    "no-such-controlnet-module": (
        "{field}: {value!r} is not a module of this ControlNet; available: {known}",
        "{field}：这个 ControlNet 里没有预处理器 {value!r}；可用的有：{known}",
    ),
    "no-such-controlnet-model": (
        "{field}: {value!r} is not a ControlNet model of this WebUI; installed: {installed}",
        "{field}：这个 WebUI 里没有 ControlNet 模型 {value!r}；已安装：{installed}",
    ),
    "controlnet-unit-without-model": (
        "{field}: is enabled without a model, which its module {module} needs; installed: {installed}",
        "{field}：已启用但没有选模型，而预处理器 {module} 需要模型；已安装：{installed}",
    ),
    "no-inpaint-controlnet": (
        "{field}: no inpaint ControlNet is installed; installed: {installed}",
        "{field}：没有安装 inpaint ControlNet；已安装：{installed}",
    ),
    "no-tile-controlnet": (
        "{field}: no tile ControlNet of this checkpoint's family is installed; installed: {installed}",
        "{field}：没有安装适合此模型的 tile ControlNet；已安装：{installed}",
    ),
    "scaler-failed": ("the upscaler {name} failed: {reason}", "放大算法 {name} 出错：{reason}"),
    "controlnet-other-family": (
        "{field}: {value!r} is for {made_for}, but {checkpoint} is {family}",
        "{field}：{value!r} 用于 {made_for}，而 {checkpoint} 是 {family}",
    ),
    "controlnet-attached": (
        "the inpaint ControlNet {model} was attached, because the checkpoint is {family} and not an inpainting one",
        "已附加 inpaint ControlNet {model}，因为模型是 {family} 而不是重绘（inpainting）模型",
    ),
    "controlnet-replaces-conditioning": (
        "with ControlNet the conditioning mask weight has no effect: it replaces the checkpoint's own conditioning",
        "使用 ControlNet 时，条件蒙版强度不起作用：它会取代模型自己的条件输入",
    ),
    "inpaint-only-replaced": (
        "A1111 uses inpaint_global_harmonious where inpaint_only meets a mask of its own, so that was attached",
        "在 A1111 上，inpaint_only 遇到图生图的蒙版会变成 inpaint_global_harmonious，所以附加的是后者",
    ),
    "users-inpaint-only-replaced": (
        "ControlNet used inpaint_global_harmonious for your unit's inpaint_only, as it does beside a mask of the WebUI's",
        "ControlNet 把你单元里的 inpaint_only 换成了 inpaint_global_harmonious：有 WebUI 蒙版时它就会这样做",
    ),
    "controlnet-failed": ("ControlNet failed: {reason}", "ControlNet 出错：{reason}"),
    "controlnet-failed-lama": (
        "ControlNet failed: {reason}; inpaint_only+lama needs {file}, which ControlNet downloads into its folder {folder}",
        "ControlNet 出错：{reason}；inpaint_only+lama 需要 {file}，ControlNet 会把它下载到自己的文件夹 {folder}",
    ),
    # while it runs
    "webui-progress": ("Outpaint pass {number} of {total}: {text}", "扩图，第 {number}/{total} 次采样：{text}"),
    "webui-failed": ("the WebUI failed: {reason}", "WebUI 出错：{reason}"),
    "checkpoint-exchanged": (
        "the checkpoint {used} was loaded in mid-job, by an extension: the windows are those planned for {planned}",
        "任务进行中有扩展换上了模型 {used}：窗口仍是按 {planned} 规划的",
    ),
    "wildcards-failed": (
        "{script} failed; its placeholders are in the prompt as they were",
        "{script} 出错；提示词里的占位符保持原样",
    ),
    "alert": ("⚠ Directional outpaint: {text}", "⚠ 定向外扩：{text}"),  # javascript/outpaint_alerts.js knows it by its sign
    "batch-image-left-out": ("image {which} was left out: {reason}", "第 {which} 张图片已跳过：{reason}"),
    "soft-inpainting-off": (
        "Soft Inpainting was off for this job: it would put the prefill back over the result",
        "本次任务关闭了 Soft Inpainting：它会把预填充盖回结果上",
    ),
    "tiling-off": ("tiling was off for this job: a window's edges do not meet", "本次任务关闭了平铺：窗口的边缘并不相接"),
    "seed-resize-off": (
        "seed resize was off for this job: a window has a size of its own",
        "本次任务关闭了种子尺寸调整：窗口有自己的尺寸",
    ),
    # what is done with finished images
    "stopped-kept": ("stopped: {reason}; finished passes are kept", "已停止：{reason}；保留已完成的采样"),
    "stopped-nothing": ("stopped: {reason}; nothing was finished", "已停止：{reason}；没有完成任何采样"),
    "infotext-too-long": (
        "the infotext is too long for a {extension} file, which was saved without it; PNG holds it",
        "生成信息太长，{extension} 文件放不下，保存时未写入；PNG 可以容纳",
    ),
    "step-failed": ("{step} failed: {reason}", "{step}失败：{reason}"),
    "saving-init-image": ("saving the init image", "保存原图"),
    "finishing-image": ("finishing an image", "图片后期处理"),
    "saving-image": ("saving an image", "保存图片"),
    "making-grid": ("making the grid", "制作网格图"),
    "saving-grid": ("saving the grid", "保存网格图"),
    "looking-for-better": ("looking up what would do better", "查找更合适的模型"),
    # what a job came to
    "auto": ("auto: {what}", "自动：{what}"),
    "auto-both": ("auto: {order}, {context}", "自动：{order}，{context}"),
    "auto-one-by-one": ("one side after the other", "逐边扩展"),
    "auto-together": ("all sides in one pass", "所有边一次完成"),
    "auto-context": ("{low} px of the image in view", "可见原图 {low} px"),
    "auto-contexts": ("{low} to {high} px of the image in view", "可见原图 {low} 到 {high} px"),
    "negative-prompts-unheard": (
        "negative prompts do nothing at CFG scale 1",
        "CFG 为 1 时，反向提示词不起作用",
    ),
    "not-inpainting": ("{name} is not an inpainting checkpoint", "{name} 不是重绘（inpainting）模型"),
    "not-inpainting-better": (
        "{name} is not an inpainting checkpoint: {better} would do better",
        "{name} 不是重绘（inpainting）模型：用 {better} 效果会更好",
    ),
    "this-checkpoint": ("this", "当前模型"),
    "either": ("{one} or {other}", "{one} 或 {other}"),
    "an-inpainting-one": ("one for inpainting ({family})", "重绘模型（{family}）"),
    "the-controlnet": ("the ControlNet {name}", "ControlNet 模型 {name}"),
    "took-pass": ("1 pass in {seconds:.1f} s", "1 次采样，{seconds:.1f} 秒"),
    "took-passes": ("{passes} passes in {seconds:.1f} s", "{passes} 次采样，{seconds:.1f} 秒"),
    "took-work": (
        "{so_far}, {cost:,} latent pixels x steps ({share:.0%} of the whole canvas at once)",
        "{so_far}，{cost:,} 潜空间像素 × 步数（相当于整张画布一次采样的 {share:.0%}）",
    ),
    "took-work-of-many": (
        "{so_far}, {cost:,} latent pixels x steps ({share:.0%} of the whole canvases at once)",
        "{so_far}，{cost:,} 潜空间像素 × 步数（相当于所有画布各一次采样的 {share:.0%}）",
    ),
    "took-memory": ("{so_far}, at most {gigabytes:.1f} GB of VRAM", "{so_far}，显存最多 {gigabytes:.1f} GB"),
}
