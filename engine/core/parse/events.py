"""Event definitions, with what they refer to resolved; not the events that hold them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Definition, Formula, Node
from engine.core.model.words import say
from engine.core.parse import formulas
from engine.core.parse.context import Context
from engine.core.parse.dialects import read_attributes, read_extensions
from engine.core.parse.names import CAMUNDA_FAMILY, CATCHING, EVENT_DEFINITIONS, ZEEBE, local, reference, tag
from engine.core.parse.tree import line_of, vendor_items

_EXTENSIONS: Final = tag("extensionElements")
_TIMERS: Final = {tag("timeDate"): "date", tag("timeDuration"): "duration", tag("timeCycle"): "cycle"}


def read_definition(
    ctx: Context, owner: str, element: _Element, number: int, thrower: Node | None = None
) -> Definition:
    """One event definition of `owner`. What a dialect says of a thrown message is the thrower's own: it is
    work to be done there, as in a service task."""
    kind = EVENT_DEFINITIONS[local(str(element.tag))]
    name = element.get("id") or ctx.name(element, f"{owner}_{kind}" if number == 0 else f"{owner}_{kind}_{number + 1}")
    definition = Definition(kind=kind, id=name, line=line_of(element))  # type: ignore[arg-type]
    _READERS[kind](ctx, owner, definition, element)
    extensions = element.find(_EXTENSIONS)
    vendor = vendor_items(element)
    holder = thrower if thrower is not None and kind == "message" else definition
    if vendor:
        read_attributes(ctx, holder, element, vendor)
    if extensions is not None:
        read_extensions(ctx, holder, extensions)
    return definition


def read_reference(
    ctx: Context, owner: str, element: _Element, number: int, thrower: Node | None = None
) -> Definition | None:
    """An event definition that the event shares with others, through `eventDefinitionRef`."""
    shared = ctx.find_definition(element, element.text)
    if shared is None:
        dangle(ctx, owner, element, "event definition", element.text)
        return None
    return read_definition(ctx, owner, shared, number, thrower)


def message_definition(ctx: Context, owner: str, element: _Element, is_thrown: bool) -> Definition | None:
    """What a send or receive task says about its message, in the form of an event definition."""
    definition = Definition(kind="message", id=f"{owner}_message", line=line_of(element))
    _message(ctx, owner, definition, element)
    if is_thrown and definition.name is None:
        return None
    return definition


def dangle(ctx: Context, owner: str, element: _Element, what: str, target: str | None) -> None:
    """Note a reference that leads nowhere."""
    target = (target or "").strip()
    message = say(
        "There is no %(what)s %(target)s in the file; define it or correct the reference.",
        what=what,
        target=repr(target),
    )
    ctx.problem("dangling-reference", owner, element, message)


def message_name(message: _Element) -> Formula:
    """The name by which a message correlates; its id where it has no name."""
    return formulas.marked(message.get("name") or message.get("id"))


def _message(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    target, what = element.get("messageRef"), "message"
    operation = element.get("operationRef") or element.findtext(tag("operationRef"))
    if not target and operation:
        # BPMN 8.4.3: an operation's input message is what is sent to it, and what its provider receives.
        found = ctx.find(operation)
        if found is None:
            dangle(ctx, owner, element, "operation", operation)
            return
        target = found.findtext(tag("inMessageRef"))
    if not target:
        return
    message = ctx.find(target)
    if message is None or message.tag != tag("message"):
        dangle(ctx, owner, element, what, target)
        return
    definition.reference = message.get("id", "")
    definition.name = message_name(message)
    subscription = message.find(f"{tag('extensionElements')}/{tag('subscription', ZEEBE)}")
    if subscription is not None:
        ctx.used.add("zeebe")
        definition.correlation_key = formulas.zeebe(subscription.get("correlationKey"))


def _timer(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    for child in element:
        timer = _TIMERS.get(str(child.tag))
        if timer is None:
            continue
        if definition.timer:
            message = say("A timer has one date, one duration or one cycle; remove the others.")
            ctx.problem("invalid-timer", owner, child, message)
            continue
        definition.timer = timer  # type: ignore[assignment]
        definition.formula = formulas.marked(child.text)


def _signal(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    target = element.get("signalRef")
    if not target:
        return
    signal = ctx.find(target)
    if signal is None or signal.tag != tag("signal"):
        dangle(ctx, owner, element, "signal", target)
        return
    definition.reference = signal.get("id", "")
    definition.name = formulas.marked(signal.get("name") or signal.get("id"))


def _error(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    _coded(ctx, owner, definition, element, "error", "errorRef", "errorCode")
    for namespace in CATCHING:
        definition.error_code_variable = element.get(
            f"{{{namespace}}}errorCodeVariable", definition.error_code_variable
        )
        definition.error_message_variable = element.get(
            f"{{{namespace}}}errorMessageVariable", definition.error_message_variable
        )


def _escalation(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    _coded(ctx, owner, definition, element, "escalation", "escalationRef", "escalationCode")
    for namespace in CATCHING:
        name = element.get(f"{{{namespace}}}escalationCodeVariable")
        definition.error_code_variable = name or definition.error_code_variable


def _coded(ctx: Context, owner: str, definition: Definition, element: _Element, what: str, by: str, code: str) -> None:
    """BPMN 10.5.5: a catch without a code catches all; a code that is not written is no code."""
    target = element.get(by)
    if not target:
        return
    found = ctx.find(target)
    if found is None or found.tag != tag(what):
        dangle(ctx, owner, element, what, target)
        return
    definition.reference = found.get("id", "")
    if found.get(code):
        definition.code = formulas.marked(found.get(code))


def _conditional(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    condition = element.find(tag("condition"))
    if condition is not None:
        definition.formula = formulas.expression(condition)
    names, events = "", ""
    for namespace in CAMUNDA_FAMILY:
        names = element.get(f"{{{namespace}}}variableName", names)
        events = element.get(f"{{{namespace}}}variableEvents", events)
    chosen = element.find(f"{_EXTENSIONS}/{tag('conditionalFilter', ZEEBE)}")
    if chosen is not None:
        ctx.used.add("zeebe")
        names, events = chosen.get("variableNames", ""), chosen.get("variableEvents", "")
    definition.variable_names = formulas.split(names)
    definition.variable_events = formulas.split(events)


def _compensate(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    definition.activity = reference(element.get("activityRef"))
    definition.waits_for_completion = formulas.is_true(element.get("waitForCompletion"), default=True)


def _link(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    if element.get("name") is not None:
        definition.name = Formula(element.get("name", "").strip(), "static")
    definition.reference = reference(element.findtext(tag("target")))


def _nothing(ctx: Context, owner: str, definition: Definition, element: _Element) -> None:
    """Cancel and terminate say all by their kind."""


_READERS: Final[dict[str, Callable[[Context, str, Definition, _Element], None]]] = {
    "message": _message,
    "timer": _timer,
    "signal": _signal,
    "error": _error,
    "escalation": _escalation,
    "conditional": _conditional,
    "compensate": _compensate,
    "link": _link,
    "cancel": _nothing,
    "terminate": _nothing,
}
