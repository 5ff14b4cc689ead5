"""Decision tables: inputs, matching rules, outputs; which of the matching rules count is in `hits`."""

from __future__ import annotations

from decimal import Decimal

from engine.core.dmn.columns import Column, narrow
from engine.core.dmn.hits import Ranks, chooser
from engine.core.dmn.records import TableHits
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Names, Node, Scope, is_variable, node_of
from engine.core.dmn.types import DmnType
from engine.core.dmn.workshop import Workshop
from engine.core.feel import ANY, BOOLEAN, NUMBER, STRING, FeelType, number
from engine.core.model import decisions as model
from engine.core.model.problems import Problem

Step = tuple[str | None, Node, frozenset[type], Column]

# Types of which every value is one of the FEEL type: there is nothing to convert.
_QUICK: dict[FeelType, frozenset[type]] = {
    ANY: frozenset({int, Decimal, str, bool, type(None), list, dict}),
    NUMBER: frozenset({int, Decimal, type(None)}),
    STRING: frozenset({str, type(None)}),
    BOOLEAN: frozenset({bool, type(None)}),
}


def _quick(kind: DmnType) -> frozenset[type]:
    return frozenset() if kind.has_checks else _QUICK.get(kind.feel, frozenset())


class Table:
    """A decision table, compiled; calling it gives its value. Columns are indexed when first needed."""

    def __init__(self, shop: Workshop, table: model.DecisionTable, names: Names) -> None:
        self.shop, self.table, self.names = shop, table, names
        self.inputs: list[Node] = []
        self.kinds: list[DmnType] = []
        for clause in table.inputs:
            self.inputs.append(node_of(shop.text(clause.expression, names)))
            self.kinds.append(shop.types.find(clause.expression.type_ref, clause.id, clause.line))
        self.output_kinds = [shop.types.find(found.type_ref, found.id, found.line) for found in table.outputs]
        self.is_compound = len(table.outputs) > 1
        self.choose = chooser(table)
        self.rule_ids = tuple(rule.id for rule in table.rules)
        self.outputs = [Row(self, rule.outputs, rule.id) for rule in table.rules]
        defaults = [found.default for found in table.outputs]
        self.default = Row(self, tuple(filter(None, defaults)), table.id) if all(defaults) and defaults else None
        self.ranks = Ranks(table, names, shop.types.budget)
        self.every = (1 << len(table.rules)) - 1
        self.is_open = False
        self._columns: list[Column] | None = None
        self._steps: list[Step] | None = None

    # columns

    @property
    def columns(self) -> list[Column]:
        if self._columns is None:
            self._columns = [self._column(place) for place in range(len(self.table.inputs))]
        return self._columns

    def _column(self, place: int) -> Column:
        """The index of one column; entries with the same text share one."""
        by_text: dict[tuple[str, str], int] = {}
        first: dict[tuple[str, str], model.Entry] = {}
        for bit, rule in enumerate(self.table.rules):
            if place < len(rule.inputs):
                entry = rule.inputs[place]
                text = entry.text
                if text == "-":
                    # a dash stands for all expected values, where they are listed (DMN 1.5, 10.3.2.10)
                    text = self.table.inputs[place].values or "-"
                key = (text, entry.language)
                by_text[key] = by_text.get(key, 0) | 1 << bit
                first.setdefault(key, entry)
        constants, others = [], []
        for (text, language), rules in by_text.items():
            entry = first[text, language]
            known = self.shop.constant_tests(text, entry, self.names) if language == "feel" else None
            if known is not None:
                constants.append((known, rules))
            else:
                others.append((self.shop.tests(text, entry, self.names), rules))
        return Column(constants, others)

    @property
    def steps(self) -> list[Step]:
        """Per column: the variable if it is one alone, the expression, the types that need no look, the index."""
        if self._steps is None:
            names = [clause.expression.text for clause in self.table.inputs]
            self.is_open = any(column.open for column in self.columns)
            self._steps = [
                (name if is_variable(name, self.names) else None, node, _quick(kind), column)
                for name, node, kind, column in zip(names, self.inputs, self.kinds, self.columns, strict=True)
            ]
        return self._steps

    def _fit(self, place: int, value: object, session: Session) -> object:
        """An input value as its column wants it."""
        if type(value) is float:
            value = number(value)
        kind = self.kinds[place]
        return kind.conform(kind.adopt(value), session, self.table.inputs[place].id)

    def problems(self) -> list[Problem]:
        """The texts of a table are the workshop's to check; reading the columns brings them there."""
        assert self.columns is not None
        for row in self.outputs:
            row.prepare()
        return []

    # evaluation

    def __call__(self, scope: Scope, session: Session) -> object:
        values: list[object] = []
        rules = self.every
        for name, node, quick, column in self._steps or self.steps:
            value = scope[name] if name in scope else node(scope, session)
            if type(value) not in quick:
                value = self._fit(len(values), value, session)
            values.append(value)
            if rules:
                lookup = column.ready.get(type(value))
                rules &= column.match(value) if lookup is None else lookup(value)
        if rules and self.is_open:
            for column, value in zip(self.columns, values, strict=True):
                if column.open:
                    rules = narrow(column, rules, value, scope, session)
        hits, outputs, value = self.choose(self, rules, scope, session)
        ids = self.rule_ids
        session.hits.append(TableHits(self.table.id, tuple(values), tuple([ids[hit] for hit in hits]), outputs))
        return value


class Row:
    """The outputs of one rule, or the default outputs of the table."""

    __slots__ = ("_nodes", "_table", "cells", "place")

    def __init__(self, table: Table, cells: tuple[model.LiteralExpression, ...], place: str) -> None:
        self._table, self.cells, self.place = table, cells, place
        self._nodes: list[Node] | None = None

    def prepare(self) -> list[Node]:
        if self._nodes is None:
            shop, names = self._table.shop, self._table.names
            self._nodes = [_cell(shop, cell, names) for cell in self.cells]
        return self._nodes

    def value(self, scope: Scope, session: Session) -> object:
        nodes = self._nodes or self.prepare()
        table = self._table
        if not table.is_compound:
            return nodes[0](scope, session) if nodes else None
        made: dict[str, object] = {}
        for clause, kind, node in zip(table.table.outputs, table.output_kinds, nodes, strict=False):
            made[clause.name] = kind.conform(node(scope, session), session, clause.id)
        return made


def _cell(shop: Workshop, cell: model.LiteralExpression, names: Names) -> Node:
    """An output entry; an empty one is null."""
    text = cell.text or "null"
    if cell.language == "feel":
        is_constant, value = shop.constant(text, cell, names)
        if is_constant:
            return lambda _scope, _session: value
    return node_of(shop.text(cell, names))
