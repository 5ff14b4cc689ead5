"""A whole deployment in memory, with a clock that only moves when told: section by section what the engine does."""

from engine.core.model.problems import BpmnError, CorrelationError, DiagramError, FormError, ProcessError
from engine.core.simulate.deployment import Reading, read_bpmn
from engine.core.simulate.simulation import Simulation

__all__ = [
    "BpmnError",
    "CorrelationError",
    "DiagramError",
    "FormError",
    "ProcessError",
    "Reading",
    "Simulation",
    "read_bpmn",
]
