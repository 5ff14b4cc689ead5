"""The elements of all models, linked: what each needs, in which order, and how it gets its value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from engine.core.dmn.boxed import compile_boxed
from engine.core.dmn.records import DecisionRecord
from engine.core.dmn.session import Session
from engine.core.dmn.texts import Node, Scope
from engine.core.dmn.types import ANY_TYPE, DmnType
from engine.core.dmn.workshop import Workshop
from engine.core.feel import (
    ANY,
    BudgetError,
    ContextType,
    FeelType,
    Function,
    FunctionType,
)
from engine.core.model import decisions as model

STOPS = (BudgetError, RecursionError)


class Vertex:
    """An element of a requirements graph."""

    kind = ""

    def __init__(self, shop: Workshop, namespace: str, element: Any) -> None:
        self.shop, self.element = shop, element
        self.key = f"{{{namespace}}}{element.id}"
        self.model = namespace
        self.id: str = element.id
        self.name: str = element.name
        self.variable: str = element.variable.name
        self.type: DmnType = ANY_TYPE
        self.links: list[Link] = []  # what it requires

    def prepare(self) -> None:
        """Compile what is inside, once all elements are linked."""
        self.type = self.shop.type_of(self.element.variable)

    def compute(self, session: Session) -> object:
        """The value, when the values of all that is required are known."""
        raise NotImplementedError

    @property
    def feel(self) -> FeelType:
        """The type that expressions see behind its name."""
        return self.type.feel


class Link:
    """A requirement: the element, and the name of the import that it comes through."""

    __slots__ = ("through", "vertex")

    def __init__(self, vertex: Vertex, through: str) -> None:
        self.vertex, self.through = vertex, through


class InputVertex(Vertex):
    """Input data: the variable of its name, as the type wants it."""

    kind = "input"

    def compute(self, session: Session) -> object:
        return given(self, session)


def given(vertex: Vertex, session: Session) -> object:
    """What the caller gave for an element: by its key, else by its name."""
    variables = session.variables
    value = variables[key] if (key := f"{{{vertex.model}}}{vertex.variable}") in variables else None
    if value is None:
        value = variables.get(vertex.variable)
    if value is None or vertex.type is ANY_TYPE:
        return value
    return vertex.type.conform(vertex.type.adopt(value), session, vertex.id)


class DecisionVertex(Vertex):
    """A decision; without logic its value is given by the caller."""

    kind = "decision"

    def __init__(self, shop: Workshop, namespace: str, element: model.Decision) -> None:
        super().__init__(shop, namespace, element)
        self.logic: Node | None = None
        self.reserved: Collection[str] = ()  # names of elements of the model: never free variables
        self.fixed: Scope = {}  # functions that it may call
        self.plain: list[tuple[str, str]] = []
        self.nested: list[tuple[str, str, str]] = []

    def prepare(self) -> None:
        super().prepare()
        boxed = self.element.logic
        if boxed is None:
            return
        self.fixed = functions_of(self.links)
        for link in self.links:
            if not isinstance(link.vertex, FunctionVertex):
                if link.through:
                    self.nested.append((link.through, link.vertex.variable, link.vertex.key))
                else:
                    self.plain.append((link.vertex.variable, link.vertex.key))
        self.logic = compile_boxed(self.shop, boxed, names_of(self.links))

    def compute(self, session: Session) -> object:
        if self.logic is None:
            return given(self, session)
        scope, inputs = self._scope(session)
        outer, session.hits = session.hits, []
        try:
            value = self.logic(scope, session)
        except STOPS as reason:
            value = None
            session.find(*_stopped(reason), self.id)
        kind = self.type
        if value is not None and kind is not ANY_TYPE:
            value = kind.conform(value, session, self.id)
        tables, session.hits = tuple(session.hits), outer
        session.record(DecisionRecord(self.id, self.name, self.kind, inputs, value, tables))
        return value

    def _scope(self, session: Session) -> tuple[Scope, Scope]:
        scope = {**open_names(session, self.model, self.reserved), **self.fixed}
        if not self.links:
            return scope, {}
        known = session.known
        inputs = {name: known[key] for name, key in self.plain}
        if self.nested:
            for through, name, key in self.nested:
                place: Any = inputs.setdefault(through, {})
                place[name] = known[key]
            for through in {entry[0] for entry in self.nested}:
                if through in self.fixed:
                    scope[through] = {**self.fixed[through], **inputs[through]}  # type: ignore[dict-item]
                else:
                    scope[through] = inputs[through]
            scope.update({name: inputs[name] for name, _ in self.plain})
        else:
            scope.update(inputs)
        return scope, inputs


def open_names(session: Session, namespace: str, reserved: Collection[str]) -> Scope:
    """The variables that a model sees without requiring them: none that has the name of an element.

    The standard knows no such variables; tables drawn without input data live on them.
    """
    known = session.opened.get(namespace)
    if known is None:
        known = {name: value for name, value in session.variables.items() if name not in reserved}
        session.opened[namespace] = known
    return known


def _stopped(reason: BaseException) -> tuple[str, str]:
    if isinstance(reason, BudgetError):
        return reason.code, reason.message
    return "budget-calls", "the logic or its data is nested too deep"


class FunctionVertex(Vertex):
    """An element whose value is a function."""

    function: Function

    @property
    def feel(self) -> FeelType:
        return self.type.feel if isinstance(self.type.feel, FunctionType) else ANY


def run(plan: Iterable[Vertex], session: Session) -> None:
    """Compute what is not known yet, in order."""
    known = session.known
    for vertex in plan:
        if vertex.key not in known:
            known[vertex.key] = vertex.compute(session)


def order_of(roots: Sequence[Vertex], stops: Collection[str] = ()) -> list[Vertex]:
    """What has to be computed for the roots, each after all that it requires; cycles were refused before."""
    order: list[Vertex] = []
    done: set[str] = set(stops)
    stack: list[tuple[Vertex, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        vertex, is_ready = stack.pop()
        if is_ready:
            order.append(vertex)
        elif vertex.key not in done:
            done.add(vertex.key)
            stack.append((vertex, True))
            stack.extend(
                (link.vertex, False) for link in reversed(vertex.links) if not isinstance(link.vertex, FunctionVertex)
            )
    return order


def names_of(links: Iterable[Link]) -> dict[str, FeelType]:
    """The names in scope of an element and what is known of their types."""
    names: dict[str, FeelType] = {}
    parts: dict[str, dict[str, FeelType]] = {}
    for link in links:
        if link.through:
            parts.setdefault(link.through, {})[link.vertex.variable] = link.vertex.feel
        else:
            names[link.vertex.variable] = link.vertex.feel
    return {**names, **{through: ContextType(entries) for through, entries in parts.items()}}


def functions_of(links: Iterable[Link]) -> Scope:
    """The functions among what an element requires, under their names."""
    scope: Scope = {}
    for link in links:
        if isinstance(link.vertex, FunctionVertex):
            place: Any = scope.setdefault(link.through, {}) if link.through else scope
            place[link.vertex.variable] = link.vertex.function
    return scope
