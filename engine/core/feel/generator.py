"""The tree as Python: values, names, paths, choices; operators, loops and calls are in the files beside."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from types import CodeType
from typing import Any

from . import python_ast as py
from . import tree
from .budget import Budget
from .errors import Diagnostic, ExpressionError
from .execute import TITLE, make_function
from .generate_calls import CallWriter
from .generate_loops import LoopWriter
from .generate_operators import OperatorWriter
from .helpers import HELPERS
from .python_ast import Value
from .scope import ItemScope, VariableScope


class Generator(OperatorWriter, LoopWriter, CallWriter):
    """Writes one Python function for one expression."""

    def __init__(self, names: Collection[str], budget: Budget, length: int) -> None:
        super().__init__()
        self.declared = names
        self.budget = budget
        self.length = length
        self.parts = 0  # of the tree; known once it was looked at
        self.free: set[str] = set()
        self.warnings: list[Diagnostic] = []
        self.writers: dict[type[tree.Node], Callable[[Any], Value]] = {
            tree.Literal: self.literal,
            tree.Name: self.name,
            tree.Logic: self.logic,
            tree.Negate: self.negate,
            tree.If: self.conditional,
            tree.For: self.loop_for,
            tree.Quantified: self.quantified,
            tree.Call: self.call_name,
            tree.FunctionOf: self.function_value,
            tree.ListOf: self.list_of,
            tree.Context: self.context,
            tree.Interval: self.interval,
            tree.Comparison: self.comparison,
            tree.UnaryTests: self.unary_tests,
            tree.Join: self.join,
        }

    def finish(self, root: tree.Node) -> tuple[Callable[..., object], CodeType]:
        """The function for the tree, and its code."""
        nodes = tree.walk(root)
        self.parts = tree.count_parts(nodes)
        if self.parts > self.budget.parts:
            message = f"the expression has more than {self.budget.parts} parts"
            raise ExpressionError((Diagnostic("budget-parts", message, 0, self.length),))
        if sum(isinstance(node, tree.Binary) for node in nodes) > 20:
            self.needs_run = True  # many texts may be joined: they share one purse
        value = self.emit(root)
        self.write(py.give(self.whole(value)))
        end = py.const(self.length)
        body = self.statements
        caught = [py.give(py.call("f_exhausted", py.name("run"), py.name("e"), end))]
        statements: list[ast.stmt] = [py.attempt(body, "f_stops", "e", caught)]
        if self.needs_run:
            make = py.call("f_run", self.constant(self.budget).node, py.name("now"), py.name("functions"))
            statements.insert(0, py.when(py.is_none(py.name("run")), [py.assign("run", make)]))
        none = py.const(None)
        optional = [("now", none), ("functions", none), ("run", none)]
        module = py.module(py.function(TITLE, ["v"], optional, statements))
        return make_function(module, {**HELPERS, **self.constants})

    def whole(self, value: Value) -> ast.expr:
        """The value as an answer: a number that came as a JSON float becomes exact."""
        if value.kind != "any" or isinstance(value.node, ast.Constant):
            return value.node
        return py.choose(py.is_type(value.node, "float"), py.call("f_from_float", value.node), value.node)

    def emit(self, node: tree.Node) -> Value:
        """Write what computes the node; long chains to the left are walked, not recursed."""
        spine: list[tree.Node] = []
        while True:
            operand = self.first_operand(node)
            if operand is None:
                break
            spine.append(node)
            node = operand
        value = self.leaf(node)
        for part in reversed(spine):
            value = self.operate(part, value)
        return value

    def first_operand(self, node: tree.Node) -> tree.Node | None:
        match node:
            case tree.Binary(left=first) | tree.Compare(left=first):
                return first
            case tree.Path(source=first) | tree.Filter(source=first):
                return first
            case tree.In(value=first) | tree.Between(value=first) | tree.InstanceOf(value=first):
                return first
            case tree.Call(callee=first) if not isinstance(first, tree.Name):
                return first
        return None

    def operate(self, node: tree.Node, first: Value) -> Value:
        match node:
            case tree.Binary():
                return self.binary(node, first)
            case tree.Compare():
                return self.compare(node, first)
            case tree.Path():
                return self.path(node, first)
            case tree.Filter():
                return self.filter(node, first)
            case tree.In():
                return self.membership(node, first)
            case tree.Between():
                return self.between(node, first)
            case tree.InstanceOf():
                kind = self.constant(node.type)
                return self.temporary(py.call("f_instance", first.node, kind.node), "bool")
            case tree.Call():
                return self.call_value(node, first)
        raise TypeError(node)

    def leaf(self, node: tree.Node) -> Value:
        return self.writers[type(node)](node)

    def literal(self, node: tree.Literal) -> Value:
        return self.constant(node.value)

    def list_of(self, node: tree.ListOf) -> Value:
        return self.temporary(py.list_of(*(self.emit(item).node for item in node.items)), "list")

    def comparison(self, node: tree.Comparison) -> Value:
        value = self.emit(node.operand)
        return self.temporary(py.call("f_compared", py.const(node.operator), value.node))

    def join(self, node: tree.Join) -> Value:
        texts = [self.emit(part).node for part in node.parts]
        return self.temporary(py.call("f_text_join", self.run(), *texts), "str")

    # names

    def name(self, node: tree.Name) -> Value:
        return self.resolve(node, len(self.scopes))

    def resolve(self, node: tree.Name, depth: int) -> Value:
        """The value of a name, looked for from the inside outwards."""
        for index in range(depth - 1, -1, -1):
            scope = self.scopes[index]
            if isinstance(scope, VariableScope):
                known = scope.find(node.name)
                if known is not None:
                    return self.use(known) if not scope.is_cell(node.name) else self.cell(known)
            else:
                return self.member_or_outer(node, scope, index)
        return self.free_name(node)

    def cell(self, known: Value) -> Value:
        """A function that is called by its own name: it stands in a list of one, filled when it is made."""
        return self.temporary(py.subscript(self.use(known).node, py.const(0)))

    def member_or_outer(self, node: tree.Name, scope: ItemScope, depth: int) -> Value:
        """In a filter a name is an entry of the item if it has one, else what it is outside."""
        item = self.use(scope.item)
        key = py.const(node.name)
        is_member = py.both(py.is_type(item.node, "dict"), py.compare(key, "in", item.node))
        target = self.fresh()
        with self.block() as inside:
            self.write(py.assign(target, py.subscript(item.node, key)))
        with self.block() as outside:
            outer = item if node.name == "item" else self.resolve(node, depth)
            self.write(py.assign(target, outer.node))
        self.write(py.when(is_member, inside, outside))
        return self.local(target)

    def free_name(self, node: tree.Name) -> Value:
        """A variable, read once on every way through the function."""
        for known in reversed(self.loaded):
            if node.name in known:
                return self.use(known[node.name])
        self.free.add(node.name)
        target = self.fresh()
        key = py.const(node.name)
        functions = py.name("functions") if self.level == 0 else py.const(None)
        place = (py.const(node.start), py.const(node.end))
        lookup = py.call("f_missing", key, functions, self.maybe_run(), *place)
        read = [py.assign(target, py.subscript(self.variables(), key))]
        self.write(py.attempt(read, "f_absent", None, [py.assign(target, lookup)]))
        value = self.local(target)
        self.loaded[-1][node.name] = value
        return value

    def path(self, node: tree.Path, source: Value) -> Value:
        target = self.fresh()
        key = py.const(node.name)
        place = (py.const(node.start), py.const(node.end))
        slow = py.call("f_member", source.node, key, self.maybe_run(), *place)
        if source.kind not in ("any", "dict"):
            return self.temporary(slow)
        is_entry = py.both(py.is_type(source.node, "dict"), py.compare(key, "in", source.node))
        fast = py.subscript(source.node, key)
        self.write(py.when(is_entry, [py.assign(target, fast)], [py.assign(target, slow)]))
        return self.local(target)

    # values made of parts

    def conditional(self, node: tree.If) -> Value:
        target = self.fresh()
        kinds: set[str] = set()
        outer: list[tuple[ast.expr, list[ast.stmt], list[ast.stmt]]] = []
        blocks = []
        for condition, result in node.branches:
            test = self.emit(condition)
            with self.block() as yes:
                value = self.emit(result)
                kinds.add(value.kind)
                self.write(py.assign(target, value.node))
            check = test.node if test.kind == "bool" else py.compare(test.node, "is", py.const(True))
            # what follows in this loop is written into the else of this branch
            block = self.block()
            inner = block.__enter__()
            blocks.append(block)
            outer.append((check, yes, inner))
        value = self.emit(node.otherwise)
        kinds.add(value.kind)
        self.write(py.assign(target, value.node))
        while outer:
            blocks.pop().__exit__(None, None, None)
            check, yes, no = outer.pop()
            self.write(py.when(check, yes, no))
        return self.local(target, kinds.pop() if len(kinds) == 1 else "any")

    def context(self, node: tree.Context) -> Value:
        scope = VariableScope({})
        self.scopes.append(scope)
        keys: list[ast.expr] = []
        values: list[ast.expr] = []
        for key, entry in node.entries:
            cell = ""
            if isinstance(entry, tree.FunctionOf) and tree.mentions(entry, key):
                cell = self.fresh("c")
                self.write(py.assign(cell, py.list_of(py.const(None))))
                scope.add_cell(key, self.local(cell))
            value = self.emit(entry)
            if cell:
                self.write(py.store_item(py.name(cell), py.const(0), value.node))
            scope.add(key, value)
            keys.append(py.const(key))
            values.append(value.node)
        self.scopes.pop()
        return self.temporary(py.dict_of(keys, values), "dict")

    def interval(self, node: tree.Interval) -> Value:
        low, high = self.emit(node.low), self.emit(node.high)
        ends = (py.const(node.low_included), py.const(node.high_included))
        span = self.temporary(py.call("f_interval", low.node, high.node, *ends))
        place = (py.const(node.start), py.const(node.end))
        why = py.call("f_explain", self.maybe_run(), py.const(".."), low.node, high.node, *place)
        self.write(py.when(py.is_none(span.node), [py.run(why)]))
        return span
