"""What the line under the stage must say: the plan of the test host (SD 1's) for the tests' picture of 600x400 px."""

from __future__ import annotations

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import make_plan

SOURCE = Extent(600, 400)
NONE = {"left": 0, "right": 0, "up": 0, "down": 0}


def summary(**values):
    params = Params(**values)
    return make_plan(SOURCE, params, Capabilities("test")).summary(params.overlap)
