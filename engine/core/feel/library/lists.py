"""Built-in functions on lists: what is in them, and lists made of lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key

from engine.core.feel.errors import BudgetError, FeelError
from engine.core.feel.numbers import Number, number
from engine.core.feel.operators import equal, order
from engine.core.feel.ranges import Range
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import Builtin, builtin
from engine.core.feel.temporal import DateTime, Temporal, Time
from engine.core.feel.values import Function
from engine.core.model.words import say

_L = "list"


def call(run: Run, function: object, *arguments: object) -> object:
    """Call a function that was given as an argument."""
    if isinstance(function, Builtin):
        return function.call(run, arguments)
    if not isinstance(function, Function) or len(function.parameters) != len(arguments):
        raise FeelError(f"a function of {len(arguments)} parameters is needed")
    run.charge(8)
    run.enter()
    try:
        return function.body(run, *arguments)
    finally:
        run.calls += 1


def identity_key(run: Run, value: object) -> object:
    """A hashable that two values share exactly when they are equal."""
    run.charge(5)
    if isinstance(value, (list, tuple)):
        return ("list", *(identity_key(run, item) for item in value))
    if isinstance(value, Mapping):
        return ("context", frozenset((key, identity_key(run, item)) for key, item in value.items()))
    if value is None or isinstance(value, (str, bool)):
        return (type(value).__name__, value)
    if isinstance(value, (DateTime, Time)):
        instant = value.instant if isinstance(value, DateTime) else value.utc_second
        return (value.feel_type, value.offset is None, instant)
    if isinstance(value, (Temporal, Range)):
        return value if isinstance(value, Temporal) else id(value)
    plain = number(value)
    return id(value) if plain is None else ("number", plain)


def unique(run: Run, items: list[object]) -> list[object]:
    seen: dict[object, object] = {}
    for item in items:
        seen.setdefault(identity_key(run, item), item)
    return list(seen.values())


@builtin(
    "list contains",
    "list: list, element: any",
    "boolean",
    _L,
    say("Is the element in the list?"),
    "list contains([1,2,3], 2) = true",
)
def list_contains(run: Run, items: list[object], element: object) -> bool:
    run.charge(len(items))
    return any(equal(item, element) is True for item in items)


@builtin("count", "list: list", "number", _L, say("The number of items."), "count([1,2,3]) = 3")
def count(items: list[object]) -> int:
    return len(items)


@builtin("is empty", "list: list", "boolean", _L, say("Has the list no items?"), "is empty([]) = true")
def is_empty(items: list[object]) -> bool:
    return not items


@builtin(
    "sublist",
    "list: list, start position: integer, length?: integer",
    "list",
    _L,
    say("The items from a position on."),
    "sublist([4,5,6], 1, 2) = [4,5]",
)
def sublist(items: list[object], start: int, length: int | None = None) -> list[object]:
    begin = _index(items, start)
    if length is not None and (length < 0 or begin + length > len(items)):
        raise FeelError("the list has not so many items")
    return items[begin:] if length is None else items[begin : begin + length]


@builtin(
    "append",
    "list: list, item: any...",
    "list",
    _L,
    say("The list with items added at its end."),
    "append([1], 2, 3) = [1,2,3]",
)
def append(run: Run, items: list[object], *more: object) -> list[object]:
    run.make(len(items) + len(more))
    return [*items, *more]


@builtin(
    "concatenate",
    "list: list...",
    "list",
    _L,
    say("All lists one behind the other."),
    "concatenate([1,2],[3]) = [1,2,3]",
)
def concatenate(run: Run, *lists: list[object]) -> list[object]:
    run.make(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin(
    "union",
    "list: list...",
    "list",
    _L,
    say("All lists one behind the other, every value once."),
    "union([1,2],[2,3]) = [1,2,3]",
)
def union(run: Run, *lists: list[object]) -> list[object]:
    return unique(run, concatenate(run, *lists))  # type: ignore[arg-type]


@builtin(
    "distinct values", "list: list", "list", _L, say("Every value once."), "distinct values([1,2,3,2,1]) = [1,2,3]"
)
def distinct_values(run: Run, items: list[object]) -> list[object]:
    return unique(run, items)


@builtin(
    "duplicate values",
    "list: list",
    "list",
    _L,
    say("The values that are there more than once."),
    "duplicate values([1,2,3,2,1]) = [1,2]",
)
def duplicate_values(run: Run, items: list[object]) -> list[object]:
    counts: dict[object, int] = {}
    for item in items:
        key = identity_key(run, item)
        counts[key] = counts.get(key, 0) + 1
    return [item for item in unique(run, items) if counts[identity_key(run, item)] > 1]


@builtin(
    "insert before",
    "list: list, position: integer, newItem: any",
    "list",
    _L,
    say("The list with an item put in at a position."),
    "insert before([1,3],1,2) = [2,1,3]",
)
def insert_before(run: Run, items: list[object], position: int, item: object) -> list[object]:
    begin = _index(items, position)
    run.make(len(items))
    return [*items[:begin], item, *items[begin:]]


@builtin(
    "remove",
    "list: list, position: integer",
    "list",
    _L,
    say("The list without the item at a position."),
    "remove([1,2,3], 2) = [1,3]",
)
def remove(run: Run, items: list[object], position: int) -> list[object]:
    begin = _index(items, position)
    run.make(len(items))
    return [*items[:begin], *items[begin + 1 :]]


@builtin(
    "list replace",
    "list: list, position: number, newItem: any",
    "list",
    _L,
    say("The list with another item at a position, or wherever the function says true."),
    "list replace([2,4,7], 3, 6) = [2,4,6]",
)
def list_replace(run: Run, items: list[object], position: Number, item: object) -> list[object]:
    begin = _index(items, int(position))
    run.make(len(items))
    return [*items[:begin], item, *items[begin + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any", "list", _L)
def list_replace_matching(run: Run, items: list[object], match: object, item: object) -> list[object]:
    run.make(len(items))
    replaced: list[object] = []
    for old in items:
        answer = call(run, match, old, item)
        if answer is not True and answer is not False:
            raise FeelError("the function must answer true or false")
        replaced.append(item if answer else old)
    return replaced


@builtin("reverse", "list: list", "list", _L, say("From the last to the first."), "reverse([1,2,3]) = [3,2,1]")
def reverse(run: Run, items: list[object]) -> list[object]:
    run.make(len(items))
    return items[::-1]


@builtin(
    "index of",
    "list: list, match: any",
    "list",
    _L,
    say("The positions of a value."),
    "index of([1,2,3,2], 2) = [2,4]",
)
def index_of(run: Run, items: list[object], match: object) -> list[int]:
    run.charge(len(items))
    return [index for index, item in enumerate(items, 1) if equal(item, match) is True]


@builtin(
    "flatten",
    "list: list",
    "list",
    _L,
    say("The items of all lists within lists."),
    "flatten([[1,2],[[3]], 4]) = [1,2,3,4]",
)
def flatten(run: Run, items: list[object]) -> list[object]:
    flat: list[object] = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            run.charge(1)
            if isinstance(item, (list, tuple)):
                if len(pending) > 1000:
                    raise BudgetError("budget-nesting", "the lists are nested too deep")
                pending.append(iter(item))
                break
            flat.append(item)
        else:
            pending.pop()
    return flat


@builtin(
    "sort",
    "list: list, precedes?: function|null",
    "list",
    _L,
    say("Sorted, by a function that says which of two comes first."),
    "sort([3,1,2], function(x, y) x < y) = [1,2,3]",
)
def sort(run: Run, items: list[object], precedes: object = None) -> list[object]:
    run.make(len(items))
    if precedes is None:
        run.charge(len(items) * len(items).bit_length() // 2)
        return sorted(items, key=cmp_to_key(_natural_order))

    def compare(left: object, right: object) -> int:
        if call(run, precedes, left, right) is True:
            return -1
        return 1 if call(run, precedes, right, left) is True else 0

    return sorted(items, key=cmp_to_key(compare))


def _natural_order(left: object, right: object) -> int:
    answer = order(left, right)
    if answer is None:
        raise FeelError("the items cannot be ordered")
    return answer


@builtin(
    "partition",
    "list: list, size: integer",
    "list",
    _L,
    say("The list in pieces of a size."),
    "partition([1,2,3,4,5], 2) = [[1,2],[3,4],[5]]",
)
def partition(run: Run, items: list[object], size: int) -> list[object]:
    if size < 1:
        raise FeelError("the size must be 1 or more")
    run.make(len(items))
    return [items[begin : begin + size] for begin in range(0, len(items), size)]


def _index(items: list[object], position: int) -> int:
    """The place in Python's count of a position in FEEL's."""
    if position == 0 or abs(position) > len(items):
        raise FeelError(f"there is no position {position} in a list of {len(items)} items")
    return position - 1 if position > 0 else len(items) + position
