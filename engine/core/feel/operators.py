"""The operators of FEEL on any two values; null is the answer wherever the standard says so."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from . import numbers
from .errors import BudgetError
from .numbers import number
from .ranges import Range
from .runtime import Run
from .temporal import NANO, Date, DateTime, DaysDuration, MonthsDuration, Temporal, Time, midnight_utc

_NUMBERS = (int, Decimal, float)
_DURATIONS = (DaysDuration, MonthsDuration)
MAX_VISITS = 200_000
DAY_NANOS = 86_400 * NANO


def _number(value: object) -> numbers.Number | None:
    kind = type(value)
    if kind is int or kind is Decimal:
        return value  # type: ignore[return-value]
    return number(value) if kind is float else None


# equality


def equal(left: object, right: object) -> bool | None:
    """`left = right`: null where the kinds differ."""
    if left is None or right is None:
        return left is right
    if left is True or left is False or right is True or right is False:
        return left is right if isinstance(left, bool) and isinstance(right, bool) else None
    if isinstance(left, str):
        return left == right if isinstance(right, str) else None
    if isinstance(left, _NUMBERS):
        a, b = _number(left), _number(right)
        return None if a is None or b is None else a == b
    if isinstance(left, Temporal):
        return _equal_temporal(left, right)
    if isinstance(left, (list, tuple)):
        return _equal_deep(left, right) if isinstance(right, (list, tuple)) else None
    if isinstance(left, Mapping):
        return _equal_deep(left, right) if isinstance(right, Mapping) else None
    if isinstance(left, Range):
        return _equal_deep(left, right) if isinstance(right, Range) else None
    return left is right if type(left) is type(right) else None


def _equal_temporal(left: Temporal, right: object) -> bool | None:
    """Times are equal when they are so to the second (DMN 1.5 table 43 compares no fraction)."""
    if type(left) is not type(right):
        return None
    if isinstance(left, Time) and isinstance(right, Time):
        return (left.offset is None) == (right.offset is None) and left.utc_second == right.utc_second
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        return left.is_local == right.is_local and left.instant == right.instant
    return left == right


def _equal_deep(left: object, right: object) -> bool:
    """Equality of lists, contexts and ranges without recursion, so that no data can be too deep."""
    pending: list[tuple[object, object]] = [(left, right)]
    visits = 0
    while pending:
        a, b = pending.pop()
        if a is b:
            continue
        visits += 1
        if visits > MAX_VISITS:
            raise BudgetError("budget-steps", "the values compared are too large")
        if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
            if len(a) != len(b):
                return False
            pending.extend(zip(a, b, strict=True))
        elif isinstance(a, Mapping) and isinstance(b, Mapping):
            if a.keys() != b.keys():
                return False
            pending.extend((value, b[key]) for key, value in a.items())
        elif isinstance(a, Range) and isinstance(b, Range):
            flags = a.start_included, a.end_included, a.operator
            if flags != (b.start_included, b.end_included, b.operator):
                return False
            pending += [(a.start, b.start), (a.end, b.end)]
        elif isinstance(a, (list, tuple, Mapping, Range)) or equal(a, b) is not True:
            return False
    return True


def unequal(left: object, right: object) -> bool | None:
    answer = equal(left, right)
    return None if answer is None else not answer


# order


def order(left: object, right: object) -> int | None:
    """Less than 0, 0 or more than 0 where the two can be ordered, else null."""
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, Temporal):
        keys = _order_keys(left, right)
        return None if keys is None else (keys[0] > keys[1]) - (keys[0] < keys[1])
    a, b = _number(left), _number(right)
    return None if a is None or b is None else (a > b) - (a < b)


def _order_keys(left: Temporal, right: object) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        if left.is_local != right.is_local:
            return None
        return (left.instant, left.nano), (right.instant, right.nano)
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.offset is None) != (right.offset is None):
            return None
        return (left.utc_second, left.nano), (right.utc_second, right.nano)
    if isinstance(left, Date) and isinstance(right, Date):
        return (left.year, left.month, left.day), (right.year, right.month, right.day)
    if isinstance(left, DaysDuration) and isinstance(right, DaysDuration):
        return (left.nanos,), (right.nanos,)
    if isinstance(left, MonthsDuration) and isinstance(right, MonthsDuration):
        return (left.months,), (right.months,)
    return None


def less(left: object, right: object) -> bool | None:
    answer = order(left, right)
    return None if answer is None else answer < 0


def less_equal(left: object, right: object) -> bool | None:
    answer = order(left, right)
    return None if answer is None else answer <= 0


def greater(left: object, right: object) -> bool | None:
    answer = order(left, right)
    return None if answer is None else answer > 0


def greater_equal(left: object, right: object) -> bool | None:
    answer = order(left, right)
    return None if answer is None else answer >= 0


def conjoin(left: object, right: object) -> bool | None:
    """`left and right` of two known values, with three truth values."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def between(value: object, low: object, high: object) -> bool | None:
    """Between two ends, both included."""
    return conjoin(greater_equal(value, low), less_equal(value, high))


