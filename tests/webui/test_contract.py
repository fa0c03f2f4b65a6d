"""What every WebUI does, on a running one."""

from contract.cases import *  # noqa: F403
