"""Expressions and unary tests of a file: compiled at first use, or all at once to find every problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.core.dmn.session import Session
from engine.core.feel import (
    FUNCTIONS,
    Allowance,
    AllowanceError,
    Budget,
    Expression,
    ExpressionError,
    FeelType,
    compile_expression,
    compile_unary_tests,
    number,
)
from engine.core.model.decision_codes import decision_problem
from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say

Scope = dict[str, object]
Node = Callable[[Scope, Session], object]  # a compiled boxed expression
Names = Mapping[str, FeelType]

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_RESERVED = frozenset(
    ("and", "between", "else", "every", "external", "false", "for", "function", "if", "in", "instance")
)
_RESERVED |= {"not", "null", "of", "or", "return", "satisfies", "some", "then", "true"}


class Text:
    """One expression text and where it stands; calling it gives its value."""

    __slots__ = ("_expression", "_problems", "allowance", "budget", "id", "language", "line", "names", "text", "types")

    def __init__(
        self,
        text: str,
        node: str,
        line: int | None,
        names: Names,
        types: Mapping[str, FeelType],
        budget: Budget,
        language: str = "feel",
        allowance: Allowance | None = None,
    ) -> None:
        self.text, self.id, self.line, self.language = text, node, line, language
        self.allowance = allowance
        self.names, self.types, self.budget = names, types, budget
        self._expression: Expression | None = None
        self._problems: list[Problem] | None = None

    def compiled(self) -> Expression | None:
        """The expression; nothing where the text is none."""
        if self._problems is None:
            self._problems = []
            try:
                self._expression = self._compile()
            except AllowanceError as error:
                raise too_many(error, self.id, self.line) from None
            except ExpressionError as error:
                self._problems = [self._problem("invalid-expression", found[1]) for found in error.problems]
            else:
                for warning in self._expression.warnings:
                    self._problems.append(self._problem("invalid-call", warning.message))
        return self._expression

    languages: tuple[str, ...] = ("feel", "juel")

    def _compile(self) -> Expression:
        return compile_expression(
            self.text,
            names=self.names,
            types=self.types,
            language=self.language,
            budget=self.budget,
            allowance=self.allowance,
        )

    def problems(self) -> list[Problem]:
        """What is wrong with the text."""
        if self.language not in self.languages:
            message = say("Expressions in %(language)s are not evaluated; write FEEL.", language=self.language)
            return [decision_problem("unsupported-language", self.id, self.line, message)]
        self.compiled()
        return self._problems or []

    def _problem(self, code: str, message: str) -> Problem:
        shown = self.text if len(self.text) < 100 else f"{self.text[:97]}..."
        return decision_problem(code, self.id, self.line, f"{message[:1].upper()}{message[1:]}: {shown}")

    def __call__(self, scope: Scope, session: Session) -> object:
        expression = self._expression or self.ready(session)
        if expression is None:
            return None
        value = expression.value(scope, None, None, session)
        if session.sink:
            session.settle(self.id)
        return value

    def ready(self, session: Session) -> Expression | None:
        """The expression to evaluate; where there is none, a finding says so."""
        if self.language in self.languages:
            expression = self.compiled()
            if expression is not None:
                return expression
        for problem in self.problems():
            session.find(problem.code, problem.message, self.id)
        return None


class Tests(Text):
    """Unary tests."""

    __slots__ = ()
    languages = ("feel",)

    def _compile(self) -> Expression:
        return compile_unary_tests(
            self.text, names=self.names, types=self.types, budget=self.budget, allowance=self.allowance
        )

    def passes(self, value: object, scope: Mapping[str, object], session: Session) -> bool:
        """Does the value pass? `scope` holds what else the tests may name."""
        expression = self._expression or self.ready(session)
        if expression is None:
            return False
        answer = expression.value({**scope, "?": value}, None, None, session)
        if session.sink:
            session.settle(self.id)
        return answer is True


def too_many(error: AllowanceError, node: str, line: int | None) -> DiagramError:
    """Where all that may be deployed together is used up: reading on would be work for nothing."""
    message = say("From here on %(reason)s; simplify them or deploy the files apart.", reason=error)
    return DiagramError([decision_problem("too-many-expressions", node, line, message)])


def node_of(text: Text) -> Node:
    """The fastest way to the value of an expression: a name alone is only looked up."""
    if text.language not in text.languages or not is_variable(text.text, text.names):
        return text
    name = text.text

    def read(scope: Scope, session: Session) -> object:
        try:
            value = scope[name]
        except KeyError:
            return text(scope, session)
        return number(value) if type(value) is float else value

    return read


def is_variable(text: str, names: Names) -> bool:
    """Is the text one variable, whatever the rest of the language makes of it?"""
    if text in names:
        return _PLAIN_NAME.fullmatch(text) is not None or " " in text
    return _PLAIN_NAME.fullmatch(text) is not None and text not in _RESERVED and text not in FUNCTIONS
