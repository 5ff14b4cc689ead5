"""BPMN and DMN files into plain data; the only room that knows XML."""

from engine.core.parse.read import read_diagram

__all__ = ["read_diagram"]
