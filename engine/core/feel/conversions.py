"""How arguments become what a built-in function asks for; what does not fit is a FeelError."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .errors import FeelError
from .numbers import Number, number
from .ranges import Range
from .temporal import Date, DateTime, DaysDuration, MonthsDuration, Temporal, Time, midnight_utc
from .values import Function, kind_of

Converter = Callable[[object], object]


def _refuse(value: object, wanted: str) -> FeelError:
    return FeelError(f"must be a {wanted}, not {kind_of(value)}")


def alone(value: object) -> object:
    """A list of one item counts as its item where no list is asked for."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def as_any(value: object) -> object:
    return value


def as_number(value: object) -> Number:
    answer = number(alone(value))
    if answer is None:
        raise _refuse(value, "number")
    return answer


def as_integer(value: object) -> int:
    """A number cut to its integral part."""
    answer = as_number(value)
    if not -(10**18) < answer < 10**18:
        raise FeelError("is too large")
    return int(answer)


def as_string(value: object) -> str:
    value = alone(value)
    if not isinstance(value, str):
        raise _refuse(value, "string")
    return value


def as_boolean(value: object) -> bool:
    value = alone(value)
    if value is not True and value is not False:
        raise _refuse(value, "boolean")
    return value


def as_list(value: object) -> list[object]:
    """A value that is no list counts as the list of it alone."""
    if isinstance(value, list):
        return value
    if value is None:
        raise _refuse(value, "list")
    return list(value) if isinstance(value, tuple) else [value]


def as_context(value: object) -> Mapping[str, object]:
    value = alone(value)
    if not isinstance(value, Mapping):
        raise _refuse(value, "context")
    return value


def as_function(value: object) -> object:
    if not isinstance(value, Function) and not hasattr(value, "forms"):
        raise _refuse(value, "function")
    return value


def as_date(value: object) -> Date:
    """A date; of a date and time, its date."""
    value = alone(value)
    if isinstance(value, DateTime):
        return value.date
    if not isinstance(value, Date):
        raise _refuse(value, "date")
    return value


def as_date_time(value: object) -> DateTime:
    """A date and time; a date is its midnight in UTC."""
    value = alone(value)
    if isinstance(value, Date):
        return midnight_utc(value)
    if not isinstance(value, DateTime):
        raise _refuse(value, "date and time")
    return value


def _of(kind: type, wanted: str) -> Converter:
    def convert(value: object) -> object:
        value = alone(value)
        if not isinstance(value, kind):
            raise _refuse(value, wanted)
        return value

    return convert


def as_point(value: object) -> object:
    """Anything that can be ordered: what a range may hold."""
    value = alone(value)
    if isinstance(value, (str, Temporal)):
        return value
    return as_number(value)


def _or_null(converter: Converter) -> Converter:
    return lambda value: None if value is None else converter(value)


CONVERTERS: dict[str, Converter] = {
    "any": as_any,
    "number": as_number,
    "integer": as_integer,
    "string": as_string,
    "boolean": as_boolean,
    "list": as_list,
    "context": as_context,
    "function": as_function,
    "date": as_date,
    "date and time": as_date_time,
    "time": _of(Time, "time"),
    "temporal": _of(Temporal, "temporal value"),
    "days and time duration": _of(DaysDuration, "days and time duration"),
    "years and months duration": _of(MonthsDuration, "years and months duration"),
    "range": _of(Range, "range"),
    "point": as_point,
}
CONVERTERS |= {f"{name}|null": _or_null(converter) for name, converter in CONVERTERS.items()}
