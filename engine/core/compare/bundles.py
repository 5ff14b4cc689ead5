"""Two versions of all that is deployed as one: diagrams, decisions and forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.compare.change import Change
from engine.core.compare.diagrams import compare_diagrams
from engine.core.compare.facts import Facts, compare_facts, read_facts
from engine.core.compare.forms import compare_forms
from engine.core.model.decisions import (
    Boxed,
    Decision,
    DecisionModel,
    DecisionTable,
    LiteralExpression,
)
from engine.core.model.diagram import Diagram

_GRAPH = ("inputs", "knowledge", "services", "types")


@dataclass(slots=True)
class Bundle:
    """`decisions` are read files by any name, `forms` form-js schemas by their keys."""

    diagram: Diagram
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def compare_bundles(before: Bundle, after: Bundle) -> list[Change]:
    changes = compare_diagrams(before.diagram, after.diagram)
    old, new = _decisions_of(before), _decisions_of(after)
    changes += [change for key in _keys(old, new) for change in _compare_decisions(key, old.get(key), new.get(key))]
    for key in _keys(before.forms, after.forms):
        changes += compare_forms("form", key, key, f"Form “{key}”", before.forms.get(key), after.forms.get(key))
    return changes


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [*after, *(key for key in before if key not in after)]


def _decisions_of(bundle: Bundle) -> dict[str, tuple[Decision, DecisionModel]]:
    return {decision.id: (decision, model) for model in bundle.decisions.values() for decision in model.decisions}


def _compare_decisions(
    key: str, before: tuple[Decision, DecisionModel] | None, after: tuple[Decision, DecisionModel] | None
) -> Iterator[Change]:
    if before is None or after is None:
        found = after or before
        assert found is not None
        yield Change(
            "added" if before is None else "removed", "decision", key, key, f"Decision “{found[0].name or key}”"
        )
        return
    label = f"Decision “{after[0].name or key}”"
    yield from compare_facts("decision", key, key, label, _decision_facts(*before), _decision_facts(*after))


def _decision_facts(decision: Decision, model: DecisionModel) -> Facts:
    facts = read_facts(decision, without=frozenset({"logic", "variable"}))
    facts |= {f"variable: {name}": text for name, text in read_facts(decision.variable).items()}
    facts |= _logic_facts(decision.logic)
    for member in _GRAPH:
        for part in getattr(model, member):
            facts |= {f"{part.name or part.id}: {name}": text for name, text in read_facts(part).items()}
    return facts


def _logic_facts(logic: Boxed | None) -> Facts:
    if isinstance(logic, DecisionTable):
        return dict(_table_facts(logic))
    if isinstance(logic, LiteralExpression):
        return {"expression": logic.text}
    return {} if logic is None else read_facts(logic)


def _table_facts(table: DecisionTable) -> Iterator[tuple[str, str]]:
    """By rule and column, as the table is read: a rule is known by its number."""
    yield "hit policy", f"{table.hit_policy} {table.aggregation}".strip().lower()
    inputs = [clause.label or clause.expression.text for clause in table.inputs]
    outputs = [clause.label or clause.name for clause in table.outputs]
    for number, given in enumerate(table.inputs, 1):
        yield f"input column {number}", f"{inputs[number - 1]}: {given.expression.text} {given.values}".strip()
    for number, made in enumerate(table.outputs, 1):
        default = f" default {made.default.text}" if made.default is not None else ""
        yield f"output column {number}", f"{made.label or made.name} {made.type_ref} {made.values}{default}".strip()
    for number, rule in enumerate(table.rules, 1):
        for name, entry in zip(inputs, rule.inputs, strict=False):
            yield f"rule {number}, “{name}”", entry.text.strip() or "-"
        for name, result in zip(outputs, rule.outputs, strict=False):
            yield f"rule {number}, result “{name}”", result.text
        for annotation in rule.annotations:
            if annotation:
                yield f"rule {number}, annotation", annotation
