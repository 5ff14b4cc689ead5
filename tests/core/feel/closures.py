"""A second backend that walks the tree, slow and plain: what the compiled code is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.core.feel import access, helpers, operators, tree
from engine.core.feel.errors import BudgetError
from engine.core.feel.numbers import from_float
from engine.core.feel.ranges import Range
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import FUNCTIONS
from engine.core.feel.types import is_instance
from engine.core.feel.values import Function, Parameter

BINARY: dict[str, Callable[..., object]] = {
    "+": operators.add,
    "-": operators.subtract,
    "*": operators.multiply,
    "/": operators.divide,
    "**": operators.power,
}
COMPARE: dict[str, Callable[[object, object], object]] = {
    "=": operators.equal,
    "!=": operators.unequal,
    "<": operators.less,
    "<=": operators.less_equal,
    ">": operators.greater,
    ">=": operators.greater_equal,
}


@dataclass
class Scope:
    """The names that are visible: own ones, or the entries of an item, then those outside."""

    values: Mapping[str, object]
    outer: Scope | None = None
    item: object = None
    is_item: bool = False
    run: Run = field(default_factory=Run)

    def find(self, name: str) -> object:
        if self.is_item:
            if type(self.item) is dict and name in self.item:
                return self.item[name]
            if name == "item":
                return self.item
        elif name in self.values:
            return self.values[name]
        if self.outer is not None:
            return self.outer.find(name)
        return FUNCTIONS.get(name)

    def binds(self, name: str) -> bool:
        """Is it a name of the text, not of an item or of the outermost variables?"""
        if self.outer is None:
            return False
        return (not self.is_item and name in self.values) or self.outer.binds(name)

    def inner(self, values: Mapping[str, object]) -> Scope:
        return Scope(values, self, run=self.run)

    def of_item(self, item: object) -> Scope:
        return Scope({}, self, item, True, self.run)


def evaluate(node: tree.Node, variables: Mapping[str, object]) -> object:
    """The value of the tree; null where a limit is reached."""
    try:
        value = walk(node, Scope(variables))
    except (BudgetError, RecursionError):
        return None
    return from_float(value) if isinstance(value, float) else value


def walk(node: tree.Node, scope: Scope) -> object:
    return WALKERS[type(node)](node, scope)


def walk_binary(node: tree.Binary, scope: Scope) -> object:
    return BINARY[node.operator](walk(node.left, scope), walk(node.right, scope))


def walk_compare(node: tree.Compare, scope: Scope) -> object:
    return COMPARE[node.operator](walk(node.left, scope), walk(node.right, scope))


def walk_logic(node: tree.Logic, scope: Scope) -> object:
    ends = node.operator == "or"
    answer: object = not ends
    for operand in node.operands:
        value = walk(operand, scope)
        if value is ends:
            return ends
        if value is not (not ends):
            answer = None
    return answer


def walk_if(node: tree.If, scope: Scope) -> object:
    for condition, result in node.branches:
        if walk(condition, scope) is True:
            return walk(result, scope)
    return walk(node.otherwise, scope)


def rounds(iterators: list[tree.Iterator], scope: Scope) -> Iterator[Scope]:
    """All scopes of nested loops; TypeError where there is nothing to go over."""
    iterator, *others = iterators
    source = walk(iterator.source, scope)
    if iterator.to is not None:
        items = access.span_rounds(source, walk(iterator.to, scope), scope.run)
    else:
        items = access.rounds(source, scope.run)
    if items is None:
        raise TypeError
    scope.run.charge(len(items))
    for item in items:
        inner = scope.inner({iterator.name: item})
        if others:
            yield from rounds(others, inner)
        else:
            yield inner


def walk_for(node: tree.For, scope: Scope) -> object:
    found: list[object] = []
    try:
        for inner in rounds(node.iterators, scope):
            found.append(walk(node.body, inner.inner({"partial": list(found)})))
    except TypeError:
        return None
    return found


def walk_quantified(node: tree.Quantified, scope: Scope) -> object:
    ends = node.quantifier == "some"
    answer: object = not ends
    try:
        for inner in rounds(node.iterators, scope):
            value = walk(node.condition, inner)
            if value is ends:
                return ends
            if value is not None and value is not (not ends):
                return None
            if value is None:
                answer = None
    except TypeError:
        return None
    return answer


def walk_filter(node: tree.Filter, scope: Scope) -> object:
    source = walk(node.source, scope)
    return helpers.filter_by(scope.run, source, lambda run, item: walk(node.predicate, scope.of_item(item)), 1, 0, 0)


def walk_call(node: tree.Call, scope: Scope) -> object:
    function: object
    if isinstance(node.callee, tree.Name) and node.callee.name in FUNCTIONS:
        name = node.callee.name
        function = FUNCTIONS[name]
        if scope.binds(name):
            function = helpers.callee(scope.find(name), FUNCTIONS[name])
    else:
        function = walk(node.callee, scope)
    arguments = tuple(walk(argument, scope) for argument in node.arguments)
    if node.names is None:
        return helpers.invoke(scope.run, function, arguments, 0, 0)
    return helpers.invoke_named(scope.run, function, tuple(node.names), arguments, 0, 0)


def walk_function(node: tree.FunctionOf, scope: Scope) -> object:
    names = [name for name, _ in node.parameters]

    def body(run: Run, *arguments: object) -> object:
        return walk(node.body, scope.inner(dict(zip(names, arguments, strict=True))))

    return Function(tuple(Parameter(name, kind) for name, kind in node.parameters), body)


def walk_context(node: tree.Context, scope: Scope) -> object:
    entries: dict[str, object] = {}
    inner = scope.inner(entries)
    for name, value in node.entries:
        entries[name] = walk(value, inner)
    return entries


def walk_interval(node: tree.Interval, scope: Scope) -> object:
    low, high = walk(node.low, scope), walk(node.high, scope)
    return access.interval(low, high, node.low_included, node.high_included)


def walk_in(node: tree.In, scope: Scope) -> object:
    value = walk(node.value, scope)
    answer: object = False
    for test in node.tests:
        passed = access.passes(value, walk(test, scope))
        if passed is True:
            return True
        if passed is None:
            answer = None
    return answer


WALKERS: dict[type[tree.Node], Callable[..., object]] = {
    tree.Literal: lambda node, scope: node.value,
    tree.Name: lambda node, scope: scope.find(node.name),
    tree.Negate: lambda node, scope: helpers.negative(walk(node.operand, scope)),
    tree.Binary: walk_binary,
    tree.Compare: walk_compare,
    tree.Logic: walk_logic,
    tree.Between: lambda node, scope: operators.between(
        walk(node.value, scope), walk(node.low, scope), walk(node.high, scope)
    ),
    tree.In: walk_in,
    tree.InstanceOf: lambda node, scope: is_instance(walk(node.value, scope), node.type),
    tree.If: walk_if,
    tree.For: walk_for,
    tree.Quantified: walk_quantified,
    tree.Path: lambda node, scope: access.member(walk(node.source, scope), node.name, scope.run, 0, 0),
    tree.Filter: walk_filter,
    tree.Call: walk_call,
    tree.ListOf: lambda node, scope: [walk(item, scope) for item in node.items],
    tree.Context: walk_context,
    tree.Interval: walk_interval,
    tree.Comparison: lambda node, scope: Range.compared(node.operator, walk(node.operand, scope)),
    tree.FunctionOf: walk_function,
}
