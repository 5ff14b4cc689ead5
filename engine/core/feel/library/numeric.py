"""Built-in functions on numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal

from engine.core.feel import numbers
from engine.core.feel.errors import FeelError
from engine.core.feel.numbers import CONTEXT, Number, normal
from engine.core.feel.signatures import builtin
from engine.core.feel.temporal import DaysDuration, MonthsDuration
from engine.core.model.words import say

_N = "number"
_WIDE = decimal.Context(prec=6300, Emin=-6400, Emax=6400, traps=[decimal.InvalidOperation])


def _rounded(n: Number, scale: int, mode: str) -> Number:
    if not -6111 <= scale <= 6176:
        raise FeelError("the scale must be from -6111 to 6176")
    value = Decimal(n)
    if scale >= 0 and -value.as_tuple().exponent <= scale:  # type: ignore[operator]
        return n
    try:
        return normal(CONTEXT.plus(value.quantize(Decimal((0, (1,), -scale)), rounding=mode, context=_WIDE)))
    except decimal.DecimalException:
        raise FeelError("the number cannot be rounded so") from None


@builtin("decimal", "n: number, scale: integer", "number", _N, say("Rounded half to even."), "decimal(1/3, 2) = 0.33")
def decimal_(n: Number, scale: int) -> Number:
    return _rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: integer", "number", _N, say("Rounded down."), "floor(-1.5) = -2")
def floor(n: Number, scale: int | None = None) -> Number:
    return _rounded(n, scale or 0, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: integer", "number", _N, say("Rounded up."), "ceiling(1.5) = 2")
def ceiling(n: Number, scale: int | None = None) -> Number:
    return _rounded(n, scale or 0, decimal.ROUND_CEILING)


@builtin("round up", "n: number, scale: integer", "number", _N, say("Rounded away from zero."), "round up(5.5, 0) = 6")
def round_up(n: Number, scale: int) -> Number:
    return _rounded(n, scale, decimal.ROUND_UP)


@builtin(
    "round down", "n: number, scale: integer", "number", _N, say("Rounded towards zero."), "round down(5.5, 0) = 5"
)
def round_down(n: Number, scale: int) -> Number:
    return _rounded(n, scale, decimal.ROUND_DOWN)


@builtin(
    "round half up",
    "n: number, scale: integer",
    "number",
    _N,
    say("Rounded, a half away from zero."),
    "round half up(5.5, 0) = 6",
)
def round_half_up(n: Number, scale: int) -> Number:
    return _rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin(
    "round half down",
    "n: number, scale: integer",
    "number",
    _N,
    say("Rounded, a half towards zero."),
    "round half down(5.5, 0) = 5",
)
def round_half_down(n: Number, scale: int) -> Number:
    return _rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: any", "number", _N, say("Without its sign; of a duration too."), "abs(-10) = 10")
def absolute(n: object) -> object:
    if isinstance(n, DaysDuration):
        return DaysDuration(abs(n.nanos))
    if isinstance(n, MonthsDuration):
        return MonthsDuration(abs(n.months))
    value = numbers.number(n[0] if isinstance(n, list) and len(n) == 1 else n)
    if value is None:
        raise FeelError("the argument must be a number or a duration")
    return abs(value)


@builtin(
    "modulo",
    "dividend: number, divisor: number",
    "number",
    _N,
    say("The remainder, with the sign of the divisor."),
    "modulo(-12, 5) = 3",
)
def modulo(dividend: Number, divisor: Number) -> Number | None:
    if divisor == 0:
        raise FeelError("division by zero", "division-by-zero")
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    a, b = Decimal(dividend), Decimal(divisor)
    wide = decimal.Context(prec=120, Emin=-6400, Emax=6400, traps=[])
    whole = wide.divide(a, b).to_integral_value(rounding=decimal.ROUND_FLOOR)
    return numbers.number(wide.subtract(a, wide.multiply(b, whole)))


@builtin("sqrt", "number: number", "number", _N, say("The square root."), "sqrt(16) = 4")
def sqrt(number: Number) -> Number:
    if number < 0:
        raise FeelError("there is no root of a negative number")
    return normal(CONTEXT.sqrt(Decimal(number)))


@builtin("log", "number: number", "number", _N, say("The natural logarithm."), "decimal(log(10), 8) = 2.30258509")
def log(number: Number) -> Number:
    if number <= 0:
        raise FeelError("there is no logarithm of zero and of negative numbers")
    return normal(CONTEXT.ln(Decimal(number)))


@builtin(
    "exp",
    "number: number",
    "number",
    _N,
    say("e to the power of the number."),
    "decimal(exp(5), 8) = 148.41315910",
)
def exp(number: Number) -> Number:
    return normal(CONTEXT.exp(Decimal(number)))


@builtin("odd", "number: number", "boolean", _N, say("Is it odd?"), "odd(5) = true")
def odd(number: Number) -> bool:
    return number % 2 in (1, -1) if isinstance(number, int) else False


@builtin("even", "number: number", "boolean", _N, say("Is it even?"), "even(2) = true")
def even(number: Number) -> bool:
    return number % 2 == 0 if isinstance(number, int) else False


_SEPARATORS = (" ", ",", ".")


@builtin(
    "number",
    "from: string, grouping separator?: string|null, decimal separator?: string|null",
    "number",
    _N,
    say("The number that a text spells."),
    'number("1 000,0", " ", ",") = 1000',
)
def number_(text: str, grouping: str | None = None, point: str | None = None) -> Number:
    if grouping is not None and grouping not in _SEPARATORS:
        raise FeelError("the grouping separator is a blank, a comma or a point")
    if point is not None and point not in (",", "."):
        raise FeelError("the decimal separator is a comma or a point")
    if grouping is not None and grouping == (point or "."):
        raise FeelError("the two separators must differ")
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point == "," and "." not in plain else plain
    digits = plain.lstrip("-").lower()
    if not digits or not digits.isascii() or set(digits) - set("0123456789.e+-") or not digits.strip(".e+-"):
        raise FeelError(f"'{text[:40]}' is no number")
    value = numbers.parse_number(plain)
    if value is None:
        raise FeelError(f"'{text[:40]}' is no number")
    return value
