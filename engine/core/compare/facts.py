"""Everything that a part of a read file says, as pairs of words and texts; whatever is not said has no pair.

It walks every member of the data, so that no property, however invisible in the drawing, is left out of a comparison.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, cast

from engine.core.compare.change import Change, Part
from engine.core.compare.words import UNTOLD, words_of
from engine.core.model.diagram import Definition, FormField, Formula, Listener
from engine.core.model.diagram import Mapping as Assigned

Facts = dict[str, str]


def read_facts(part: Any, *, without: frozenset[str] = frozenset()) -> Facts:
    """The part's facts, by what they are called."""
    return dict(_members(part, "", without))


def _members(part: Any, prefix: str, without: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    for member, usual in _fields_of(cast(Any, type(part))):
        if member in UNTOLD or member in without:
            continue
        value = getattr(part, member)
        if value != usual:
            yield from _tell(value, _join(prefix, words_of(member)))


@cache
def _fields_of(kind: Hashable) -> tuple[tuple[str, Any], ...]:
    return tuple((one.name, _usual(one)) for one in fields(cast(Any, kind)))


def _usual(one: Field[Any]) -> Any:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else None


def _tell(value: Any, name: str) -> Iterator[tuple[str, str]]:
    match value:
        case None | "":
            return
        case bool():
            yield name, "yes" if value else "no"
        case str() | int() | float():
            yield name, str(value)
        case Formula():
            yield name, written(value)
        case Definition():
            yield from _definition(value)
        case Mapping():
            for key, inner in value.items():
                if inner is None or inner == "":
                    yield f"{name} “{key}”", ""
                yield from _tell(inner, f"{name} “{key}”")
        case list() | tuple() | set() | frozenset():
            yield from _list(list(value), name)
        case _ if is_dataclass(value):
            yield from list(_members(value, name)) or [(name, "yes")]


def written(formula: Formula) -> str:
    """The text with the sign that says it is FEEL, as in the file."""
    return f"= {formula.text.strip()}" if formula.language == "feel" else formula.text


def _definition(found: Definition, number: str = "") -> Iterator[tuple[str, str]]:
    """Timers and conditions as one text; of the others that they are there, and what they say."""
    if found.kind == "timer":
        text = written(found.formula) if found.formula is not None else ""
        yield f"timer{number}", f"{found.timer} {text}".strip()
        yield from _members(found, f"timer{number}", frozenset({"kind", "timer", "formula"}))
        return
    own = f"{found.kind} event{number}"
    yield own, "yes"
    # The id of a message or an error says nothing where its name or code does.
    known = {"kind", "reference"} if found.name is not None or found.code is not None else {"kind"}
    yield from _members(found, own, frozenset(known))


def _list(items: Sequence[Any], name: str) -> Iterator[tuple[str, str]]:
    """What has a name of its own is told by it, other things by their place, plain texts in one line."""
    if all(isinstance(item, str) for item in items):
        yield name, ", ".join(items)
        return
    seen: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        own, inner = _named(item)
        own = own or str(number)
        seen[own] = seen.get(own, 0) + 1
        label = f"{name} “{own}”" if seen[own] == 1 else f"{name} “{own}” ({seen[own]})"
        if isinstance(item, Definition):
            yield from _definition(item, f" {number}" if len(items) > 1 else "")
        elif inner is not None:
            yield label, inner
        else:
            yield from list(_tell(item, label)) or [(label, "yes")]


def _named(item: Any) -> tuple[str, str | None]:
    """The name of an entry, and its value where that is one text."""
    match item:
        case Assigned(shape=""):
            return item.target, written(item.source)
        case Assigned():
            return item.target, "; ".join(f"{key} {value}".strip() for key, value in _list(item.items, ""))
        case Listener():
            return f"{item.on} {item.handler}".strip(), None
        case FormField():
            return item.id, None
        case (str() as key, Formula() as formula):
            return key, written(formula)
        case (str() as key, str() as text):
            return key, text
    return "", None


def _join(prefix: str, name: str) -> str:
    return f"{prefix}: {name}" if prefix and name else prefix or name


def compare_facts(part: Part, owner: str, node: str, label: str, before: Facts, after: Facts) -> Iterator[Change]:
    """One change for each fact that is another, new or gone."""
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) != after.get(name):
            yield Change("changed", part, owner, node, label, name, before.get(name), after.get(name))
