"""Signatures of built-in functions: how one is declared, matched with arguments and called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .conversions import CONVERTERS
from .errors import FeelError
from .runtime import Run
from .types import ANY, NUMBER, SIMPLE_TYPES, STRING, FeelType, ListType, RangeType

MISSING = object()  # an argument that was left out before one that was given by name


class MismatchError(FeelError):
    """An argument is of another type than the parameter."""


class Argument(NamedTuple):
    """One parameter of a built-in function as people see it."""

    name: str
    type: str
    is_optional: bool


class Form:
    """One way to call a function: its parameters and the Python that answers."""

    __slots__ = ("converters", "is_variadic", "parameters", "required", "run_first", "target")

    def __init__(self, spec: str, target: Callable[..., object]) -> None:
        parameters: list[Argument] = []
        self.is_variadic = spec.endswith("...")
        for part in spec.removesuffix("...").split(",") if spec else ():
            name, _, kind = part.partition(":")
            optional = name.strip().endswith("?")
            parameters.append(Argument(name.strip().removesuffix("?"), kind.strip(), optional))
        self.parameters = tuple(parameters)
        self.required = sum(1 for parameter in parameters if not parameter.is_optional)
        self.converters = tuple(CONVERTERS[parameter.type] for parameter in parameters)
        self.target = target
        code = target.__code__
        self.run_first = code.co_argcount > 0 and code.co_varnames[0] == "run"

    def takes(self, count: int) -> bool:
        return self.required <= count and (self.is_variadic or count <= len(self.parameters))

    def positions(self, names: list[str]) -> list[int] | None:
        """For every parameter the place of its argument or -1; null if the names do not fit."""
        wanted = [parameter.name for parameter in self.parameters]
        if self.is_variadic or len(set(names)) != len(names) or not set(names) <= set(wanted):
            return None
        places = [names.index(name) if name in names else -1 for name in wanted]
        while places and places[-1] == -1:
            places.pop()
        if any(parameter.name not in names for parameter in self.parameters if not parameter.is_optional):
            return None
        return places

    def call(self, run: Run, arguments: tuple[object, ...]) -> object:
        """Convert, pay and call; FeelError where an argument does not fit."""
        cost = 2
        converted: list[object] = [run] if self.run_first else []
        converters = self.converters
        last = len(converters) - 1
        for index, argument in enumerate(arguments):
            if argument is MISSING:
                converted.append(None)
                continue
            if type(argument) in (str, list, dict):
                cost += len(argument) >> 2  # type: ignore[arg-type]
            try:
                converted.append(converters[min(last, index)](argument))
            except FeelError as problem:
                name = self.parameters[min(index, last)].name
                raise MismatchError(f"the argument '{name}' {problem.message}") from None
        run.charge(cost)
        return self.target(*converted)


class Builtin:
    """A built-in function: a value that can be called and the entry of the function table."""

    __slots__ = ("category", "doc", "example", "forms", "name", "result")
    feel_type = "function"

    def __init__(self, name: str, result: str, category: str, doc: str, example: str) -> None:
        self.name, self.result, self.category, self.doc, self.example = name, result, category, doc, example
        self.forms: list[Form] = []

    @property
    def parameters(self) -> tuple[Argument, ...]:
        """The parameters of the first form."""
        return self.forms[0].parameters

    @property
    def signatures(self) -> list[str]:
        """Every form as people write it."""
        return [f"{self.name}({_parameter_text(form)})" for form in self.forms]

    def fitting(self, count: int) -> tuple[Form, ...]:
        """The forms that take that many arguments by position."""
        return tuple(form for form in self.forms if form.takes(count))

    def call(self, run: Run, arguments: tuple[object, ...]) -> object:
        return call_forms(run, self.name, self.fitting(len(arguments)), arguments)

    def call_named(self, run: Run, names: list[str], arguments: tuple[object, ...]) -> object:
        forms, places = self.fitting_names(names)
        if not forms:
            raise FeelError(f"{self.name} has no parameters named {', '.join(names)}", "wrong-arguments")
        given = tuple(MISSING if place < 0 else arguments[place] for place in places)
        return call_forms(run, self.name, forms, given)

    def fitting_names(self, names: list[str]) -> tuple[tuple[Form, ...], list[int]]:
        """The forms that take arguments of those names, and for every parameter the place of its argument."""
        placed = [(form, form.positions(names)) for form in self.forms]
        places = next((found for _, found in placed if found is not None), None)
        if places is None:
            return (), []
        return tuple(form for form, found in placed if found == places), places

    def function_types(self) -> list[tuple[tuple[FeelType, ...], FeelType]]:
        """The types of every form, for `instance of`."""
        return [
            (tuple(_feel_type(parameter.type) for parameter in form.parameters), _feel_type(self.result))
            for form in self.forms
        ]


def call_forms(run: Run, name: str, forms: tuple[Form, ...], arguments: tuple[object, ...]) -> object:
    """The answer of the first form that the arguments fit; FeelError if none."""
    problem: FeelError = FeelError(f"{name} cannot be called with {len(arguments)} arguments", "wrong-arguments")
    for form in forms:
        try:
            return form.call(run, arguments)
        except MismatchError as reason:
            problem = reason
    raise problem


_TYPES: Mapping[str, FeelType] = {
    **SIMPLE_TYPES,
    "any": ANY,
    "integer": NUMBER,
    "numbers": ListType(NUMBER),
    "strings": ListType(STRING),
    "list": ListType(),
    "range": RangeType(),
}


def _feel_type(kind: str) -> FeelType:
    return _TYPES.get(kind.removesuffix("|null"), ANY)


def _parameter_text(form: Form) -> str:
    parts = [f"{p.name}{'?' if p.is_optional else ''}: {p.type}" for p in form.parameters]
    return ", ".join(parts) + ("..." if form.is_variadic else "")


FUNCTIONS: dict[str, Builtin] = {}


def builtin(
    name: str,
    spec: str,
    result: str,
    category: str,
    doc: str = "",
    example: str = "",
    table: dict[str, Builtin] = FUNCTIONS,
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Enter a Python function into the table, as a form of the built-in function of that name."""

    def enter(target: Callable[..., object]) -> Callable[..., object]:
        entry = table.get(name)
        if entry is None:
            entry = table[name] = Builtin(name, result, category, doc, example)
        entry.forms.append(Form(spec, target))
        return target

    return enter
