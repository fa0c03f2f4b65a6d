"""What the panel asks of the WebUI: the checkpoint in use, what is installed, where the pictures are."""

from __future__ import annotations

from typing import Any

from ...apps.panel.link import Link
from ...apps.panel.panel_texts import NOTICE
from ...planning.capabilities import Capabilities
from ...planning.limits import Limits
from ..sampler import control_models
from ..sampler import lora_networks as networks
from ..sampler.checkpoint import checkpoint_for
from ..sampler.sampler import WebUISampler
from . import settings

# The containers of img2img, sketch, inpaint, inpaint sketch and inpaint upload are the same on A1111, Forge and reForge.
PICTURES = tuple(
    f"{place} img" for place in ("#img2img_image", "#img2img_sketch", "#img2maskimg", "#inpaint_sketch", "#img_inpaint_base")
)
PAINTED = ("#img2maskimg", "#inpaint_sketch", "#img_inpaint_base")


class _Idle:
    """What is asked of a processing object while there is no job."""

    override_settings: dict[str, Any] = {}  # noqa: RUF012  never written to


def link() -> Link:
    """The panel's link to this WebUI."""
    return Link(
        _capabilities,
        PICTURES,
        limits=_limits,
        painted=PAINTED,
        notice=NOTICE,
        loras=networks.names,
        controlnet_models=control_models.models,
        controlnet_modules=control_models.modules,
    )


def _limits() -> Limits:
    return settings.current().limits


def _capabilities() -> Capabilities:
    return WebUISampler(_Idle(), checkpoint_for(_Idle()), settings.current()).capabilities()
