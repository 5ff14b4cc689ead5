"""Built-in functions on ranges: how points and ranges lie to one another (DMN 1.5 table 78)."""

from __future__ import annotations

from collections.abc import Callable

from engine.core.feel.errors import FeelError
from engine.core.feel.operators import order
from engine.core.feel.ranges import Range
from engine.core.feel.signatures import builtin
from engine.core.model.words import say

_R = "range"


def _order(left: object, right: object) -> int:
    answer = order(left, right)
    if answer is None:
        raise FeelError("the values cannot be ordered")
    return answer


def _point(value: object) -> Range:
    return Range(value, value, True, True)


def before(a: Range, b: Range) -> bool:
    answer = _order(a.end, b.start)
    return answer < 0 or (answer == 0 and not (a.end_included and b.start_included))


def after(a: Range, b: Range) -> bool:
    return before(b, a)


def meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def met_by(a: Range, b: Range) -> bool:
    return meets(b, a)


def overlaps(a: Range, b: Range) -> bool:
    return not before(a, b) and not before(b, a)


def _starts_earlier(a: Range, b: Range) -> bool:
    answer = _order(a.start, b.start)
    return answer < 0 or (answer == 0 and a.start_included and not b.start_included)


def _ends_earlier(a: Range, b: Range) -> bool:
    answer = _order(a.end, b.end)
    return answer < 0 or (answer == 0 and not a.end_included and b.end_included)


def overlaps_before(a: Range, b: Range) -> bool:
    return overlaps(a, b) and _starts_earlier(a, b) and _ends_no_later(a, b)


def _ends_no_later(a: Range, b: Range) -> bool:
    answer = _order(a.end, b.end)
    return answer < 0 or (answer == 0 and (not a.end_included or b.end_included))


def overlaps_after(a: Range, b: Range) -> bool:
    return overlaps_before(b, a)


def includes(a: Range, b: Range) -> bool:
    return not _starts_earlier(b, a) and not _ends_earlier(a, b)


def during(a: Range, b: Range) -> bool:
    return includes(b, a)


def starts(a: Range, b: Range) -> bool:
    return _order(a.start, b.start) == 0 and a.start_included == b.start_included and not _ends_earlier(b, a)


def started_by(a: Range, b: Range) -> bool:
    return starts(b, a)


def finishes(a: Range, b: Range) -> bool:
    return _order(a.end, b.end) == 0 and a.end_included == b.end_included and not _starts_earlier(a, b)


def finished_by(a: Range, b: Range) -> bool:
    return finishes(b, a)


def coincides(a: Range, b: Range) -> bool:
    ends = _order(a.start, b.start) == 0 and _order(a.end, b.end) == 0
    return ends and (a.start_included, a.end_included) == (b.start_included, b.end_included)


def _bounded(value: object) -> Range:
    if isinstance(value, Range):
        if value.start is None or value.end is None or value.operator == "!=":
            raise FeelError("a range with two ends is needed")
        return value
    return _point(value)


def _register(name: str, relation: Callable[[Range, Range], bool], kinds: str, doc: str, example: str) -> None:
    """Enter a relation for the kinds of arguments it takes: p for a point, r for a range."""
    words = {"p": ("point", "point"), "r": ("range", "range")}
    for pair in kinds.split():
        left, right = pair[0], pair[1]
        first, second = words[left][0], words[right][0]
        if first == second:
            first, second = first + "1", second + "2"
        spec = f"{first}: {words[left][1]}, {second}: {words[right][1]}"

        def answer(a: object, b: object) -> bool:
            return relation(_bounded(a), _bounded(b))

        builtin(name, spec, "boolean", _R, doc, example)(answer)


_register("before", before, "pp pr rp rr", say("Does the first lie before the second?"), "before(1, [2..5]) = true")
_register("after", after, "pp pr rp rr", say("Does the first lie after the second?"), "after(6, [2..5]) = true")
_register("meets", meets, "rr", say("Does the first end where the second starts?"), "meets([1..5], [5..9]) = true")
_register("met by", met_by, "rr", say("Does the first start where the second ends?"), "met by([5..9], [1..5]) = true")
_register("overlaps", overlaps, "rr", say("Have the two a part in common?"), "overlaps([1..5], [3..9]) = true")
_register(
    "overlaps before",
    overlaps_before,
    "rr",
    say("Does the first start earlier and reach into the second?"),
    "overlaps before([1..5], [3..9]) = true",
)
_register(
    "overlaps after",
    overlaps_after,
    "rr",
    say("Does the first start within the second and end later?"),
    "overlaps after([3..9], [1..5]) = true",
)
_register("finishes", finishes, "pr rr", say("Does the first end with the second?"), "finishes(5, [1..5]) = true")
_register(
    "finished by",
    finished_by,
    "rp rr",
    say("Does the second end with the first?"),
    "finished by([1..5], 5) = true",
)
_register("includes", includes, "rp rr", say("Is the second within the first?"), "includes([1..9], [3..5]) = true")
_register("during", during, "pr rr", say("Is the first within the second?"), "during(3, [1..5]) = true")
_register("starts", starts, "pr rr", say("Does the first start with the second?"), "starts(1, [1..5]) = true")
_register(
    "started by", started_by, "rp rr", say("Does the second start with the first?"), "started by([1..5], 1) = true"
)
_register("coincides", coincides, "pp rr", say("Are the two the same?"), "coincides([1..5], [1..5]) = true")
