"""Deployment: files in, checked as a whole, immutable versions out; either everything is stored or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError
from django.db.models import Max

from engine.core.compile import compile_diagram
from engine.core.compile.check import check_diagram
from engine.core.feel import Allowance, Budget
from engine.core.machine import build_machine
from engine.core.model.behaviour import Fault
from engine.core.model.diagram import Diagram
from engine.core.model.graph import PROCESS, Graph
from engine.core.model.problems import DiagramError, Problem
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
    State,
    Transition,
)
from engine.service import registered
from engine.service.decision_files import check_decisions, is_decision_file, store_decisions
from engine.service.errors import Conflict, Invalid
from engine.service.expressions import expression_budget
from engine.service.rights import Actor, name_of, require, require_any
from engine.service.strict_json import NotJson, read_json
from engine.store.writing import write_transaction

LONGEST_NAME = 255
LONGEST_LABEL = 1000


class File(NamedTuple):
    name: str
    content: bytes


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
    if problems:
        raise DiagramError(problems)
    return reading


def _check_names(files: Sequence[File]) -> None:
    if not files:
        raise Invalid("no-files", "A deployment needs at least one BPMN, DMN or form file.")
    seen: set[str] = set()
    for name, _ in files:
        if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
            raise Invalid("file-name", f"A file needs a name of at most {LONGEST_NAME} characters.")
        if name in seen:
            raise Invalid("file-twice", f"Two files are called “{name}”; rename one of them.")
        seen.add(name)


def _find_twins(reading: Reading) -> Iterable[Problem]:
    """Processes that two files define: neither is meant more than the other."""
    owners: dict[str, str] = {}
    for file, _, graphs in reading.diagrams:
        for graph in graphs:
            owner = owners.setdefault(graph.process, file.name)
            if owner != file.name:
                message = f"“{owner}” and “{file.name}” both define the process “{graph.process}”; rename one."
                yield Problem("duplicate-id", graph.process, None, message)


def deploy(files: Sequence[File], actor: Actor, *, name: str = "", note: str = "") -> Deployment:
    """Store the files as new versions; a process whose file is unchanged keeps its version."""
    require_any(actor, "edit")
    reading = check_files(files)
    for _, _, graphs in reading.diagrams:
        for graph in graphs:
            known = Process.objects.filter(key=graph.process).first()
            if known is not None:
                require(actor, "edit", known)
    try:
        with write_transaction():
            now = datetime.now(UTC)
            deployment = Deployment.objects.create(name=name, note=note, actor=name_of(actor), created_at=now)
            _store(deployment, files, reading)
    except IntegrityError:
        raise Conflict("deployed-meanwhile", "Somebody else deployed the same at this moment. Try again.") from None
    return deployment


def _store(deployment: Deployment, files: Sequence[File], reading: Reading) -> None:
    stored = {
        file.name: DeployedFile.objects.create(
            deployment=deployment, name=file.name, checksum=_checksum(file), content=file.content
        )
        for file in files
    }
    for file, _, graphs in reading.diagrams:
        for graph in graphs:
            _store_version(deployment, stored[file.name], graph, reading.found.get(file.name, []))
    read = [(file.name, model) for file, model in reading.decisions]
    store_decisions(deployment, stored, read, reading.found)
    for file, schema in reading.forms:
        key = _key_of_form(file, schema)
        number = (FormVersion.objects.filter(key=key).aggregate(last=Max("number"))["last"] or 0) + 1
        FormVersion.objects.create(key=key, number=number, deployment=deployment, schema=schema)


def _read(file: File, reading: Reading, handlers: Collection[str], budget: Budget, allowance: Allowance) -> None:
    if is_decision_file(file.name):
        reading.decisions.append((file, read_decisions(file.content)))
    elif file.name.lower().endswith((".form", ".json")):
        reading.forms.append((file, _read_form(file)))
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
    texts = [(graph.process, "id", graph.process), (graph.process, "version tag", graph.version_tag)]
    texts += [(state.node, "id", state.key) for state in graph.states.values()]
    texts += [(row.flow, "id", row.flow) for row in graph.transitions]
    texts += [
        (start["node"], "event", str(start["name"][1]))
        for start in graph.states[PROCESS].config.get("starts", ())
        if start["kind"] in ("message", "signal")
    ]
    names = [(graph.process, "name", graph.name, LONGEST_NAME)]
    names += [(state.node, "name", state.name, LONGEST_LABEL) for state in graph.states.values()]
    for node, what, text, most in [*((*one, LONGEST_NAME) for one in texts), *names]:
        if len(text or "") > most:
            message = f"The {what} “{text[:40]}…” is longer than {most} characters; shorten it."
            yield Problem("text-too-long", node, None, message)


def _read_form(file: File) -> dict[str, Any]:
    why = "it needs a list `components`."
    schema = None
    try:
        schema = read_json(file.content)
    except NotJson as error:
        why = str(error)
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise DiagramError([Problem("not-a-form", "", None, f"“{file.name}” is no form: {why}")])
    key = _key_of_form(file, schema)
    if len(key) > LONGEST_NAME:
        message = f"The id “{key[:40]}…” is longer than {LONGEST_NAME} characters; shorten it."
        raise DiagramError([Problem("text-too-long", "", None, message)])
    return schema


def _key_of_form(file: File, schema: dict[str, Any]) -> str:
    return str(schema.get("id") or file.name.rpartition(".")[0])


def _in_file(problem: Problem, file: File, files: Sequence[File]) -> Problem:
    if len(files) == 1:
        return problem
    return Problem(problem.code, problem.node, problem.line, f"{file.name}: {problem.message}", problem.severity)


def _checksum(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()


def _store_version(
    deployment: Deployment,
    file: DeployedFile,
    graph: Graph,
    warnings: Iterable[Problem],
) -> None:
    process, _ = Process.objects.get_or_create(key=graph.process, defaults={"name": graph.name})
    last = process.versions.order_by("-number").first()
    if last is not None and last.checksum == file.checksum:
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
    process.name, process.latest = graph.name or process.name, version
    process.save(update_fields=["name", "latest"])


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
