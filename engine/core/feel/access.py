"""Reaching into values: entries and properties, positions, membership in ranges, rounds of a loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from . import calendar
from .errors import BudgetError
from .numbers import from_float, number
from .operators import conjoin, equal, greater, greater_equal, less, less_equal
from .ranges import Range
from .runtime import Run
from .temporal import DAY, NANO, Date, DateTime, DaysDuration, MonthsDuration, Time
from .values import kind_of


def _seconds_of(value: DaysDuration) -> object:
    return _signed(value, abs(value.nanos) % (60 * NANO) / NANO)


def _signed(value: DaysDuration, amount: float) -> object:
    return from_float(-amount if value.nanos < 0 else amount)


def _part(unit: int, size: int | None) -> Callable[[DaysDuration], object]:
    def part(value: DaysDuration) -> object:
        whole = abs(value.nanos) // NANO // unit
        if size is not None:
            whole %= size
        return -whole if value.nanos < 0 else whole

    return part


def _months_part(value: MonthsDuration, years: bool) -> int:
    amount = abs(value.months) // 12 if years else abs(value.months) % 12
    return -amount if value.months < 0 else amount


def _second(value: Time | DateTime) -> object:
    second = value.second_of_day % 60
    return from_float(second + value.nano / NANO) if value.nano else second


def _offset(value: Time | DateTime) -> object:
    return None if value.offset is None else DaysDuration(value.offset * NANO)


_CLOCK: dict[str, Callable[..., object]] = {
    "hour": lambda v: v.second_of_day // 3600,
    "minute": lambda v: v.second_of_day // 60 % 60,
    "second": _second,
    "time offset": _offset,
    "timezone": lambda v: v.zone,
}
_DAY: dict[str, Callable[..., object]] = {
    "year": lambda v: v.year,
    "month": lambda v: v.month,
    "day": lambda v: v.day,
}
PROPERTIES: dict[type, dict[str, Callable[..., object]]] = {
    Date: {**_DAY, "weekday": lambda v: calendar.weekday(v.days)},
    Time: _CLOCK,
    DateTime: {**_DAY, **_CLOCK, "weekday": lambda v: calendar.weekday(v.date.days)},
    DaysDuration: {
        "days": _part(DAY, None),
        "hours": _part(3600, 24),
        "minutes": _part(60, 60),
        "seconds": _seconds_of,
    },
    MonthsDuration: {
        "years": lambda v: _months_part(v, True),
        "months": lambda v: _months_part(v, False),
    },
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}


def member(value: object, name: str, run: Run | None, start: int, end: int) -> object:
    """`value.name`; of a list, the list of its items' entries."""
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        if run is not None:
            run.note("unknown-entry", f"the context has no entry '{name}'", start, end)
        return None
    if isinstance(value, (list, tuple)):
        if run is not None:
            run.charge(len(value))
        return [
            item[name] if type(item) is dict and name in item else member(item, name, run, start, end) for item in value
        ]
    getter = PROPERTIES.get(type(value), {}).get(name)
    if getter is not None:
        return getter(value)
    if run is not None and not (value is None and run.sink and run.sink[-1].start == start):
        run.note("unknown-entry", f"{kind_of(value)} has no property '{name}'", start, end)
    return None


def item_at(value: object, index: object, run: Run | None, start: int, end: int) -> object:
    """`value[index]`: from 1, or from the end with -1; a value that is no list is a list of one."""
    position = number(index)
    if position is None or value is None:
        if run is not None:
            run.note("type-mismatch", f"{kind_of(value)} cannot be filtered by {kind_of(index)}", start, end)
        return None
    items: Sequence[object] = value if isinstance(value, (list, tuple)) else [value]
    size = len(items)
    if position == position // 1 and position != 0 and -size <= position <= size:
        whole = int(position)
        return items[whole - 1 if whole > 0 else whole]
    if run is not None:
        run.note("out-of-range", f"the list has {size} items, none at position {position}", start, end)
    return None


def contains(span: Range, value: object) -> bool | None:
    """Is the value in the range?"""
    if span.operator == "=":
        return equal(value, span.start)
    if span.operator == "!=":
        answer = equal(value, span.start)
        return None if answer is None else not answer
    above: bool | None = True
    below: bool | None = True
    if span.start is not None or not span.operator:
        above = greater_equal(value, span.start) if span.start_included else greater(value, span.start)
    if span.end is not None or not span.operator:
        below = less_equal(value, span.end) if span.end_included else less(value, span.end)
    return conjoin(above, below)


def passes(value: object, test: object) -> bool | None:
    """`value in test`: in the range, in the list, or equal."""
    if isinstance(test, Range):
        if isinstance(value, Range):
            return equal(value, test)
        if isinstance(value, (list, tuple)):
            return _all_in(test, value)
        return contains(test, value)
    if isinstance(test, (list, tuple)):
        if isinstance(value, (list, tuple)) and equal(value, test):
            return True
        return any(_fits(value, option) for option in test)
    return equal(value, test)


def _fits(value: object, test: object) -> bool:
    if isinstance(test, Range) and not isinstance(value, (Range, list, tuple)):
        return contains(test, value) is True
    return equal(value, test) is True


def _all_in(span: Range, values: Sequence[object]) -> bool | None:
    answer: bool | None = bool(values)
    for value in values:
        answer = conjoin(answer, contains(span, value))
    return answer


def interval(low: object, high: object, low_included: bool, high_included: bool) -> Range | None:
    """`[low..high]`: null where the two ends cannot be ordered."""
    if low is not None and high is not None and less_equal(low, high) is None:
        return None
    return Range(low, high, low_included, high_included)


def rounds(value: object, run: Run) -> Sequence[object] | None:
    """What a loop goes over: a list, the whole range between two integers or dates, or the value alone."""
    if isinstance(value, (list, tuple)):
        return value
    if value is None:
        return None
    if isinstance(value, Range) and not value.operator:
        return span_rounds(value.start, value.end, run, value.start_included, value.end_included)
    return [value]


def span_rounds(
    low: object, high: object, run: Run, low_included: bool = True, high_included: bool = True
) -> Sequence[object] | None:
    """The integers or dates from one end to the other, upwards or downwards."""
    if isinstance(low, Date) and isinstance(high, Date):
        days = _steps(low.days, high.days, low_included, high_included)
        run.charge(len_of(days))
        return [Date.from_days(day) for day in days]
    a, b = number(low), number(high)
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    numbers = _steps(a, b, low_included, high_included)
    len_of(numbers)
    return numbers


def _steps(low: int, high: int, low_included: bool, high_included: bool) -> range:
    step = 1 if low <= high else -1
    return range(low if low_included else low + step, high + step if high_included else high, step)


def len_of(numbers: range) -> int:
    try:
        return len(numbers)
    except OverflowError:
        raise BudgetError("budget-steps", "the range has too many numbers") from None
