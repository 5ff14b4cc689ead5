"""One flow node: its attributes and the parts inside it; not what a sub-process contains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import NOTHING, Called, Formula, Node
from engine.core.model.words import say
from engine.core.parse import data, events, formulas, loops, people
from engine.core.parse.context import PLAIN, Context, own_settings
from engine.core.parse.dialects import read_attributes, read_extensions
from engine.core.parse.names import EVENT_DEFINITIONS, THROW_EVENTS, reference, tag
from engine.core.parse.tree import items_of, line_of

NodePart = Callable[[Context, Node, _Element], None]


def read_node(ctx: Context, scope: str, element: _Element, kind: str) -> Node:
    """The node with its attributes; its parts are still to be read."""
    # One walk over the attributes: asking for each by name costs a file of thousands a third of its time.
    name = label = ""
    more = None
    for item in items_of(element):
        key, value = item
        if key == "id":
            name = value
        elif key == "name":
            label = value
        elif more is None:
            more = [item]
        else:
            more.append(item)
    if not name or name in ctx.seen:
        name = ctx.declare(element)
    node = Node(name, kind, scope, label, line_of(element), PLAIN, NOTHING, NOTHING)
    vendor = None if more is None else _read_attributes(ctx, node, element, more)
    if kind == "callActivity":
        _call(ctx, node)
    if vendor is not None:
        read_attributes(ctx, node, element, vendor)
    return node


def _read_attributes(
    ctx: Context, node: Node, element: _Element, items: list[tuple[str, str]]
) -> dict[str, str] | None:
    """All but id and name; those of other namespaces are given back."""
    vendor = None
    for key, value in items:
        if key[0] == "{":
            vendor = {**(vendor or {}), key: value}
        elif (read := _ATTRIBUTES.get(key)) is None:
            node.attributes = {**node.attributes, key: value}
        else:
            read(ctx, node, element, value)
    return vendor


def read_parts(ctx: Context, node: Node, element: _Element) -> None:
    """All parts of a node that contains no other nodes."""
    for child in element:
        name = child.tag
        if name in IGNORED:
            continue
        part = PARTS.get(name)
        if part is not None:
            part(ctx, node, child)
        else:
            ctx.stray(child, node.id)
    if node.settings is not PLAIN or node.kind in MESSENGERS:
        finish_node(ctx, node, element)


def finish_node(ctx: Context, node: Node, element: _Element) -> None:
    """What can be said of a node only when all its parts are known."""
    if node.kind in MESSENGERS:
        definition = events.message_definition(ctx, node.id, element, is_thrown=node.kind == "sendTask")
        if definition is not None:
            node.definitions = (*node.definitions, definition)
    settings = node.settings
    if settings is not PLAIN:
        for definition in node.definitions:
            if definition.kind == "message" and node.kind in _SENDERS:
                definition.correlation_key = settings.message_key or definition.correlation_key
                definition.settings = settings
        if settings.script is not None and not settings.script_format:
            settings.script_format = _script_language(element)


MESSENGERS: Final = frozenset({"sendTask", "receiveTask"})
_SENDERS: Final = THROW_EVENTS | {"sendTask"}


def _call(ctx: Context, node: Node) -> None:
    text = node.attributes.get("calledElement", "").strip()
    process = formulas.marked(text)
    if process.language == "static":
        process = formulas.marked(reference(text))
    called = Called(process)
    # Camunda 7 passes what is named, the business key included; the others pass everything unless told not to.
    called.sends_all = called.returns_all = called.sends_own = ctx.dialect != "camunda"
    if ctx.dialect == "camunda":
        called.business_key = Formula("", "static")
    own_settings(node).called = called


def _default(ctx: Context, node: Node, element: _Element, value: str) -> None:
    node.default_flow = reference(value)


def _attached(ctx: Context, node: Node, element: _Element, value: str) -> None:
    node.attached_to = reference(value)


def _truth(member: str, default: bool) -> Callable[[Context, Node, _Element, str], None]:
    def read(ctx: Context, node: Node, element: _Element, value: str) -> None:
        setattr(node, member, formulas.is_true(value, default))

    return read


def _quantity(member: str) -> Callable[[Context, Node, _Element, str], None]:
    def read(ctx: Context, node: Node, element: _Element, value: str) -> None:
        try:
            setattr(node, member, int(value))
        except ValueError:
            message = say("%(value)s is not a number of tokens; write 1 or more.", value=repr(value))
            ctx.problem("invalid-quantity", node.id, element, message)

    return read


_ATTRIBUTES: Final[dict[str, Callable[[Context, Node, _Element, str], None]]] = {
    "default": _default,
    "attachedToRef": _attached,
    "isForCompensation": _truth("is_for_compensation", default=False),
    "triggeredByEvent": _truth("is_event_sub_process", default=False),
    "cancelActivity": _truth("is_interrupting", default=True),
    "isInterrupting": _truth("is_interrupting", default=True),
    "parallelMultiple": _truth("is_parallel_multiple", default=False),
    "startQuantity": _quantity("start_quantity"),
    "completionQuantity": _quantity("completion_quantity"),
}


def _documentation(ctx: Context, node: Node, element: _Element) -> None:
    if not node.documentation:
        node.documentation = formulas.text_of(element).strip()


def _extensions(ctx: Context, node: Node, element: _Element) -> None:
    read_extensions(ctx, node, element)


def _definition(ctx: Context, node: Node, element: _Element) -> None:
    thrower = node if node.kind in THROW_EVENTS else None
    definition = events.read_definition(ctx, node.id, element, len(node.definitions), thrower)
    node.definitions = (*node.definitions, definition)


def _shared_definition(ctx: Context, node: Node, element: _Element) -> None:
    thrower = node if node.kind in THROW_EVENTS else None
    found = events.read_reference(ctx, node.id, element, len(node.definitions), thrower)
    if found is not None:
        node.definitions = (*node.definitions, found)


def _script(ctx: Context, node: Node, element: _Element) -> None:
    settings = own_settings(node)
    text = formulas.text_of(element)
    holder = element.getparent()
    settings.script = text
    settings.script_format = _script_language(holder) if holder is not None else ""
    if formulas.is_feel(settings.script_format):
        settings.script_formula = formulas.scripted(text.strip(), "feel")


def _script_language(element: _Element) -> str:
    """A global script task has a word of its own for it (10.3.6)."""
    return (element.get("scriptFormat") or element.get("scriptLanguage") or "").strip()


def _activation(ctx: Context, node: Node, element: _Element) -> None:
    node.activation = formulas.expression(element)


def _completion(ctx: Context, node: Node, element: _Element) -> None:
    node.completion = formulas.expression(element)


PARTS: Final[dict[str, NodePart]] = {
    tag("documentation"): _documentation,
    tag("extensionElements"): _extensions,
    tag("eventDefinitionRef"): _shared_definition,
    tag("script"): _script,
    tag("activationCondition"): _activation,
    tag("completionCondition"): _completion,
    tag("standardLoopCharacteristics"): loops.read_standard,
    tag("multiInstanceLoopCharacteristics"): loops.read_multi_instance,
    tag("ioSpecification"): data.read_io,
    tag("dataInput"): data.read_event_data,
    tag("dataOutput"): data.read_event_data,
    tag("dataInputAssociation"): data.read_input,
    tag("dataOutputAssociation"): data.read_output,
    tag("property"): data.read_property,
    tag("performer"): people.read_assignee,
    tag("humanPerformer"): people.read_assignee,
    tag("potentialOwner"): people.read_candidates,
    tag("resourceRole"): people.read_candidates,
    **{tag(name): _definition for name in EVENT_DEFINITIONS},
}

# Flows say the same as `incoming` and `outgoing`; the rest is for people and for other tools.
IGNORED: Final = frozenset(
    map(
        tag,
        [
            "incoming",
            "outgoing",
            "auditing",
            "monitoring",
            "categoryValueRef",
            "rendering",
            "inputSet",
            "outputSet",
            "dataState",
            "ioBinding",
            "operationRef",
            "supports",
        ],
    )
)
