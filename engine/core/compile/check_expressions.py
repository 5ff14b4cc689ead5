"""Everything written in an expression language or as a date, duration or number: does it parse?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from engine.core.compile import timers
from engine.core.compile.findings import Findings, Plan
from engine.core.feel import ExpressionError
from engine.core.model.diagram import (
    Definition,
    Flow,
    Formula,
    Listener,
    Loop,
    Mapping,
    Node,
    Process,
    Settings,
)
from engine.core.model.words import say

Named = Iterable[tuple[str, Formula | None]]
_NEVER_ASKED: Final = frozenset({"parallelGateway", "eventBasedGateway", "startEvent", "boundaryEvent"})


def check(findings: Findings, plan: Plan) -> None:
    checker = _Checker(findings, plan)
    process = plan.process
    checker.formulas(process, _settings(process.settings))
    checker.formulas(process, process.properties.items())
    for flow in process.flows.values():
        source = plan.nodes.get(flow.source)
        is_asked = source is None or (source.kind not in _NEVER_ASKED and flow.id != source.default_flow)
        if is_asked:
            checker.formula(flow, "condition", flow.condition)
        for listener in flow.listeners:
            checker.formulas(flow, _listener(listener))
    for node in plan.nodes.values():
        checker.formulas(node, _settings(node.settings))
        checker.formulas(node, _own(node))
        if node.loop is not None:
            checker.formulas(node, _loop(node.loop))
        for definition in node.definitions:
            checker.definition(node, definition)
        checker.literals(node)


class _Checker:
    """Asks once for every text: the same condition stands on many flows."""

    def __init__(self, findings: Findings, plan: Plan) -> None:
        self.findings = findings
        self.plan = plan
        self.answers: dict[Formula, str] = {}

    def formulas(self, element: Node | Flow | Process, named: Named) -> None:
        for name, formula in named:
            self.formula(element, name, formula)

    def formula(
        self, element: Node | Flow | Process, name: str, formula: Formula | None, line: int | None = None
    ) -> None:
        if formula is None or formula.language == "static":
            return
        if formula.language == "other":
            message = say(
                "The %(name)s is written in %(origin)s, which does not run here; write it in FEEL.",
                name=name,
                origin=formula.origin,
            )
            self.findings.add("unsupported-language", element, message, line)
            return
        if not formula.text:
            self.findings.add(
                "empty-expression", element, say("The %(name)s is empty; write an expression.", name=name), line
            )
            return
        answer = self.answers.get(formula)
        if answer is None:
            answer = self.answers[formula] = self._why_not(element, formula, line)
        if answer:
            message = say("The %(name)s cannot be read: %(answer)s; correct it.", name=name, answer=answer)
            self.findings.add("invalid-expression", element, message, line)

    def _why_not(self, element: Node | Flow | Process, formula: Formula, line: int | None) -> str:
        """Why the text is no expression of its language; empty when it is one."""
        try:
            self.findings.read(element, formula.text, formula.language, line)
        except ExpressionError as error:
            found = (f"{one.message} (at {_place(formula.text, one.start)})" for one in error.problems[:2])
            return "; ".join(found) or "it is no expression"
        return ""

    def definition(self, node: Node, definition: Definition) -> None:
        line = definition.line
        self.formula(node, f"name of the {definition.kind}", definition.name, line)
        self.formula(node, f"code of the {definition.kind}", definition.code, line)
        for part in (definition.correlation_key, *definition.correlation_parts):
            self.formula(node, "correlation key", part, line)
        self.formula(node, "timer" if definition.kind == "timer" else "condition", definition.formula, line)
        if definition.kind == "timer":
            self.timer(node, definition)
        if definition.settings is not None and definition.settings is not node.settings:
            self.formulas(node, _settings(definition.settings))

    def timer(self, node: Node, definition: Definition) -> None:
        problem = timers.find_problem(definition)
        if problem:
            self.findings.add("invalid-timer", node, problem, definition.line)

    def literals(self, node: Node) -> None:
        """Static texts that have to be numbers, dates or durations."""
        settings = node.settings
        for name, formula in (("job retries", settings.job_retries), ("priority", settings.priority)):
            if formula is not None and formula.language == "static" and not _is_whole(formula.text):
                message = say(
                    "The %(name)s %(text)s is not a whole number; correct it.", name=name, text=repr(formula.text)
                )
                self.findings.add("invalid-number", node, message)
        for name, formula in (("due date", settings.due), ("follow-up date", settings.follow_up)):
            if formula is not None and formula.language == "static" and not timers.is_date(formula.text):
                message = say(
                    "The %(name)s %(text)s is no ISO 8601 date; write it like 2030-01-31T12:00:00Z.",
                    name=name,
                    text=repr(formula.text),
                )
                self.findings.add("invalid-date", node, message)
        if settings.retry_cycle and not timers.is_retry_cycle(settings.retry_cycle):
            message = say(
                "%(retry_cycle)s is no retry cycle; write it like R3/PT10M or PT1M,PT10M.",
                retry_cycle=repr(settings.retry_cycle),
            )
            self.findings.add("invalid-retry-cycle", node, message)
        for listener in settings.listeners:
            if listener.timer is not None:
                self.timer(node, listener.timer)


def _place(text: str, start: int) -> str:
    """Where in the expression: its line only where there are several."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return f"character {column}" if "\n" not in text else f"line {line}, character {column}"


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text) is not None


