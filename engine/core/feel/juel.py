"""JUEL, the `${...}` of Camunda 7, to the syntax tree of FEEL; what has no meaning there is refused."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from . import tree
from .budget import Budget
from .errors import Diagnostic, ExpressionError
from .library.juel import JUEL_METHODS
from .numbers import parse_number
from .signatures import FUNCTIONS

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<op>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:().,\[\]}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WORDS = {"and": "&&", "or": "||", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_WORDS |= {"div": "/", "mod": "%", "not": "!"}
_POWERS = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_LITERALS = {"true": True, "false": False, "null": None}
_FUNCTIONS = {"now": "now", "dateTime": "now"}


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def parse_juel(text: str, budget: Budget) -> tree.Node:
    """The tree of a text with `${...}` or `#{...}` in it; alone it is a value, else a part of a text."""
    if len(text) > budget.source:
        _fail(text, f"the text is longer than {budget.source} characters", 0, 0, "budget-source")
    parts: list[tree.Node] = []
    position = 0
    while position < len(text):
        begin = _next_expression(text, position)
        if begin > position:
            plain = text[position:begin].replace("\\$", "$").replace("\\#", "#")
            parts.append(tree.Literal(position, begin, plain))
        if begin == len(text):
            break
        reader = _Reader(text, begin + 2, budget)
        parts.append(reader.ternary())
        position = reader.close()
    if len(parts) == 1:
        return parts[0]
    return tree.Join(0, len(text), parts) if parts else tree.Literal(0, 0, "")


def _next_expression(text: str, position: int) -> int:
    while True:
        found = min((at for at in (text.find("${", position), text.find("#{", position)) if at >= 0), default=-1)
        if found < 0:
            return len(text)
        if found == 0 or text[found - 1] != "\\":
            return found
        position = found + 2


def _fail(text: str, message: str, start: int, end: int, code: str = "syntax") -> NoReturn:
    raise ExpressionError((Diagnostic(code, message, start, end),), text)


class _Reader:
    """Reads one expression up to its closing brace."""

    def __init__(self, text: str, position: int, budget: Budget) -> None:
        self.text = text
        self.budget = budget
        self.depth = 0
        self.at = position
        self.token = self.read()

    def read(self) -> Token:
        while True:
            if self.at >= len(self.text):
                return Token("end", "", self.at, self.at)
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                character = self.text[self.at]
                self.fail(f"the character {character!r} has no meaning here", self.at, self.at + 1)
            start, self.at = match.span()
            kind = match.lastgroup or ""
            if kind == "name" and match.group() in _WORDS:
                return Token("op", _WORDS[match.group()], start, self.at)
            if kind != "space":
                return Token(kind, match.group(), start, self.at)

    def advance(self) -> Token:
        token = self.token
        self.token = self.read()
        return token

    def take(self, text: str) -> bool:
        if self.token.kind == "op" and self.token.text == text:
            self.token = self.read()
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            self.fail_here(f"'{text}' is expected")

    def close(self) -> int:
        """Behind the closing brace, where no further token may be read."""
        if self.token.text != "}":
            self.fail_here("'}' is expected")
        return self.token.end

    def fail(self, message: str, start: int, end: int, code: str = "syntax") -> NoReturn:
        _fail(self.text, message, start, end, code)

    def fail_here(self, message: str) -> NoReturn:
        self.fail(message, self.token.start, self.token.end)

    def ternary(self) -> tree.Node:
        self.depth += 1
        if self.depth > self.budget.nesting:
            self.fail("parts are nested too deep", self.token.start, self.token.end, "budget-nesting")
        condition = self.climb(1)
        if self.take("?"):
            yes = self.ternary()
            self.expect(":")
            no = self.ternary()
            condition = tree.If(condition.start, no.end, [(condition, yes)], no)
        self.depth -= 1
        return condition

    def climb(self, power: int) -> tree.Node:
        left = self.unary()
        while self.token.kind == "op":
            operator = self.token.text
            binds = _POWERS.get(operator, 0)
            if binds < power or not binds:
                return left
            self.advance()
            left = _operation(operator, left, self.climb(binds + 1))
        return left

    def unary(self) -> tree.Node:
        signs: list[Token] = []
        while (self.token.text in ("!", "-") and self.token.kind == "op") or self.is_empty_operator():
            signs.append(self.advance())
        node = self.postfix(self.primary())
        if len(signs) > self.budget.nesting:
            self.fail("parts are nested too deep", node.start, node.end, "budget-nesting")
        for sign in reversed(signs):
            if sign.text == "-":
                node = tree.Negate(sign.start, node.end, node)
            elif sign.text == "!":
                node = _truth(node, False)
            else:
                node = _method("empty", sign.start, node.end, [node])
        return node

    def is_empty_operator(self) -> bool:
        return self.token.kind == "name" and self.token.text == "empty"

    def primary(self) -> tree.Node:
        token = self.advance()
        if token.kind == "number":
            value = parse_number(token.text)
            if value is None:
                self.fail("the number is too large", token.start, token.end, "number")
            return tree.Literal(token.start, token.end, value)
        if token.kind == "string":
            return tree.Literal(token.start, token.end, _ESCAPE.sub(r"\1", token.text[1:-1]))
        if token.kind == "name":
            if token.text in _LITERALS:
                return tree.Literal(token.start, token.end, _LITERALS[token.text])
            if self.token.text == "(":
                return self.function(token)
            return tree.Name(token.start, token.end, token.text)
        if token.text == "(" and token.kind == "op":
            node = self.ternary()
            self.expect(")")
            return node
        if token.kind == "end":
            self.fail("the expression is not closed with '}'", token.start, token.end)
        return self.fail(f"a value is expected, not '{token.text}'", token.start, token.end)

    def function(self, token: Token) -> tree.Node:
        arguments = self.arguments()
        known = _FUNCTIONS.get(token.text)
        if known is None or arguments:
            self.fail(f"there is no function '{token.text}' in expressions", token.start, token.end, "no-function")
        return tree.Call(token.start, self.token.start, tree.Literal(token.start, token.end, FUNCTIONS[known]), [])

    def arguments(self) -> list[tree.Node]:
        self.expect("(")
        arguments: list[tree.Node] = []
        while not self.take(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.ternary())
        return arguments

    def postfix(self, node: tree.Node) -> tree.Node:
        while self.token.kind == "op" and self.token.text in (".", "["):
            if self.take("."):
                token = self.advance()
                if token.kind != "name":
                    self.fail("a name is expected after the dot", token.start, token.end)
                if self.token.text == "(":
                    node = self.method(node, token)
                else:
                    node = tree.Path(node.start, token.end, node, token.text)
                continue
            self.expect("[")
            key = self.ternary()
            self.expect("]")
            if isinstance(key, tree.Literal) and isinstance(key.value, str):
                node = tree.Path(node.start, key.end, node, key.value)
            else:
                node = _method("[]", node.start, key.end, [node, key])
        return node

    def method(self, node: tree.Node, token: Token) -> tree.Node:
        arguments = self.arguments()
        if isinstance(node, tree.Name) and node.name == "execution":
            return self.execution_method(node, token, arguments)
        known = JUEL_METHODS.get(token.text)
        if known is None or not known.fitting(len(arguments) + 1):
            names = ", ".join(sorted(name for name in JUEL_METHODS if name.isalpha() and name != "empty"))
            message = f"the method '{token.text}' cannot be called in expressions; known are {names}"
            self.fail(message, token.start, token.end, "no-method")
        return _method(token.text, node.start, token.end, [node, *arguments])

    def execution_method(self, node: tree.Name, token: Token, arguments: list[tree.Node]) -> tree.Node:
        """`execution.getVariable('x')` is the variable x."""
        first = arguments[0] if len(arguments) == 1 else None
        if not isinstance(first, tree.Literal) or not isinstance(first.value, str):
            self.fail("the name of a variable is expected, in quotes", token.start, token.end, "no-method")
        variable = tree.Name(node.start, token.end, first.value)
        if token.text == "getVariable":
            return variable
        if token.text == "hasVariable":
            return tree.Compare(node.start, token.end, "!=", variable, tree.Literal(token.start, token.end, None))
        return self.fail(f"execution has no method '{token.text}'", token.start, token.end, "no-method")


def _method(name: str, start: int, end: int, arguments: list[tree.Node]) -> tree.Node:
    return tree.Call(start, end, tree.Literal(start, end, JUEL_METHODS[name]), arguments)


def _truth(node: tree.Node, when_true: bool) -> tree.Node:
    """A boolean, with null as false, as JUEL takes it."""
    yes = tree.Literal(node.start, node.end, when_true)
    no = tree.Literal(node.start, node.end, not when_true)
    return tree.If(node.start, node.end, [(node, yes)], no)


def _operation(operator: str, left: tree.Node, right: tree.Node) -> tree.Node:
    start, end = left.start, right.end
    if operator in ("&&", "||"):
        word = "and" if operator == "&&" else "or"
        if isinstance(left, tree.Logic) and left.operator == word:
            left.operands.append(right)
            left.end = end
            return left
        return tree.Logic(start, end, word, [left, right])
    if operator == "==":
        return tree.Compare(start, end, "==", left, right)
    if operator == "!=":
        return _truth(tree.Compare(start, end, "==", left, right), False)
    if operator in ("<", ">", "<=", ">="):
        return tree.Compare(start, end, operator, left, right)
    return tree.Binary(start, end, operator, left, right)
