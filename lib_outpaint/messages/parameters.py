"""Parameters, sampling settings and what texts among them say: English and Chinese by code."""

MESSAGES = {
    # what any parameter can be
    "outside": ("{field}: {value!r} is outside {low}..{high}", "{field}：{value!r} 超出范围 {low}..{high}"),
    "not-a-choice": ("{field}: {value!r} is not one of {known}{hint}", "{field}：{value!r} 不在可选值之中：{known}{hint}"),
    "did-you-mean": (" (did you mean {name}?)", "（你是不是想写 {name}？）"),
    "not-text": ("{field}: {value!r} is not text", "{field}：{value!r} 不是文本"),
    "text-too-long": ("{field}: {value!r} is longer than {most:,} characters", "{field}：{value!r} 超过 {most:,} 个字符"),
    "not-a-number": ("{field}: {value!r} is not a number", "{field}：{value!r} 不是数字"),
    "not-whole": ("{field}: {value!r} is not a whole number", "{field}：{value!r} 不是整数"),
    "not-whole-pixels": ("{field}: {value!r} px is not a whole number", "{field}：{value!r} px 不是整数"),
    "amounts-mixed": (
        "{field}: {value!r} and {other} {amount!r} are px and %: give all amounts in one unit",
        "{field}：{value!r} 与 {other} {amount!r} 混用了 px 和 %：所有扩展量请用同一个单位",
    ),
    "empty": ("{field}: is empty", "{field}：不能为空"),
    "unknown-parameter": (
        "{field}: no such parameter{hint}; known parameters: {known}",
        "{field}：没有这个参数{hint}；已有参数：{known}",
    ),
    "parameter-twice": ("{field}: given twice, as {one!r} and {other!r}", "{field}：给了两次：{one!r} 和 {other!r}"),
    "too-many-values": (
        "{field}: {count} values, but there are only {most} parameters",
        "{field}：给了 {count} 个值，而参数只有 {most} 个",
    ),
    "too-few": ("{field}: {value!r} is less than {least}", "{field}：{value!r} 小于 {least}"),
    "too-many": ("{field}: {value!r} is over the limit of {most:,}", "{field}：{value!r} 超过上限 {most:,}"),
    "too-many-pictures": (
        "{field}: {value:,} images in all, combinations included, is over the limit of {most:,}",
        "{field}：连同各种组合共 {value:,} 张图片，超过上限 {most:,}",
    ),
    # mk2's and poor man's names
    "not-directions": ("{field}: {value!r} is not a list of {known}", "{field}：{value!r} 不是由 {known} 组成的列表"),
    # sampling
    "nothing-sampled": (
        "nothing was sampled: denoising strength {denoise:g} leaves none of {steps} steps, and the new area is the prefill",
        "没有采样：重绘幅度 {denoise:g} 使 {steps} 步中没有一步可做，新区域就是预填充",
    ),
    # prompts per side
    "side-prompt-form": (
        "{field}: {value!r} (line {line}) does not have the form 'left: text'",
        "{field}：{value!r}（第 {line} 行）不是 'left: 文本' 的形式",
    ),
    "side-prompt-side": (
        "{field}: {value!r} (line {line}) does not start with a side; sides are {known}",
        "{field}：{value!r}（第 {line} 行）没有以方向开头；方向有 {known}",
    ),
    "side-prompt-step": (
        "{field}: {value!r} (line {line}): passes are counted from 1",
        "{field}：{value!r}（第 {line} 行）：采样次数从 1 算起",
    ),
    "side-prompt-twice": (
        "{field}: {value!r} (line {line}) duplicates an earlier line",
        "{field}：{value!r}（第 {line} 行）与前面的某一行重复",
    ),
    "side-prompt-unused": (
        "side prompt not used: {line!r}; that side does not grow, or not in so many passes",
        "未使用的方向提示词：{line!r}；这一边不扩展，或没有那么多次采样",
    ),
    # LoRAs
    "lora-tag-form": (
        "{field}: {value!r} does not have the form <lora:name:weight>",
        "{field}：{value!r} 不是 <lora:名称:权重> 的形式",
    ),
    "lora-form": ("{field}: {value!r} does not have the form 'name:0.8'", "{field}：{value!r} 不是 '名称:0.8' 的形式"),
    "lora-weight": (
        "{field}: {value!r}: the weight {weight!r} is not a number in -{most:g}..{most:g}",
        "{field}：{value!r}：权重 {weight!r} 不是 -{most:g}..{most:g} 之间的数",
    ),
    # compare
    "compare-quote": ("{field}: {value!r}: a double quote is not closed", "{field}：{value!r}：双引号没有成对"),
    "compare-twice": ("{field}: {value!r} names a parameter twice", "{field}：{value!r} 中有参数出现了两次"),
    "compare-too-many": (
        "{field}: {value!r} makes {count:,} combinations, over the limit of {most:,}",
        "{field}：{value!r} 有 {count:,} 种组合，超过上限 {most:,}",
    ),
    "compare-form": (
        "{field}: {value!r}: {part!r} does not have the form name=value,value",
        "{field}：{value!r}：{part!r} 不是 名称=值,值 的形式",
    ),
    "compare-cannot": ("{field}: {value!r}: {name} cannot be compared", "{field}：{value!r}：{name} 不能用来比较"),
    "compare-unreadable": (
        "{field}: {value!r}: the values of {name} cannot be read ({reason})",
        "{field}：{value!r}：{name} 的值无法读取（{reason}）",
    ),
    "compare-no-values": ("{field}: {value!r}: {name} has no values", "{field}：{value!r}：{name} 没有值"),
}
