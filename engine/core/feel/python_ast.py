"""Python syntax nodes by short names; only constants and generated names ever enter them."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

_AT: dict[str, int] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_LOAD, _STORE = ast.Load(), ast.Store()

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


def name(text: str) -> ast.expr:
    return ast.Name(id=text, ctx=_LOAD, **_AT)


def const(value: object) -> ast.expr:
    return ast.Constant(value=value, **_AT)  # type: ignore[arg-type]


def call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(func=name(function), args=list(arguments), keywords=[], **_AT)


def call_method(value: ast.expr, method: str, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(value=value, attr=method, ctx=_LOAD, **_AT)
    return ast.Call(func=function, args=list(arguments), keywords=[], **_AT)


def assign(target: str, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[ast.Name(id=target, ctx=_STORE, **_AT)], value=value, type_comment=None, **_AT)


def run(value: ast.expr) -> ast.stmt:
    return ast.Expr(value=value, **_AT)


def compare(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    if operator.startswith("is") and isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return const((left.value is right.value) == (operator == "is"))
    return ast.Compare(left=left, ops=[COMPARE[operator]], comparators=[right], **_AT)


def is_none(value: ast.expr) -> ast.expr:
    return compare(value, "is", const(None))


def is_type(value: ast.expr, kind: str) -> ast.expr:
    return compare(call("f_type", value), "is", name(f"f_{kind}"))


def both(*conditions: ast.expr) -> ast.expr:
    return conditions[0] if len(conditions) == 1 else ast.BoolOp(op=ast.And(), values=list(conditions), **_AT)


def either(*conditions: ast.expr) -> ast.expr:
    return ast.BoolOp(op=ast.Or(), values=list(conditions), **_AT)


def invert(condition: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=condition, **_AT)


def choose(condition: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    return ast.IfExp(test=condition, body=yes, orelse=no, **_AT)


def arithmetic(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    return ast.BinOp(left=left, op=ARITHMETIC[operator], right=right, **_AT)


def within(low: ast.expr, value: ast.expr, high: ast.expr) -> ast.expr:
    return ast.Compare(left=low, ops=[ast.Lt(), ast.Lt()], comparators=[value, high], **_AT)


def subscript(value: ast.expr, key: ast.expr) -> ast.expr:
    return ast.Subscript(value=value, slice=key, ctx=_LOAD, **_AT)


def store_item(value: ast.expr, key: ast.expr, item: ast.expr) -> ast.stmt:
    target = ast.Subscript(value=value, slice=key, ctx=_STORE, **_AT)
    return ast.Assign(targets=[target], value=item, type_comment=None, **_AT)


def tuple_of(*items: ast.expr) -> ast.expr:
    return ast.Tuple(elts=list(items), ctx=_LOAD, **_AT)


def list_of(*items: ast.expr) -> ast.expr:
    return ast.List(elts=list(items), ctx=_LOAD, **_AT)


def dict_of(keys: list[ast.expr], values: list[ast.expr]) -> ast.expr:
    return ast.Dict(keys=list(keys), values=values, **_AT)


def when(condition: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt] | None = None) -> ast.stmt:
    return ast.If(test=condition, body=body or [ast.Pass(**_AT)], orelse=otherwise or [], **_AT)


def loop(variable: str, source: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    target = ast.Name(id=variable, ctx=_STORE, **_AT)
    return ast.For(
        target=target, iter=source, body=body or [ast.Pass(**_AT)], orelse=[], type_comment=None, **_AT
    )


def leave() -> ast.stmt:
    return ast.Break(**_AT)


def give(value: ast.expr) -> ast.stmt:
    return ast.Return(value=value, **_AT)


def attempt(body: list[ast.stmt], error: str, alias: str | None, handler: list[ast.stmt]) -> ast.stmt:
    caught = ast.ExceptHandler(type=name(error), name=alias, body=handler, **_AT)
    return ast.Try(body=body, handlers=[caught], orelse=[], finalbody=[], **_AT)


def function(
    title: str, parameters: list[str], optional: list[tuple[str, ast.expr]], body: list[ast.stmt]
) -> ast.stmt:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(arg=text, annotation=None, type_comment=None, **_AT) for text in parameters]
        + [ast.arg(arg=text, annotation=None, type_comment=None, **_AT) for text, _ in optional],
        vararg=None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=None,
        defaults=[default for _, default in optional],
    )
    extra: dict[str, Any] = {"type_params": []} if hasattr(ast, "TypeAlias") else {}
    return ast.FunctionDef(
        name=title,
        args=arguments,
        body=body,
        decorator_list=[],
        returns=None,
        type_comment=None,
        **_AT,
        **extra,
    )


def module(statement: ast.stmt) -> ast.Module:
    return ast.Module(body=[statement], type_ignores=[])
