"""The handlers that come with the engine; those of an application are in the `handlers` module of its own app."""

from engine.demo import handlers as demo_handlers
from engine.worker import connectors

__all__ = ["connectors", "demo_handlers"]
