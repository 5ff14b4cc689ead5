"""Decision tables: inputs, matching rules, outputs; which of the matching rules count is in `hits`."""

from __future__ import annotations

from engine.core.dmn.columns import Column, narrow
from engine.core.dmn.entries import read_constant, read_tests
from engine.core.dmn.hits import Ranks, chooser
from engine.core.dmn.records import TableHits
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Names, Node, Scope, node_of
from engine.core.dmn.types import DmnType
from engine.core.dmn.workshop import Workshop
from engine.core.feel import ANY
from engine.core.model import decisions as model
from engine.core.model.problems import Problem


class Table:
    """A decision table, compiled; calling it gives its value. Columns are indexed when first needed."""

    def __init__(self, shop: Workshop, table: model.DecisionTable, names: Names) -> None:
        self.shop, self.table, self.names = shop, table, names
        self.inputs: list[Node] = []
        self.kinds: list[DmnType] = []
        for clause in table.inputs:
            self.inputs.append(node_of(shop.text(clause.expression, names)))
            self.kinds.append(shop.types.find(clause.expression.type_ref, clause.id, clause.line))
        self.typed = [place for place, kind in enumerate(self.kinds) if kind.feel is not ANY]
        self.output_kinds = [shop.types.find(found.type_ref, found.id, found.line) for found in table.outputs]
        self.is_compound = len(table.outputs) > 1
        self.choose = chooser(table)
        self.rule_ids = tuple(rule.id for rule in table.rules)
        self.outputs = [Row(self, rule.outputs, rule.id) for rule in table.rules]
        defaults = [found.default for found in table.outputs]
        self.default = (
            Row(self, tuple(filter(None, defaults)), table.id) if all(defaults) and defaults else None
        )
        self.ranks = Ranks(table, names)
        self._columns: list[Column] | None = None

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
            known = read_tests(text, self.names, self.shop.types.feel_types) if language == "feel" else None
            if known is not None:
                constants.append((known, rules))
            else:
                others.append((self.shop.tests(text, entry, self.names), rules))
        return Column(constants, others)

    def problems(self) -> list[Problem]:
        """The texts of a table are the workshop's to check; reading the columns brings them there."""
        assert self.columns is not None
        for row in self.outputs:
            row.prepare()
        return []

    # evaluation

    def __call__(self, scope: Scope, session: Session) -> object:
        columns = self._columns or self.columns
        values = [node(scope, session) for node in self.inputs]
        for place in self.typed:
            kind = self.kinds[place]
            value = values[place]
            if value is not None and (kind.has_checks or not kind.feel.has(value)):
                values[place] = kind.conform(kind.adopt(value), session, self.table.inputs[place].id)
        rules = (1 << len(self.outputs)) - 1
        for column, value in zip(columns, values, strict=True):
            rules &= column.match(value)
            if not rules:
                break
        else:
            for column, value in zip(columns, values, strict=True):
                if column.open:
                    rules = narrow(column, rules, value, scope, session)
        hits, outputs, value = self.choose(self, rules, scope, session)
        ids = self.rule_ids
        session.hits.append(
            TableHits(self.table.id, tuple(values), tuple([ids[hit] for hit in hits]), outputs)
        )
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
        is_constant, value = read_constant(text, names)
        if is_constant:
            return lambda _scope, _session: value
    return node_of(shop.text(cell, names))
