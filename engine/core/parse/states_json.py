"""States and transitions out of JSON, in either of the two notations that people write; drawing them is states_bpmn.

As a table: `{"id", "name", "initial", "states": [{"id", "name", "final"}], "transitions": [{"from", "event" or
"after", "to", "guard", "do", "name"}]}`, the name being that of the step that does the job. Nested, as state chart
tools export it: `{"id", "initial", "states": {"draft": {"on": {"submit": "review"}, "after": {"P3D": "late"}, "type":
"final"}}}`, where a target may be `{"target", "guard", "do", "name"}` or a list of such. In both, states that only
transitions name exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.core.model.problems import DiagramError, Problem
from engine.core.model.states import NamedState, NamedTransition, StateMachine
from engine.core.model.words import say

MOST_STATES: Final = 500
MOST_TRANSITIONS: Final = 2000
LONGEST: Final = 200
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9_]+")
_FINAL: Final = ("final", "is_final")


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.names: dict[str, str] = {}  # id → name
        self.finals: set[str] = set()
        self.transitions: list[NamedTransition] = []

    def refuse(self, where: str, message: str) -> None:
        self.problems.append(Problem("states-invalid", where, None, message))

    def text(self, value: object, where: str) -> str:
        """A short text without control characters; what is missing is empty."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(where, f"{where} must be a text.")
            return ""
        if len(value) > LONGEST or any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in value):
            self.refuse(where, f"{where} must be one line of at most {LONGEST} characters.")
            return ""
        return value.strip()

    def state(self, written: str, where: str, name: str = "") -> str:
        """The id of a state that is named here; a state exists once it is named."""
        if not written:
            return ""
        found = _NOT_IN_IDS.sub("_", written).strip("_") or "state"
        found = found if not found[0].isdigit() else f"s_{found}"
        known = self.names.get(found)
        if name or known is None:
            self.names[found] = name or written
        return found


def read_states(data: object) -> StateMachine:
    """DiagramError with everything that is wrong."""
    reader = _Reader()
    if not isinstance(data, Mapping):
        raise DiagramError([Problem("states-invalid", "", None, say("States and transitions are one JSON object."))])
    name = reader.text(data.get("name"), "name") or reader.text(data.get("id"), "id") or "New process"
    states = data.get("states", [])
    if isinstance(states, Mapping):
        _read_nested(reader, states)
    else:
        _read_table(reader, states, data.get("transitions", []))
    initial = reader.text(data.get("initial"), "initial")
    machine = _build(reader, name, initial)
    if reader.problems:
        raise DiagramError(reader.problems)
    return machine


def _read_table(reader: _Reader, states: object, transitions: object) -> None:
    for place, entry in _entries(reader, states, "states", MOST_STATES):
        entry = {"id": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, Mapping):
            reader.refuse(place, f"{place} must be a name or an object with an id.")
            continue
        written = reader.text(entry.get("id"), f"{place}.id") or reader.text(entry.get("name"), f"{place}.name")
        if not written:
            reader.refuse(place, f"{place} needs an id or a name.")
            continue
        found = reader.state(written, place, reader.text(entry.get("name"), f"{place}.name"))
        if any(entry.get(word) is True for word in _FINAL) or entry.get("type") == "final":
            reader.finals.add(found)
    for place, entry in _entries(reader, transitions, "transitions", MOST_TRANSITIONS):
        if isinstance(entry, Mapping):
            _add(reader, place, entry.get("from"), entry, entry.get("event"), entry.get("after"))
        else:
            reader.refuse(place, f"{place} must be an object with from, event and to.")


