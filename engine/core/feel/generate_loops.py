"""Loops as Python: for, some, every and filters, each paid for before its first round."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal

from . import python_ast as py
from . import tree
from .blocks import Blocks
from .python_ast import Value
from .scope import ItemScope, VariableScope
from .signatures import FUNCTIONS

MAX_LOOPS = 12  # Python allows 20 blocks in one another; deeper loops go into a function of their own
_TRUTHS = (tree.Compare, tree.Logic, tree.Between, tree.In, tree.InstanceOf, tree.Quantified)


class LoopWriter(Blocks):
    """for, some, every, filters."""

    def charge(self, items: ast.expr, weight: int) -> ast.stmt:
        size = py.call("f_len", items)
        return py.run(py.call("f_charge", self.run(), size, py.const(weight)))

    def over(
        self,
        iterators: list[tree.Iterator],
        weight: int,
        failed: str,
        body: Callable[[], None],
        done: ast.expr | None,
    ) -> None:
        """Write loops within loops; `done` ends all, `failed` is set where there is nothing to go over."""
        iterator, *others = iterators
        items = self.rounds(iterator)
        with self.block() as more:
            self.write(self.charge(items.node, weight))
            variable = self.fresh("x")
            self.scopes.append(VariableScope({iterator.name: self.local(variable)}))
            self.frames[-1].loops += 1
            with self.block() as inner:
                if not others:
                    body()
                elif self.frames[-1].loops > MAX_LOOPS:
                    raise RecursionError
                else:
                    self.over(others, weight, failed, body, done)
                    self.write(py.when(py.name(failed), [py.leave()]))
                    if done is not None:
                        self.write(py.when(done, [py.leave()]))
            self.frames[-1].loops -= 1
            self.scopes.pop()
            self.write(py.loop(variable, items.node, inner))
        place = (py.const(iterator.start), py.const(iterator.end))
        what = py.const("a list or a range of numbers is needed to go over")
        why = py.call("f_explain_one", self.run(), what, items.node, *place)
        bad = [py.run(why), py.assign(failed, py.const(True))]
        self.write(py.when(py.is_none(items.node), bad, more))

    def rounds(self, iterator: tree.Iterator) -> Value:
        source = self.emit(iterator.source)
        if iterator.to is not None:
            to = self.emit(iterator.to)
            return self.temporary(py.call("f_span_rounds", source.node, to.node, self.run()))
        if source.kind == "list":
            return source
        target = self.fresh()
        fast = py.assign(target, source.node)
        slow = py.assign(target, py.call("f_rounds", source.node, self.run()))
        self.write(py.when(py.is_type(source.node, "list"), [fast], [slow]))
        return self.local(target)

    def in_function(self, write: Callable[[], Value]) -> Value:
        """A loop that would be nested too deep for Python, in a function of its own."""
        title = self.fresh("f")
        with self.function(title, []):
            value = write()
            self.write(py.give(value.node))
        return self.temporary(py.call(title, self.run()))

    def loop_for(self, node: tree.For) -> Value:
        if self.frames[-1].loops + len(node.iterators) > MAX_LOOPS:
            if len(node.iterators) > MAX_LOOPS:
                raise RecursionError
            if self.frames[-1].loops:
                return self.in_function(lambda: self.loop_for(node))
        found, failed = self.fresh(), self.fresh()
        self.write(py.assign(found, py.list_of()))
        self.write(py.assign(failed, py.const(False)))
        weight = cost_of(node.body)
        partial = tree.mentions(node.body, "partial")

        def body() -> None:
            if partial:
                so_far = self.temporary(py.call("f_snapshot", py.name(found), self.run()), "list")
                self.scopes.append(VariableScope({"partial": so_far}))
            value = self.emit(node.body)
            if partial:
                self.scopes.pop()
            self.write(py.run(py.call_method(py.name(found), "append", value.node)))

        self.over(node.iterators, weight, failed, body, None)
        self.write(py.when(py.name(failed), [py.assign(found, py.const(None))]))
        return self.local(found)

    def quantified(self, node: tree.Quantified) -> Value:
        if self.frames[-1].loops + len(node.iterators) > MAX_LOOPS:
            if len(node.iterators) > MAX_LOOPS:
                raise RecursionError
            if self.frames[-1].loops:
                return self.in_function(lambda: self.quantified(node))
        ends = node.quantifier == "some"
        target, failed = self.fresh(), self.fresh()
        self.write(py.assign(target, py.const(not ends)))
        self.write(py.assign(failed, py.const(False)))

        def body() -> None:
            value = self.emit(node.condition)
            stop: list[ast.stmt] = [py.assign(target, py.const(ends)), py.leave()]
            settle: list[ast.stmt] = [py.assign(target, py.const(None))]
            if value.kind not in ("bool", "truth"):
                settle.append(self.refuse(value, node, failed))
            unknown = py.when(py.compare(value.node, "is not", py.const(not ends)), settle)
            self.write(py.when(py.compare(value.node, "is", py.const(ends)), stop, [unknown]))

        done = py.compare(py.name(target), "is", py.const(ends))
        self.over(node.iterators, cost_of(node.condition), failed, body, done)
        self.write(py.when(py.name(failed), [py.assign(target, py.const(None))]))
        return self.local(target, "truth")

    def refuse(self, value: Value, node: tree.Quantified, failed: str) -> ast.stmt:
        """A condition that is neither true, false nor null makes the whole null."""
        place = (py.const(node.start), py.const(node.end))
        what = py.const("the condition must be true or false")
        why = py.run(py.call("f_explain_one", self.run(), what, value.node, *place))
        is_null = py.is_none(value.node)
        return py.when(py.invert(is_null), [why, py.assign(failed, py.const(True)), py.leave()])

    def filter(self, node: tree.Filter, source: Value) -> Value:
        predicate = node.predicate
        place = (py.const(node.start), py.const(node.end))
        constant = predicate.operand if isinstance(predicate, tree.Negate) else predicate
        if isinstance(constant, tree.Literal) and type(constant.value) in (int, Decimal):
            index = self.emit(predicate)
            return self.temporary(py.call("f_item_at", source.node, index.node, self.maybe_run(), *place))
        if self.is_truth(predicate) and self.frames[-1].loops < MAX_LOOPS:
            return self.filter_loop(node, source)
        title, item = self.fresh("f"), self.fresh("x")
        with self.function(title, [item]):
            self.scopes.append(ItemScope(self.local(item)))
            value = self.emit(predicate)
            self.scopes.pop()
            self.write(py.give(value.node))
        weight = py.const(cost_of(predicate))
        return self.temporary(py.call("f_filter_by", self.run(), source.node, py.name(title), weight, *place))

    def filter_loop(self, node: tree.Filter, source: Value) -> Value:
        """`source[condition]`, where the condition cannot be a position."""
        found = self.fresh()
        items = self.temporary(py.call("f_items", source.node))
        with self.block() as more:
            self.write(self.charge(items.node, cost_of(node.predicate)))
            self.write(py.assign(found, py.list_of()))
            variable = self.fresh("x")
            self.scopes.append(ItemScope(self.local(variable)))
            self.frames[-1].loops += 1
            with self.block() as inner:
                value = self.emit(node.predicate)
                keep = py.run(py.call_method(py.name(found), "append", py.name(variable)))
                self.write(py.when(py.compare(value.node, "is", py.const(True)), [keep]))
            self.frames[-1].loops -= 1
            self.scopes.pop()
            self.write(py.loop(variable, items.node, inner))
        place = (py.const(node.start), py.const(node.end))
        why = py.call("f_explain_one", self.maybe_run(), py.const("a list is needed to filter"), items.node, *place)
        bad = [py.run(why), py.assign(found, py.const(None))]
        self.write(py.when(py.is_none(items.node), bad, more))
        return self.local(found)

    def is_truth(self, node: tree.Node) -> bool:
        """Can the value be nothing but a boolean or null?"""
        if isinstance(node, _TRUTHS) or (isinstance(node, tree.Literal) and isinstance(node.value, bool)):
            return True
        if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name):
            entry = FUNCTIONS.get(node.callee.name)
            return entry is not None and entry.result == "boolean" and not self.is_bound(node.callee.name)
        return False


def cost_of(node: tree.Node) -> int:
    """What a round of a loop over the node weighs."""
    return 1 + len(tree.walk(node)) // 8
