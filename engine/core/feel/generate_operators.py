"""Operators as Python: a typed fast path inline, a call of the slow path behind it."""

from __future__ import annotations

import ast

from . import python_ast as py
from . import tree
from .access import interval
from .blocks import Blocks
from .numbers import EXACT_FLOAT, INT_LIMIT
from .python_ast import Value

_SLOW_COMPARE = {
    "=": "f_equal",
    "!=": "f_unequal",
    "<": "f_less",
    "<=": "f_less_equal",
    ">": "f_greater",
    ">=": "f_greater_equal",
    "==": "f_juel_equal",
}
_SLOW_ARITHMETIC = {
    "+": "f_add",
    "-": "f_subtract",
    "*": "f_multiply",
    "/": "f_divide",
    "**": "f_power",
    "%": "f_remainder",
}


class OperatorWriter(Blocks):
    """Comparison, arithmetic, logic and tests."""

    def explain(self, target: str, operator: str, left: Value, right: Value, node: tree.Node) -> ast.stmt:
        place = (py.const(node.start), py.const(node.end))
        why = py.call("f_explain", self.maybe_run(), py.const(operator), left.node, right.node, *place)
        return py.when(py.is_none(py.name(target)), [py.run(why)])

    def compare(self, node: tree.Compare, left: Value) -> Value:
        right = self.emit(node.right)
        operator = node.operator
        if operator in ("=", "!=", "==") and "null" in (left.kind, right.kind):
            test = py.compare(left.node, "is not" if operator == "!=" else "is", right.node)
            return self.temporary(test, "bool")
        target = self.fresh()
        slow: list[ast.stmt] = [
            py.assign(target, py.call(_SLOW_COMPARE[operator], left.node, right.node)),
        ]
        if operator != "==":
            slow.append(self.explain(target, operator, left, right, node))
        quick = self.quick_test(left, right, operator)
        if quick is None:
            self.statements.extend(slow)
        else:
            symbol = "=" if operator == "==" else operator
            fast = py.assign(target, py.compare(left.node, symbol, right.node))
            self.write(py.when(quick, [fast], slow))
        return self.local(target, "truth")

    def quick_test(self, left: Value, right: Value, operator: str) -> ast.expr | None:
        """When Python's own comparison gives the answer; null if it never does."""
        kinds = {left.kind, right.kind}
        for kind in ("int", "str"):
            if kind in kinds:
                open_sides = [side for side in (left, right) if side.kind == "any"]
                if not open_sides or not kinds <= {kind, "any"}:
                    return None
                test = py.is_type(open_sides[0].node, kind)
                known = right if open_sides[0] is left else left
                if kind == "int" and isinstance(known.node, ast.Constant):
                    return self.number_test(open_sides[0].node, known.node.value, test)
                return test
        if kinds <= {"bool", "any"} and "bool" in kinds and operator in ("=", "!=", "=="):
            open_sides = [side for side in (left, right) if side.kind == "any"]
            return py.both(*(py.is_type(side.node, "bool") for side in open_sides)) if open_sides else None
        if kinds != {"any"}:
            return None
        if operator in ("=", "!=", "=="):
            found = self.temporary(py.call("f_type", left.node)).node
            same = py.compare(found, "is", py.call("f_type", right.node))
            plain = (
                py.compare(found, "is", py.name("f_str")),
                py.compare(found, "is", py.name("f_int")),
            )
            return py.both(same, py.either(*plain))
        return py.both(py.is_type(left.node, "int"), py.is_type(right.node, "int"))

    def number_test(self, node: ast.expr, constant: object, is_int: ast.expr) -> ast.expr:
        """A JSON float compares with a small integer as the decimal it was written as; NaN never does."""
        if not isinstance(constant, int) or abs(constant) >= EXACT_FLOAT:
            return is_int
        return py.either(is_int, py.both(py.is_type(node, "float"), py.compare(node, "=", node)))

    def binary(self, node: tree.Binary, left: Value) -> Value:
        right = self.emit(node.right)
        operator = node.operator
        target = self.fresh()
        arguments = [left.node, right.node]
        if operator == "+":
            arguments.append(self.maybe_run())
        slow: list[ast.stmt] = [
            py.assign(target, py.call(_SLOW_ARITHMETIC[operator], *arguments)),
            self.explain(target, operator, left, right, node),
        ]
        checks = [py.is_type(side.node, "int") for side in (left, right) if side.kind == "any"]
        possible = all(side.kind in ("any", "int") for side in (left, right)) and checks
        if not possible or operator not in ("+", "-", "*", "/"):
            self.statements.extend(slow)
            return self.local(target)
        if operator == "/":
            nonzero = py.compare(right.node, "!=", py.const(0))
            exact = py.compare(py.arithmetic(left.node, "%", right.node), "=", py.const(0))
            checks += [nonzero, exact]
            fast: list[ast.stmt] = [py.assign(target, py.arithmetic(left.node, "//", right.node))]
        else:
            result = py.name(target)
            inside = py.ordered(py.const(-INT_LIMIT), "<", result, "<", py.const(INT_LIMIT))
            shorten = py.assign(target, py.call("f_from_int", result))
            fast = [
                py.assign(target, py.arithmetic(left.node, operator, right.node)),
                py.when(py.invert(inside), [shorten]),
            ]
        self.write(py.when(py.both(*checks), fast, slow))
        return self.local(target)

    def negate(self, node: tree.Negate) -> Value:
        operand = self.emit(node.operand)
        value = self.temporary(py.call("f_negative", operand.node))
        place = (py.const(node.start), py.const(node.end))
        what = py.const("the minus sign needs a number or a duration")
        why = py.call("f_explain_one", self.maybe_run(), what, operand.node, *place)
        self.write(py.when(py.is_none(value.node), [py.run(why)]))
        return value

    def logic(self, node: tree.Logic) -> Value:
        """`and` ends at the first false, `or` at the first true; anything but a boolean counts as null."""
        ends, goes_on = (False, True) if node.operator == "and" else (True, False)
        target = self.fresh()
        result = py.name(target)
        first = self.emit(node.operands[0])
        self.write(py.assign(target, self.truth(first)))
        for operand in node.operands[1:]:
            with self.block() as more:
                value = self.emit(operand)
                is_end = py.compare(value.node, "is", py.const(ends))
                settled = py.assign(target, py.choose(is_end, py.const(ends), py.const(None)))
                self.write(py.when(py.compare(value.node, "is not", py.const(goes_on)), [settled]))
            self.write(py.when(py.compare(result, "is not", py.const(ends)), more))
        return self.local(target, "truth")

    def truth(self, value: Value) -> ast.expr:
        if value.kind in ("bool", "truth", "null"):
            return value.node
        if value.kind != "any":
            return py.const(None)
        return py.choose(py.is_type(value.node, "bool"), value.node, py.const(None))

    def between(self, node: tree.Between, value: Value) -> Value:
        low, high = self.emit(node.low), self.emit(node.high)
        answer = self.temporary(py.call("f_between", value.node, low.node, high.node), "truth")
        is_null = py.is_none(answer.node)
        place = (py.const(node.start), py.const(node.end))
        why = py.call("f_explain", self.maybe_run(), py.const("between"), value.node, low.node, *place)
        self.write(py.when(is_null, [py.run(why)]))
        return answer

    def membership(self, node: tree.In, value: Value) -> Value:
        return self.any_test(node.tests, value)

    def any_test(self, tests: list[tree.Node], value: Value) -> Value:
        """True at the first test that passes, else false, or null if one had no answer."""
        at_once = self.one_of(tests, value, "f_one_of")
        if at_once is not None:
            return at_once
        target = self.fresh()
        result = py.name(target)
        self.write(py.assign(target, py.const(False)))
        for index, test in enumerate(tests):
            with self.block() as more:
                answer = self.test(test, value)
                if index == 0:
                    self.write(py.assign(target, answer.node))
                else:
                    other = py.compare(answer.node, "is not", py.const(False))
                    self.write(py.when(other, [py.assign(target, answer.node)]))
            if index == 0:
                self.statements.extend(more)
            else:
                self.write(py.when(py.compare(result, "is not", py.const(True)), more))
        return self.local(target, "truth")

    def one_of(self, tests: list[tree.Node], value: Value, slow: str) -> Value | None:
        """A test of many texts or many integers at once, by a look into a set; null if they are others."""
        values = [test.value for test in tests if isinstance(test, tree.Literal)]
        kinds = {type(item) for item in values}
        if len(values) != len(tests) or len(values) < 2 or len(kinds) != 1 or not kinds <= {str, int}:
            return None
        target = self.fresh()
        found = py.compare(value.node, "in", py.const(frozenset(values)))
        otherwise = py.call(slow, value.node, self.constant(values).node)
        quick = py.is_type(value.node, "str" if kinds == {str} else "int")
        self.write(py.when(quick, [py.assign(target, found)], [py.assign(target, otherwise)]))
        return self.local(target, "truth")

    def test(self, test: tree.Node, value: Value) -> Value:
        """One test of a value: a comparison is written as one, anything else is compared or looked into."""
        if isinstance(test, tree.Comparison):
            return self.test_comparison(test, value)
        if isinstance(test, tree.Literal) and test.value is not None:
            return self.compare(tree.Compare(test.start, test.end, "=", test, test), value)
        if isinstance(test, tree.Interval):
            known = self.test_interval(test, value)
            if known is not None:
                return known
        if isinstance(test, tree.ListOf):
            at_once = self.one_of(test.items, value, "f_passes")
            if at_once is not None:
                return at_once
        answer = self.emit(test)
        if tree.mentions(test, "?"):
            truth = self.truth(answer)
            return self.temporary(truth, "truth")
        return self.temporary(py.call("f_passes", value.node, answer.node), "truth")

    def test_comparison(self, test: tree.Comparison, value: Value) -> Value:
        """`value in (< 3)`."""
        operand = self.emit(test.operand)
        target = self.fresh()
        span = py.call("f_compared", py.const(test.operator), operand.node)
        slow: list[ast.stmt] = [
            py.assign(target, py.call("f_passes", value.node, span)),
            self.explain(target, test.operator, value, operand, test),
        ]
        quick = self.quick_test(value, operand, test.operator)
        if quick is None:
            self.statements.extend(slow)
        else:
            fast = py.assign(target, py.compare(value.node, test.operator, operand.node))
            self.write(py.when(quick, [fast], slow))
        return self.local(target, "truth")

    def test_interval(self, test: tree.Interval, value: Value) -> Value | None:
        """`value in [1..3]` where the range is known now; null if it is not."""
        low, high = test.low, test.high
        if not isinstance(low, tree.Literal) or not isinstance(high, tree.Literal):
            return None
        span = interval(low.value, high.value, test.low_included, test.high_included)
        if span is None:
            return None
        slow = py.call("f_passes", value.node, self.constant(span).node)
        if value.kind != "any" or type(low.value) is not int or type(high.value) is not int:
            return self.temporary(slow, "truth")
        signs = ("<=" if test.low_included else "<", "<=" if test.high_included else "<")
        inside = py.ordered(py.const(low.value), signs[0], value.node, signs[1], py.const(high.value))
        target = self.fresh()
        is_int = py.is_type(value.node, "int")
        self.write(py.when(is_int, [py.assign(target, inside)], [py.assign(target, slow)]))
        return self.local(target, "truth")

    def unary_tests(self, node: tree.UnaryTests) -> Value:
        if not node.tests:
            return self.constant(True)
        value = self.emit(tree.Name(0, 0, "?"))
        answer = self.any_test(node.tests, value)
        if not node.is_negated:
            return answer
        inverted = py.choose(py.is_none(answer.node), py.const(None), py.invert(answer.node))
        return self.temporary(inverted, "truth")
