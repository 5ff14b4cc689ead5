"""One evaluation of decisions: its purse, its values so far, its findings and its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.core.dmn.records import DecisionRecord, TableHits
from engine.core.feel import Budget, DateTime, Diagnostic, Run

# One evaluation of a decision asks many expressions; together they may do this many times the work of one.
_MORE_STEPS, _MORE_OUTPUT = 10, 4
MAX_FINDINGS = 100
MAX_RECORDS = 1_000


def widen(one: Budget) -> Budget:
    """What one decision may do with everything that it requires, where this is what one expression may do."""
    return one._replace(steps=_MORE_STEPS * one.steps, output=_MORE_OUTPUT * one.output)


class Finding(NamedTuple):
    """Why a part of a decision is null: a code, words, the place in the text, and whose text it is."""

    code: str
    message: str
    start: int
    end: int
    node: str


class Session(Run):
    """What expressions know as their run; decisions, functions and tables keep their own things in it too."""

    __slots__ = ("depth", "found", "hits", "known", "opened", "records", "variables")

    def __init__(
        self,
        variables: Mapping[str, object],
        now: DateTime | None,
        functions: Mapping[str, object] | None,
        budget: Budget,
    ) -> None:
        # what Run.__init__ does, without the call
        self.steps, self.output, self.calls, self.depth = budget.steps, budget.output, budget.calls, budget.calls
        self.now, self.functions = now, functions
        self.sink: list[Diagnostic] = []
        self.variables = variables
        self.known: dict[str, object] = {}  # values of input data and decisions, by key
        self.opened: dict[str, dict[str, object]] = {}  # what each model sees of the variables
        self.hits: list[TableHits] = []  # of the element that is evaluated now
        self.records: list[DecisionRecord] = []
        self.found: list[Finding] = []

    def find(self, code: str, message: str, node: str, start: int = 0, end: int = 0) -> None:
        """Keep a finding about an element."""
        if len(self.found) < MAX_FINDINGS:
            self.found.append(Finding(code, message, start, end, node))

    def settle(self, node: str) -> None:
        """What expressions noted since the last time belongs to this element."""
        for code, message, start, end in self.sink:
            self.find(code, message, node, start, end)
        self.sink.clear()

    def record(self, record: DecisionRecord) -> None:
        """Keep a record; of what functions evaluate over and over only the first ones."""
        is_inside_a_call = self.calls < self.depth
        if not is_inside_a_call or len(self.records) < MAX_RECORDS:
            self.records.append(record)
