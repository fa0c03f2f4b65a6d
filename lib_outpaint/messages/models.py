"""Weights files, what they are and what is wrong with them: English and Chinese by code."""

MESSAGES = {
    # a file that cannot be read
    "model-not-a-file": ("{path}: is not a file", "{path}：不是文件"),
    "model-unreadable": ("{path}: cannot be read: {reason}", "{path}：无法读取：{reason}"),
    "model-not-json": ("{path}: is not valid JSON", "{path}：不是有效的 JSON"),
    "model-not-json-object": ("{path}: is not a JSON object", "{path}：不是 JSON 对象"),
    "model-pickle": (
        "{name}: is a pickle, which can run programs when it is loaded; convert it to .safetensors",
        "{name}：是 pickle 文件，加载时可能运行程序；请转换为 .safetensors",
    ),
    "model-too-short": (
        "{name}: is not a safetensors file; it has only {size} bytes",
        "{name}：不是 safetensors 文件，只有 {size} 字节",
    ),
    "header-too-long": (
        "{name}: is not a safetensors file; its header would have {length:,} bytes, over the limit of {limit:,}",
        "{name}：不是 safetensors 文件；文件头会有 {length:,} 字节，超过上限 {limit:,}",
    ),
    "header-truncated": (
        "{name}: is truncated: a header of {length:,} bytes in a file of {size:,}",
        "{name}：文件不完整：文件头有 {length:,} 字节，而文件只有 {size:,} 字节",
    ),
    "gguf-damaged": ("{name}: is not a GGUF file, or its header is damaged", "{name}：不是 GGUF 文件，或文件头已损坏"),
    "header-cut": ("{name}: is truncated inside its header", "{name}：文件不完整，文件头被截断"),
    "header-not-json": ("{name}: its header is not valid JSON", "{name}：文件头不是有效的 JSON"),
    "header-not-json-object": ("{name}: its header is not a JSON object", "{name}：文件头不是 JSON 对象"),
    "header-name-twice": ("{name}: its header has {tensor!r} twice", "{name}：文件头中 {tensor!r} 出现了两次"),
    "header-metadata": (
        "{name}: the metadata in its header is not a list of texts by name",
        "{name}：文件头中的元数据不是“名称：文本”的列表",
    ),
    "header-tensor": (
        "{name}: its header does not describe the tensor {tensor!r} correctly",
        "{name}：文件头对张量 {tensor!r} 的描述有误",
    ),
    "tensor-truncated": (
        "{name}: is truncated: the tensor {tensor!r} ends {missing:,} bytes after the end of the file",
        "{name}：文件不完整：张量 {tensor!r} 超出文件末尾 {missing:,} 字节",
    ),
    "tensor-size": (
        "{name}: the tensor {tensor!r} has {size:,} bytes, which does not match its shape",
        "{name}：张量 {tensor!r} 有 {size:,} 字节，与它的形状不符",
    ),
    "folder-not-a-model": (
        "{path}: is not a diffusers model: the folder has no model_index.json",
        "{path}：不是 diffusers 模型：文件夹里没有 model_index.json",
    ),
    "folder-other-pipeline": (
        "{path}: {kind} is not a pipeline that is known here",
        "{path}：{kind} 不是已知的 pipeline",
    ),
    "unknown-pipeline": ("its pipeline", "它的 pipeline"),
    "model-family": (
        "model: {name} is of {family}; only {known} can be used",
        "模型：{name} 属于 {family}；只能使用 {known}",
    ),
    # merging
    "merge-amount": (
        "amount: {value} is outside 0..{high:g}, or 0, which would change nothing",
        "合并比例：{value} 超出范围 0..{high:g}，或为 0（不会有任何改变）",
    ),
    "merge-folder": (
        "{path}: is a folder; merging takes single .safetensors checkpoints",
        "{path}：是文件夹；合并需要单个 .safetensors 大模型文件",
    ),
    "merge-family": (
        "{name}: is of {family}, which has no inpainting checkpoints with extra channels",
        "{name}：属于 {family}，没有带额外通道的重绘大模型",
    ),
    "merge-not-inpainting": (
        "{name}: has {channels} input channels, an inpainting checkpoint has {wanted}; is the order of the files right?",
        "{name}：有 {channels} 个输入通道，重绘大模型有 {wanted} 个；文件的顺序对吗？",
    ),
    "merge-not-plain": (
        "{name}: has {channels} input channels; {flag} takes a checkpoint that is not for inpainting",
        "{name}：有 {channels} 个输入通道；{flag} 需要不是重绘模型的大模型",
    ),
    "merge-families": (
        "{name}: is of {family}, but {other} is of {others}",
        "{name}：属于 {family}，而 {other} 属于 {others}",
    ),
    "merge-predictions": (
        "{name}: predicts {prediction}, but {other} predicts {others}",
        "{name}：预测 {prediction}，而 {other} 预测 {others}",
    ),
    "merge-tensors": (
        "{name}: has no tensor {tensor!r}, which {other} has",
        "{name}：没有张量 {tensor!r}，而 {other} 有",
    ),
    "merge-shapes": (
        "{name}: the tensor {tensor!r} has the shape {shape}, in {other} it is {wanted}",
        "{name}：张量 {tensor!r} 的形状是 {shape}，在 {other} 中是 {wanted}",
    ),
    "merge-dtype": (
        "{name}: the tensor {tensor!r} is stored as {dtype}, which cannot be merged",
        "{name}：张量 {tensor!r} 以 {dtype} 存储，无法合并",
    ),
    "merge-not-a-vae": (
        "{name}: is not a VAE in the original layout",
        "{name}：不是原始布局的 VAE",
    ),
    "merge-not-finite": (
        "{name}: the tensor {tensor!r} would hold NaN or infinity in {dtype}; nothing was written",
        "{name}：张量 {tensor!r} 以 {dtype} 存储会出现 NaN 或无穷大；没有写入任何内容",
    ),
    "merge-suffix": ("{path}: a merged checkpoint is a .safetensors file", "{path}：合并后的大模型是 .safetensors 文件"),
    "merge-own-source": ("{path}: is one of the files that are read", "{path}：是正在读取的文件之一"),
    "disk-too-full": (
        "{path}: needs {wanted:,.0f} MB, and the disk has {free:,.0f} MB left",
        "{path}：需要 {wanted:,.0f} MB，磁盘只剩 {free:,.0f} MB",
    ),
    "merged": (
        "{name}: {what}, {megabytes:,.1f} MB, {model} + {amount:g} x ({inpainting} - {base})",
        "{name}：{what}，{megabytes:,.1f} MB，{model} + {amount:g} x ({inpainting} - {base})",
    ),
    "merge-left-out": (
        "left out {count} tensors of the second copy of the model's weights (EMA), which nothing samples with",
        "省略了模型权重的第二份副本（EMA）的 {count} 个张量，采样时不会用到",
    ),
    # what a file is
    "unknown-base": ("an unknown base", "未知基础模型"),
    "model-is": ("{name}: {what}", "{name}：{what}"),
    "is-checkpoint": ("checkpoint of {family}, {layout} layout", "{family} 大模型，{layout} 布局"),
    "is-unet": ("UNet of {family}, {layout} layout", "{family} UNet，{layout} 布局"),
    "is-controlnet": (
        "ControlNet for {family}, {control}, {layout} layout",
        "{family} ControlNet，{control}，{layout} 布局",
    ),
    "is-lora": ("LoRA for {family}, {rank}, {parts}, {layout} naming", "{family} LoRA，{rank}，{parts}，{layout} 命名"),
    "is-vae": ("VAE, {layout} layout", "VAE，{layout} 布局"),
    "is-embedding": ("embedding (textual inversion)", "嵌入（Textual Inversion）"),
    "is-text-encoder": ("text encoder", "文本编码器"),
    "is-unknown": ("unknown kind of file", "未知类型的文件"),
    "control-unknown": ("unknown kind", "类型未知"),
    "lora-rank": ("rank {rank}", "rank {rank}"),
    "lora-rank-up-to": ("rank up to {rank}", "rank 最高 {rank}"),
    "lora-rank-unknown": ("unknown rank", "rank 未知"),
    "lora-unet": ("UNet", "UNet"),
    "lora-unet-and-text": ("UNet and text encoder", "UNet 和文本编码器"),
    "model-title": ("title: {title}", "标题：{title}"),
    "unet-channels": ("UNet: {channels} input channels ({use})", "UNet：{channels} 个输入通道（{use}）"),
    "unet-channels-v": (
        "UNet: {channels} input channels ({use}), predicts v",
        "UNet：{channels} 个输入通道（{use}），v 预测",
    ),
    "transformer-channels": (
        "transformer: {channels} input channels in cells of {cell} px ({use})",
        "Transformer：{channels} 个输入通道，每格 {cell} px（{use}）",
    ),
    "unet-inpainting": ("inpainting", "重绘模型"),
    "unet-editing": ("image editing", "图片编辑"),
    "unet-depth": ("depth", "深度"),
    "unet-plain": ("not an inpainting model", "不是重绘模型"),
    "native-side": ("native resolution: {side} px", "原生分辨率：{side} px"),
    "native-side-unsure": (
        "native resolution: {side} px, or {other} px if it predicts v, which its header does not say",
        "原生分辨率：{side} px；若是 v 预测则为 {other} px，文件头没有说明",
    ),
    "model-size": (
        "{millions:,.1f} M parameters, mostly {dtype}, {megabytes:,.1f} MB",
        "{millions:,.1f} M 参数，主要为 {dtype}，{megabytes:,.1f} MB",
    ),
}