_SETTINGS: Final = (
    ("job type", "job_type"), ("job retries", "job_retries"), ("assignee", "assignee"),
    ("candidate users", "candidate_users"), ("candidate groups", "candidate_groups"), ("due date", "due"),
    ("follow-up date", "follow_up"), ("priority", "priority"), ("script", "script_formula"),
    ("time to live of the message", "message_ttl"), ("id of the message", "message_id"),
    ("correlation key", "message_key"), ("job priority", "job_priority"),
    ("collection of active elements", "active_elements"), ("output element", "output_element"),
)  # fmt: skip


def _settings(settings: Settings) -> Named:
    for name, member in _SETTINGS:
        yield name, getattr(settings, member)
    yield from _mappings(settings.inputs, "input")
    yield from _mappings(settings.outputs, "output")
    for name, formula in settings.fields.items():
        yield f"field {name}", formula
    for _, formula in settings.error_definitions:
        yield "error definition", formula
    for listener in settings.listeners:
        yield from _listener(listener)
    if settings.decision is not None:
        yield "decision", settings.decision.decision
    yield "business key", settings.business_key
    if settings.called is not None:
        yield "called process", settings.called.process
        yield "version of the called process", settings.called.version
        yield "business key", settings.called.business_key
        yield from _mappings(settings.called.inputs, "input")
        yield from _mappings(settings.called.outputs, "output")
    if settings.form is not None:
        for field in settings.form.fields:
            yield f"default of the field {field.id}", field.default


def _mappings(mappings: list[Mapping], kind: str) -> Named:
    todo = [(f"{kind} {mapping.target}", mapping) for mapping in reversed(mappings)]
    while todo:
        name, mapping = todo.pop()
        if mapping.shape:
            todo.extend((name, item) for item in reversed(mapping.items))
        else:
            yield name, mapping.source


def _listener(listener: Listener) -> Named:
    yield "retries of the listener", listener.retries
    for name, formula in listener.fields.items():
        yield f"field {name} of the listener", formula


def _own(node: Node) -> Named:
    yield "activation condition", node.activation
    yield "completion condition", node.completion
    for name, formula in node.properties.items():
        yield f"value of the property {name}", formula
    for association in (*node.data_inputs, *node.data_outputs):
        yield "transformation of the data association", association.transformation


def _loop(loop: Loop) -> Named:
    yield "number of instances", loop.cardinality
    yield "collection", loop.collection
    yield "output element", loop.output_element
    yield "completion condition", loop.completion
    yield "instances at once", loop.at_once
    yield "loop condition", loop.condition
    for formula, _ in loop.complex_events:
        yield "condition of the complex behaviour", formula
