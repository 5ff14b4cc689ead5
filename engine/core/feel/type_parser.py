"""The token cursor of the FEEL parser, and the types it reads (`list<number>`, `function<a> -> b`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from .budget import Budget
from .errors import Diagnostic, ExpressionError
from .lexer import Token
from .names import NameTable
from .types import ANY, SIMPLE_TYPES, ContextType, FeelType, FunctionType, ListType, RangeType

_COMPARATORS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_SIMPLE_NAMES = NameTable(SIMPLE_TYPES)


class TypeParser:
    """Where the parser stands in its tokens."""

    text: str
    tokens: list[Token]
    position: int
    depth: int
    budget: Budget
    types: Mapping[str, FeelType]
    type_names: NameTable

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def last_end(self) -> int:
        return self.tokens[self.position - 1].end

    def advance(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def at(self, text: str) -> bool:
        token = self.tokens[self.position]
        return token.text == text and token.kind == "op"

    def take(self, text: str) -> bool:
        if self.at(text):
            self.position += 1
            return True
        return False

    def is_word(self, text: str) -> bool:
        token = self.tokens[self.position]
        return token.text == text and token.kind == "name"

    def is_comparator(self) -> bool:
        token = self.tokens[self.position]
        return token.kind == "op" and token.text in _COMPARATORS

    def expect(self, text: str) -> None:
        if not self.take(text):
            self.fail_here(f"'{text}' is expected")

    def expect_word(self, text: str) -> None:
        if not self.is_word(text):
            self.fail_here(f"'{text}' is expected")
        self.position += 1

    def expect_end(self) -> None:
        token = self.token
        if token.kind != "end":
            hint = "; an equal sign alone compares in FEEL" if token.text == "=" else ""
            self.fail_here(f"'{token.text}' does not fit here{hint}")

    def fail_here(self, message: str) -> NoReturn:
        token = self.token
        self.fail(message, token.start, max(token.end, token.start))

    def fail(self, message: str, start: int, end: int, code: str = "syntax") -> NoReturn:
        raise ExpressionError((Diagnostic(code, message, start, end),), self.text)

    def type(self) -> FeelType:
        """The type that is written here."""
        self.depth += 1
        token = self.token
        if self.depth > self.budget.nesting:
            self.fail("the type is nested too deep", token.start, token.end, "budget-nesting")
        kind = self.generic_type(token) or self.named_type(token)
        self.depth -= 1
        return kind

    def generic_type(self, token: Token) -> FeelType | None:
        following = self.tokens[self.position + 1] if token.kind != "end" else token
        if following.text != "<" or token.text not in ("list", "range", "context", "function"):
            return None
        self.position += 2
        if token.text == "context":
            return self.context_type()
        if token.text == "function":
            return self.function_type()
        item = self.type()
        self.expect(">")
        return ListType(item) if token.text == "list" else RangeType(item)

    def context_type(self) -> FeelType:
        entries: dict[str, FeelType] = {}
        while not self.take(">"):
            if entries:
                self.expect(",")
            name = self.entry_name()
            self.expect(":")
            entries[name] = self.type()
        return ContextType(entries)

    def entry_name(self) -> str:
        words: list[str] = []
        while self.token.kind == "name":
            words.append(self.advance().text)
        if not words:
            self.fail_here("a name is expected")
        return " ".join(words)

    def function_type(self) -> FeelType:
        parameters: list[FeelType] = []
        while not self.take(">"):
            if parameters:
                self.expect(",")
            parameters.append(self.type())
        result: FeelType = ANY
        if self.take("->"):
            result = self.type()
        return FunctionType(tuple(parameters), result)

    def named_type(self, token: Token) -> FeelType:
        if token.kind not in ("name", "quoted"):
            self.fail_here("a type is expected")
        own = self.type_names.match(self.tokens, self.position)
        count = own or _SIMPLE_NAMES.match(self.tokens, self.position) or 1
        while self.tokens[self.position + count].text == "." and self.tokens[self.position + count + 1].kind == "name":
            count += 2  # a type of an imported model
        tokens = self.tokens[self.position : self.position + count]
        name = token.text.strip("`") + "".join((" " if t.is_spaced else "") + t.text for t in tokens[1:])
        kind = self.types.get(name) or SIMPLE_TYPES.get(name)
        if kind is None:
            self.fail(f"there is no type '{name}'", token.start, tokens[-1].end, "unknown-type")
        self.position += count
        return kind
