"""The diffusers backend: English and Chinese by code."""

MESSAGES = {
    # what it is given
    "path-missing": ("{field}: {value!r} does not exist", "{field}：{value!r} 不存在"),
    "device-missing": ("{field}: {value!r} is not available on this machine", "{field}：这台机器上没有 {value!r}"),
    "sampler-unknown": (
        "{field}: {value!r} is not one of {known}; one of {schedules} may follow",
        "{field}：{value!r} 不在可选值之中：{known}；后面可以加上 {schedules} 之一",
    ),
    "schedule-twice": (
        "{field}: {value!r} contradicts the sampler {sampler!r}, which names another schedule",
        "{field}：{value!r} 与采样器 {sampler!r} 中的调度类型矛盾",
    ),
    "controlnet-not-given": (
        "{field}: {value!r} needs a ControlNet; none was given",
        "{field}：{value!r} 需要 ControlNet，但没有给出",
    ),
    "lora-missing": (
        "{field}: {value!r} was not found; known LoRAs: {known}",
        "{field}：找不到 {value!r}；已有 LoRA：{known}",
    ),
    "loras-not-given": (
        "{field}: {value!r} was not found; give LoRA files or a folder with them",
        "{field}：找不到 {value!r}；请给出 LoRA 文件或所在的文件夹",
    ),
    "lora-twice": ("{field}: {value!r} is named twice", "{field}：{value!r} 出现了两次"),
    "lora-in-negative": (
        "{field}: {value!r} contains a LoRA; put it into the prompt, it acts on both",
        "{field}：{value!r} 中有 LoRA；请写到提示词里，它对两者都起作用",
    ),
    "negative-at-cfg-1": ("{field}: {value!r} has no effect at a CFG scale of 1", "{field}：CFG 为 1 时 {value!r} 不起作用"),
    "prompt-editing": (
        "{field}: {value!r} is prompt editing, which is not supported by the diffusers engine; remove it",
        "{field}：{value!r} 是分步提示词，diffusers 引擎不支持，请去掉",
    ),
    "prompt-and": (
        "{field}: {value!r} combines prompts with AND, which is not supported by the diffusers engine; remove it",
        "{field}：{value!r} 用 AND 组合提示词，diffusers 引擎不支持，请去掉",
    ),
    # models
    "checkpoint-missing": ("model: there is no file or folder {path}", "模型：没有文件或文件夹 {path}"),
    "model-not-cached": ("model: {name} is not in the local cache ({reason})", "模型：本地缓存中没有 {name}（{reason}）"),
    "model-not-on-hub": (
        "model: {name} is neither a file here nor a model on the hub ({reason})",
        "模型：{name} 既不是本地文件，也不是 hub 上的模型（{reason}）",
    ),
    "not-a-checkpoint": (
        "model: {what}; expected a checkpoint or a diffusers folder",
        "模型：{what}；需要大模型文件或 diffusers 文件夹",
    ),
    "unet-channels-unusable": (
        "model: {name} has a UNet with {channels} input channels; only {plain}, or {inpainting} for inpainting, can be used",
        "模型：{name} 的 UNet 有 {channels} 个输入通道；只能使用 {plain} 个，或重绘模型的 {inpainting} 个",
    ),
    "model-cannot-load": ("{name}: cannot be loaded: {reason}", "{name}：无法加载：{reason}"),
    "unet-folder-empty": (
        "{path}: its unet folder has no .safetensors file; pickles (.bin) are not read",
        "{path}：其中的 unet 文件夹没有 .safetensors 文件；不读取 pickle（.bin）",
    ),
    "unet-layout": (
        "{name}: its UNet is not laid out like that of Stable Diffusion",
        "{name}：它的 UNet 结构与 Stable Diffusion 不同",
    ),
    "unet-without-text": ("{name}: its UNet has no cross attention", "{name}：它的 UNet 没有交叉注意力"),
    "tensor-missing": ("{name}: has no tensor {tensor}", "{name}：缺少张量 {tensor}"),
    "vae-missing": ("{name}: contains no VAE; give one as well", "{name}：不含 VAE，请另外给出"),
    "yaml-not-a-config": ("{path}: is not a model config", "{path}：不是模型配置"),
    "tokenizer-missing": (
        "{name}: a checkpoint file contains no tokenizer and none was found; give a folder with CLIP's vocab.json and "
        "merges.txt as the config, put a folder named 'tokenizer' beside the checkpoint, or let {hub} be downloaded",
        "{name}：大模型文件不含 tokenizer，也没有找到；请把含有 CLIP 的 vocab.json 和 merges.txt 的文件夹作为 config 给出，"
        "或在大模型旁放一个名为 tokenizer 的文件夹，或允许下载 {hub}",
    ),
    # ControlNets
    "not-a-controlnet": ("controlnet: {what}; expected a ControlNet", "ControlNet：{what}；需要 ControlNet"),
    "controlnet-family": (
        "controlnet: {name} is for {made_for} and the model is {family}; only an inpaint ControlNet for {known} can be "
        "used, with a model of that base",
        "ControlNet：{name} 用于 {made_for}，而模型是 {family}；只能使用 {known} 的重绘 ControlNet，且模型要同类",
    ),
    "controlnet-kind": (
        "controlnet: {name} is for {control}; expected one for inpainting, such as {usual}",
        "ControlNet：{name} 用于 {control}；需要用于重绘的，例如 {usual}",
    ),
    "controlnet-cannot-load": ("controlnet: {name}: cannot be loaded: {reason}", "ControlNet：{name}：无法加载：{reason}"),
    "controlnet-config": (
        "controlnet: {name} is in the diffusers layout and has no config.json beside it",
        "ControlNet：{name} 是 diffusers 布局，旁边却没有 config.json",
    ),
    # LoRA files
    "lora-folder-missing": ("lora-dir: there is no folder {path}", "lora-dir：没有文件夹 {path}"),
    "not-a-lora": ("lora: {what}; expected a LoRA", "LoRA：{what}；需要 LoRA"),
    "lora-lycoris": (
        "lora: {name} is a LyCORIS network (LoHa, LoKr ...), which diffusers cannot load",
        "LoRA：{name} 是 LyCORIS（LoHa、LoKr 等），diffusers 无法加载",
    ),
    "lora-family": (
        "lora: {name} is for {made_for} and the model is {family}",
        "LoRA：{name} 用于 {made_for}，而模型是 {family}",
    ),
    "lora-cannot-load": ("lora: {name}: cannot be loaded: {reason}", "LoRA：{name}：无法加载：{reason}"),
    "lora-fits-nothing": ("lora: {name}: nothing in it fits the model", "LoRA：{name}：没有任何部分适合这个模型"),
    # notes and failures
    "diffusers-not-inpainting": (
        "{name} is not an inpainting model; an inpainting checkpoint would fit the new area better",
        "{name} 不是重绘模型；用重绘大模型，新区域会更贴合",
    ),
    "diffusers-not-inpainting-controlnet": (
        "{name} is not an inpainting model; an inpainting checkpoint or {controlnet} would fit the new area better",
        "{name} 不是重绘模型；用重绘大模型或 {controlnet}，新区域会更贴合",
    ),
    "inpainting-fringe": (
        "{family} inpainting models can leave a fringe at a denoising strength over {most:g}",
        "重绘幅度超过 {most:g} 时，{family} 重绘模型可能留下边缘痕迹",
    ),
    "pass-measured": (
        "pass {number}: {steps} UNet steps in {seconds:.2f} s",
        "采样 {number}：UNet {steps} 步，{seconds:.2f} 秒",
    ),
    "pass-measured-memory": (
        "pass {number}: {steps} UNet steps in {seconds:.2f} s, peak memory {megabytes:,.0f} MiB",
        "采样 {number}：UNet {steps} 步，{seconds:.2f} 秒，内存峰值 {megabytes:,.0f} MiB",
    ),
    "out-of-memory-window": (
        "out of memory on {device} with a window of {size}",
        "{device} 处理 {size} 的窗口时内存不足",
    ),
}
