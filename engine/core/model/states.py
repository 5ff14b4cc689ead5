"""A process told as states and transitions alone, as people write it; what the engine executes is model.graph."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NamedState:
    """A state in which an instance rests until one of its transitions is taken; nothing leaves a final one."""

    id: str
    name: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class NamedTransition:
    """A way from state to state, by an event or after a time, one of the two.

    `guard` is a FEEL condition, `does` the type of the job that is done on the way, `name` what people call that step;
    each may be empty.
    """

    source: str
    target: str
    event: str = ""
    after: str = ""
    guard: str = ""
    does: str = ""
    name: str = ""


@dataclass(slots=True)
class StateMachine:
    """The whole process. The transitions of a state are asked in their order."""

    id: str
    name: str
    initial: str
    states: dict[str, NamedState] = field(default_factory=dict)
    transitions: list[NamedTransition] = field(default_factory=list)
