"""BPMN and DMN texts into machines, with everything that is wrong in them; nothing runs here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.compile.build import compile_diagram
from engine.core.compile.check import check_diagram, not_executable
from engine.core.dmn import Decisions, compile_decisions
from engine.core.feel import Allowance, Budget, ExpressionError
from engine.core.machine.build import build_machine
from engine.core.machine.hooks import ProcessMachine
from engine.core.machine.kit import no_decisions
from engine.core.model.behaviour import Fault
from engine.core.model.codes import problem
from engine.core.model.diagram import Diagram
from engine.core.model.graph import PROCESS, Graph
from engine.core.model.limits import Limits
from engine.core.model.problems import DiagramError, Problem
from engine.core.parse import read_diagram
from engine.core.parse.dmn import read_decisions

Text = str | bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: the ids of its processes and of all its elements, and what keeps it from running."""

    processes: tuple[str, ...]
    problems: tuple[Problem, ...]
    ids: tuple[str, ...]


class ProcessId(str):
    """The id of an executable process, with the warnings about it."""

    __slots__ = ("warnings",)
    warnings: tuple[Problem, ...]


@dataclass(slots=True)
class Deployed:
    """One process, or one global task, that can run."""

    id: str
    machine: ProcessMachine
    config: Mapping[str, Any]  # of the process itself: its starts
    version_tag: str
    warnings: tuple[Problem, ...]
    is_global_task: bool
    is_marked: bool = True  # false: nothing says that it is executable, so it is run by its id only


def read_bpmn(data: Text) -> Reading:
    """DiagramError only for what is not BPMN XML at all."""
    diagram = read_diagram(_as_text(data))
    problems = tuple(check_diagram(diagram))
    return Reading(tuple(process.id for process in diagram.processes), problems, tuple(diagram.ids))


def deploy(
    texts: Iterable[Text],
    decisions: Iterable[Text],
    handlers: Collection[str] | None,
    limits: Limits,
    budget: Budget,
) -> dict[str, Deployed]:
    """Everything that can run, by id. DiagramError with the errors of all files. `handlers` None: they may be any."""
    problems: list[Problem] = []
    diagrams = _read_all(texts, problems)
    unmarked = _let_unmarked_run(diagrams)
    allowance = Allowance(budget)
    tables = _compile_tables(decisions, problems, budget, allowance)
    known = _count_ids(diagrams, problems)
    names = frozenset((*tables.ids, *tables.names.values())) if tables is not None else frozenset()
    findings = [check_diagram(diagram, handlers, names, known, budget, allowance) for diagram in diagrams]
    problems += (found for own in findings for found in own)
    if not any(process.is_executable for diagram in diagrams for process in diagram.processes) and not problems:
        problems.append(not_executable(diagrams))
    _refuse(problems)
    decide = no_decisions if tables is None else _decide_with(tables)
    deployed: dict[str, Deployed] = {}
    for diagram, own in zip(diagrams, findings, strict=True):
        homes = _homes(diagram)
        for graph in compile_diagram(diagram):
            warnings = tuple(found for found in own if homes.get(found.node, graph.process) == graph.process)
            try:
                deployed[graph.process] = _build(graph, decide, limits, budget, warnings)
                deployed[graph.process].is_marked = graph.process not in unmarked
            except (ExpressionError, Fault) as error:
                code = error.code if isinstance(error, Fault) else "invalid-expression"
                problems.append(Problem(code, graph.process, None, str(error)))
    _refuse(problems)
    return deployed


def _as_text(data: object) -> Text:
    if isinstance(data, str | bytes):
        return data
    raise TypeError(f"A file is given as its text, a str or bytes, not as a {type(data).__name__}.")


def _read_all(texts: Iterable[Text], problems: list[Problem]) -> list[Diagram]:
    diagrams = []
    for text in texts:
        try:
            diagrams.append(read_diagram(_as_text(text)))
        except DiagramError as error:
            problems += error.problems
    return diagrams


def _let_unmarked_run(diagrams: Sequence[Diagram]) -> set[str]:
    """Where nothing is said to be executable, each process that is not said to be no such may be run by its id."""
    processes = [process for diagram in diagrams for process in diagram.processes]
    if any(process.is_executable for process in processes):
        return set()
    unmarked = [process for process in processes if not process.is_marked and process.nodes]
    for process in unmarked:
        process.is_executable = True
    return {process.id for process in unmarked}


def _compile_tables(
    texts: Iterable[Text], problems: list[Problem], budget: Budget, allowance: Allowance
) -> Decisions | None:
    models = []
    for text in texts:
        try:
            models.append(read_decisions(_as_text(text)))
        except DiagramError as error:
            problems += error.problems
    if not models:
        return None
    try:
        return compile_decisions(models, budget=budget, allowance=allowance)
    except DiagramError as error:
        problems += error.problems
        return None


def _count_ids(diagrams: Sequence[Diagram], problems: list[Problem]) -> set[str]:
    known: set[str] = set()
    for diagram in diagrams:
        own = [(process.id, process.line) for process in diagram.processes if process.is_executable]
        for name, line in own + [(task.id, task.node.line) for task in diagram.global_tasks]:
            if name in known:
                message = f"Two files of the deployment have a process {name}; rename one of them."
                problems.append(problem("duplicate-id", name, line, message))
            known.add(name)
    return known


def _refuse(problems: Sequence[Problem]) -> None:
    if any(found.severity == "error" for found in problems):
        raise DiagramError(problems)


def _homes(diagram: Diagram) -> dict[str, str]:
    """Whose each element is: a warning about one is told of its process, what belongs to none is told of all."""
    return {
        name: process.id
        for process in diagram.processes
        for name in (process.id, *process.nodes, *process.flows, *process.data)
    }


def _build(graph: Graph, decide: Any, limits: Limits, budget: Budget, warnings: tuple[Problem, ...]) -> Deployed:
    config = graph.states[PROCESS].config
    machine = build_machine(graph.states.values(), graph.transitions, decide=decide, limits=limits, budget=budget)
    is_global_task = bool(config.get("is_global_task"))
    return Deployed(graph.process, machine, config, graph.version_tag, warnings, is_global_task)


def _decide_with(tables: Decisions) -> Any:
    def decide(decision: str, binding: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> Any:
        try:
            return tables.evaluate(decision, variables, now=now)
        except LookupError:
            message = f"No decision with the id “{decision}” is deployed. Deploy it, then retry."
            raise Fault("decision-missing", message) from None

    return decide
