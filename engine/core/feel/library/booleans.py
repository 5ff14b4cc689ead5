"""Built-in functions on truth, identity and absence."""

from __future__ import annotations

from engine.core.feel.errors import FeelError
from engine.core.feel.operators import equal
from engine.core.feel.signatures import builtin
from engine.core.feel.temporal import Temporal
from engine.core.feel.values import kind_of
from engine.core.model.words import say

_B = "boolean"


@builtin("not", "negand: any", "boolean", _B, say("The opposite; null stays null."), "not(true) = false")
def negation(negand: object) -> bool | None:
    value = negand[0] if isinstance(negand, list) and len(negand) == 1 else negand
    if value is True or value is False:
        return not value
    if value is None:
        return None
    raise FeelError(f"the argument must be a boolean, not {kind_of(value)}")


@builtin(
    "is",
    "value1?: any, value2?: any",
    "boolean",
    _B,
    say("The same value of the same kind, offset and zone."),
    'is(@"P1D", @"PT24H") = true',
)
def identical(value1: object = None, value2: object = None) -> bool:
    if isinstance(value1, Temporal) or isinstance(value2, Temporal):
        return value1 == value2
    if value1 is None or value2 is None:
        return value1 is value2
    return equal(value1, value2) is True


@builtin("is defined", "value: any", "boolean", _B, say("Is it there, that is, not null?"), "is defined(null) = false")
def is_defined(value: object) -> bool:
    return value is not None


@builtin(
    "get or else",
    "value: any, default: any",
    "Any",
    _B,
    say("The value, or the default in place of null."),
    'get or else(null, "x") = "x"',
)
def get_or_else(value: object, default: object) -> object:
    return default if value is None else value


@builtin(
    "assert",
    "value: any, condition: any, cause?: string|null",
    "Any",
    _B,
    say("The value if the condition holds, else null with the cause."),
    'assert(3, 3 > 2, "too small") = 3',
)
def assertion(value: object, condition: object, cause: str | None = None) -> object:
    if condition is True:
        return value
    raise FeelError(cause or "the condition does not hold", "assertion")
