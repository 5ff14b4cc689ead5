"""The handlers that come with the engine; those of an application are in the `handlers` module of its own app."""

from engine.demo import handlers as demo_handlers

__all__ = ["demo_handlers"]
