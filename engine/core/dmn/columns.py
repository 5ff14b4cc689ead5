"""A column of a decision table as an index: from the input value to the set of rules that it satisfies.

A set of rules is one Python integer with a bit per rule, so that columns are combined with `&`. Numbers,
texts, dates and durations are looked up; null and booleans are answered once and remembered; other values,
and tests that are no constants, are tried one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.core.dmn.entries import GROUPS, ConstantTests, Span
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Tests

Constant = tuple[ConstantTests, int]  # tests and the rules that have them
Open = tuple[Tests, int]
Lookup = Callable[[Any], int]


class Column:
    """One input column."""

    __slots__ = ("_constants", "open", "ready")

    def __init__(self, constants: Sequence[Constant], others: Sequence[Open]) -> None:
        self._constants = constants
        self.open = others
        self.ready: dict[type, Lookup] = {}  # by the type of the value; filled when first asked

    def match(self, value: object) -> int:
        """The rules whose constant tests the value passes, and those whose tests are no constants."""
        kind = type(value)
        lookup = self.ready.get(kind)
        if lookup is None:
            if kind in GROUPS:
                group = GROUPS[kind]
                lookup = _build(group, self._constants, self._rest())
                for other, same in GROUPS.items():
                    if same == group:
                        self.ready[other] = lookup
            elif value is None or kind is bool:
                few = (None,) if value is None else (True, False)
                known: dict[object, int] = {each: self._try(each) for each in few}
                lookup = self.ready[kind] = known.__getitem__
            else:
                return self._try(value)
        return lookup(value)

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


class _Points(dict[Any, int]):
    """Single values and the rules of each; all others have the same rules."""

    __slots__ = ("rest",)
    rest: int

    def __missing__(self, value: object) -> int:
        return self.rest


def _ranges(ends: Sequence[Any], rules: Sequence[int], key: str) -> Lookup:
    """Ends of ranges in order, and the rules at each and between them: 2n+1 sets for n ends."""

    def match(value: Any) -> int:
        return rules[bisect_left(ends, value) + bisect_right(ends, value)]

    def match_key(value: Any) -> int:
        return match(getattr(value, key))

    return match_key if key else match


# What the values of a group are ordered by; numbers and texts by themselves.
_KEYS = {"date": "key", "days": "nanos", "months": "months"}


def _build(group: str, constants: Sequence[Constant], rest: int) -> Lookup:
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
        points = _Points({end: sets[2 * place + 1] for end, place in places.items()})
        points.rest = sets[0]
        return points.__getitem__
    return _ranges(ends, sets, key)


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
