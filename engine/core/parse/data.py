"""Data objects, stores, properties, inputs and outputs, and the associations between them and nodes."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import DataAssociation, DataObject, Formula, Node, Process
from engine.core.parse import formulas
from engine.core.parse.context import Context
from engine.core.parse.names import CAMUNDA_FAMILY, local, reference, tag
from engine.core.parse.tree import line_of

# bpmn-js writes a property of this name where an association has no real target.
_PLACEHOLDER: Final = "__targetRef_placeholder"
_IN_OUT: Final = frozenset({tag("dataInput"), tag("dataOutput")})


def read_data_object(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    """A data object, the one thing that all references to it share."""
    name = ctx.draw(element)
    if name not in process.data:
        found = DataObject(name, element.get("name", ""), scope, line=line_of(element))
        found.is_collection = formulas.is_true(element.get("isCollection"))
        found.initial = _initial(element)
        process.data[name] = found


def read_data_reference(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    """A drawn data object. Most modellers write the name here and not at the object."""
    name = ctx.draw(element)
    ctx.references.append((name, reference(element.get("dataObjectRef")), element.get("name", "")))


def read_store_reference(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    """A drawn data store: the store outlives the instance, its name is the name of the store."""
    name = ctx.draw(element)
    store = ctx.find(element.get("dataStoreRef"))
    title = element.get("name") or (store.get("name") if store is not None else None) or name
    process.data[name] = DataObject(name, title, scope, kind="dataStore", line=line_of(element))
    ctx.names[name] = title


def read_process_data(ctx: Context, process: Process, element: _Element) -> None:
    """The inputs and outputs of a whole process: drawn as data objects."""
    for child in element.iterchildren(*_IN_OUT):
        name = ctx.draw(child)
        title = child.get("name") or name
        process.data[name] = DataObject(name, title, process.id, kind=local(str(child.tag)), line=line_of(child))
        ctx.names[name] = title


def read_io(ctx: Context, node: Node, element: _Element) -> None:
    """`ioSpecification`: the names of a node's own inputs and outputs. Its sets are for other tools."""
    for child in element:
        if child.tag in _IN_OUT:
            read_event_data(ctx, node, child)


def read_event_data(ctx: Context, node: Node, element: _Element) -> None:
    """One data input or output of a node."""
    name = ctx.draw(element, f"{node.id}_{local(str(element.tag))}")
    ctx.names[name] = element.get("name") or name


def read_property(ctx: Context, holder: Node | Process, element: _Element) -> None:
    """A property: a variable of its holder alone."""
    name = ctx.declare(element, f"{holder.id}_property")
    title = element.get("name") or name
    if title == _PLACEHOLDER:
        ctx.names[name] = ""
        return
    ctx.names[name] = title
    holder.properties = {**holder.properties, title: _initial(element)}


def _initial(element: _Element) -> Formula | None:
    """BPMN has no initial values; the forks of Camunda 7 write one."""
    for namespace in CAMUNDA_FAMILY:
        text = element.findtext(f"{tag('extensionElements')}/{tag('value', namespace)}")
        if text is not None:
            return formulas.camunda(text)
    return None


def read_input(ctx: Context, node: Node, element: _Element) -> None:
    """`dataInputAssociation`; its ends stay ids until `resolve`."""
    node.data_inputs = (*node.data_inputs, _association(ctx, node, element))


def read_output(ctx: Context, node: Node, element: _Element) -> None:
    """`dataOutputAssociation`; its ends stay ids until `resolve`."""
    node.data_outputs = (*node.data_outputs, _association(ctx, node, element))


def _association(ctx: Context, node: Node, element: _Element) -> DataAssociation:
    ctx.draw(element, f"{node.id}_{local(str(element.tag))}")
    found = DataAssociation("", "")
    for child in element:
        name = local(str(child.tag))
        if name == "sourceRef":
            found.source = found.source or reference(child.text)
        elif name == "targetRef":
            found.target = reference(child.text)
        elif name == "transformation":
            found.transformation = formulas.expression(child)
        elif name == "assignment":
            start = (child.findtext(tag("from")) or "").strip()
            found.assignments.append((start, (child.findtext(tag("to")) or "").strip()))
    if not ctx.late or ctx.late[-1] is not node:
        ctx.late.append(node)
    return found


def resolve(ctx: Context, process: Process) -> None:
    """Give every reference the name of the variable that it stands for, once the whole process is read."""
    for name, target, title in ctx.references:
        shared = process.data.get(target)
        if shared is not None:
            shared.name = shared.name or title
        else:
            # A reference without its object is a data object of its own.
            process.data[name] = DataObject(name, title or name, process.id)
    for name, found in process.data.items():
        found.name = found.name or name
        ctx.names[name] = found.name
    for name, target, title in ctx.references:
        ctx.names[name] = ctx.names.get(target) or title or name
    ctx.references.clear()
    for node in ctx.late:
        if node.loop is not None and node.loop.kind == "multi":
            _resolve_loop(ctx, node)
        for association in (*node.data_inputs, *node.data_outputs):
            association.source = ctx.names.get(association.source, association.source)
            association.target = ctx.names.get(association.target, association.target)
        node.data_inputs = tuple(found for found in node.data_inputs if found.target)
    ctx.late.clear()


def _resolve_loop(ctx: Context, node: Node) -> None:
    """Lead a loop's collections from the activity's own inputs and outputs to the data around it."""
    loop = node.loop
    if loop is None:
        return
    if loop.collection is not None and loop.collection.language == "static":
        name = reference(loop.collection.text)
        sources = {found.target: found.source for found in node.data_inputs if found.source}
        name = sources.get(name, name)
        loop.collection = formulas.variable(ctx.names.get(name, name))
    if loop.output_collection:
        targets = {found.source: found.target for found in node.data_outputs if found.target}
        name = targets.get(loop.output_collection, loop.output_collection)
        loop.output_collection = ctx.names.get(name, name)
