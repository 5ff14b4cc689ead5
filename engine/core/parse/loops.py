"""Standard loop and multi-instance characteristics."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Definition, Loop, Node
from engine.core.model.words import say
from engine.core.parse import events, formulas
from engine.core.parse.context import Context
from engine.core.parse.dialects.zeebe import read_loop
from engine.core.parse.names import CAMUNDA_FAMILY, EVENT_DEFINITIONS, STATEWRIGHT, ZEEBE, local, reference, tag

_BEHAVIORS: Final = {"all": "all", "one": "one", "none": "none", "complex": "complex"}


def read_standard(ctx: Context, node: Node, element: _Element) -> None:
    """`standardLoopCharacteristics`."""
    loop = Loop("loop", test_before=formulas.is_true(element.get("testBefore")))
    maximum = element.get("loopMaximum")
    if maximum is not None:
        try:
            loop.maximum = int(maximum)
        except ValueError:
            message = say("loopMaximum %(maximum)s is not a whole number; correct it.", maximum=repr(maximum))
            ctx.problem("invalid-loop", node.id, element, message)
    condition = element.find(tag("loopCondition"))
    if condition is not None:
        loop.condition = formulas.expression(condition)
    _set(ctx, node, element, loop)


def read_multi_instance(ctx: Context, node: Node, element: _Element) -> None:
    """`multiInstanceLoopCharacteristics`. References to data are led on by `data.resolve`."""
    loop = Loop("multi", is_sequential=formulas.is_true(element.get("isSequential")))
    _set(ctx, node, element, loop)
    behavior = element.get("behavior", "All").lower()
    if behavior in _BEHAVIORS:
        loop.behavior = _BEHAVIORS[behavior]  # type: ignore[assignment]
    else:
        message = say("The behavior %(behavior)s is unknown; use None, One, All or Complex.", behavior=repr(behavior))
        ctx.problem("invalid-loop", node.id, element, message)
    for child in element:
        _part(ctx, node, loop, child)
    loop.none_event = _thrown(ctx, node, element, "noneBehaviorEventRef")
    loop.one_event = _thrown(ctx, node, element, "oneBehaviorEventRef")
    _camunda(ctx, loop, element)
    ctx.late.append(node)


def _set(ctx: Context, node: Node, element: _Element, loop: Loop) -> None:
    if node.loop is not None:
        message = say("An activity has one loop marker; remove the others.")
        ctx.problem("invalid-loop", node.id, element, message)
    node.loop = loop


def _part(ctx: Context, node: Node, loop: Loop, child: _Element) -> None:
    name = local(str(child.tag))
    if name == "loopCardinality":
        loop.cardinality = formulas.expression(child)
    elif name == "loopDataInputRef":
        loop.collection = formulas.marked(child.text)
    elif name == "loopDataOutputRef":
        loop.output_collection = reference(child.text)
    elif name == "inputDataItem":
        loop.element = (child.get("name") or child.get("id") or "").strip()
    elif name == "outputDataItem":
        item = (child.get("name") or child.get("id") or "").strip()
        loop.output_element = formulas.variable(item) if item else None
    elif name == "completionCondition":
        loop.completion = formulas.expression(child)
    elif name == "complexBehaviorDefinition":
        _complex(ctx, node, loop, child)
    elif name == "extensionElements":
        for extension in child.iterchildren(tag("loopCharacteristics", ZEEBE)):
            read_loop(ctx, loop, extension)
        for extension in child.iterchildren(tag("concurrency", STATEWRIGHT)):
            limit = (extension.get("limit") or "").strip()
            loop.at_once = formulas.zeebe(limit) if limit else None
    elif name != "documentation":
        ctx.stray(child, node.id)


def _complex(ctx: Context, node: Node, loop: Loop, element: _Element) -> None:
    condition = element.find(tag("condition"))
    event = element.find(tag("event"))
    thrown = None
    for child in event if event is not None else ():
        if child.tag == tag("eventDefinitionRef"):
            thrown = events.read_reference(ctx, node.id, child, len(loop.complex_events))
        elif local(str(child.tag)) in EVENT_DEFINITIONS:
            thrown = events.read_definition(ctx, node.id, child, len(loop.complex_events))
    if condition is None or thrown is None:
        message = say("A complex behaviour needs a condition and the event that it throws; add what is missing.")
        ctx.problem("invalid-loop", node.id, element, message)
        return
    loop.complex_events.append((formulas.expression(condition), thrown))


def _thrown(ctx: Context, node: Node, element: _Element, attribute: str) -> Definition | None:
    target = element.get(attribute)
    if not target:
        return None
    found = ctx.find_definition(element, target)
    if found is None:
        events.dangle(ctx, node.id, element, "event definition", target)
        return None
    return events.read_definition(ctx, node.id, found, 0)


def _camunda(ctx: Context, loop: Loop, element: _Element) -> None:
    for namespace in CAMUNDA_FAMILY:
        words = {name: element.get(f"{{{namespace}}}{name}") for name in _CAMUNDA}
        if words["collection"]:
            ctx.used.add("camunda")
            loop.collection = formulas.variable_or_juel(words["collection"])
        loop.element = words["elementVariable"] or loop.element
        loop.async_before = formulas.is_true(words["asyncBefore"], loop.async_before)
        loop.async_after = formulas.is_true(words["asyncAfter"], loop.async_after)


_CAMUNDA: Final = ("collection", "elementVariable", "asyncBefore", "asyncAfter")
