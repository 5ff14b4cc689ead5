"""The engine: everything between a deployed diagram and its running instances."""

__version__ = "0.1.0"
