"""What every WebUI does with a small picture first, on the stand-in."""

from contract.hires_cases import *  # noqa: F403
