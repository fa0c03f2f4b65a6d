"""What every WebUI does with a small picture first, with the host's real processing code."""

from contract.hires_cases import *  # noqa: F403
