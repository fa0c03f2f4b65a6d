"""The page: upload, panel and stage, engine, progress, before and after. Runs on this machine and asks nobody else."""

from .access import is_loopback
from .engines import Engines, models_in
from .server import require_gradio, serve

__all__ = ["Engines", "is_loopback", "models_in", "require_gradio", "serve"]
