"""An expression that is read once and evaluated often."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import Any

from . import tree
from .allowance import Allowance
from .budget import DEFAULT_BUDGET, Budget
from .errors import Diagnostic, Evaluation, ExpressionError
from .generator import Generator
from .names import NameTable
from .parser import Parser
from .runtime import Run
from .signatures import FUNCTIONS
from .temporal import DateTime
from .types import FeelType
from .values import Function, Parameter

_BUILTIN_NAMES = NameTable(FUNCTIONS)


class Expression:
    """A compiled expression.

    `value(variables, now=None, functions=None)` is the generated function itself: the value alone, null
    where the expression fails. `evaluate` takes the same and says what went wrong too.
    """

    __slots__ = ("budget", "code", "names", "text", "value", "warnings")

    value: Callable[..., Any]

    def __init__(
        self,
        text: str,
        names: frozenset[str],
        value: Callable[..., object],
        code: CodeType,
        budget: Budget,
        warnings: tuple[Diagnostic, ...],
    ) -> None:
        self.text = text
        self.names = names  # the variables that it reads
        self.value = value
        self.code = code
        self.budget = budget
        self.warnings = warnings  # found while compiling; the expression may still have a value

    def evaluate(
        self,
        variables: Mapping[str, object],
        *,
        now: DateTime | None = None,
        functions: Mapping[str, object] | None = None,
    ) -> Evaluation:
        """The value and, where a part failed, why."""
        sink: list[Diagnostic] = []
        value = self.value(variables, now, functions, Run(self.budget, now, functions, sink))
        return Evaluation(value, tuple(sink))

    def test(
        self,
        value: object,
        variables: Mapping[str, object] | None = None,
        *,
        now: DateTime | None = None,
        functions: Mapping[str, object] | None = None,
    ) -> bool:
        """Do the unary tests pass for this input value?"""
        return self.value({**(variables or {}), "?": value}, now, functions) is True

    def function(self, parameters: tuple[Parameter, ...], variables: Mapping[str, object], name: str = "") -> Function:
        """A function whose body is this expression, called with the variables and its arguments."""
        titles = [parameter.name for parameter in parameters]

        def body(run: Run, *arguments: object) -> object:
            return self.value({**variables, **dict(zip(titles, arguments, strict=True))}, None, None, run)

        return Function(parameters, body, name)

    def __repr__(self) -> str:
        return f"<expression {self.text!r}>"


def compile_expression(
    text: str,
    *,
    names: Collection[str] = (),
    language: str = "feel",
    budget: Budget = DEFAULT_BUDGET,
    types: Mapping[str, FeelType] | None = None,
    allowance: Allowance | None = None,
) -> Expression:
    """Read and compile an expression; ExpressionError with all its problems if it is none.

    `names` are the variables that may be there: names of several words are known by it, and where it maps
    them to types, so are the names of their parts. `types` are the types that `instance of` may name.
    `allowance` is what is left for all expressions of a deployment: AllowanceError where that is too little.
    """
    if language == "juel":
        from .juel import parse_juel

        return _compiled(text, lambda own: parse_juel(text, own), names, budget, allowance)
    if language != "feel":
        raise ValueError(f"unknown expression language {language!r}: feel and juel are known")

    def parse(own: Budget) -> tree.Node:
        return Parser(text, names, types, own, _BUILTIN_NAMES).whole_expression()

    return _compiled(text, parse, names, budget, allowance)


def compile_unary_tests(
    text: str,
    *,
    names: Collection[str] = (),
    budget: Budget = DEFAULT_BUDGET,
    types: Mapping[str, FeelType] | None = None,
    allowance: Allowance | None = None,
) -> Expression:
    """Read and compile unary tests of an input value, which is the variable `?`."""

    def parse(own: Budget) -> tree.Node:
        return Parser(text, names, types, own, _BUILTIN_NAMES).whole_unary_tests()

    return _compiled(text, parse, names, budget, allowance)


def _compiled(
    text: str,
    parse: Callable[[Budget], tree.Node],
    names: Collection[str],
    budget: Budget,
    allowance: Allowance | None,
) -> Expression:
    own = budget
    if allowance is not None:
        allowance.require(text)
        own = allowance.narrow(budget)
    generator = Generator(names, own, len(text))
    try:
        function, code = generator.finish(parse(own))
    except (RecursionError, MemoryError):
        problem = Diagnostic("budget-nesting", "the expression is nested too deep", 0, len(text))
        raise ExpressionError((problem,), text) from None
    except ExpressionError as error:
        if allowance is not None and own is not budget and any(one.code == "budget-parts" for one in error.problems):
            raise allowance.refusal(text) from None
        raise
    finally:
        if allowance is not None:
            allowance.spend(text, generator.parts)
    return Expression(text, frozenset(generator.free), function, code, budget, tuple(generator.warnings))


def parse_type(text: str, *, types: Mapping[str, FeelType] | None = None) -> FeelType:
    """The type that the text names, as after `instance of`; ExpressionError if there is none."""
    parser = Parser(text, (), types)
    kind = parser.type()
    parser.expect_end()
    return kind
