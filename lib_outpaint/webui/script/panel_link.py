"""What the panel asks of the WebUI: the checkpoint in use, what is installed, where the image is."""

from __future__ import annotations

from ...planning.capabilities import Capabilities
from ...planning.limits import Limits
from .. import settings
from ..sampler.checkpoint import checkpoint_for
from ..sampler.sampler import capabilities_of

# The containers of img2img, sketch, inpaint, inpaint sketch and inpaint upload are the same on A1111, Forge and reForge.
PICTURES = tuple(
    f"{place} img" for place in ("#img2img_image", "#img2img_sketch", "#img2maskimg", "#inpaint_sketch", "#img_inpaint_base")
)
PAINTED = ("#img2maskimg", "#inpaint_sketch", "#img_inpaint_base")


def limits() -> Limits:
    """What a plan may not exceed, by the settings as they are now."""
    return settings.current().limits


def capabilities() -> Capabilities:
    """What the checkpoint of the settings can do."""
    return capabilities_of(checkpoint_for({}), settings.current())
