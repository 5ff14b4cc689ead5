"""Hit policies: of the rules that match, which count, and what their outputs make together (DMN 8.2.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.core.dmn.entries import ConstantTests, read_tests
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Names, Scope
from engine.core.feel import FUNCTIONS, Budget, equal, invoke
from engine.core.model.decisions import DecisionTable
from engine.core.model.words import say

if TYPE_CHECKING:
    from engine.core.dmn.tables import Table


# The rules that hit in the order in which they count, their outputs, and the value of the table.
Chosen = tuple[list[int], tuple[object, ...], object]
Chooser = Callable[["Table", int, Scope, Session], Chosen]


class Ranks:
    """The listed output values of each column: what is allowed, and what comes first."""

    def __init__(self, table: DecisionTable, names: Names, budget: Budget) -> None:
        self._lists: list[tuple[str, str, ConstantTests]] = []
        for clause in table.outputs:
            known = read_tests(clause.values, names, {}, budget) if clause.values else None
            if known is not None and not known.is_negated:
                self._lists.append((clause.name, clause.id, known))
        self._is_compound = len(table.outputs) > 1

    def allow(self, output: object, session: Session) -> bool:
        """Is the output among the listed values, in every column that lists some?"""
        if not self._lists:
            return True
        for name, node, known in self._lists:
            part = self._part(output, name)
            if part is not None and not known.passes(part):
                session.find("value-not-allowed", "the output is none of the listed output values", node)
                return False
        return True

    def rank(self, output: object) -> tuple[int, ...]:
        """The places of the output in the lists, columns from left to right; unlisted values come last."""
        return tuple(_place(known, self._part(output, name)) for name, _, known in self._lists)

    def _part(self, output: object, name: str) -> object:
        return output.get(name) if self._is_compound and isinstance(output, Mapping) else output


def _place(known: ConstantTests, value: object) -> int:
    for place, test in enumerate(known.tests):
        if ConstantTests((test,), False).passes(value):
            return place
    return len(known.tests)


def chooser(table: DecisionTable) -> Chooser:
    """The function that applies the table's hit policy."""
    return _POLICIES[table.hit_policy]


def _unique(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if rules & (rules - 1):
        found = list(_each(rules))
        message = say("%(found)s rules match, but the hit policy is UNIQUE", found=len(found))
        session.find("several-rules", message, table.table.id)
        return found, (), None
    return _first(table, rules, scope, session)


def _first(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if not rules:
        return _none(table, scope, session)
    hit = (rules & -rules).bit_length() - 1
    output = table.outputs[hit].value(scope, session)
    return [hit], (output,), output if table.ranks.allow(output, session) else None


def _any(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if not rules:
        return _none(table, scope, session)
    found, outputs = _all(table, rules, scope, session)
    if any(equal(outputs[0], output) is not True for output in outputs[1:]):
        session.find("several-rules", "rules with different outputs match, but the hit policy is ANY", table.table.id)
        return found, outputs, None
    return found, outputs, outputs[0] if table.ranks.allow(outputs[0], session) else None


def _priority(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if not rules:
        return _none(table, scope, session)
    found, outputs = _all(table, rules, scope, session)
    best = min(range(len(found)), key=lambda place: table.ranks.rank(outputs[place]))
    value = outputs[best]
    return [found[best]], (value,), value if table.ranks.allow(value, session) else None


def _output_order(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if not rules:
        return _none(table, scope, session)
    found, outputs = _all(table, rules, scope, session)
    order = sorted(range(len(found)), key=lambda place: table.ranks.rank(outputs[place]))
    return _several(table, [found[place] for place in order], tuple(outputs[place] for place in order), session)


def _rule_order(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    if not rules:
        return _none(table, scope, session)
    return _several(table, *_all(table, rules, scope, session), session)


def _collect(table: Table, rules: int, scope: Scope, session: Session) -> Chosen:
    found, outputs, value = _rule_order(table, rules, scope, session)
    aggregation = table.table.aggregation
    if not aggregation or value is None or not rules:
        return found, outputs, value
    function = FUNCTIONS[aggregation.lower()]
    value = invoke(session, function, (list(outputs),), 0, 0)
    if session.sink:
        session.settle(table.table.id)
    return found, outputs, value


def _several(table: Table, rules: list[int], outputs: tuple[object, ...], session: Session) -> Chosen:
    is_allowed = all(table.ranks.allow(output, session) for output in outputs)
    return rules, outputs, list(outputs) if is_allowed else None


def _none(table: Table, scope: Scope, session: Session) -> Chosen:
    """No rule matches: the default output, or null, whatever the hit policy (DMN 1.5, 10.3.2.10)."""
    return [], (), None if table.default is None else table.default.value(scope, session)


def _all(table: Table, rules: int, scope: Scope, session: Session) -> tuple[list[int], tuple[object, ...]]:
    found = list(_each(rules))
    return found, tuple(table.outputs[rule].value(scope, session) for rule in found)


def _each(rules: int) -> Iterator[int]:
    while rules:
        low = rules & -rules
        yield low.bit_length() - 1
        rules ^= low


_POLICIES: dict[str, Chooser] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _rule_order,
    "COLLECT": _collect,
}
