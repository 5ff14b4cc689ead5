"""Python syntax nodes by short names; only constants and generated names ever enter them."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

_LOAD, _STORE = ast.Load(), ast.Store()


_PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_Node = TypeVar("_Node", bound=ast.AST)


def _placed(kind: type[_Node]) -> type[_Node]:
    """The kind of node with its place as class attributes: all generated code stands at one place."""
    return type(kind.__name__, (kind,), dict(_PLACE))


_Name = _placed(ast.Name)
_Constant = _placed(ast.Constant)
_Call = _placed(ast.Call)
_Attribute = _placed(ast.Attribute)
_Assign = _placed(ast.Assign)
_Expr = _placed(ast.Expr)
_Compare = _placed(ast.Compare)
_BoolOp = _placed(ast.BoolOp)
_UnaryOp = _placed(ast.UnaryOp)
_IfExp = _placed(ast.IfExp)
_BinOp = _placed(ast.BinOp)
_Subscript = _placed(ast.Subscript)
_Tuple = _placed(ast.Tuple)
_List = _placed(ast.List)
_Dict = _placed(ast.Dict)
_If = _placed(ast.If)
_For = _placed(ast.For)
_Break = _placed(ast.Break)
_Return = _placed(ast.Return)
_Try = _placed(ast.Try)
_ExceptHandler = _placed(ast.ExceptHandler)
_FunctionDef = _placed(ast.FunctionDef)
_Pass = _placed(ast.Pass)
_Argument = _placed(ast.arg)

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


def ordered(low: ast.expr, first: str, value: ast.expr, second: str, high: ast.expr) -> ast.expr:
    return _Compare(left=low, ops=[COMPARE[first], COMPARE[second]], comparators=[value, high])


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


def function(title: str, parameters: list[str], optional: list[tuple[str, ast.expr]], body: list[ast.stmt]) -> ast.stmt:
    names = [*parameters, *(text for text, _ in optional)]
    arguments = ast.arguments(
        posonlyargs=[],
        args=[_Argument(arg=text, annotation=None, type_comment=None) for text in names],
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
