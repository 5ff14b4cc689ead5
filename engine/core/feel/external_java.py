"""The methods of Java's own classes that decisions of other engines call, written in Python."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from .external import register_external
from .numbers import parse_number
from .text import to_text

_FORMAT = re.compile(r"%(?:\.(\d\d?))?([sdfn%])")

_MATH_OF_ONE: dict[str, Callable[[float], float]] = {
    "cos": math.cos,
    "sin": math.sin,
    "tan": math.tan,
    "acos": math.acos,
    "asin": math.asin,
    "atan": math.atan,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "cbrt": math.cbrt,
    "ceil": math.ceil,
    "floor": math.floor,
    "toRadians": math.radians,
    "toDegrees": math.degrees,
}
_PARSED = ("Byte", "Short", "Integer", "Long", "Float", "Double")


def format_text(pattern: str, *values: object) -> str:
    """Java's String.format with %s, %d, %f and a number of decimals."""
    remaining = iter(values)

    def replace(match: re.Match[str]) -> str:
        decimals, kind = match[1], match[2]
        if kind in "%n":
            return "%" if kind == "%" else "\n"
        value = next(remaining)
        if kind == "f":
            return f"{float(to_text(value)):.{min(int(decimals or 6), 30)}f}"
        return to_text(value)

    try:
        return _FORMAT.sub(replace, pattern)
    except StopIteration:
        raise ValueError("the format asks for more values") from None


def _parse(text: str) -> object:
    value = parse_number(text)
    if value is None:
        raise ValueError(f"'{text[:40]}' is no number")
    return value


def _itself(value: object) -> object:
    return value


def _register() -> None:
    for name, function in _MATH_OF_ONE.items():
        register_external("java.lang.Math", f"{name}(double)", function)
    register_external("java.lang.Math", "pow(double,double)", math.pow)
    for kind in ("int", "long", "float", "double"):
        register_external("java.lang.Math", f"max({kind},{kind})", max)
        register_external("java.lang.Math", f"min({kind},{kind})", min)
        register_external("java.lang.Math", f"abs({kind})", abs)
        register_external("java.lang.String", f"valueOf({kind})", to_text)
    register_external("java.lang.String", "valueOf(char)", _itself)
    register_external("java.lang.String", "valueOf(boolean)", to_text)
    register_external("java.lang.String", "format(java.lang.String,[Ljava.lang.Object;)", format_text)
    for wrapper in _PARSED:
        short = {"Integer": "int"}.get(wrapper, wrapper.lower())
        title = "parseInt" if wrapper == "Integer" else f"parse{wrapper}"
        register_external(f"java.lang.{wrapper}", "valueOf(java.lang.String)", _parse)
        register_external(f"java.lang.{wrapper}", f"{title}(java.lang.String)", _parse)
        register_external(f"java.lang.{wrapper}", f"valueOf({short})", _itself)


_register()
