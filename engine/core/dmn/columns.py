"""A column of a decision table as an index: from the input value to the set of rules that it satisfies.

A set of rules is one Python integer with a bit per rule, so that columns are combined with `&`. Numbers,
texts, dates and durations are looked up; null and booleans are answered once and remembered; other values,
and tests that are no constants, are tried one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.dmn.entries import GROUPS, SAMPLES, ConstantTests, Span
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Tests
from engine.core.feel import Date, DaysDuration, MonthsDuration

Constant = tuple[ConstantTests, int]  # tests and the rules that have them
Open = tuple[Tests, int]


class Column:
    """One input column."""

    __slots__ = ("_constants", "_few", "_groups", "open")

    def __init__(self, constants: Sequence[Constant], others: Sequence[Open]) -> None:
        self._constants = constants
        self.open = others
        self._few: dict[object, int] = {}  # null, true and false
        self._groups: dict[str, _Points | _Ranges] = {}

    def match(self, value: object) -> int:
        """The rules whose constant tests the value passes, and those whose tests are no constants."""
        kind = type(value)
        group = GROUPS.get(kind)
        if group is not None:
            index = self._groups.get(group) or self._index(group)
            return index.match(value)
        if value is None or kind is bool:
            known = self._few.get(value)
            if known is None:
                known = self._few[value] = self._try(value)
            return known
        return self._try(value)

    def _try(self, value: object) -> int:
        found = 0
        for tests, rules in self._constants:
            if tests.passes(value):
                found |= rules
        return found | self._rest()

    def _rest(self) -> int:
        found = 0
        for _, rules in self.open:
            found |= rules
        return found

    def _index(self, group: str) -> _Points | _Ranges:
        index = self._groups[group] = _build(group, self._constants, self._rest())
        return index


class _Points:
    """Single values and the rules of each; all others have the same rules."""

    __slots__ = ("rest", "rules")

    def __init__(self, rules: Mapping[Any, int], rest: int) -> None:
        self.rules, self.rest = rules, rest

    def match(self, value: Any) -> int:
        return self.rules.get(value, self.rest)


class _Ranges:
    """Ends of ranges in order, and the rules at each and between them: 2n+1 sets for n ends."""

    __slots__ = ("ends", "key", "rules")

    def __init__(self, ends: Sequence[Any], rules: Sequence[int], key: str) -> None:
        self.ends, self.rules, self.key = ends, rules, key

    def match(self, value: Any) -> int:
        if self.key:
            value = getattr(value, self.key)
        place = bisect_left(self.ends, value)
        if place < len(self.ends) and self.ends[place] == value:
            return self.rules[2 * place + 1]
        return self.rules[2 * place]


# What the values of a group are ordered by; numbers and texts by themselves.
_KEYS = {"date": "key", "days": "nanos", "months": "months"}
assert {type(SAMPLES["date"]), type(SAMPLES["days"])} == {Date, DaysDuration}
assert MonthsDuration in GROUPS


def _build(group: str, constants: Sequence[Constant], rest: int) -> _Points | _Ranges:
    key = _KEYS.get(group, "")
    spans = [(tests, tests.spans(group), rules) for tests, rules in constants]
    ends = sorted({_key(end, key) for _, found, _ in spans for span in found for end in _ends(span)})
    places = {end: place for place, end in enumerate(ends)}
    last = 2 * len(ends)
    starts, stops = [0] * (last + 2), [0] * (last + 2)
    for tests, found, rules in spans:
        areas = _merged([_area(span, places, key, last) for span in found])
        if tests.is_negated:
            areas = [] if tests.elsewhere(group) is None else _complement(areas, last)
        for low, high in areas:
            starts[low] |= rules
            stops[high + 1] |= rules
    sets: list[int] = []
    now = rest
    for place in range(last + 1):
        now = now & ~stops[place] | starts[place]
        sets.append(now)
    if len(set(sets[::2])) == 1 and not key:
        return _Points({end: sets[2 * place + 1] for end, place in places.items()}, sets[0])
    return _Ranges(ends, sets, key)


def _ends(span: Span) -> list[object]:
    return [end for end in (span.low, span.high) if end is not None]


def _key(end: object, key: str) -> Any:
    return getattr(end, key) if key else end


def _area(span: Span, places: Mapping[Any, int], key: str, last: int) -> tuple[int, int]:
    """The first and last of the 2n+1 sets that the span covers; an empty one ends before it begins."""
    low, high = 0, last
    if span.low is not None:
        low = 2 * places[_key(span.low, key)] + (1 if span.low_included else 2)
    if span.high is not None:
        high = 2 * places[_key(span.high, key)] + (1 if span.high_included else 0)
    return low, high


def _merged(areas: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(area for area in areas if area[0] <= area[1]):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _complement(areas: Sequence[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    place = 0
    for low, high in areas:
        if place < low:
            found.append((place, low - 1))
        place = high + 1
    if place <= last:
        found.append((place, last))
    return found


def narrow(column: Column, rules: int, value: object, scope: Mapping[str, object], session: Session) -> int:
    """The rules that are left when the tests that are no constants have been tried."""
    for tests, theirs in column.open:
        if rules & theirs and not tests.passes(value, scope, session):
            rules &= ~theirs
    return rules
