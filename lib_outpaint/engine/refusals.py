"""What a request asks for and cannot have, refused before anything is sampled."""

from __future__ import annotations

from ..errors import ParamError, not_a_choice
from ..messages import message, same
from ..parameters.params import Params
from ..pixels.fills import require
from ..planning.capabilities import Capabilities
from .protocol import refused
from .request import FILL_OF_NEW, Request

# What a checkpoint of another kind could do.
_NEEDED = {
    "mask_weight": "mask-weight-needs-inpainting",
    "reference": "reference-needs-editing",
    "edit_instruction": "edit-instruction-needs-editing",
    "controlnet_tile": "controlnet-tile-needs-family",
}


def check(request: Request, params: Params, caps: Capabilities) -> None:
    """Refuses what the backend cannot do and missing packages.

    Raises:
        ParamError, MissingExtra: the first such thing.
    """
    require(params.fill)
    if request.painted_fill not in ("", FILL_OF_NEW):
        require(request.painted_fill)
    for prompts in request.prompts:
        for name, value in refused(params.guidance, request.sampling, prompts, caps).items():
            if name in _NEEDED and caps.has_model:
                raise ParamError(name, value, _NEEDED[name], name=caps.model or message("this-checkpoint"))
            raise ParamError(name, value, "not-supported", engine=caps.engine)
    if params.hires_scaler and not caps.scalers:
        raise ParamError("hires_scaler", params.hires_scaler, "not-supported", engine=caps.engine)
    if params.hires_scaler and same(params.hires_scaler, caps.scalers) is None:
        raise not_a_choice("hires_scaler", params.hires_scaler, caps.scalers)
