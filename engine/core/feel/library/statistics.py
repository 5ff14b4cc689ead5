"""Built-in functions that make one value out of many."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.core.feel.errors import FeelError
from engine.core.feel.numbers import CONTEXT, Number, add, divide, from_int, multiply, normal, number, subtract
from engine.core.feel.operators import add as add_values
from engine.core.feel.operators import order
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import builtin
from engine.core.feel.temporal import DaysDuration, MonthsDuration
from engine.core.feel.values import kind_of
from engine.core.model.words import say

_L = "list"


def _numbers(items: Sequence[object]) -> list[Number]:
    if all(type(item) is int for item in items):
        return list(items)  # type: ignore[arg-type]
    found: list[Number] = []
    for item in items:
        value = number(item)
        if value is None:
            raise FeelError(f"the list must hold numbers only, not {kind_of(item)}")
        found.append(value)
    return found


def _alone(items: tuple[object, ...]) -> Sequence[object]:
    """Many arguments are the list of them; the one argument is the list itself."""
    if len(items) != 1:
        return items
    if items[0] is None:
        raise FeelError("a list is needed, not null")
    return items[0] if isinstance(items[0], (list, tuple)) else items


def _best(items: Sequence[object], sign: int) -> object:
    if not items:
        return None
    best = items[0]
    for item in items[1:] if len(items) > 1 else items:
        answer = order(item, best)
        if answer is None:
            raise FeelError(f"{kind_of(item)} and {kind_of(best)} cannot be ordered")
        if answer * sign < 0:
            best = item
    return best


def _total(items: Sequence[object]) -> object:
    if items and isinstance(items[0], (DaysDuration, MonthsDuration)):
        total: object = items[0]
        for item in items[1:]:
            total = add_values(total, item)
        if total is None:
            raise FeelError("durations of one kind are needed")
        return total
    return _sum(_numbers(items))


def _sum(values: list[Number]) -> Number | None:
    if all(type(value) is int for value in values):
        return from_int(sum(values))  # type: ignore[arg-type]
    total: Number | None = 0
    for value in values:
        if total is not None:
            total = add(total, value)
    return total


def _spread(items: Sequence[object]) -> Number | None:
    values = _numbers(items)
    total = _sum(values)
    if len(values) < 2 or total is None:
        raise FeelError("at least two numbers are needed")
    middle = divide(total, len(values))
    squares: Number = 0
    for value in values:
        distance = subtract(value, middle or 0)
        square = multiply(distance or 0, distance or 0)
        squares = add(squares, square or 0) or 0
    variance = divide(squares, len(values) - 1)
    return None if variance is None else normal(CONTEXT.sqrt(Decimal(variance)))


def _median(items: Sequence[object]) -> Number | None:
    values = sorted(_numbers(items))
    if not values:
        return None
    half = len(values) // 2
    if len(values) % 2:
        return values[half]
    total = add(values[half - 1], values[half])
    return None if total is None else divide(total, 2)


def _mode(items: Sequence[object]) -> list[Number]:
    counts: dict[Number, int] = {}
    for value in _numbers(items):
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, times in counts.items() if times == most)


def _product(items: Sequence[object]) -> Number | None:
    values = _numbers(items)
    total: Number | None = 1 if values else None
    for value in values:
        total = None if total is None else multiply(total, value)
    return total


def _mean(items: Sequence[object]) -> object:
    if not items:
        return None
    if isinstance(items[0], (DaysDuration, MonthsDuration)):
        from engine.core.feel.operators import divide as divide_values

        return divide_values(_total(items), len(items))
    total = _sum(_numbers(items))
    return None if total is None else divide(total, len(items))


def _conjunction(items: Sequence[object], ends: bool) -> bool | None:
    """All (ends at false) or any (ends at true), with three truth values."""
    if any(item is ends for item in items):
        return ends
    return not ends if all(item is (not ends) for item in items) else None


def _register() -> None:
    table = [
        ("min", "Any", say("The least."), "min([1,2,3]) = 1", lambda items: _best(items, 1)),
        ("max", "Any", say("The greatest."), "max(1,2,3) = 3", lambda items: _best(items, -1)),
        (
            "sum",
            "Any",
            say("The sum; of durations too; null for no items."),
            "sum([1,2,3]) = 6",
            lambda items: _total(items) if items else None,
        ),
        ("mean", "Any", say("The arithmetic mean."), "mean([1,2,3]) = 2", _mean),
        (
            "median",
            "number",
            say("The middle one, or the mean of the two in the middle."),
            "median(8, 2, 5, 3, 4) = 4",
            _median,
        ),
        ("mode", "list", say("The most frequent ones."), "mode(6, 3, 9, 6, 6) = [6]", _mode),
        (
            "stddev",
            "number",
            say("The standard deviation of the sample."),
            "stddev(2, 4, 7, 5) = 2.081665999466132735282297706979931",
            _spread,
        ),
        ("product", "number", say("All multiplied."), "product([2,3,4]) = 24", _product),
        (
            "all",
            "boolean",
            say("Are all true?"),
            "all([true, false]) = false",
            lambda items: _conjunction(items, False),
        ),
        (
            "any",
            "boolean",
            say("Is one true?"),
            "any([true, false]) = true",
            lambda items: _conjunction(items, True),
        ),
    ]
    for name, result, doc, example, answer in table:
        _enter(name, result, doc, example, answer)
    _enter(
        "and",
        "boolean",
        say("Are all true?"),
        "and([true, false]) = false",
        lambda items: _conjunction(items, False),
    )
    _enter("or", "boolean", say("Is one true?"), "or([true, false]) = true", lambda items: _conjunction(items, True))


def _enter(name: str, result: str, doc: str, example: str, answer: object) -> None:
    def of_list(run: Run, items: list[object]) -> object:
        run.charge(len(items))
        return answer(items)  # type: ignore[operator]

    def of_many(run: Run, *items: object) -> object:
        return of_list(run, _alone(items))  # type: ignore[arg-type]

    builtin(name, "list: list", result, _L, doc, example)(of_list)
    builtin(name, "item: any...", result, _L)(of_many)


_register()
