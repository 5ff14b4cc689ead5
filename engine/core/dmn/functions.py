"""Elements whose value is a function: business knowledge models and decision services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.core.dmn.boxed import compile_function
from engine.core.dmn.graph import FunctionVertex, Link, Vertex, functions_of, given, names_of, order_of, run
from engine.core.dmn.records import DecisionRecord
from engine.core.dmn.session import Session
from engine.core.dmn.types import DmnType
from engine.core.dmn.workshop import Workshop
from engine.core.feel import ANY, Function, FunctionType, Parameter
from engine.core.model import decisions as model


class KnowledgeVertex(FunctionVertex):
    """A business knowledge model."""

    kind = "knowledge"

    def __init__(self, shop: Workshop, namespace: str, element: model.KnowledgeModel) -> None:
        super().__init__(shop, namespace, element)
        self._call: Callable[..., object] | None = None
        self.function = Function((), self._run, self.name)

    def prepare(self) -> None:
        super().prepare()
        logic: model.FunctionDefinition | None = self.element.logic
        if logic is None:
            return
        logic = with_parameters(logic)
        parameters = tuple(Parameter(item.name, self.shop.type_of(item).feel) for item in logic.parameters)
        feel = self.type.feel
        result = feel.result if isinstance(feel, FunctionType) else feel
        if result is ANY:
            result = self.shop.types.find(logic.type_ref, logic.id, logic.line).feel
        self.function.parameters = parameters
        self.function.result = None if result is ANY else result
        names = {**names_of(self.links), self.variable: ANY}
        make = compile_function(self.shop, logic, names, self.name)

        def call(session: Session, *arguments: object) -> object:
            scope = {**functions_of(self.links), self.variable: self.function}
            function = make(scope, session)
            return None if function is None else function.body(session, *arguments)

        self._call = call

    def _run(self, session: Session, *arguments: object) -> object:
        if self._call is None:
            return None
        outer, session.hits = session.hits, []
        try:
            value = self._call(session, *arguments)
        finally:
            tables, session.hits = tuple(session.hits), outer
        inputs = {
            parameter.name: argument for parameter, argument in zip(self.function.parameters, arguments, strict=False)
        }
        if tables:
            session.record(DecisionRecord(self.id, self.name, self.kind, inputs, value, tables))
        return value


class ServiceVertex(FunctionVertex):
    """A decision service: a function of its input data, then its input decisions (DMN 1.5, 10.4)."""

    kind = "service"

    def __init__(self, shop: Workshop, namespace: str, element: model.DecisionService) -> None:
        super().__init__(shop, namespace, element)
        self.outputs: list[Link] = []
        self.inputs: list[Vertex] = []
        self.stops: set[str] = set()
        self.function = Function((), self._run, self.name)
        self._plan: list[Vertex] | None = None

    def prepare(self) -> None:
        super().prepare()
        self.stops = {vertex.key for vertex in self.inputs}
        self.function.parameters = tuple(
            Parameter(vertex.variable, self.shop_type(vertex).feel) for vertex in self.inputs
        )

    @staticmethod
    def shop_type(vertex: Vertex) -> DmnType:
        return vertex.shop.type_of(vertex.element.variable)

    @property
    def plan(self) -> list[Vertex]:
        if self._plan is None:
            self._plan = order_of([link.vertex for link in self.outputs], self.stops)
        return self._plan

    def evaluate(self, session: Session) -> object:
        """The value, of one output decision its own, of several a context of them."""
        for vertex in self.inputs:
            if vertex.key not in session.known:
                session.known[vertex.key] = given(vertex, session)
        run(self.plan, session)
        values = {link.vertex.variable: session.known[link.vertex.key] for link in self.outputs}
        value = next(iter(values.values())) if len(values) == 1 else values
        kind = self.type
        if isinstance(kind.feel, FunctionType):
            kind = DmnType(kind.name, kind.feel.result)
        return kind.conform(value, session, self.id)

    def _run(self, session: Session, *arguments: object) -> object:
        """As a function it sees its arguments alone."""
        outer = session.known, session.variables, session.opened
        session.known = {
            vertex.key: self.shop_type(vertex).conform(argument, session, self.id)
            for vertex, argument in zip(self.inputs, arguments, strict=True)
        }
        session.variables, session.opened = {}, {}
        session.charge(len(self.plan))
        try:
            return self.evaluate(session)
        finally:
            session.known, session.variables, session.opened = outer


def with_parameters(logic: model.FunctionDefinition) -> model.FunctionDefinition:
    """The function of a business knowledge model; a table alone takes its input columns as parameters."""
    table = logic.body
    if logic.parameters or not isinstance(table, model.DecisionTable):
        return logic
    texts = [(clause.expression.text, clause.expression) for clause in table.inputs]
    items = (model.Item(id=found.id, line=found.line, name=text, type_ref=found.type_ref) for text, found in texts)
    return replace(logic, parameters=tuple(items))
