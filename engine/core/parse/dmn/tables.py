"""Decision tables: clauses, rules, hit policy; whether entries parse is found when they are compiled."""

from __future__ import annotations

from typing import cast

from lxml.etree import _Element

from engine.core.model.decisions import (
    AGGREGATIONS,
    HIT_POLICIES,
    Aggregation,
    Boxed,
    DecisionTable,
    Entry,
    HitPolicy,
    InputClause,
    LiteralExpression,
    OutputClause,
    Rule,
)
from engine.core.model.words import say
from engine.core.parse.dmn.reader import Reader


def read_table(reader: Reader, element: _Element) -> Boxed:
    inputs = tuple(_input(reader, child) for child in reader.children(element, "input"))
    outputs = tuple(_output(reader, child) for child in reader.children(element, "output"))
    rules = tuple(_rule(reader, child, len(inputs), len(outputs)) for child in reader.children(element, "rule"))
    if not outputs:
        reader.problem("incomplete-table", element, say("The table has no output column; add one."))
    policy, aggregation = _policy(reader, element)
    if len(outputs) > 1:
        names = [output.name for output in outputs]
        if "" in names:
            reader.problem("incomplete-table", element, say("Of several output columns each needs a name."))
        if aggregation:
            message = say("A table with several output columns cannot be aggregated (DMN 8.2.10); collect them.")
            reader.problem("unknown-hit-policy", element, message)
    annotations = tuple(reader.name(child) for child in reader.children(element, "annotation"))
    return DecisionTable(
        **reader.place(element),
        type_ref=reader.type_ref(element),
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        hit_policy=policy,
        aggregation=aggregation,
        annotations=annotations,
    )


def _policy(reader: Reader, element: _Element) -> tuple[HitPolicy, Aggregation]:
    policy = " ".join((element.get("hitPolicy") or "UNIQUE").split()).upper()
    aggregation = (element.get("aggregation") or "").strip().upper()
    if policy not in HIT_POLICIES:
        reader.problem(
            "unknown-hit-policy",
            element,
            say("There is no hit policy %(policy)s; choose another.", policy=repr(policy)),
        )
        policy = "UNIQUE"
    if aggregation not in AGGREGATIONS:
        message = say(
            "There is no aggregation %(aggregation)s; choose SUM, MIN, MAX, COUNT or none.",
            aggregation=repr(aggregation),
        )
        reader.problem("unknown-hit-policy", element, message)
        aggregation = ""
    if policy != "COLLECT":
        aggregation = ""
    return cast(HitPolicy, policy), cast(Aggregation, aggregation)


def _input(reader: Reader, element: _Element) -> InputClause:
    found = reader.child(element, "inputExpression")
    if found is None:
        reader.problem("incomplete-table", element, say("The input column has no expression; say what it tests."))
        expression = LiteralExpression(**reader.place(element), text="")
    else:
        expression = reader.literal(found)
    return InputClause(
        **reader.place(element),
        label=(element.get("label") or "").strip(),
        expression=expression,
        values=_values(reader, element, "inputValues"),
    )


def _output(reader: Reader, element: _Element) -> OutputClause:
    default = reader.child(element, "defaultOutputEntry")
    return OutputClause(
        **reader.place(element),
        name=reader.name(element),
        label=(element.get("label") or "").strip(),
        type_ref=reader.type_ref(element),
        values=_values(reader, element, "outputValues"),
        default=None if default is None else _default(reader, default),
    )


def _default(reader: Reader, element: _Element) -> LiteralExpression:
    """The default output stands as text, or as a literal expression inside."""
    inner = reader.child(element, "literalExpression")
    return reader.literal(element if inner is None else inner)


def _values(reader: Reader, element: _Element, name: str) -> str:
    """Unary tests that list the values of a column; a dash lists all."""
    child = reader.child(element, name)
    text = "" if child is None else reader.text(child)
    return "" if text == "-" else text


def _rule(reader: Reader, element: _Element, inputs: int, outputs: int) -> Rule:
    entries = tuple(_entry(reader, child) for child in reader.children(element, "inputEntry"))
    results = tuple(reader.literal(child) for child in reader.children(element, "outputEntry"))
    if len(entries) != inputs or len(results) != outputs:
        message = say(
            "The rule has %(entries)s input and %(results)s output entries, "
            "the table %(inputs)s and %(outputs)s columns; make them equal.",
            entries=len(entries),
            results=len(results),
            inputs=inputs,
            outputs=outputs,
        )
        reader.problem("incomplete-table", element, message)
    annotations = tuple(reader.text(child) for child in reader.children(element, "annotationEntry"))
    return Rule(**reader.place(element), inputs=entries, outputs=results, annotations=annotations)


def _entry(reader: Reader, element: _Element) -> Entry:
    text = reader.text(element)
    return Entry(**reader.place(element), text=text or "-", language=reader.language_of(element))
