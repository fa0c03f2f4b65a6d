"""A page that holds the panel as the WebUI does: a picture, a choice of scripts, a button. Serves it on a port.

python tests/ui/harness.py PORT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import gradio as gr

from lib_outpaint.apps.panel import controls as panel
from lib_outpaint.apps.panel import panel_texts as texts
from lib_outpaint.apps.panel.link import Link, params_from
from lib_outpaint.parameters import codecs
from lib_outpaint.planning.capabilities import Capabilities

FEATURES = frozenset({"prompts", "loras", "controlnet"})
LORAS = ["sketch", "film"]  # a refresh finds one more


def loras() -> list[str]:
    LORAS.append(f"found {len(LORAS)}")
    return LORAS


def page() -> gr.Blocks:
    link = Link(
        lambda: Capabilities("test", features=FEATURES),
        ("#img2img_image img", "#img2maskimg img"),
        painted=("#img2maskimg",),
        notice=texts.NOTICE,
        loras=loras,
        controlnet_models=lambda: ["inpaint [12345678]"],
        controlnet_modules=lambda: ["inpaint_only"],
    )
    with gr.Blocks(title="harness") as blocks:
        with gr.Row():
            with gr.Column():
                with gr.Tabs():
                    with gr.Tab("img2img"):
                        gr.Image(elem_id="img2img_image", type="pil", height=200, label="Picture")
                    with gr.Tab("Inpaint"):
                        gr.Image(elem_id="img2maskimg", type="pil", height=200, label="Picture with a mask")
                script = gr.Dropdown(["None", "Directional outpaint"], value="None", label="Script", elem_id="script_list")
                with gr.Group(visible=False) as group:
                    found = panel.build(lambda name: f"script_{name}", link)
            with gr.Column():
                generate = gr.Button("Generate", elem_id="generate")
                paste = gr.Button("Paste", elem_id="paste")
                result = gr.Textbox(label="Result", elem_id="result", interactive=True)
        script.change(lambda title: gr.update(visible=title != "None"), [script], [group])
        generate.click(
            lambda *values: json.dumps(codecs.to_dict(params_from(values), changed_only=True)), found.controls, [result]
        )
        pasted = codecs.to_positional(codecs.from_dict({"left": 72, "down": 40, "overlap": 16}))
        paste.click(lambda: ["" if value is None else value for value in pasted], None, found.controls)
    return blocks


if __name__ == "__main__":
    page().queue().launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)
