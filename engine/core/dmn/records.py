"""What an evaluation leaves for history: per element its inputs, matched rules and value; no evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.core.feel import to_json, to_text


class TableHits(NamedTuple):
    """One evaluation of one decision table: the value of each column, the rules that hit, their outputs."""

    table: str
    inputs: tuple[object, ...]
    rules: tuple[str, ...]
    outputs: tuple[object, ...]


class DecisionRecord(NamedTuple):
    """One element that was evaluated: a decision, or a knowledge model with its table."""

    id: str
    name: str
    kind: str
    inputs: Mapping[str, object]
    value: object
    tables: tuple[TableHits, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that hit."""
        return tuple(rule for table in self.tables for rule in table.rules)

    @property
    def outputs(self) -> tuple[object, ...]:
        """What those rules gave."""
        return tuple(output for table in self.tables for output in table.outputs)

    def to_json(self) -> dict[str, object]:
        """The record as plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "inputs": {name: _plain(value) for name, value in self.inputs.items()},
            "value": _plain(self.value),
            "tables": [
                {
                    "table": hits.table,
                    "inputs": _plain_all(hits.inputs),
                    "rules": list(hits.rules),
                    "outputs": _plain_all(hits.outputs),
                }
                for hits in self.tables
            ],
        }


def _plain_all(values: Iterable[object]) -> list[object]:
    return [_plain(value) for value in values]


def _plain(value: object) -> object:
    """A function has no JSON form; history keeps what it looks like."""
    try:
        return to_json(value)
    except ValueError:
        return to_text(value)
