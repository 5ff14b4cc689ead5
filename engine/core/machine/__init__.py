"""The only room that knows `transitions`: rows of states and transitions into a machine whose models are tokens."""

from engine.core.machine.build import build_machine

__all__ = ["build_machine"]
