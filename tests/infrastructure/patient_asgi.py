"""A server that looks for jobs only when it is nudged: what answers here before its time was told by somebody else."""

from config.asgi import application  # isort: skip  it sets Django up

from api import waiting

waiting.LOOK_SECONDS = 3600.0

__all__ = ["application"]
