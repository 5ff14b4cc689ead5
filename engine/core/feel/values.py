"""What kind of value something is, for people and for types; JSON values count as FEEL values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .ranges import Range
from .temporal import Temporal

if TYPE_CHECKING:
    from .runtime import Run
    from .types import FeelType


class Parameter(NamedTuple):
    """One parameter of a function: its name, and its type if it has one."""

    name: str
    type: FeelType | None = None


class Function:
    """A function as a value: called with the run that pays for it and its positional arguments."""

    __slots__ = ("body", "name", "parameters", "result")

    def __init__(
        self,
        parameters: tuple[Parameter, ...],
        body: Callable[..., object],
        name: str = "",
        result: FeelType | None = None,
    ) -> None:
        self.parameters = parameters
        self.body: Callable[..., object] = body  # body(run, *arguments)
        self.name = name
        self.result = result

    def call(self, run: Run, arguments: tuple[object, ...]) -> object:
        return self.body(run, *arguments)


def kind_of(value: object) -> str:
    """The name of the value's FEEL type."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "boolean"
    if isinstance(value, (int, Decimal, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Temporal):
        return value.feel_type
    if isinstance(value, (list, tuple)):
        return "list"
    if isinstance(value, Mapping):
        return "context"
    if isinstance(value, Range):
        return "range"
    if isinstance(value, Function) or hasattr(value, "forms"):
        return "function"
    return "Any"
