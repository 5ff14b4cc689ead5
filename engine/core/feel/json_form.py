"""FEEL values as plain JSON values; the way back needs nothing, since JSON values are FEEL values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .numbers import INT_LIMIT, number
from .ranges import Range
from .temporal import Temporal
from .text import to_text

MAX_DEPTH = 200
MAX_SIZE = 2_000_000  # characters and elements: a value may hold one part many times, its JSON may not be endless
_LARGEST_INT = 10**300  # beyond, a JSON float would be infinite and an int too long for some readers


def to_json(value: object) -> object:
    """int, or float for what is not integral; ISO text for temporal values; lists and dicts of the same."""
    return _Writer().plain(value, 0)


class _Writer:
    """Keeps count of what it has written."""

    def __init__(self) -> None:
        self.left = MAX_SIZE

    def pay(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise ValueError(f"the value is larger than {MAX_SIZE} characters and elements")

    def plain(self, value: object, depth: int) -> object:
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            self.pay(len(value))
            return value
        if isinstance(value, (int, Decimal, float)):
            return _number(value)
        if isinstance(value, (Temporal, Range)):
            return str(value) if isinstance(value, Temporal) else to_text(value)
        if depth > MAX_DEPTH:
            raise ValueError(f"the value is nested more than {MAX_DEPTH} deep")
        if isinstance(value, Mapping):
            self.pay(8 * len(value) + sum(map(len, map(str, value))))
            return {str(key): self.plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            self.pay(8 * len(value))
            # Most lists that are long are of whole numbers, which are what they are.
            return [
                item if item.__class__ is int and -INT_LIMIT < item < INT_LIMIT else self.plain(item, depth + 1)
                for item in value
            ]
        raise ValueError(f"a {type(value).__name__} is no value that JSON can hold")


def _number(value: int | Decimal | float) -> object:
    exact = number(value)
    if exact is None or isinstance(exact, int):
        return exact
    if not -_LARGEST_INT < exact < _LARGEST_INT:
        return str(exact)
    return int(exact) if exact == exact.to_integral_value() else float(exact)
