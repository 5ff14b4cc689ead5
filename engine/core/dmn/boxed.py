"""Boxed expressions as functions of scope and session; decision tables are in `tables`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.core.dmn.session import Session
from engine.core.dmn.tables import Table
from engine.core.dmn.texts import Names, Node, Scope, node_of
from engine.core.dmn.types import DmnType
from engine.core.dmn.workshop import Workshop
from engine.core.feel import (
    ANY,
    ContextType,
    FeelType,
    Function,
    FunctionType,
    ListType,
    Parameter,
    external_function,
    invoke_named,
    kind_of,
    number,
)
from engine.core.feel.access import item_at, rounds
from engine.core.model import decisions as model


def compile_boxed(shop: Workshop, boxed: model.Boxed, names: Names) -> Node:
    """The boxed expression as a function; `names` are what is in its scope."""
    return _KINDS[type(boxed)](shop, boxed, names)


def _literal(shop: Workshop, boxed: model.LiteralExpression, names: Names) -> Node:
    if not boxed.text:
        return _null
    return node_of(shop.text(boxed, names))


def _null(scope: Scope, session: Session) -> object:
    return None


def _table(shop: Workshop, boxed: model.DecisionTable, names: Names) -> Node:
    return shop.keep(Table(shop, boxed, names))


def _context(shop: Workshop, boxed: model.BoxedContext, names: Names) -> Node:
    """Every entry sees those before it; a function also sees itself and what follows, when it is called."""
    visible = dict(names)
    steps: list[tuple[str, str, DmnType, Node]] = []
    result: Node | None = None
    for entry in boxed.entries:
        if entry.variable is None:
            result = compile_boxed(shop, entry.value, visible)
            continue
        kind = shop.type_of(entry.variable)
        title = entry.variable.name
        if isinstance(entry.value, model.FunctionDefinition):
            visible[title] = kind.feel
        node = compile_boxed(shop, entry.value, visible)
        # without a type of its own an entry has that of its text, which names the entries of contexts
        visible[title] = kind.feel if kind.feel is not ANY else _shape(entry.value)
        steps.append((title, entry.id, kind, node))

    def evaluate(scope: Scope, session: Session) -> object:
        inside = dict(scope)
        made: Scope = {}
        for title, place, kind, node in steps:
            value = node(inside, session)
            if kind.feel is not ANY:
                value = kind.conform(value, session, place)
            inside[title] = made[title] = value
        return made if result is None else result(inside, session)

    return evaluate


def _shape(boxed: model.Boxed) -> FeelType:
    """The type that a boxed expression shows by itself, for the names of its entries."""
    if isinstance(boxed, model.BoxedContext) and all(entry.variable for entry in boxed.entries):
        entries = {entry.variable.name: _shape(entry.value) for entry in boxed.entries if entry.variable}
        return ContextType(entries)
    if isinstance(boxed, model.Relation):
        return ListType(ContextType({column.name: ANY for column in boxed.columns}))
    return ANY


def _list(shop: Workshop, boxed: model.BoxedList, names: Names) -> Node:
    nodes = [compile_boxed(shop, item, names) for item in boxed.items]
    return lambda scope, session: [node(scope, session) for node in nodes]


def _relation(shop: Workshop, boxed: model.Relation, names: Names) -> Node:
    columns = [column.name for column in boxed.columns]
    kinds = [shop.type_of(column) for column in boxed.columns]
    rows = [[compile_boxed(shop, cell, names) for cell in row] for row in boxed.rows]

    def row_of(row: Sequence[Node], scope: Scope, session: Session) -> object:
        cells = (kind.conform(node(scope, session), session, boxed.id) for kind, node in zip(kinds, row, strict=False))
        return dict(zip(columns, cells, strict=False))

    return lambda scope, session: [row_of(row, scope, session) for row in rows]


def _invocation(shop: Workshop, boxed: model.Invocation, names: Names) -> Node:
    callee = compile_boxed(shop, boxed.function, names)
    bindings = [
        (binding.parameter.name, shop.type_of(binding.parameter), compile_boxed(shop, binding.value, names))
        for binding in boxed.bindings
        if binding.value is not None
    ]

    def evaluate(scope: Scope, session: Session) -> object:
        function = callee(scope, session)
        given = {name: kind.conform(node(scope, session), session, boxed.id) for name, kind, node in bindings}
        answer = invoke_named(session, function, tuple(given), tuple(given.values()), 0, 0)
        if session.sink:
            session.settle(boxed.id)
        return answer

    return evaluate


def _function(shop: Workshop, boxed: model.FunctionDefinition, names: Names) -> Node:
    return compile_function(shop, boxed, names)


def compile_function(
    shop: Workshop, boxed: model.FunctionDefinition, names: Names, title: str = ""
) -> Callable[[Scope, Session], Function | None]:
    """A function definition: what makes the function where the scope is known."""
    parameters = tuple(Parameter(item.name, shop.type_of(item).feel) for item in boxed.parameters)
    checked = [(item.name, shop.type_of(item)) for item in boxed.parameters]
    inside = {**names, **{parameter.name: parameter.type or ANY for parameter in parameters}}
    result = shop.types.find(boxed.type_ref, boxed.id, boxed.line)
    body = _null if boxed.body is None else compile_boxed(shop, boxed.body, inside)
    language = boxed.language.lower()
    if language != "feel":
        return _external(shop, boxed, parameters, body if language == "java" else _null)
    has_checks = any(kind.has_checks for _, kind in checked)
    result_type = None if isinstance(result.feel, FunctionType) or result.feel is ANY else result.feel

    def make(scope: Scope, session: Session) -> Function:
        def call(run: Any, *arguments: object) -> object:
            bound = dict(scope)
            for (name, kind), argument in zip(checked, arguments, strict=True):
                if has_checks and kind.conform(argument, run, boxed.id) is None and argument is not None:
                    return None
                bound[name] = argument
            return body(bound, run)

        return Function(parameters, call, title, result_type)

    return make


def _external(
    shop: Workshop, boxed: model.FunctionDefinition, parameters: tuple[Parameter, ...], body: Node
) -> Callable[[Scope, Session], Function | None]:
    """Java and PMML: only what is registered runs, nothing is loaded by name."""
    if boxed.language.lower() != "java":
        shop.refuse("unsupported-function", boxed, f"{boxed.language} functions do not run here; write FEEL.")

    def make(scope: Scope, session: Session) -> Function | None:
        function = external_function(session, parameters, {"java": body(scope, session)})
        if session.sink:
            session.settle(boxed.id)
        return function

    return make


def _conditional(shop: Workshop, boxed: model.Conditional, names: Names) -> Node:
    condition = compile_boxed(shop, boxed.condition, names)
    then = compile_boxed(shop, boxed.then, names)
    otherwise = compile_boxed(shop, boxed.otherwise, names)
    return lambda scope, session: (
        then(scope, session) if condition(scope, session) is True else otherwise(scope, session)
    )


def _filter(shop: Workshop, boxed: model.BoxedFilter, names: Names) -> Node:
    source = compile_boxed(shop, boxed.source, names)
    match = compile_boxed(shop, boxed.match, {**names, "item": ANY})

    def evaluate(scope: Scope, session: Session) -> object:
        items = source(scope, session)
        if items is None:
            session.find("type-mismatch", "null cannot be filtered", boxed.id)
            return None
        several: Sequence[object] = items if isinstance(items, (list, tuple)) else [items]
        session.charge(2 * len(several))
        found: list[object] = []
        for index, item in enumerate(several):
            own = item if isinstance(item, dict) else {}
            answer = match({**scope, "item": item, **own}, session)
            if answer is True:
                found.append(item)
            elif index == 0 and number(answer) is not None:
                return item_at(items, answer, session, 0, 0)
            elif answer is not False and answer is not None:
                session.find("type-mismatch", f"the match must be true or false, not {kind_of(answer)}", boxed.id)
                return None
        return found

    return evaluate


def _iteration(shop: Workshop, boxed: model.Iteration, names: Names) -> Node:
    source = compile_boxed(shop, boxed.source, names)
    body = compile_boxed(shop, boxed.body, {**names, boxed.variable: ANY, "partial": ANY})
    name = boxed.variable

    def over(scope: Scope, session: Session) -> Sequence[object] | None:
        value = source(scope, session)
        items = rounds(value, session)
        if items is None:
            session.find("type-mismatch", f"{kind_of(value)} cannot be iterated", boxed.id)
            return None
        session.charge(2 * len(items))
        return items

    def collect(scope: Scope, session: Session) -> object:
        items = over(scope, session)
        if items is None:
            return None
        made: list[object] = []
        for item in items:
            session.charge(len(made) >> 4)
            made.append(body({**scope, name: item, "partial": list(made)}, session))
        return made

    def quantify(scope: Scope, session: Session) -> object:
        """`some` ends at the first true, `every` at the first false; null where neither is sure."""
        items = over(scope, session)
        if items is None:
            return None
        ends = boxed.mode == "some"
        answer: bool | None = not ends
        for item in items:
            verdict = body({**scope, name: item}, session)
            if verdict is ends:
                return ends
            if verdict is not (not ends):
                if verdict is not None:
                    session.find("type-mismatch", "the condition must be true or false", boxed.id)
                    return None
                answer = None
        return answer

    return collect if boxed.mode == "for" else quantify


_KINDS: dict[type, Callable[[Workshop, Any, Names], Node]] = {
    model.LiteralExpression: _literal,
    model.DecisionTable: _table,
    model.BoxedContext: _context,
    model.BoxedList: _list,
    model.Relation: _relation,
    model.Invocation: _invocation,
    model.FunctionDefinition: _function,
    model.Conditional: _conditional,
    model.BoxedFilter: _filter,
    model.Iteration: _iteration,
}
