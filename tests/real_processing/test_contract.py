"""What every WebUI does, with the host's real processing code."""

from contract.cases import *  # noqa: F403
