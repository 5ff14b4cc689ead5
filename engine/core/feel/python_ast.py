"""Python syntax nodes by short names; only constants and generated names ever enter them."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any, NamedTuple

_LOAD, _STORE = ast.Load(), ast.Store()


class _Place:
    """All generated code stands at one place; as class attributes, since every node would repeat it."""

    lineno = end_lineno = 1
    col_offset = end_col_offset = 0


class _Name(_Place, ast.Name): ...


class _Constant(_Place, ast.Constant): ...


class _Call(_Place, ast.Call): ...


class _Attribute(_Place, ast.Attribute): ...


class _Assign(_Place, ast.Assign): ...


class _Expr(_Place, ast.Expr): ...


class _Compare(_Place, ast.Compare): ...


class _BoolOp(_Place, ast.BoolOp): ...


class _UnaryOp(_Place, ast.UnaryOp): ...


class _IfExp(_Place, ast.IfExp): ...


class _BinOp(_Place, ast.BinOp): ...


class _Subscript(_Place, ast.Subscript): ...


class _Tuple(_Place, ast.Tuple): ...


class _List(_Place, ast.List): ...


class _Dict(_Place, ast.Dict): ...


class _If(_Place, ast.If): ...


class _For(_Place, ast.For): ...


class _Break(_Place, ast.Break): ...


class _Return(_Place, ast.Return): ...


class _Try(_Place, ast.Try): ...


class _ExceptHandler(_Place, ast.ExceptHandler): ...


class _FunctionDef(_Place, ast.FunctionDef): ...


class _Pass(_Place, ast.Pass): ...


class _Argument(_Place, ast.arg): ...


COMPARE = {
    "=": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
}
ARITHMETIC = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "//": ast.FloorDiv(), "%": ast.Mod()}


class Value(NamedTuple):
    """A computed value: the Python that reads it, what is known of its kind, and whose local it is."""

    node: ast.expr
    kind: str = "any"  # int, number, str, bool, truth (true, false or null), null, list, dict, any
    level: int = -1  # the function that has it as a local; -1 for a constant


@lru_cache(maxsize=2048)
def name(text: str) -> ast.expr:
    """A name that is read; nodes are never changed, so that many places may share one."""
    return _Name(id=text, ctx=_LOAD)


def const(value: object) -> ast.expr:
    """A constant that Python's compiler takes as it is."""
    return _Constant(value=value)  # type: ignore[arg-type]


def call(function: str, *arguments: ast.expr) -> ast.expr:
    return _Call(func=name(function), args=list(arguments), keywords=[])


def call_method(value: ast.expr, method: str, *arguments: ast.expr) -> ast.expr:
    function = _Attribute(value=value, attr=method, ctx=_LOAD)
    return _Call(func=function, args=list(arguments), keywords=[])


def assign(target: str, value: ast.expr) -> ast.stmt:
    return _Assign(targets=[_Name(id=target, ctx=_STORE)], value=value, type_comment=None)


def run(value: ast.expr) -> ast.stmt:
    return _Expr(value=value)


def compare(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    if operator.startswith("is") and isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return const((left.value is right.value) == (operator == "is"))
    return _Compare(left=left, ops=[COMPARE[operator]], comparators=[right])


def is_none(value: ast.expr) -> ast.expr:
    return compare(value, "is", const(None))


def is_type(value: ast.expr, kind: str) -> ast.expr:
    return compare(call("f_type", value), "is", name(f"f_{kind}"))


def both(*conditions: ast.expr) -> ast.expr:
    return conditions[0] if len(conditions) == 1 else _BoolOp(op=ast.And(), values=list(conditions))


def either(*conditions: ast.expr) -> ast.expr:
    return _BoolOp(op=ast.Or(), values=list(conditions))


def invert(condition: ast.expr) -> ast.expr:
    return _UnaryOp(op=ast.Not(), operand=condition)


def choose(condition: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    return _IfExp(test=condition, body=yes, orelse=no)


def arithmetic(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    return _BinOp(left=left, op=ARITHMETIC[operator], right=right)


def within(low: ast.expr, value: ast.expr, high: ast.expr) -> ast.expr:
    return _Compare(left=low, ops=[ast.Lt(), ast.Lt()], comparators=[value, high])


def subscript(value: ast.expr, key: ast.expr) -> ast.expr:
    return _Subscript(value=value, slice=key, ctx=_LOAD)


def store_item(value: ast.expr, key: ast.expr, item: ast.expr) -> ast.stmt:
    target = _Subscript(value=value, slice=key, ctx=_STORE)
    return _Assign(targets=[target], value=item, type_comment=None)


def tuple_of(*items: ast.expr) -> ast.expr:
    return _Tuple(elts=list(items), ctx=_LOAD)


def list_of(*items: ast.expr) -> ast.expr:
    return _List(elts=list(items), ctx=_LOAD)


def dict_of(keys: list[ast.expr], values: list[ast.expr]) -> ast.expr:
    return _Dict(keys=list(keys), values=values)


def when(condition: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt] | None = None) -> ast.stmt:
    return _If(test=condition, body=body or [_Pass()], orelse=otherwise or [])


def loop(variable: str, source: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    target = _Name(id=variable, ctx=_STORE)
    return _For(target=target, iter=source, body=body or [_Pass()], orelse=[], type_comment=None)


def leave() -> ast.stmt:
    return _Break()


def give(value: ast.expr) -> ast.stmt:
    return _Return(value=value)


def attempt(body: list[ast.stmt], error: str, alias: str | None, handler: list[ast.stmt]) -> ast.stmt:
    caught = _ExceptHandler(type=name(error), name=alias, body=handler)
    return _Try(body=body, handlers=[caught], orelse=[], finalbody=[])


def function(
    title: str, parameters: list[str], optional: list[tuple[str, ast.expr]], body: list[ast.stmt]
) -> ast.stmt:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[_Argument(arg=text, annotation=None, type_comment=None) for text in parameters]
        + [_Argument(arg=text, annotation=None, type_comment=None) for text, _ in optional],
        vararg=None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=None,
        defaults=[default for _, default in optional],
    )
    extra: dict[str, Any] = {"type_params": []} if hasattr(ast, "TypeAlias") else {}
    return _FunctionDef(
        name=title,
        args=arguments,
        body=body,
        decorator_list=[],
        returns=None,
        type_comment=None,
        **extra,
    )


def module(statement: ast.stmt) -> ast.Module:
    return ast.Module(body=[statement], type_ignores=[])
