"""The types of FEEL: what is an instance of what, and the coercions that DMN applies between them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .ranges import Range
from .temporal import Date, DateTime, DaysDuration, MonthsDuration, Time, midnight_utc
from .values import Function


class FeelType:
    """A type; null is an instance of none and conforms to all."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def has(self, value: object) -> bool:
        """Is the (non-null) value one of this type?"""
        return True

    def accepts(self, other: FeelType) -> bool:
        """Does every value of the other type conform to this one?"""
        return self.name == "Any" or self.name == other.name or other.name == "Null"

    @property
    def members(self) -> Mapping[str, FeelType]:
        """The named parts of a value of this type, where they are known."""
        return {}

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<type {self}>"


class _Simple(FeelType):
    """A type that Python classes decide."""

    __slots__ = ("classes",)

    def __init__(self, name: str, *classes: type) -> None:
        super().__init__(name)
        self.classes = classes

    def has(self, value: object) -> bool:
        return isinstance(value, self.classes) and not ((value is True or value is False) and bool not in self.classes)


ANY = FeelType("Any")
NUMBER = _Simple("number", int, Decimal, float)
STRING = _Simple("string", str)
BOOLEAN = _Simple("boolean", bool)
DATE = _Simple("date", Date)
TIME = _Simple("time", Time)
DATE_TIME = _Simple("date and time", DateTime)
DAYS_DURATION = _Simple("days and time duration", DaysDuration)
MONTHS_DURATION = _Simple("years and months duration", MonthsDuration)
NULL = _Simple("Null", type(None))


class ListType(FeelType):
    """`list<T>`."""

    __slots__ = ("item",)

    def __init__(self, item: FeelType = ANY) -> None:
        super().__init__("list")
        self.item = item

    def has(self, value: object) -> bool:
        if not isinstance(value, (list, tuple)):
            return False
        return self.item is ANY or all(item is None or self.item.has(item) for item in value)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, ListType) and self.item.accepts(other.item))

    @property
    def members(self) -> Mapping[str, FeelType]:
        return {name: ListType(kind) for name, kind in self.item.members.items()}

    def __str__(self) -> str:
        return f"list<{self.item}>"


class ContextType(FeelType):
    """`context<a: T, ...>`: a context with at least these entries."""

    __slots__ = ("entries",)

    def __init__(self, entries: Mapping[str, FeelType] | None = None) -> None:
        super().__init__("context")
        self.entries: Mapping[str, FeelType] = dict(entries or {})

    def has(self, value: object) -> bool:
        if not isinstance(value, Mapping):
            return False
        for name, kind in self.entries.items():
            if name not in value:
                return False
            entry = value[name]
            if entry is not None and not kind.has(entry):
                return False
        return True

    def accepts(self, other: FeelType) -> bool:
        if other is NULL:
            return True
        if not isinstance(other, ContextType):
            return False
        return all(name in other.entries and kind.accepts(other.entries[name]) for name, kind in self.entries.items())

    @property
    def members(self) -> Mapping[str, FeelType]:
        return self.entries

    def __str__(self) -> str:
        return f"context<{', '.join(f'{name}: {kind}' for name, kind in self.entries.items())}>"


class RangeType(FeelType):
    """`range<T>`."""

    __slots__ = ("item",)

    def __init__(self, item: FeelType = ANY) -> None:
        super().__init__("range")
        self.item = item

    def has(self, value: object) -> bool:
        if not isinstance(value, Range):
            return False
        ends = [end for end in (value.start, value.end) if end is not None]
        return self.item is ANY or all(self.item.has(end) for end in ends)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, RangeType) and self.item.accepts(other.item))

    def __str__(self) -> str:
        return f"range<{self.item}>"


class FunctionType(FeelType):
    """`function<T, ...> -> R`."""

    __slots__ = ("parameters", "result")

    def __init__(self, parameters: tuple[FeelType, ...] = (), result: FeelType = ANY) -> None:
        super().__init__("function")
        self.parameters = parameters
        self.result = result

    def has(self, value: object) -> bool:
        if isinstance(value, Function):
            given = tuple(parameter.type or ANY for parameter in value.parameters)
            return self._fits(given, value.result or ANY)
        signature = getattr(value, "function_types", None)  # a built-in function may have several forms
        return signature is not None and any(self._fits(given, result) for given, result in signature())

    def promised(self, value: Function) -> Function | None:
        """A function that does not say what it gives, held to the result that is wanted when it is called."""
        function = Function(value.parameters, value.body, value.name, self.result)
        return function if self.has(function) else None

    def _fits(self, given: tuple[FeelType, ...], result: FeelType) -> bool:
        if len(given) != len(self.parameters):
            return False
        arguments = all(mine.accepts(wanted) for mine, wanted in zip(given, self.parameters, strict=True))
        return arguments and self.result.accepts(result)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, FunctionType) and self._fits(other.parameters, other.result))

    def __str__(self) -> str:
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"


SIMPLE_TYPES: dict[str, FeelType] = {
    kind.name: kind
    for kind in (ANY, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS_DURATION, MONTHS_DURATION, NULL)
} | {
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_DURATION,
    "yearMonthDuration": MONTHS_DURATION,
    "context": ContextType(),
    "list": ListType(),
    "range": RangeType(),
}


def is_instance(value: object, kind: FeelType) -> bool:
    """`value instance of kind`."""
    return (value is None and kind is NULL) or (value is not None and kind.has(value))


def conforms(value: object, kind: FeelType) -> bool:
    """May the value stand, as it is, where the type is asked for?"""
    return value is None or kind.has(value)


def conform(value: object, kind: FeelType) -> object:
    """The value as the type wants it: itself, a converted one, or null where it does not conform.

    The implicit conversions of DMN 1.5, 10.3.2.9.4, of the value as a whole: a singleton list to its item,
    a value to a singleton list, a date to its midnight in UTC.
    """
    if value is None or kind is ANY or kind.has(value):
        return value
    if isinstance(value, (list, tuple)) and len(value) == 1 and value[0] is not None and kind.has(value[0]):
        return value[0]
    if isinstance(kind, ListType) and kind.item.has(value):
        return [value]
    if kind is DATE_TIME and isinstance(value, Date):
        return midnight_utc(value)
    if isinstance(kind, FunctionType) and isinstance(value, Function) and value.result is None:
        return kind.promised(value)
    return None
