"""Which guards were asked where a way was chosen, with what values and what came out, read back from the history.

Guards have no effects, so asking them again with the variables of that moment gives what they gave; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.core.feel import (
    DEFAULT_BUDGET,
    Budget,
    Expression,
    ExpressionError,
    compile_expression,
    from_instant,
    to_text,
)
from engine.core.machine.hooks import Edge, ProcessMachine
from engine.core.model.runtime import ROOT


@dataclass(frozen=True, slots=True)
class Asked:
    """One way out. `gave` is None for the default flow and for what was not asked any more."""

    flow: str
    guard: str
    gave: str | None
    is_taken: bool
    is_default: bool


@dataclass(slots=True)
class Decided:
    """One choice. `index` is its place in the history, `values` what its guards read."""

    index: int
    node: str
    token: int
    ways: list[Asked]
    values: dict[str, Any] = field(default_factory=dict)


class DecidedReader:
    """Follows the variables of one instance along its history, which it is given piece by piece."""

    def __init__(self, machine: ProcessMachine, budget: Budget = DEFAULT_BUDGET) -> None:
        self.machine, self.budget = machine, budget
        self.read_so_far = 0
        self.variables: dict[int, dict[str, Any]] = {ROOT: {}}
        self.scopes: dict[int, int] = {}

    def read(self, log: Iterable[Any], now: datetime) -> list[Decided]:
        """The choices in the next piece of the history."""
        found: list[Decided] = []
        open_split: tuple[int, str] | None = None
        for entry in log:
            index, self.read_so_far = self.read_so_far, self.read_so_far + 1
            head = entry[0]
            split = None
            if not isinstance(head, str):
                edge = self.machine.edges[entry[1]]
                self._note(found, index, head, [edge], now)
                if edge.target_state is not None:
                    self.variables.pop(head, None)
            elif head == "born":
                self.scopes[entry[1]] = entry[3]
            elif head == "fork":
                edge, source = self.machine.edges[entry[2]], entry[3]
                split = source, edge.source
                self.scopes[entry[1]] = self.scopes.get(source, ROOT)
                if split == open_split and found and found[-1].token == source:
                    found[-1].ways = [_taken(way, edge) for way in found[-1].ways]
                elif split != open_split:
                    self._note(found, index, source, [edge], now)
            elif head == "set":
                self.variables.setdefault(entry[1], {}).update(entry[2])
            elif head == "gone" and entry[1] in self.variables and entry[1] != ROOT:
                del self.variables[entry[1]]
            open_split = split
        return found

    def _note(self, found: list[Decided], index: int, token: int, taken: list[Edge], now: datetime) -> None:
        edge = taken[0]
        event = self.machine.events.get(edge.row.trigger)
        edges: list[Edge] = event.transitions.get(edge.source, []) if event is not None else []
        if not any(other.row.guard is not None for other in edges):
            return
        visible = self._view(token)
        decided = Decided(index, edge.source_state.node, token, [])
        is_over = False
        for other in edges:
            is_taken = other is edge
            gave = None
            if other.row.guard is not None and not is_over:
                gave = self._ask(other.row.guard, visible, decided.values, now)
            text = other.row.guard[1] if other.row.guard is not None else ""
            decided.ways.append(Asked(other.flow or "", text, gave, is_taken, other.row.is_default))
            is_over = is_over or (is_taken and not edge.source_state.splits)
        found.append(decided)

    def _view(self, token: int) -> dict[str, Any]:
        chain = [token]
        while chain[-1] != ROOT and len(chain) < 1000:
            chain.append(self.scopes.get(chain[-1], ROOT))
        visible: dict[str, Any] = {}
        for owner in reversed(chain):
            visible.update(self.variables.get(owner, {}))
        return visible

    def _ask(self, guard: tuple[str, str], visible: Mapping[str, Any], values: dict[str, Any], now: datetime) -> str:
        try:
            expression = _compile(*guard, self.budget)
        except ExpressionError as error:
            return str(error)
        for name in sorted(expression.names):
            values[name] = visible.get(name)
        value = expression.value(visible, now=from_instant(now))
        if value is None or isinstance(value, bool):
            return {True: "true", False: "false", None: "null"}[value]
        return to_text(value)


def _taken(way: Asked, edge: Edge) -> Asked:
    is_same = way.flow == (edge.flow or "")
    return Asked(way.flow, way.guard, way.gave, way.is_taken or is_same, way.is_default)


@lru_cache(maxsize=256)
def _compile(language: str, text: str, budget: Budget) -> Expression:
    return compile_expression(text, language="juel" if language == "juel" else "feel", budget=budget)
