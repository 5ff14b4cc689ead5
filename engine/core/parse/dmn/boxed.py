"""Boxed expressions: one reader per kind; a part that is missing is a problem and reads as null."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from lxml.etree import _Element

from engine.core.model.decisions import (
    Binding,
    Boxed,
    BoxedContext,
    BoxedFilter,
    BoxedList,
    Conditional,
    ContextEntry,
    FunctionDefinition,
    Invocation,
    Item,
    Iteration,
    LiteralExpression,
    Relation,
)
from engine.core.model.words import say
from engine.core.parse.dmn.reader import Reader
from engine.core.parse.dmn.tables import read_table
from engine.core.parse.names import local
from engine.core.parse.tree import name_of


def find_boxed(reader: Reader, parent: _Element) -> Boxed | None:
    """The one boxed expression inside an element, if it has one."""
    found = reader.child(parent, *_KINDS)
    return None if found is None else read_boxed(reader, found)


def read_boxed(reader: Reader, element: _Element) -> Boxed:
    return _KINDS[local(name_of(element))](reader, element)


def _needed(reader: Reader, parent: _Element, what: str) -> Boxed:
    found = find_boxed(reader, parent)
    if found is not None:
        return found
    reader.problem("incomplete-expression", parent, say("An expression is missing: %(what)s.", what=what))
    return LiteralExpression(**reader.place(parent), text="")


def _part(reader: Reader, parent: _Element, name: str) -> Boxed:
    """The expression inside a named child: `if`, `in`, `return`, …"""
    child = reader.child(parent, name)
    return _needed(reader, parent if child is None else child, f"what stands under '{name}'")


def _context(reader: Reader, element: _Element) -> Boxed:
    entries = tuple(_entry(reader, child) for child in reader.children(element, "contextEntry"))
    return BoxedContext(**reader.place(element), type_ref=reader.type_ref(element), entries=entries)


def _entry(reader: Reader, element: _Element) -> ContextEntry:
    found = reader.child(element, "variable")
    variable = None if found is None else reader.item(found)
    return ContextEntry(
        **reader.place(element),
        variable=variable,
        value=_needed(reader, element, "the value of a context entry"),
    )


def _list(reader: Reader, element: _Element) -> Boxed:
    items = tuple(read_boxed(reader, child) for child in reader.children(element, *_KINDS))
    return BoxedList(**reader.place(element), type_ref=reader.type_ref(element), items=items)


def _relation(reader: Reader, element: _Element) -> Boxed:
    columns = tuple(reader.item(child) for child in reader.children(element, "column"))
    rows: list[tuple[Boxed, ...]] = []
    for row in reader.children(element, "row", "list"):
        cells = tuple(read_boxed(reader, cell) for cell in reader.children(row, *_KINDS))
        if len(cells) != len(columns):
            message = say(
                "The row has %(cells)s cells, the relation %(columns)s columns; make them equal.",
                cells=len(cells),
                columns=len(columns),
            )
            reader.problem("incomplete-expression", row, message)
        rows.append(cells)
    return Relation(**reader.place(element), type_ref=reader.type_ref(element), columns=columns, rows=tuple(rows))


def _invocation(reader: Reader, element: _Element) -> Boxed:
    bindings: list[Binding] = []
    for child in reader.children(element, "binding"):
        parameter = reader.child(child, "parameter")
        if parameter is None:
            reader.problem("incomplete-expression", child, say("The binding names no parameter; add one."))
            continue
        value = find_boxed(reader, child)
        bindings.append(Binding(**reader.place(child), parameter=reader.item(parameter), value=value))
    return Invocation(
        **reader.place(element),
        type_ref=reader.type_ref(element),
        function=_needed(reader, element, "the function that is invoked"),
        bindings=tuple(bindings),
    )


def read_function(reader: Reader, element: _Element) -> FunctionDefinition:
    """A function definition, or the encapsulated logic of a business knowledge model."""
    parameters: tuple[Item, ...] = tuple(reader.item(child) for child in reader.children(element, "formalParameter"))
    language = (element.get("kind") or "FEEL").strip()
    return FunctionDefinition(
        **reader.place(element),
        type_ref=reader.type_ref(element),
        parameters=parameters,
        body=find_boxed(reader, element),
        language=language,
    )


def _conditional(reader: Reader, element: _Element) -> Boxed:
    return Conditional(
        **reader.place(element),
        type_ref=reader.type_ref(element),
        condition=_part(reader, element, "if"),
        then=_part(reader, element, "then"),
        otherwise=_part(reader, element, "else"),
    )


def _filter(reader: Reader, element: _Element) -> Boxed:
    return BoxedFilter(
        **reader.place(element),
        type_ref=reader.type_ref(element),
        source=_part(reader, element, "in"),
        match=_part(reader, element, "match"),
    )


def _iteration(mode: Literal["for", "some", "every"]) -> Callable[[Reader, _Element], Boxed]:
    def read(reader: Reader, element: _Element) -> Boxed:
        variable = " ".join((element.get("iteratorVariable") or "").split())
        if not variable:
            message = say("The '%(mode)s' names no iterator variable; add one.", mode=mode)
            reader.problem("incomplete-expression", element, message)
        return Iteration(
            **reader.place(element),
            type_ref=reader.type_ref(element),
            mode=mode,
            variable=variable,
            source=_part(reader, element, "in"),
            body=_part(reader, element, "return" if mode == "for" else "satisfies"),
        )

    return read


_KINDS: dict[str, Callable[[Reader, _Element], Boxed]] = {
    "literalExpression": Reader.literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": read_function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration("for"),
    "some": _iteration("some"),
    "every": _iteration("every"),
    "decisionTable": read_table,
}
