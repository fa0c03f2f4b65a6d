"""The img2img script "Directional outpaint". All it does is in lib_outpaint."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from modules import script_callbacks, scripts  # noqa: E402

from lib_outpaint.apps.panel import controls as panel  # noqa: E402
from lib_outpaint.apps.panel.link import Link  # noqa: E402
from lib_outpaint.apps.panel.panel_texts import NOTICE  # noqa: E402
from lib_outpaint.webui import settings  # noqa: E402
from lib_outpaint.webui.sampler import control_models, lora_networks  # noqa: E402
from lib_outpaint.webui.script import finishing, infotext, job, panel_link, routes  # noqa: E402

LINK = Link(
    panel_link.capabilities,
    panel_link.PICTURES,
    limits=panel_link.limits,
    painted=panel_link.PAINTED,
    notice=NOTICE,
    loras=lora_networks.names,
    controlnet_models=control_models.models,
    controlnet_modules=control_models.modules,
)


class Script(scripts.Script):
    def title(self):
        return finishing.TITLE

    def show(self, is_img2img):
        return is_img2img

    def ui(self, is_img2img):
        controls = panel.controls(self.elem_id, LINK)
        self.infotext_fields = infotext.fields(controls, self.title())
        return controls

    def run(self, p, *args):
        return job.run(p, args, (self.args_from, self.args_to))


script_callbacks.on_ui_settings(settings.add)
script_callbacks.on_infotext_pasted(infotext.pasted)
script_callbacks.on_app_started(routes.add)
