"""Deployment: files in, checked as a whole, immutable versions out; either everything is stored or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError
from django.db.models import Max

from engine.core.compile import compile_diagram
from engine.core.compile.check import check_diagram, not_executable
from engine.core.feel import Allowance, Budget
from engine.core.machine import build_machine
from engine.core.model.behaviour import Fault
from engine.core.model.diagram import Diagram
from engine.core.model.graph import PROCESS, Graph
from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say
from engine.core.parse import read_diagram
from engine.core.parse.dmn import read_decisions
from engine.core.run.starts import first_due
from engine.models import (
    DeployedFile,
    Deployment,
    FormVersion,
    Process,
    ProcessStart,
    ProcessVersion,
    Starter,
    State,
    Transition,
)
from engine.service import registered
from engine.service.decision_files import check_decisions, is_decision_file, store_decisions
from engine.service.errors import Conflict, Invalid
from engine.service.expressions import expression_budget
from engine.service.files import (
    LONGEST_NAME,
    File,
    checksum_of,
    is_diagram_file,
    is_form_file,
    key_of_form,
    read_form,
)
from engine.service.rights import Actor, name_of, require, require_any
from engine.service.scenarios import ScenariosRed, run_scenarios
from engine.store.writing import write_transaction

LONGEST_LABEL = 1000


class Reading(NamedTuple):
    """A deployment that has passed every check but is not stored."""

    diagrams: list[tuple[File, Diagram, list[Graph]]]
    decisions: list[tuple[File, Any]]
    forms: list[tuple[File, dict[str, Any]]]
    found: dict[str, list[Problem]]  # the warnings about each file, by its name

    @property
    def warnings(self) -> list[Problem]:
        return [warning for own in self.found.values() for warning in own]


def check_files(files: Sequence[File]) -> Reading:
    """Everything that is wrong with the files, all at once, as a DiagramError; else what they hold."""
    reading, problems = Reading([], [], [], {}), []
    budget = expression_budget()
    allowance = Allowance(budget)
    handlers = registered.names()
    _check_names(files)
    for file in files:
        try:
            _read(file, reading, handlers, budget, allowance)
        except DiagramError as error:
            problems += [_in_file(problem, file, files) for problem in error.problems]
    problems += _find_twins(reading)
    try:
        reading.found.update(check_decisions([(file.name, model) for file, model in reading.decisions], allowance))
    except DiagramError as error:
        problems += error.problems
    is_empty = not (reading.decisions or reading.forms or any(graphs for *_, graphs in reading.diagrams))
    if is_empty and not problems:
        problems.append(not_executable(diagram for _, diagram, _ in reading.diagrams))
    if problems:
        raise DiagramError(problems)
    return reading


def _check_names(files: Sequence[File]) -> None:
    if not files:
        raise Invalid("no-files", say("A deployment needs at least one BPMN, DMN or form file."))
    seen: set[str] = set()
    for name, _ in files:
        if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
            raise Invalid(
                "file-name",
                say("A file needs a name of at most %(most)s characters.", most=LONGEST_NAME),
            )
        if name in seen:
            raise Invalid("file-twice", say("Two files are called “%(name)s”; rename one of them.", name=name))
        seen.add(name)


def _find_twins(reading: Reading) -> Iterable[Problem]:
    """Processes that two files define: neither is meant more than the other."""
    owners: dict[str, str] = {}
    for file, _, graphs in reading.diagrams:
        for graph in graphs:
            owner = owners.setdefault(graph.process, file.name)
            if owner != file.name:
                message = say(
                    "“%(owner)s” and “%(name)s” both define the process “%(process)s”; rename one.",
                    owner=owner,
                    name=file.name,
                    process=graph.process,
                )
                yield Problem("duplicate-id", graph.process, None, message)


def deploy(
    files: Sequence[File], actor: Actor, *, name: str = "", note: str = "", accepts_red: bool = False
) -> Deployment:
    """Store the files as new versions; a process that nothing has changed for keeps its version.

    ScenariosRed where a scenario of one of the processes does not go as expected, unless that is accepted."""
    require_any(actor, "edit")
    reading = check_files(files)
    for _, _, graphs in reading.diagrams:
        for graph in graphs:
            known = Process.objects.filter(key=graph.process).first()
            if known is not None:
                require(actor, "edit", known)
    if not accepts_red:
        _require_green(actor, files, reading)
    try:
        with write_transaction():
            now = datetime.now(UTC)
            deployment = Deployment.objects.create(name=name, note=note, actor=name_of(actor), created_at=now)
            _store(deployment, files, reading)
    except IntegrityError:
        raise Conflict(
            "deployed-meanwhile", say("Somebody else deployed the same at this moment. Try again.")
        ) from None
    return deployment


def _require_green(actor: Actor, files: Sequence[File], reading: Reading) -> None:
    keys = [graph.process for _, _, graphs in reading.diagrams for graph in graphs]
    results = [result for key in keys for result in run_scenarios(actor, key, files)]
    if not all(result.is_green for result in results):
        raise ScenariosRed(results)


def _store(deployment: Deployment, files: Sequence[File], reading: Reading) -> None:
    stored = {
        file.name: DeployedFile.objects.create(
            deployment=deployment, name=file.name, checksum=checksum_of(file), content=file.content
        )
        for file in files
    }
    for file, _, graphs in reading.diagrams:
        for graph in graphs:
            beside = [stored[other.name] for other in files if not is_diagram_file(other.name)]
            _store_version(deployment, stored[file.name], beside, graph, reading.found.get(file.name, []))
    read = [(file.name, model) for file, model in reading.decisions]
    store_decisions(deployment, stored, read, reading.found)
    for file, schema in reading.forms:
        key = key_of_form(file, schema)
        number = (FormVersion.objects.filter(key=key).aggregate(last=Max("number"))["last"] or 0) + 1
        FormVersion.objects.create(key=key, number=number, deployment=deployment, schema=schema)


def _read(file: File, reading: Reading, handlers: Collection[str], budget: Budget, allowance: Allowance) -> None:
    if is_decision_file(file.name):
        reading.decisions.append((file, read_decisions(file.content)))
    elif is_form_file(file.name):
        reading.forms.append((file, read_form(file)))
    else:
        diagram = read_diagram(file.content)
        problems = check_diagram(diagram, handlers, budget=budget, allowance=allowance)
        if any(problem.severity == "error" for problem in problems):
            raise DiagramError(problems)
        graphs = compile_diagram(diagram)
        too_long = [problem for graph in graphs for problem in _find_long_texts(graph)]
        if too_long:
            raise DiagramError(too_long)
        for graph in graphs:
            try:
                build_machine(graph.states.values(), graph.transitions, budget=budget)
            except Fault as fault:
                raise DiagramError([Problem(fault.code, graph.process, None, fault.message)]) from None
        if problems:
            reading.found[file.name] = problems
        reading.diagrams.append((file, diagram, graphs))


def _find_long_texts(graph: Graph) -> Iterable[Problem]:
    """Ids and names that do not fit their columns: SQLite would keep them, PostgreSQL would not."""
    texts = [(graph.process, "id", graph.process), (graph.process, say("version tag"), graph.version_tag)]
    texts += [(state.node, "id", state.key) for state in graph.states.values()]
    texts += [(row.flow, "id", row.flow) for row in graph.transitions]
    texts += [
        (start["node"], "event", str(start["name"][1]))
        for start in graph.states[PROCESS].config.get("starts", ())
        if start["kind"] in ("message", "signal")
    ]
    names = [(graph.process, "name", graph.name, LONGEST_NAME)]
    names += [(state.node, "name", state.name, LONGEST_LABEL) for state in graph.states.values()]
    named = graph.states[PROCESS].config.get("starters", {})
    texts += [(graph.process, say("name"), name) for kind in named for name in named[kind]]
    for node, what, text, most in [*((*one, LONGEST_NAME) for one in texts), *names]:
        if len(text or "") > most:
            message = say(
                "The %(what)s “%(text)s…” is longer than %(most)s characters; shorten it.",
                what=what,
                text=text[:40],
                most=most,
            )
            yield Problem("text-too-long", node, None, message)


def _in_file(problem: Problem, file: File, files: Sequence[File]) -> Problem:
    if len(files) == 1:
        return problem
    return Problem(
        problem.code,
        problem.node,
        problem.line,
        say("%(name)s: %(message)s", name=file.name, message=problem.message),
        problem.severity,
    )


def _store_version(
    deployment: Deployment,
    file: DeployedFile,
    beside: Sequence[DeployedFile],
    graph: Graph,
    warnings: Iterable[Problem],
) -> None:
    process, _ = Process.objects.get_or_create(key=graph.process, defaults={"name": graph.name})
    last = process.versions.order_by("-number").first()
    if last is not None and last.checksum == file.checksum and _has_all(last, beside):
        return
    version = ProcessVersion.objects.create(
        process=process,
        number=last.number + 1 if last is not None else 1,
        tag=graph.version_tag,
        name=graph.name,
        deployment=deployment,
        file=file,
        checksum=file.checksum,
        warnings=[asdict(problem) for problem in warnings],
        created_at=deployment.created_at,
    )
    _store_graph(version, graph)
    _store_starts(version, graph, deployment.created_at)
    named = graph.states[PROCESS].config.get("starters", {})
    Starter.objects.bulk_create(
        Starter(version=version, name=name, is_group=kind == "groups") for kind in named for name in named[kind]
    )
    process.name, process.latest = graph.name or process.name, version
    process.save(update_fields=["name", "latest"])


def _has_all(version: ProcessVersion, beside: Sequence[DeployedFile]) -> bool:
    """Whether the forms and decisions are those that were deployed with the version: they belong to it."""
    own = dict(DeployedFile.objects.filter(deployment=version.deployment_id).values_list("name", "checksum"))
    return all(own.get(file.name) == file.checksum for file in beside)


def _store_graph(version: ProcessVersion, graph: Graph) -> None:
    State.objects.bulk_create(
        [
            State(
                version=version, position=position, key=state.key, kind=state.kind, node=state.node,
                scope=state.scope, name=state.name, config=state.config,
            )
            for position, state in enumerate(graph.states.values())
        ],
        batch_size=500,
    )  # fmt: skip
    states = {state.key: state for state in State.objects.filter(version=version)}
    Transition.objects.bulk_create(
        [
            Transition(
                version=version,
                number=number,
                source=states[row.source],
                trigger=row.trigger,
                target=states[row.target] if row.target is not None else None,
                flow=row.flow,
                guard_language=row.guard[0] if row.guard else "",
                guard_text=row.guard[1] if row.guard else "",
                position=row.position,
                is_default=row.is_default,
                born=states[row.born] if row.born is not None else None,
                is_inside=row.is_inside,
                clears=row.clears,
                config=row.config,
            )
            for number, row in enumerate(graph.transitions)
        ],
        batch_size=500,
    )


def _store_starts(version: ProcessVersion, graph: Graph, now: datetime) -> None:
    """Only the latest version is started by messages, signals and timers."""
    ProcessStart.objects.filter(version__process=version.process_id).delete()
    for start in graph.states[PROCESS].config.get("starts", ()):
        kind = start["kind"]
        if kind in ("message", "signal"):
            ProcessStart.objects.create(version=version, kind=kind, node=start["node"], name=start["name"][1])
        elif kind == "timer":
            due, remaining, _ = first_due(start, now, expression_budget())
            ProcessStart.objects.create(version=version, kind=kind, node=start["node"], due=due, remaining=remaining)
