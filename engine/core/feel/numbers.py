"""FEEL numbers: an int where the value is integral, else a Decimal of 34 digits; never a float."""

from __future__ import annotations

import decimal
from decimal import Decimal

Number = int | Decimal

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
INT_LIMIT = 10**34  # integers beyond 34 digits are kept as Decimal, so that no integer can grow without end
EXACT_FLOAT = 2**53


def normal(value: Decimal) -> Number:
    """The canonical form of a decimal result."""
    if value.adjusted() < 34 and value == value.to_integral_value():
        return int(value)
    return value


def from_int(value: int) -> Number:
    """The canonical form of an int result."""
    if -INT_LIMIT < value < INT_LIMIT:
        return value
    return normal(CONTEXT.plus(Decimal(value)))


def from_float(value: float) -> Number | None:
    """The number that a JSON float was written as; null for NaN and infinities."""
    if value != value or value in (float("inf"), float("-inf")):
        return None
    if value.is_integer() and abs(value) < EXACT_FLOAT:
        return int(value)
    return normal(CONTEXT.create_decimal(repr(value)))


def number(value: object) -> Number | None:
    """The value as a canonical number if it is one, else null (booleans are not numbers)."""
    kind = type(value)
    if kind is int:
        return value if -INT_LIMIT < value < INT_LIMIT else from_int(value)  # type: ignore[operator, arg-type, return-value]
    if kind is Decimal:
        if not value.is_finite():  # type: ignore[attr-defined]
            return None
        return normal(CONTEXT.plus(value))  # type: ignore[arg-type]
    if kind is float:
        return from_float(value)  # type: ignore[arg-type]
    return None


def parse_number(text: str) -> Number | None:
    """The number that the text spells, or null."""
    try:
        return normal(CONTEXT.create_decimal(text))
    except decimal.DecimalException:
        return None


def format_number(value: Number) -> str:
    """Plain digits, no exponent unless the number is very large or very small."""
    if type(value) is int:
        return str(value)
    exponent = value.adjusted() if isinstance(value, Decimal) else 0
    if -60 < exponent < 60:
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def add(left: Number, right: Number) -> Number | None:
    if type(left) is int and type(right) is int:
        return from_int(left + right)
    try:
        return normal(CONTEXT.add(Decimal(left), Decimal(right)))
    except decimal.DecimalException:
        return None


def subtract(left: Number, right: Number) -> Number | None:
    if type(left) is int and type(right) is int:
        return from_int(left - right)
    try:
        return normal(CONTEXT.subtract(Decimal(left), Decimal(right)))
    except decimal.DecimalException:
        return None


def multiply(left: Number, right: Number) -> Number | None:
    if type(left) is int and type(right) is int:
        return from_int(left * right)
    try:
        return normal(CONTEXT.multiply(Decimal(left), Decimal(right)))
    except decimal.DecimalException:
        return None


def divide(left: Number, right: Number) -> Number | None:
    if right == 0:
        return None
    if type(left) is int and type(right) is int and left % right == 0:
        return left // right
    try:
        return normal(CONTEXT.divide(Decimal(left), Decimal(right)))
    except decimal.DecimalException:
        return None


def power(left: Number, right: Number) -> Number | None:
    """The left to the power of the right; the exponent is bounded so that the answer always comes at once."""
    if right == 0:
        return 1
    if left == 0 and right < 0:
        return None
    try:
        return normal(CONTEXT.power(Decimal(left), Decimal(right)))
    except decimal.DecimalException:
        return None
