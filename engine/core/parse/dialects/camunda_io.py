"""Mappings, listeners and field injections of the camunda dialect; forms are in their own file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Definition, Formula, Listener, Mapping, Settings
from engine.core.parse.context import Context
from engine.core.parse.formulas import camunda, is_true, marked, scripted, split, variable
from engine.core.parse.names import local
from engine.core.parse.tree import line_of

_NULL: Final = Formula("null", "feel")
_GROUPS: Final = re.compile(r"(user|group)\(([^()]*)\)")
_SHAPES: Final = frozenset({"script", "list", "map"})
_TIMERS: Final = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def children(element: _Element, name: str) -> Iterator[_Element]:
    """Children of this name, whichever of the family's namespaces they are in."""
    return element.iterchildren(f"{{*}}{name}")


def optional(text: str | None) -> Formula | None:
    """The formula of an attribute; None where it is missing or blank."""
    return camunda(text) if text is not None and text.strip() else None


def people(text: str) -> tuple[list[str], list[str]]:
    """Users and groups of `user(a), group(b), c`: what stands alone is a group, as in Camunda 7."""
    users = [name.strip() for kind, name in _GROUPS.findall(text) if kind == "user"]
    groups = [name.strip() for kind, name in _GROUPS.findall(text) if kind == "group"]
    groups.extend(split(_GROUPS.sub("", text)))
    return users, groups


def passed(element: _Element) -> Mapping:
    """An `in` or `out` element with a target."""
    written = element.get("sourceExpression")
    source = camunda(written) if written is not None else variable(element.get("source", ""))
    return Mapping(element.get("target", "").strip(), source, is_true(element.get("local")))


def read_io(ctx: Context, settings: Settings, element: _Element) -> None:
    """`inputOutput`: parameters are text, a script, a list or a map."""
    for child in element:
        name = local(str(child.tag))
        if name in {"inputParameter", "outputParameter"}:
            mapping = _parameter(child.get("name", "").strip(), child)
            (settings.inputs if name == "inputParameter" else settings.outputs).append(mapping)


def _parameter(target: str, element: _Element) -> Mapping:
    """The value that stands inside the element."""
    for child in element:
        if local(str(child.tag)) in _SHAPES:
            return _value(target, child)
    text = (element.text or "").strip()
    return Mapping(target, camunda(text) if text else _NULL)


def _value(target: str, element: _Element) -> Mapping:
    """A value, script, list or map. They nest; depth is bounded by the hardened reading of XML."""
    name = local(str(element.tag))
    if name == "script":
        text = element.get("resource") or (element.text or "").strip()
        return Mapping(target, scripted(text, element.get("scriptFormat", "")))
    if name == "list":
        return Mapping(target, _NULL, shape="list", items=[_value("", entry) for entry in element])
    if name == "map":
        items = [_parameter(entry.get("key", ""), entry) for entry in children(element, "entry")]
        return Mapping(target, _NULL, shape="map", items=items)
    return Mapping(target, camunda(element.text))


def read_field(fields: dict[str, Formula], element: _Element) -> None:
    """A field injection, as attributes or as child elements."""
    name = element.get("name", "")
    text, written = element.get("stringValue"), element.get("expression")
    for child in element:
        if local(str(child.tag)) == "string":
            text = child.text or ""
        elif local(str(child.tag)) == "expression":
            written = child.text or ""
    if written is not None:
        fields[name] = camunda(written)
    else:
        fields[name] = Formula(text or "", "static")


def _listener(element: _Element) -> Listener:
    listener = Listener(on=element.get("event", ""), handler="", line=line_of(element))
    for name, kind in (("class", "class"), ("delegateExpression", "delegate"), ("expression", "expression")):
        if element.get(name):
            listener.handler = element.get(name, "").strip()
            listener.kind = kind  # type: ignore[assignment]
    for child in element:
        name = local(str(child.tag))
        if name == "field":
            read_field(listener.fields, child)
        elif name == "script":
            listener.kind = "script"
            listener.handler = "script"
            listener.script = child.get("resource") or child.text or ""
            listener.script_format = child.get("scriptFormat", "")
        elif name == "timerEventDefinition":
            listener.timer = _timeout(element.get("id", ""), child)
    return listener


def _timeout(name: str, element: _Element) -> Definition:
    definition = Definition(kind="timer", id=element.get("id") or name, line=line_of(element))
    for child in element:
        timer = _TIMERS.get(local(str(child.tag)))
        if timer:
            definition.timer = timer  # type: ignore[assignment]
            definition.formula = marked(child.text)
    return definition


def read_execution_listener(ctx: Context, settings: Settings, element: _Element) -> None:
    """A listener on start, end or take of an element."""
    settings.listeners.append(_listener(element))


def read_task_listener(ctx: Context, settings: Settings, element: _Element) -> None:
    """A listener on what happens to a user task."""
    listener = _listener(element)
    listener.is_task_listener = True
    settings.listeners.append(listener)
