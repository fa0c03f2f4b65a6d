"""What every WebUI does, on the stand-in."""

from contract.cases import *  # noqa: F403
