"""Two form-js schemas compared field by field, a form file's or one that a task carries within itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.compare.change import Change, Part
from engine.core.compare.facts import Facts, compare_facts

_UNTOLD = frozenset({"components", "id", "layout", "exporter", "schemaVersion"})


def compare_forms(
    part: Part, owner: str, node: str, label: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[Change]:
    """What of the form itself changed, and what of its fields, known by their ids."""
    if before is None or after is None:
        yield Change("added" if before is None else "removed", part, owner, node, label)
        return
    yield from compare_facts(part, owner, node, label, _flat(before), _flat(after))
    old, new = dict(_fields_of(before, "")), dict(_fields_of(after, ""))
    for name in [*new, *(name for name in old if name not in new)]:
        place = f"{label}, {_label_of(new.get(name) or old[name])}"
        if name in old and name in new:
            yield from compare_facts(part, owner, node, place, _flat(old[name]), _flat(new[name]))
        else:
            yield Change("removed" if name in old else "added", part, owner, node, place)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        order = ", ".join(old), ", ".join(new)
        yield Change("changed", part, owner, node, label, "order of the fields", *order)


def _fields_of(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, component in enumerate(schema.get("components") or (), 1):
        if isinstance(component, dict):
            name = f"{path}{component.get('id') or component.get('key') or number}"
            yield name, component
            yield from _fields_of(component, f"{name}.")


def _label_of(component: Mapping[str, Any]) -> str:
    words = component.get("label") or component.get("key") or component.get("text") or component.get("id") or ""
    return f"{component.get('type', 'field')} “{str(words)[:60]}”"


def _flat(component: Mapping[str, Any], prefix: str = "") -> Facts:
    facts: Facts = {}
    for name, value in component.items():
        if not prefix and name in _UNTOLD:
            continue
        if isinstance(value, dict):
            facts |= _flat(value, f"{prefix}{name}: ")
        else:
            facts[f"{prefix}{name}"] = _text(value)
    return facts


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
