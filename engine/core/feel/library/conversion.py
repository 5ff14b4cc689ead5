"""The built-in function that reads a range from its text."""

from __future__ import annotations

from engine.core.feel import tree
from engine.core.feel.access import interval
from engine.core.feel.errors import ExpressionError, FeelError
from engine.core.feel.iso import parse_date, parse_date_time, parse_duration, parse_time
from engine.core.feel.operators import order
from engine.core.feel.ranges import Range
from engine.core.feel.signatures import builtin
from engine.core.model.words import say

_LITERAL_FUNCTIONS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


@builtin(
    "range",
    "from: string",
    "range",
    "range",
    say("A range from its text, its ends being literals."),
    'range("[18..21)") = [18..21)',
)
def range_from_text(text: str) -> Range:
    from engine.core.feel.parser import Parser

    try:
        node = Parser(text, _LITERAL_FUNCTIONS).whole_expression()
    except ExpressionError:
        raise FeelError("the text is no range") from None
    if not isinstance(node, tree.Interval):
        raise FeelError("the text is no range")
    low, high = _literal(node.low), _literal(node.high)
    span = interval(low, high, node.low_included, node.high_included)
    if span is None or low is None or high is None or (order(low, high) or 0) > 0:
        raise FeelError("the ends of the range do not fit together")
    return span


def _literal(node: tree.Node) -> object:
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name) and len(node.arguments) == 1:
        read = _LITERAL_FUNCTIONS.get(node.callee.name)
        argument = node.arguments[0]
        if read is not None and isinstance(argument, tree.Literal) and isinstance(argument.value, str):
            value = read(argument.value)
            if value is not None:
                return value
    raise FeelError("the ends of a range are literals")
