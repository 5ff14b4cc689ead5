"""Calls and functions as Python: built-in ones are found now, all others when they are called."""

from __future__ import annotations

from collections.abc import Collection

from . import python_ast as py
from . import tree
from .blocks import Blocks
from .errors import Diagnostic
from .python_ast import Value
from .scope import VariableScope
from .signatures import FUNCTIONS, Builtin
from .values import Parameter


class CallWriter(Blocks):
    """Function calls and function definitions."""

    declared: Collection[str]
    warnings: list[Diagnostic]

    def is_bound(self, name: str) -> bool:
        """Does the text or the list of variables give the name a meaning of its own?"""
        own = any(isinstance(scope, VariableScope) and scope.find(name) for scope in self.scopes)
        return own or name in self.declared

    def call_name(self, node: tree.Call) -> Value:
        """A call by name: of a built-in function, unless the name means something nearer."""
        assert isinstance(node.callee, tree.Name)
        entry = FUNCTIONS.get(node.callee.name)
        if entry is None:
            return self.call_value(node, self.name(node.callee))
        if self.is_bound(node.callee.name):
            value = self.name(node.callee)
            chosen = self.temporary(py.call("f_callee", value.node, self.constant(entry).node))
            return self.call_value(node, chosen)
        return self.call_builtin(node, entry)

    def call_value(self, node: tree.Call, function: Value) -> Value:
        arguments = py.tuple_of(*(self.emit(argument).node for argument in node.arguments))
        place = (py.const(node.start), py.const(node.end))
        if node.names is None:
            return self.temporary(py.call("f_invoke", self.run(), function.node, arguments, *place))
        names = py.tuple_of(*(py.const(name) for name in node.names))
        return self.temporary(py.call("f_invoke_named", self.run(), function.node, names, arguments, *place))

    def call_builtin(self, node: tree.Call, entry: Builtin) -> Value:
        values = [self.emit(argument).node for argument in node.arguments]
        if node.names is None:
            forms = entry.fitting(len(values))
        else:
            forms, places = entry.fitting_names(node.names)
            absent = py.name("f_missing_argument")
            values = [absent if place < 0 else values[place] for place in places]
        if not forms:
            ways = " or ".join(entry.signatures)
            problem = Diagnostic("wrong-arguments", f"the arguments do not fit: {ways}", node.start, node.end)
            self.warnings.append(problem)
        place = (py.const(node.start), py.const(node.end))
        title, chosen = py.const(entry.name), self.constant(forms)
        call = py.call("f_apply", self.run(), title, chosen.node, py.tuple_of(*values), *place)
        return self.temporary(call, "truth" if entry.result == "boolean" else "any")

    def function_value(self, node: tree.FunctionOf) -> Value:
        parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
        known = self.constant(parameters)
        if node.is_external:
            body = self.emit(node.body)
            place = (py.const(node.start), py.const(node.end))
            return self.temporary(py.call("f_external", self.run(), known.node, body.node, *place))
        title = self.fresh("f")
        locals_ = [self.fresh("p") for _ in parameters]
        with self.function(title, locals_):
            scope = {parameter.name: self.local(local) for parameter, local in zip(parameters, locals_, strict=True)}
            self.scopes.append(VariableScope(scope))
            value = self.emit(node.body)
            self.scopes.pop()
            self.write(py.give(value.node))
        return self.temporary(py.call("f_function", known.node, py.name(title)))
