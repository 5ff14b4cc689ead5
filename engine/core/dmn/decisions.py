"""Decision models, compiled: evaluate a decision or a decision service by id or name, list what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from engine.core.dmn.functions import KnowledgeVertex, ServiceVertex
from engine.core.dmn.graph import InputVertex, Vertex, order_of, run
from engine.core.dmn.link import Graph
from engine.core.dmn.records import DecisionRecord
from engine.core.dmn.session import Finding, Session, widen
from engine.core.feel import DEFAULT_BUDGET, Allowance, Budget, DateTime, from_instant, invoke
from engine.core.model.decisions import DecisionModel
from engine.core.model.problems import DiagramError, Problem


class DecisionResult(NamedTuple):
    """The value, why parts of it are null, and what was evaluated on the way, in that order."""

    value: object
    diagnostics: tuple[Finding, ...]
    records: tuple[DecisionRecord, ...]
    version: int | None = None  # number of the deployed version, where the caller knows one


class Requirement(NamedTuple):
    """One element that a decision needs, directly or not."""

    id: str
    name: str
    kind: str  # input, decision, knowledge or service
    is_direct: bool


def compile_decisions(
    models: Sequence[DecisionModel],
    *,
    functions: Mapping[str, Callable[..., object]] | None = None,
    is_checked: bool = True,
    budget: Budget = DEFAULT_BUDGET,
    allowance: Allowance | None = None,
) -> Decisions:
    """Link and compile models that import one another; DiagramError with every problem of all of them.

    `functions` are Python functions that expressions may call by name. `budget` is that of one expression; one
    evaluation spends a wider one, however many decisions it needs. `allowance` is what all expressions
    of a deployment may be together, where other files of it are counted too. With `is_checked=False` texts are
    compiled at their first use and nothing is refused, as for files that were checked before: what does not
    parse or refers to nothing is then null with a diagnostic.
    """
    graph = Graph(models, budget, (allowance or Allowance(budget)) if is_checked else None)
    graph.prepare()
    found = [list(model.warnings) for model in models]
    if is_checked:
        for shop, own in zip(graph.shops, found, strict=True):
            shop.types.define_all()
            own.extend(shop.problems())
        problems = [*graph.problems, *(problem for own in found for problem in own)]
        if any(problem.severity == "error" for problem in problems):
            raise DiagramError(problems)
    return Decisions(graph, dict(functions or {}), tuple(map(tuple, found)), widen(budget))


class Decisions:
    """The decisions and decision services of one set of models; safe to share between threads."""

    def __init__(
        self,
        graph: Graph,
        functions: Mapping[str, Callable[..., object]],
        warnings: tuple[tuple[Problem, ...], ...],
        budget: Budget,
    ) -> None:
        self.warnings_by_model = warnings  # in the order of the models
        self._budget = budget
        self._functions = functions or None
        self._vertices = graph.vertices
        self._roots: dict[str, Vertex] = {}  # by id and by name
        self._plans: dict[str, list[Vertex]] = {}
        for pick in (_id_of, _name_of):
            for vertex in graph.vertices.values():
                if not isinstance(vertex, InputVertex):
                    self._roots.setdefault(pick(vertex), vertex)

    # what there is

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(warning for own in self.warnings_by_model for warning in own)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all decisions, in the order of the files."""
        return tuple(vertex.id for vertex in self._all("decision"))

    @property
    def names(self) -> dict[str, str]:
        """The name of each decision, by id."""
        return {vertex.id: vertex.name for vertex in self._all("decision")}

    @property
    def services(self) -> dict[str, str]:
        """The name of each decision service, by id."""
        return {vertex.id: vertex.name for vertex in self._all("service")}

    def _all(self, kind: str) -> Iterator[Vertex]:
        return (vertex for vertex in self._vertices.values() if vertex.kind == kind)

    def requirements(self, decision: str) -> tuple[Requirement, ...]:
        """Everything that a decision or service needs: what it names first, then what that needs."""
        root = self._find(decision)
        direct = {link.vertex.key for link in root.links}
        found: dict[str, Requirement] = {}
        pending = [link.vertex for link in root.links]
        for vertex in pending:
            if vertex.key not in found and vertex is not root:
                found[vertex.key] = Requirement(vertex.id, vertex.name, vertex.kind, vertex.key in direct)
                pending.extend(link.vertex for link in vertex.links)
        return tuple(found.values())

    # evaluation

    def evaluate(
        self,
        decision: str,
        variables: Mapping[str, object],
        *,
        now: datetime | DateTime | None = None,
        service: str | None = None,
        given: Mapping[str, object] | None = None,
    ) -> DecisionResult:
        """The value of a decision, service or knowledge model, by id or name; LookupError where there is none.

        A knowledge model takes its arguments from the variables of their names. With `service` the decision
        is evaluated as an output of that service: it sees the service's inputs alone. `given` are values of
        decisions, by id or name, that are taken as they are. A variable of an imported model's input data
        may be named `{namespace}name`, else its name does.
        """
        root = self._roots.get(decision) or self._find(decision)
        moment = now if isinstance(now, DateTime) else _moment(now)
        session = Session(variables, moment, self._functions, self._budget)
        if given:
            for name, value in given.items():
                session.known[self._find(name).key] = value
        if service is not None:
            value = self._serve(service, root, session)
        elif isinstance(root, ServiceVertex):
            value = root.evaluate(session)
        elif isinstance(root, KnowledgeVertex):
            wanted = root.function.parameters
            value = invoke(session, root.function, tuple(variables.get(item.name) for item in wanted), 0, 0)
            session.settle(root.id)
        else:
            plan = self._plans.get(root.key)
            if plan is None or given:
                plan = order_of([root], set(session.known))
                if not given:
                    self._plans[root.key] = plan
            run(plan, session)
            value = session.known[root.key]
        return DecisionResult(value, tuple(session.found), tuple(session.records))

    def _serve(self, service: str, root: Vertex, session: Session) -> object:
        chosen = self._find(service)
        if not isinstance(chosen, ServiceVertex):
            raise LookupError(f"{service!r} is no decision service")
        if root is chosen:
            return chosen.evaluate(session)
        if root.key not in {link.vertex.key for link in chosen.outputs}:
            raise LookupError(f"{root.name!r} is no output of the decision service {service!r}")
        chosen.evaluate(session)
        return session.known[root.key]

    def _find(self, name: str) -> Vertex:
        found = self._roots.get(name)
        if found is None:
            raise LookupError(f"there is no decision {name!r}; there are {', '.join(self.ids) or 'none'}")
        return found


def _id_of(vertex: Vertex) -> str:
    return vertex.id


def _name_of(vertex: Vertex) -> str:
    return vertex.name


def _moment(now: datetime | None) -> DateTime | None:
    return None if now is None else from_instant(now)
