"""Models into one graph: references to elements, imports to models; every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.core.dmn.functions import KnowledgeVertex, ServiceVertex
from engine.core.dmn.graph import DecisionVertex, FunctionVertex, InputVertex, Link, Vertex
from engine.core.dmn.types import TypeTable
from engine.core.dmn.workshop import Workshop
from engine.core.feel import Allowance, Budget
from engine.core.model.decision_codes import decision_problem
from engine.core.model.decisions import (
    Decision,
    DecisionModel,
    DecisionService,
    Element,
    KnowledgeModel,
    Reference,
)
from engine.core.model.problems import Problem
from engine.core.model.words import say


class Graph:
    """All vertices of all models; the first model goes before the others where names are the same."""

    def __init__(self, models: Sequence[DecisionModel], budget: Budget, allowance: Allowance | None) -> None:
        self.models = models
        self.problems: list[Problem] = []
        self.vertices: dict[tuple[str, str], Vertex] = {}  # by namespace and id
        self.shops: list[Workshop] = []
        self._tables: dict[str, TypeTable] = {}
        own: list[list[Vertex]] = []
        for model in models:
            table = TypeTable(model, budget, allowance)
            self._tables.setdefault(model.namespace, table)
            shop = Workshop(table)
            self.shops.append(shop)
            own.append(self._add(model, shop))
        for model, shop in zip(models, self.shops, strict=True):
            self._import(model, shop.types)
        for model, vertices in zip(models, own, strict=True):
            names = {vertex.variable for vertex in vertices}
            for vertex in vertices:
                self._link(model, vertex)
                if isinstance(vertex, DecisionVertex):
                    vertex.reserved = names
        for vertex in self.vertices.values():
            self._refuse_cycle(vertex)

    def _add(self, model: DecisionModel, shop: Workshop) -> list[Vertex]:
        space = model.namespace
        made: list[Vertex] = [InputVertex(shop, space, element) for element in model.inputs]
        made += [DecisionVertex(shop, space, element) for element in model.decisions]
        made += [KnowledgeVertex(shop, space, element) for element in model.knowledge]
        made += [ServiceVertex(shop, space, element) for element in model.services]
        for vertex in made:
            if (space, vertex.id) in self.vertices:
                message = say(
                    "Two files of the namespace %(space)s have the id %(vertex)s; rename one of them.",
                    space=space,
                    vertex=repr(vertex.id),
                )
                self._refuse("duplicate-id", vertex.element, message)
            self.vertices.setdefault((space, vertex.id), vertex)
        return made

    def _import(self, model: DecisionModel, table: TypeTable) -> None:
        for found in model.imports:
            if not found.is_dmn:
                continue
            other = self._tables.get(found.namespace)
            if other is None:
                message = say(
                    "No file has the imported namespace %(namespace)s; deploy it together with this one.",
                    namespace=found.namespace,
                )
                self._refuse("missing-import", found, message)
            else:
                table.imports[found.name] = other

    # requirements

    def _link(self, model: DecisionModel, vertex: Vertex) -> None:
        match vertex.element:
            case Decision() as found:
                vertex.links = self._find_all(model, (*found.inputs, *found.decisions, *found.knowledge))
            case KnowledgeModel() as found:
                vertex.links = self._find_all(model, found.knowledge)
            case DecisionService() as found:
                assert isinstance(vertex, ServiceVertex)
                vertex.outputs = self._find_all(model, found.outputs)
                inputs = self._find_all(model, (*found.inputs, *found.input_decisions))
                vertex.inputs = [link.vertex for link in inputs]
                self._find_all(model, found.encapsulated)
                vertex.links = list(vertex.outputs)
                if not vertex.outputs:
                    message = say("The decision service has no output decision; name one.")
                    self._refuse("dangling-reference", found, message)

    def _find_all(self, model: DecisionModel, references: Iterable[Reference]) -> list[Link]:
        links = [self._find(model, reference) for reference in references]
        return [link for link in links if link is not None]

    def _find(self, model: DecisionModel, reference: Reference) -> Link | None:
        space = reference.namespace or model.namespace
        vertex = self.vertices.get((space, reference.target))
        if vertex is None:
            shown = f"{reference.namespace}#{reference.target}"
            message = say("No element has the id that %(shown)s refers to; correct the reference.", shown=repr(shown))
            self._refuse("dangling-reference", reference, message)
            return None
        through = ""
        if reference.namespace:
            names = [found.name for found in model.imports if found.namespace == space]
            if not names:
                message = say(
                    "The file refers to the namespace %(space)s but does not import it; import it.", space=space
                )
                self._refuse("missing-import", reference, message)
            through = names[0] if names else ""
        return Link(vertex, through)

    def _refuse_cycle(self, vertex: Vertex) -> None:
        """A decision must not need its own value; functions may call themselves."""
        if isinstance(vertex, FunctionVertex):
            return
        pending, seen = [link.vertex for link in vertex.links], set[str]()
        while pending:
            other = pending.pop()
            if other is vertex:
                message = say("%(name)s requires itself; remove one of the requirements.", name=repr(vertex.name))
                self._refuse("requirement-cycle", vertex.element, message)
                vertex.links = []
                return
            if other.key not in seen and not isinstance(other, FunctionVertex):
                seen.add(other.key)
                pending.extend(link.vertex for link in other.links)

    def _refuse(self, code: str, element: Element, message: str) -> None:
        self.problems.append(decision_problem(code, element.id, element.line, message))

    def prepare(self) -> None:
        """Compile all elements; texts stay for their first use."""
        for vertex in self.vertices.values():
            vertex.prepare()
