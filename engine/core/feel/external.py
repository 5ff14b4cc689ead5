"""External functions: a table of registered Python functions; nothing is ever imported by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .errors import FeelError
from .numbers import from_float, number
from .runtime import Run
from .values import Function, Parameter, kind_of

_INTEGERS = {"byte", "short", "int", "long", "java.lang.Byte", "java.lang.Short", "java.lang.Integer"}
_INTEGERS |= {"java.lang.Long", "java.math.BigInteger"}
_FLOATS = {"float", "double", "java.lang.Float", "java.lang.Double"}
_NUMBERS = _INTEGERS | _FLOATS | {"java.math.BigDecimal", "java.lang.Number"}
_REST = "[L"  # Java's name of an array type; its last parameter takes any number of arguments


class External(NamedTuple):
    """One registered function and the Java types of its parameters."""

    target: Callable[..., object]
    parameters: tuple[str, ...]


EXTERNAL_FUNCTIONS: dict[tuple[str, str], External] = {}


def register_external(java_class: str, signature: str, target: Callable[..., object]) -> None:
    """Let decisions call the Python function as the Java method `name(type, ...)` of the class."""
    name, parameters = _read_signature(signature)
    EXTERNAL_FUNCTIONS[java_class, f"{name}({','.join(parameters)})"] = External(target, parameters)


def external_function(
    run: Run | None, parameters: tuple[Parameter, ...], body: object, start: int = 0, end: int = 0
) -> Function | None:
    """The registered function that an external body asks for; null with a diagnostic if there is none."""

    def refuse(message: str) -> None:
        if run is not None:
            run.note("external-function", message, start, end)

    java = body.get("java") if isinstance(body, Mapping) else None
    java_class = java.get("class") if isinstance(java, Mapping) else None
    signature = java.get("method signature") if isinstance(java, Mapping) else None
    if not isinstance(java_class, str) or not isinstance(signature, str):
        refuse("an external function needs {java: {class: ..., method signature: ...}}")
        return None
    name, types = _read_signature(signature)
    known = EXTERNAL_FUNCTIONS.get((java_class, f"{name}({','.join(types)})"))
    if known is None:
        refuse(f"no function is registered as {java_class}.{name}({', '.join(types)})")
        return None
    if len(types) != len(parameters):
        refuse(f"{name} takes {len(types)} arguments")
        return None
    return Function(parameters, _caller(name, known), name)


def _caller(name: str, known: External) -> Callable[..., object]:
    def call(run: Run, *arguments: object) -> object:
        run.charge(4)
        given: list[object] = []
        for kind, argument in zip(known.parameters, arguments, strict=True):
            if kind.startswith(_REST):
                given.extend(argument if isinstance(argument, list) else [argument])
            else:
                given.append(_converted(kind, argument))
        try:
            answer = known.target(*given)
        except (ValueError, ArithmeticError, TypeError) as problem:
            raise FeelError(f"{name} failed: {problem}", "function-failed") from None
        return from_float(answer) if isinstance(answer, float) else answer

    return call


def _read_signature(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, rest = text.strip().partition("(")
    inside = rest.strip().removesuffix(")").strip()
    return name.strip(), tuple(part.strip() for part in inside.split(",")) if inside else ()


def _converted(kind: str, value: object) -> object:
    """An argument as the Java type wants it: numbers are cut or widened, text is checked."""
    if kind in _NUMBERS:
        amount = number(value)
        if amount is None:
            raise FeelError(f"a {kind} cannot be made of {kind_of(value)}")
        if kind in _INTEGERS:
            return int(amount)
        return float(amount) if kind in _FLOATS else amount
    if kind in ("char", "java.lang.Character") and (not isinstance(value, str) or len(value) != 1):
        raise FeelError("one character is needed")
    if kind == "java.lang.String" and not isinstance(value, str):
        raise FeelError(f"a string cannot be made of {kind_of(value)}")
    if kind in ("boolean", "java.lang.Boolean") and not isinstance(value, bool):
        raise FeelError(f"a boolean cannot be made of {kind_of(value)}")
    return value
