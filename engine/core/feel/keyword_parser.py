"""The expressions that begin with a keyword: if, for, some, every, function."""

from __future__ import annotations

from . import tree
from .name_parser import NameParser
from .types import FeelType

MAX_BRANCHES = 300


class KeywordParser(NameParser):
    """Choices, loops and functions."""

    def expression(self) -> tree.Node:
        raise NotImplementedError

    def conditional(self) -> tree.Node:
        start = self.token.start
        branches: list[tuple[tree.Node, tree.Node]] = []
        while self.is_word("if") and len(branches) < MAX_BRANCHES:
            self.position += 1
            condition = self.expression()
            self.expect_word("then")
            result = self.expression()
            self.expect_word("else")
            branches.append((condition, result))
        otherwise = self.expression()
        return tree.If(start, otherwise.end, branches, otherwise)

    def iterators(self) -> list[tree.Iterator]:
        iterators: list[tree.Iterator] = []
        while True:
            start = self.token.start
            name = self.declared_name(("in",))
            self.expect_word("in")
            source = self.expression()
            to = self.expression() if self.take("..") else None
            iterators.append(tree.Iterator(start, self.last_end, name, source, to))
            self.scope.declare(name)
            if not self.take(","):
                return iterators

    def iteration(self) -> tree.Node:
        start = self.advance().start
        iterators = self.iterators()
        self.expect_word("return")
        body = self.expression()
        self.forget(iterators)
        return tree.For(start, body.end, iterators, body)

    def quantified(self) -> tree.Node:
        token = self.advance()
        iterators = self.iterators()
        self.expect_word("satisfies")
        condition = self.expression()
        self.forget(iterators)
        return tree.Quantified(token.start, condition.end, token.text, iterators, condition)

    def forget(self, iterators: list[tree.Iterator]) -> None:
        for iterator in iterators:
            self.scope.forget(iterator.name)

    def function(self) -> tree.Node:
        start = self.advance().start
        self.expect("(")
        parameters: list[tuple[str, FeelType | None]] = []
        while not self.take(")"):
            if parameters:
                self.expect(",")
            name = self.declared_name((":", ",", ")"))
            parameters.append((name, self.type() if self.take(":") else None))
        is_external = self.is_word("external")
        if is_external:
            self.position += 1
        for name, _ in parameters:
            self.scope.declare(name)
        body = self.expression()
        for name, _ in parameters:
            self.scope.forget(name)
        return tree.FunctionOf(start, body.end, parameters, body, is_external)