def _read_nested(reader: _Reader, states: Mapping[Any, Any]) -> None:
    if len(states) > MOST_STATES:
        reader.refuse("states", f"There may be at most {MOST_STATES} states.")
        return
    for key, entry in states.items():
        place = f"states.{str(key)[:40]}"
        entry = {} if entry is None else entry
        if not isinstance(entry, Mapping):
            reader.refuse(place, f"{place} must be an object.")
            continue
        written = reader.text(key, place)
        found = reader.state(written, place, reader.text(entry.get("name"), f"{place}.name"))
        if entry.get("type") == "final" or any(entry.get(word) is True for word in _FINAL):
            reader.finals.add(found)
        for word in ("on", "after"):
            ways = entry.get(word) or {}
            if not isinstance(ways, Mapping):
                reader.refuse(f"{place}.{word}", f"{place}.{word} must be an object.")
                continue
            for name, targets in ways.items():
                for target in targets if isinstance(targets, list) else [targets]:
                    way = {"target": target} if isinstance(target, str) else target
                    if not isinstance(way, Mapping):
                        reader.refuse(f"{place}.{word}", f"{place}.{word} must lead to a state.")
                        continue
                    event, after = (name, None) if word == "on" else (None, name)
                    _add(reader, f"{place}.{word}.{str(name)[:40]}", written, way, event, after)


def _entries(reader: _Reader, found: object, place: str, most: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(found, list):
        reader.refuse(place, f"{place} must be a list.")
        return
    if len(found) > most:
        reader.refuse(place, f"There may be at most {most} {place}.")
        return
    for number, entry in enumerate(found, 1):
        yield f"{place}[{number}]", entry


def _add(reader: _Reader, place: str, source: object, way: Mapping[Any, Any], event: object, after: object) -> None:
    target = reader.text(way.get("to", way.get("target")), f"{place}.to")
    start = reader.text(source, f"{place}.from")
    name, pause = reader.text(event, f"{place}.event"), _duration(reader.text(after, f"{place}.after"))
    if not start or not target:
        reader.refuse(place, f"{place} needs the state it comes from and the one it leads to.")
    if bool(name) == bool(pause):
        reader.refuse(place, f"{place} needs an event, or a time after which it is taken, and not both.")
    guard = reader.text(way.get("guard", way.get("cond")), f"{place}.guard").removeprefix("=").strip()
    does, called = reader.text(way.get("do"), f"{place}.do"), reader.text(way.get("name"), f"{place}.name")
    if start and target:
        ends = reader.state(start, place), reader.state(target, place)
        reader.transitions.append(NamedTransition(*ends, name, pause, guard, does, called))


def _duration(text: str) -> str:
    """State chart tools write milliseconds."""
    return f"PT{int(text) / 1000:g}S" if text.isascii() and text.isdigit() and len(text) < 16 else text


def _build(reader: _Reader, name: str, initial: str) -> StateMachine:
    leaving = {way.source for way in reader.transitions}
    states = {
        key: NamedState(key, label, key in reader.finals or key not in leaving) for key, label in reader.names.items()
    }
    for key in sorted(reader.finals & leaving):
        reader.refuse(key, f"“{reader.names[key]}” is final, so no transition may leave it.")
    first = reader.state(initial, "initial") if initial else next(iter(states), "")
    if not states:
        reader.refuse("states", "There is no state yet: name at least one.")
    elif first not in states:
        reader.refuse("initial", f"There is no state “{initial}” to begin in.")
    _check_guards(reader)
    key = _NOT_IN_IDS.sub("-", name).strip("-").lower() or "process"
    return StateMachine(key if key[0].isalpha() else f"p-{key}", name, first, states, reader.transitions)


def _check_guards(reader: _Reader) -> None:
    """Of the ways that one event opens, those after one without a guard would never be taken."""
    free: set[tuple[str, str, str]] = set()
    for way in reader.transitions:
        cause = (way.source, way.event, way.after)
        if cause in free:
            what = f"“{way.event}”" if way.event else f"the time {way.after}"
            reader.refuse(
                way.source,
                f"In “{reader.names[way.source]}”, {what} has a way without a guard before another one; put it last.",
            )
        elif not way.guard:
            free.add(cause)
