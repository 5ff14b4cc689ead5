"""The page that the generator writes on: statements, temporaries, constants, functions within functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from . import python_ast as py
from . import tree
from .python_ast import Value
from .scope import ItemScope, VariableScope

_PLAIN = {int: "int", str: "str", bool: "bool", type(None): "null"}


class Frame:
    """One generated function while it is written: what it reads of the functions around it."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.captured: dict[str, None] = {}
        self.loops = 0


class Blocks:
    """Where statements go, and which names are free."""

    def __init__(self) -> None:
        self.statements: list[ast.stmt] = []
        self.frames = [Frame(0)]
        self.loaded: list[dict[str, Value]] = [{}]
        self.constants: dict[str, object] = {}
        self.counter = 0
        self.needs_run = False
        self.scopes: list[VariableScope | ItemScope] = []

    @property
    def level(self) -> int:
        return len(self.frames) - 1

    def emit(self, node: tree.Node) -> Value:
        """Write what computes the node."""
        raise NotImplementedError

    def name(self, node: tree.Name) -> Value:
        """Write what reads the name."""
        raise NotImplementedError

    def is_bound(self, name: str) -> bool:
        """Does the text or the list of variables give the name a meaning of its own?"""
        raise NotImplementedError

    def write(self, statement: ast.stmt) -> None:
        self.statements.append(statement)

    def fresh(self, prefix: str = "t") -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def temporary(self, node: ast.expr, kind: str = "any") -> Value:
        """A new local that holds the value."""
        target = self.fresh()
        self.write(py.assign(target, node))
        return self.local(target, kind)

    def local(self, target: str, kind: str = "any") -> Value:
        return Value(py.name(target), kind, self.level)

    def constant(self, value: object) -> Value:
        """A value that is known now."""
        kind = _PLAIN.get(type(value))
        if kind is not None:
            return Value(py.const(value), kind)
        key = f"k{len(self.constants)}"
        self.constants[key] = value
        return Value(py.name(key), "number" if isinstance(value, Decimal) else "any")

    def use(self, value: Value) -> Value:
        """The value, handed into the functions between the one that has it and this one."""
        if 0 <= value.level < self.level and isinstance(value.node, ast.Name):
            self.capture(value.node.id, value.level)
            return value._replace(level=self.level)
        return value

    def capture(self, text: str, level: int) -> None:
        for frame in self.frames[level + 1 :]:
            frame.captured[text] = None

    def run(self) -> ast.expr:
        """The run; the outermost function makes one if it was called without."""
        self.needs_run = True
        return py.name("run")

    def maybe_run(self) -> ast.expr:
        """The run, or null where nothing needed one."""
        return py.name("run")

    def variables(self) -> ast.expr:
        self.capture("v", 0)
        return py.name("v")

    @contextmanager
    def block(self) -> Iterator[list[ast.stmt]]:
        """Write into a new list of statements, which may not be reached at run time."""
        outer, inner = self.statements, []  # type: list[ast.stmt], list[ast.stmt]
        self.statements = inner
        self.loaded.append({})
        try:
            yield inner
        finally:
            self.statements = outer
            self.loaded.pop()

    @contextmanager
    def function(self, title: str, parameters: list[str]) -> Iterator[None]:
        """Write a function; what it reads from around it becomes a default, bound when it is made."""
        outer, inner, loaded = self.statements, [], self.loaded  # type: list[ast.stmt], list[ast.stmt], list[dict[str, Value]]
        self.statements, self.loaded = inner, [{}]
        self.needs_run = True
        self.frames.append(Frame(len(self.frames)))
        try:
            yield
        finally:
            frame = self.frames.pop()
            self.statements, self.loaded = outer, loaded
        optional = [(text, py.name(text)) for text in frame.captured]
        self.write(py.function(title, ["run", *parameters], optional, inner))
