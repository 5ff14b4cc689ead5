"""The one place where Python code is compiled and run: a function from syntax nodes that the generator built.

This is no `eval` of text: the nodes hold only constants and names that the generator made up, the
namespace has no builtins, and a test walks every code object's names against the allowed list.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType

TITLE = "feel"


def make_function(module: ast.Module, namespace: Mapping[str, object]) -> tuple[Callable[..., object], CodeType]:
    """The generated function and its code."""
    scope: dict[str, object] = {"__builtins__": {}, **namespace}
    code = compile(module, "<feel>", "exec", dont_inherit=True, optimize=0)
    exec(code, scope)  # noqa: S102  a tree of our own making, no text
    function = scope.pop(TITLE)
    assert isinstance(function, FunctionType)
    return function, function.__code__
