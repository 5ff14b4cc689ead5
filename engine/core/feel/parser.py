"""FEEL text to a syntax tree, by precedence of operators; names, types and keywords have files beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from . import tree
from .budget import DEFAULT_BUDGET, Budget
from .iso import parse_temporal
from .keyword_parser import KeywordParser
from .lexer import Token, tokenize, unescape
from .name_parser import ENDING_WORDS, INFIX_WORDS
from .names import PROPERTIES, NameTable, member_names
from .numbers import parse_number
from .types import FeelType

OR, AND, COMPARISON, SUM, PRODUCT, POWER, SIGN, INSTANCE, POSTFIX = range(1, 10)
_OPERATORS = {
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), COMPARISON),
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "**": POWER,
    ".": POSTFIX,
    "[": POSTFIX,
    "(": POSTFIX,
}
_WORDS = dict(zip(INFIX_WORDS, (OR, AND, COMPARISON, COMPARISON, INSTANCE), strict=True))
_LITERALS = {"true": True, "false": False, "null": None}


class Parser(KeywordParser):
    """Reads one expression or one list of unary tests."""

    def __init__(
        self,
        text: str,
        names: Collection[str] = (),
        types: Mapping[str, FeelType] | None = None,
        budget: Budget = DEFAULT_BUDGET,
        base: NameTable | None = None,
    ) -> None:
        self.text = text
        self.budget = budget
        if len(text) > budget.source:
            self.fail(f"the text is longer than {budget.source} characters", 0, 0, "budget-source")
        self.tokens: list[Token] = tokenize(text)
        self.position = 0
        self.depth = 0
        self.scope = NameTable(names, base)
        self.members = NameTable((*PROPERTIES, *member_names(names)))
        self.types: Mapping[str, FeelType] = types or {}
        self.type_names = NameTable(self.types)
        self.filters = 0
        self.parts = 0

    # the text as a whole

    def whole_expression(self) -> tree.Node:
        node = self.expression()
        self.expect_end()
        return node

    def whole_unary_tests(self) -> tree.UnaryTests:
        last = len(self.tokens) - 2
        if last == 0 and self.tokens[0].text == "-":
            return tree.UnaryTests(0, len(self.text), [], False)
        first = self.tokens[0]
        is_negated = first.text == "not" and last > 1 and self.closes_at(1) == last
        if is_negated:
            self.position = 2
        tests = self.tests()
        if is_negated:
            self.expect(")")
        self.expect_end()
        return tree.UnaryTests(0, len(self.text), tests, is_negated)

    def closes_at(self, position: int) -> int:
        """The position of the bracket that closes the round one at this position, or -1."""
        depth = 0
        for index in range(position, len(self.tokens)):
            text = self.tokens[index].text
            if self.tokens[index].kind == "op" and text in "()":
                depth += 1 if text == "(" else -1
                if depth <= 0:
                    return index
        return -1

    def tests(self) -> list[tree.Node]:
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return tests

    def test(self) -> tree.Node:
        return self.comparison() if self.is_comparator() else self.expression()

    def comparison(self) -> tree.Node:
        token = self.advance()
        operand = self.climb(SUM)
        return tree.Comparison(token.start, operand.end, token.text, operand)

    # operators

    def expression(self) -> tree.Node:
        self.depth += 1
        if self.depth > self.budget.nesting:
            token = self.token
            limit = self.budget.nesting
            self.fail(f"parts are nested more than {limit} deep", token.start, token.end, "budget-nesting")
        node = self.climb(OR)
        self.depth -= 1
        return node

    def climb(self, power: int) -> tree.Node:
        left = self.prefix()
        return self.infix(left, power)

    def infix(self, left: tree.Node, power: int) -> tree.Node:
        while True:
            token = self.token
            binds = _OPERATORS.get(token.text, 0) if token.kind == "op" else 0
            if token.kind == "name":
                binds = _WORDS.get(token.text, 0)
            if binds < power or binds == 0:
                return left
            if token.text == "[" and self.is_range_end and not self.is_filter_ahead():
                return left
            left = self.operator(left, token, binds)

    def operator(self, left: tree.Node, token: Token, binds: int) -> tree.Node:
        text = token.text
        self.position += 1
        self.parts += 1
        if self.parts > self.budget.parts:
            limit = self.budget.parts
            self.fail(f"the expression has more than {limit} parts", token.start, token.end, "budget-parts")
        if binds == POSTFIX:
            return self.postfix(left, text)
        if text in ("and", "or"):
            right = self.climb(binds + 1)
            if isinstance(left, tree.Logic) and left.operator == text:
                left.operands.append(right)
                left.end = right.end
                return left
            return tree.Logic(left.start, right.end, text, [left, right])
        if text == "between":
            low = self.climb(SUM)
            self.expect_word("and")
            high = self.climb(SUM)
            return tree.Between(left.start, high.end, left, low, high)
        if text == "in":
            tests = self.tests_after_in()
            return tree.In(left.start, self.last_end, left, tests)
        if text == "instance":
            self.expect_word("of")
            kind = self.type()
            return tree.InstanceOf(left.start, self.last_end, left, kind)
        right = self.climb(binds + 1)
        if binds == COMPARISON:
            return tree.Compare(left.start, right.end, text, left, right)
        return tree.Binary(left.start, right.end, text, left, right)

    def tests_after_in(self) -> list[tree.Node]:
        if self.is_comparator():
            return [self.comparison()]
        if not self.at("("):
            return [self.climb(SUM)]
        start = self.advance().start
        first = self.test()
        if self.at(".."):
            return [self.infix(self.interval(first, start, False), SUM)]
        tests = [first]
        while self.take(","):
            tests.append(self.test())
        self.expect(")")
        if len(tests) == 1 and not isinstance(first, tree.Comparison):
            return [self.infix(first, SUM)]
        return tests

    def postfix(self, left: tree.Node, text: str) -> tree.Node:
        if text == ".":
            name = self.member_name()
            return tree.Path(left.start, self.last_end, left, name)
        was, self.is_range_end = self.is_range_end, False
        if text == "[":
            self.filters += 1
            predicate = self.expression()
            self.filters -= 1
            self.expect("]")
            self.is_range_end = was
            return tree.Filter(left.start, self.last_end, left, predicate)
        arguments, names = self.arguments()
        self.is_range_end = was
        return tree.Call(left.start, self.last_end, left, arguments, names)

    def arguments(self) -> tuple[list[tree.Node], list[str] | None]:
        arguments: list[tree.Node] = []
        if self.take(")"):
            return arguments, None
        names: list[str] | None = [] if self.name_before_colon() else None
        while True:
            if names is not None:
                count = self.name_before_colon()
                if not count:
                    self.fail_here("a name and a colon must stand before every argument, or before none")
                names.append(self.join_tokens(count))
                self.expect(":")
            arguments.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        return arguments, names

    # what an expression begins with

    def prefix(self) -> tree.Node:
        token = self.token
        if token.kind == "number":
            self.position += 1
            value = parse_number(token.text)
            if value is None:
                self.fail("the number is too large", token.start, token.end, "number")
            return tree.Literal(token.start, token.end, value)
        if token.kind == "string":
            self.position += 1
            return tree.Literal(token.start, token.end, unescape(token.text))
        if token.kind == "quoted":
            self.position += 1
            return tree.Name(token.start, token.end, " ".join(token.text[1:-1].split()))
        if token.kind == "name":
            return self.word(token)
        if token.kind == "op":
            return self.bracket(token)
        return self.fail_here("the expression ends where a value is expected")

    def word(self, token: Token) -> tree.Node:
        known = self.scope.match(self.tokens, self.position)
        if self.filters and not known:
            known = self.members.match(self.tokens, self.position)
        if known:
            return tree.Name(token.start, self.tokens[self.position + known - 1].end, self.join_tokens(known))
        text = token.text
        if text in _LITERALS:
            self.position += 1
            return tree.Literal(token.start, token.end, _LITERALS[text])
        if text == "if":
            return self.conditional()
        if text == "for":
            return self.iteration()
        if text in ("some", "every") and self.tokens[self.position + 1].kind in ("name", "quoted"):
            return self.quantified()
        if text == "function" and self.tokens[self.position + 1].text == "(":
            return self.function()
        if text in ("and", "or") and self.tokens[self.position + 1].text == "(":
            self.position += 1  # the functions and(list), or(list)
            return tree.Name(token.start, token.end, text)
        if text in ENDING_WORDS:
            self.fail_here(f"a value is expected before '{text}'")
        name = self.join_tokens(1 + self.following_words())
        return tree.Name(token.start, self.last_end, name)

    def bracket(self, token: Token) -> tree.Node:
        text = token.text
        if text == "-":
            return self.negation(token)
        was, self.is_range_end = self.is_range_end, False
        try:
            self.position += 1
            if text == "(":
                return self.parenthesis(token)
            if text == "[":
                return self.list_or_interval(token)
            if text == "]":
                return self.interval(self.expression(), token.start, False)
            if text == "{":
                return self.context(token)
            if text == "@" and self.token.kind == "string":
                return self.temporal(token)
            self.position -= 1
            return self.fail_here(f"a value is expected, not '{text}'")
        finally:
            self.is_range_end = was

    def negation(self, token: Token) -> tree.Node:
        count = 0
        while self.take("-"):
            count += 1
        operand = self.climb(INSTANCE)
        if isinstance(operand, tree.Literal) and type(operand.value) is int and count == 1:
            return tree.Literal(token.start, operand.end, -operand.value)
        for _ in range(2 - count % 2 if count > 1 else 1):
            operand = tree.Negate(token.start, operand.end, operand)
        return operand

    def parenthesis(self, token: Token) -> tree.Node:
        if self.is_comparator():
            node = self.comparison()
            self.expect(")")
            return node
        node = self.expression()
        if self.at(".."):
            return self.interval(node, token.start, False)
        self.expect(")")
        return node

    def list_or_interval(self, token: Token) -> tree.Node:
        items: list[tree.Node] = []
        if not self.take("]"):
            first = self.test()
            if self.at(".."):
                return self.interval(first, token.start, True)
            items.append(first)
            while self.take(","):
                items.append(self.test())
            self.expect("]")
        return tree.ListOf(token.start, self.last_end, items)

    def interval(self, low: tree.Node, start: int, low_included: bool) -> tree.Node:
        self.expect("..")
        was, self.is_range_end = self.is_range_end, True
        high = self.expression()
        self.is_range_end = was
        token = self.token
        if token.kind != "op" or token.text not in "])[":
            self.fail_here("a range ends with ']', ')' or '['")
        self.position += 1
        return tree.Interval(start, token.end, low, high, low_included, token.text == "]")

    is_range_end = False  # reading the upper end of a range, where '[' may be its closing bracket

    def is_filter_ahead(self) -> bool:
        following = self.tokens[self.position + 1]
        if following.kind == "op":
            return following.text in ("-", "(", "[", "{", "@")
        return following.kind != "end" and following.text not in ENDING_WORDS

    def context(self, token: Token) -> tree.Node:
        entries: list[tuple[str, tree.Node]] = []
        declared: set[str] = set()
        while not self.take("}"):
            if entries:
                self.expect(",")
            key = self.context_key()
            if key in declared:
                self.fail_here(f"the context has the entry '{key}' twice")
            self.expect(":")
            self.scope.declare(key)  # before its value: a function may call itself
            declared.add(key)
            entries.append((key, self.expression()))
            self.members.declare(key)
        for key in declared:
            self.scope.forget(key)
        return tree.Context(token.start, self.last_end, entries)

    def context_key(self) -> str:
        token = self.token
        if token.kind == "string":
            self.position += 1
            return unescape(token.text)
        count = self.name_before_colon()
        if not count:
            self.fail_here("a context entry begins with a name and a colon")
        return self.join_tokens(count)

    def temporal(self, token: Token) -> tree.Node:
        literal = self.advance()
        value = parse_temporal(unescape(literal.text))
        if value is None:
            self.fail("the text is no date, time, date and time, or duration", token.start, literal.end, "temporal")
        return tree.Literal(token.start, literal.end, value)