# arithmetic


def add(left: object, right: object, run: Run | None = None) -> object:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return numbers.add(a, b)
    if isinstance(left, str) and isinstance(right, str):
        (run or Run()).make(len(left) + len(right))
        return left + right
    if isinstance(left, _DURATIONS) and not isinstance(right, _DURATIONS):
        left, right = right, left
    try:
        return _add_duration(left, right, 1)
    except ValueError:
        return None


def subtract(left: object, right: object) -> object:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return numbers.subtract(a, b)
    try:
        if isinstance(right, _DURATIONS):
            return _add_duration(left, right, -1)
        return _difference(left, right)
    except ValueError:
        return None


def _add_duration(left: object, right: object, sign: int) -> object:
    if isinstance(right, MonthsDuration):
        if isinstance(left, MonthsDuration):
            return MonthsDuration(left.months + sign * right.months)
        if isinstance(left, (Date, DateTime)):
            return left.plus_months(sign * right.months)
    elif isinstance(right, DaysDuration):
        if isinstance(left, DaysDuration):
            return DaysDuration(left.nanos + sign * right.nanos)
        if isinstance(left, (Time, DateTime)):
            return left.plus_nanos(sign * right.nanos)
        if isinstance(left, Date):
            return Date.from_days(left.days + sign * right.nanos // DAY_NANOS)
    return None


def _difference(left: object, right: object) -> DaysDuration | None:
    if isinstance(left, Date) and isinstance(right, Date):
        return DaysDuration((left.days - right.days) * DAY_NANOS)
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.offset is None) != (right.offset is None):
            return None
        return DaysDuration((left.utc_second - right.utc_second) * NANO + left.nano - right.nano)
    if isinstance(left, Date) and isinstance(right, DateTime):
        left = midnight_utc(left)
    elif isinstance(left, DateTime) and isinstance(right, Date):
        right = midnight_utc(right)
    if isinstance(left, DateTime) and isinstance(right, DateTime) and left.is_local == right.is_local:
        return DaysDuration((left.instant - right.instant) * NANO + left.nano - right.nano)
    return None


def multiply(left: object, right: object) -> object:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return numbers.multiply(a, b)
    if isinstance(right, _DURATIONS):
        left, right, b = right, left, a
    if b is None:
        return None
    try:
        if isinstance(left, DaysDuration):
            return DaysDuration(_truncated(numbers.multiply(left.nanos, b)))
        if isinstance(left, MonthsDuration):
            return MonthsDuration(_truncated(numbers.multiply(left.months, b)))
    except ValueError:
        pass
    return None


def divide(left: object, right: object) -> object:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return numbers.divide(a, b)
    try:
        if isinstance(left, DaysDuration):
            if isinstance(right, DaysDuration):
                return numbers.divide(left.nanos, right.nanos)
            return None if b is None or b == 0 else DaysDuration(_truncated(numbers.divide(left.nanos, b)))
        if isinstance(left, MonthsDuration):
            if isinstance(right, MonthsDuration):
                return numbers.divide(left.months, right.months)
            return None if b is None or b == 0 else MonthsDuration(_truncated(numbers.divide(left.months, b)))
    except ValueError:
        pass
    return None


def _truncated(value: numbers.Number | None) -> int:
    if value is None or not -(10**40) < value < 10**40:
        raise ValueError("the duration is too long")
    return int(value)


def power(left: object, right: object) -> object:
    a, b = _number(left), _number(right)
    return None if a is None or b is None else numbers.power(a, b)


def remainder(left: object, right: object) -> object:
    """`%` of JUEL: the remainder has the sign of the left side."""
    a, b = _number(left), _number(right)
    if a is None or b is None or b == 0:
        return None
    try:
        return numbers.normal(numbers.CONTEXT.remainder(Decimal(a), Decimal(b)))
    except ArithmeticError:
        return None


def negate(value: object) -> object:
    a = _number(value)
    if a is not None:
        return -a
    if isinstance(value, DaysDuration):
        return DaysDuration(-value.nanos)
    return MonthsDuration(-value.months) if isinstance(value, MonthsDuration) else None
