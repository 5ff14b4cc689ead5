"""A diagram into the graph of states and transitions, with all its problems; nothing runs here."""

from engine.core.compile.build import compile_diagram

__all__ = ["compile_diagram"]
