"""What the engine executes: explicit states and transitions, every member storable as a row; no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PROCESS = "#process"  # the state of the root token: the process itself
DONE = "#done"  # the root token's last state
END = "#end"  # where a token goes that has no flow left

COMPLETE = "complete"
PLACE = "loopCounter"  # an instance of a multi-instance activity sees its number, from 1
STARTER = "#starter"  # among the steps of a four-eyes rule: whoever started the instance


def heard(what: str) -> str:
    """The trigger of the listeners that are called beside a task which goes on waiting."""
    return f"heard:{what}"


@dataclass(slots=True)
class State:
    """One state. `key` is unique in the graph, `node` the BPMN id that it stands for (a multi-instance
    activity has two states), `scope` the key of the state whose token owns the tokens in this one."""

    key: str
    kind: str
    node: str
    scope: str = PROCESS
    name: str = ""
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Transition:
    """One edge. `target` None is internal: the token stays. `born` is the state in which a fresh token starts:
    beside the source token, or inside its scope when `is_inside`; `clears` cancels that scope's tokens first."""

    source: str
    trigger: str
    target: str | None
    flow: str = ""
    guard: tuple[str, str] | None = None  # language, text
    position: int = 0
    is_default: bool = False
    born: str | None = None
    is_inside: bool = False
    clears: bool = False
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Graph:
    """One executable process. The state `PROCESS` holds in its config what concerns the whole: its starts."""

    process: str
    name: str = ""
    version_tag: str = ""
    states: dict[str, State] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
