"""Compiled code names nothing but the helpers, its own locals and one list method."""

from __future__ import annotations

import re
from types import CodeType

import pytest

from engine.core.feel import ExpressionError, compile_expression, compile_unary_tests
from engine.core.feel.helpers import HELPERS
from engine.core.feel.signatures import FUNCTIONS
from tests.core.feel.hostile import HOSTILE

GENERATED = re.compile(r"[tkxfpc][0-9]+\Z")
LOCALS = {"v", "now", "functions", "run", "e"}
ALLOWED = set(HELPERS) | {"append"}
RICH = """
for x in [1, 2], y in 1..3 return {a: x, b: function(n) if n < 1 then x else b(n - 1), c: partial}
some x in items satisfies every y in x.list satisfies y.price > 10 and y.name in ("a", "b")
items[price > 10 and item.a = "x"][1].name
items[contains(name, "x")]
if a between 1 and 2 then @"P1D" else if b instance of list<number> then [1..c] else -d
"__class__" + string("__globals__") = "__builtins__"
{__class__: 1, `__globals__`: 2}.__class__
f(a: 1, b: 2)(3)
""".strip().splitlines()


def codes(code: CodeType) -> list[CodeType]:
    """The code object and all within it."""
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.extend(codes(constant))
    return found


def assert_named_safely(code: CodeType) -> None:
    for part in codes(code):
        strange = {name for name in part.co_names if name not in ALLOWED and not GENERATED.match(name)}
        assert not strange
        own = {*part.co_varnames, *part.co_cellvars, *part.co_freevars}
        assert not {name for name in own if name not in LOCALS and not GENERATED.match(name)}


@pytest.mark.parametrize("text", [*RICH, *(entry.example for entry in FUNCTIONS.values())])
def test_ordinary_code_names_only_what_is_allowed(text: str) -> None:
    assert_named_safely(compile_expression(text).code)


def test_hostile_code_names_only_what_is_allowed() -> None:
    compiled = 0
    for text in HOSTILE:
        try:
            code = compile_expression(text).code
        except ExpressionError:
            continue
        assert_named_safely(code)
        compiled += 1
    assert compiled > 100


def test_unary_tests_and_juel_name_only_what_is_allowed() -> None:
    assert_named_safely(compile_unary_tests('not(1, [2..3], "a", ? > x)').code)
    assert_named_safely(compile_expression("${a.b['c'].toUpperCase() == 'X' ? 1 : x[0]}", language="juel").code)


def test_compiled_code_has_no_builtins() -> None:
    function = compile_expression("abs(x) > 1").value
    assert function.__globals__["__builtins__"] == {}


def test_only_one_file_compiles_and_runs_code() -> None:
    from pathlib import Path

    import engine.core.feel as room

    pattern = re.compile(r"(?<![\w.])(eval|exec|compile|__import__)\(")
    folder = Path(room.__file__).parent
    users = {file.name for file in folder.rglob("*.py") if pattern.search(file.read_text())}
    assert users == {"execute.py"}
