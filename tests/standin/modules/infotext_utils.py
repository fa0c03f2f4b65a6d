"""The grammar of infotext, and what pasting one does: on the page, and by the API's field `infotext`."""

import json
import re

from . import shared

PARAM = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
SIZE = re.compile(r"^(\d+)x(\d+)$")


class PasteField(tuple):
    """A pair of component and target; `api` names a field of the request."""

    def __new__(cls, component, target, *, api=None):
        return super().__new__(cls, (component, target))

    def __init__(self, component, target, *, api=None):
        self.component, self.api = component, api
        self.label, self.function = (None, target) if callable(target) else (target, None)


def quote(value):
    text = str(value)
    return json.dumps(value, ensure_ascii=False) if any(c in text for c in ",\n:") else value


def unquote(text):
    if not text or text[0] != '"' or text[-1] != '"':
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def parse_generation_parameters(text):
    *lines, last = text.strip().split("\n")
    if len(PARAM.findall(last)) < 3:
        lines, last = [*lines, last], ""
    prompts = {"Prompt": [], "Negative prompt": []}
    key = "Prompt"
    for line in lines:
        line = line.strip()
        if line.startswith("Negative prompt:"):
            key, line = "Negative prompt", line[16:].strip()
        prompts[key].append(line)
    found = {}
    for name, value in PARAM.findall(last):
        if not value:
            continue  # the host reports an error and goes on
        value = unquote(value)
        size = SIZE.match(value)
        found |= {f"{name}-1": size[1], f"{name}-2": size[2]} if size else {name: value}
    for name, lines in prompts.items():
        found[name] = "\n".join(lines)
    if shared.opts.infotext_styles != "Ignore":
        styles, found["Prompt"], found["Negative prompt"] = shared.prompt_styles.extract_styles_from_prompt(
            found["Prompt"], found["Negative prompt"]
        )
        if styles:
            found["Styles array"] = styles
    return {"Mask mode": "Inpaint masked", "Masked content": "original", **found}


def pasted(fields, text):
    """What the page's components are set to: a list with None where one keeps its value."""
    entries = parse_generation_parameters(text)
    values = []
    for component, target in fields:
        value = target(entries) if callable(target) else entries.get(target)
        kind = type(component.value)
        values.append(None if value is None else float(value) if kind is int else kind(value))
    return values


def applied(fields, text, request, types):
    """Sets the fields of an API request that it does not have yet; `types` are those of the request's fields."""
    entries = parse_generation_parameters(text)
    for field in fields:
        if getattr(field, "api", None) is None or field.api in request:
            continue
        value = field.function(entries) if field.function else entries.get(field.label)
        if value is not None:
            kind = types[field.api]
            request[field.api] = value if isinstance(value, kind) else kind(value)
    return request
