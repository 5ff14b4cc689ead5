"""Trying files out on the real engine in memory, with the forms, decisions and processes that are deployed beside
them; nothing is stored, no handler runs, and time is bounded."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.core.model.diagram import Diagram, Node
from engine.core.model.problems import DiagramError
from engine.core.model.words import Grouped, message_of, say
from engine.core.parse import read_diagram
from engine.core.parse.dmn import read_decisions
from engine.core.parse.names import THROW_EVENTS
from engine.core.simulate.deployment import Deployed
from engine.core.simulate.picture import draw
from engine.core.simulate.play import ActionRefused, Player, play
from engine.core.simulate.play import prepare as compile_for_trials
from engine.core.simulate.script import Script, ScriptError, read_script
from engine.models import DecisionVersion, DeployedFile, FormVersion, Process, ProcessStart
from engine.service.decision_files import is_decision_file
from engine.service.errors import Invalid
from engine.service.expressions import expression_budget
from engine.service.files import File, is_form_file, key_of_form, read_form
from engine.service.forms import schema_of
from engine.service.instances import check_variables
from engine.service.rights import Actor, allowed_processes, require_any

LONGEST_SECONDS = 5.0
MOST_CHARACTERS = 5_000_000
MOST_OTHERS = 50  # deployed processes beside the files
SENDERS = THROW_EVENTS | {"sendTask"}


class Bench(NamedTuple):
    """What a trial runs on: the files and what is deployed beside them, compiled once for many scripts."""

    main: str | None
    deployed: dict[str, Deployed]
    forms: dict[str, dict[str, Any]]


def simulate(actor: Actor, files: Sequence[File], actions: object, mocks: object = None) -> dict[str, Any]:
    """Play the actions and show what there is then. DiagramError where the files cannot run.

    An action that is refused stops the play: `refused` says why, and the picture is of the moment before."""
    require_any(actor, "edit")
    script, bench = read(actions, mocks), prepare(actor, files)
    player, refused = play_on(bench, script)
    if refused is not None:  # and what it may have moved is not to be seen
        player, _ = play_on(bench, Script(script.actions[: len(player.steps)], script.mocks))
    picture = draw(player)
    for run in picture["runs"]:
        for wait in run["waits"]:
            if wait.get("form"):
                wait["form"] = schema_of(wait["form"], 0)
    return picture | {
        "starts": _starts(player),
        "refused": None
        if refused is None
        else {
            "action": len(player.steps),
            "message": refused.message,
            "node": refused.node,
            "fields": [{"field": field, "message": message} for field, message in refused.fields],
        },
    }


def read(actions: object, mocks: object) -> Script:
    try:
        script = read_script(actions, mocks)
    except ScriptError as error:
        raise Invalid("script-invalid", message_of(error)) from None
    for variables in (*(one.variables for one in script.actions), *(one.variables for one in script.mocks.values())):
        check_variables(dict(variables))
    return script


def play_on(bench: Bench, script: Script) -> tuple[Player, ActionRefused | None]:
    """The player after the last action that could be done, and why the next one could not."""
    player = Player(bench.deployed, mocks=script.mocks, forms=bench.forms, budget=expression_budget(), main=bench.main)
    end = time.monotonic() + LONGEST_SECONDS
    return player, play(player, script, lambda: time.monotonic() < end)


def prepare(actor: Actor, files: Sequence[File], main: str = "") -> Bench:
    """The files, and of what is deployed whatever they refer to and the actor may see. DiagramError where the files
    cannot run. `main` is the process that is meant, else the first one."""
    if sum(len(file.content) for file in files) > MOST_CHARACTERS:
        raise Invalid(
            "files-too-large",
            say("The files are larger than %(most)s bytes together.", most=Grouped(MOST_CHARACTERS)),
        )
    diagrams = [file.content for file in files if not is_decision_file(file.name) and not is_form_file(file.name)]
    decisions = [file.content for file in files if is_decision_file(file.name)]
    forms = {key_of_form(file, form): form for file in files if is_form_file(file.name) for form in [read_form(file)]}
    read_so_far = [read_diagram(text) for text in diagrams]
    executable = [process.id for diagram in read_so_far for process in diagram.processes if process.is_executable]
    diagrams += _other_processes(actor, read_so_far)
    nodes = [node for diagram in read_so_far for process in diagram.processes for node in process.nodes.values()]
    decisions += _deployed_decisions(nodes, decisions)
    deployed = compile_for_trials(diagrams, decisions, expression_budget())
    first = main if main in executable else next(iter(executable), None)
    return Bench(first, deployed, _deployed_forms(nodes) | forms)


def _other_processes(actor: Actor, diagrams: list[Diagram]) -> list[bytes]:
    """Files of deployed processes that are called by a fixed id or start on what is thrown, and of those that these
    call and start; `diagrams` grows."""
    own = {process.id for diagram in diagrams for process in diagram.processes}
    visible = allowed_processes(actor, "see")
    texts: list[bytes] = []
    place = 0
    while place < len(diagrams) and len(texts) < MOST_OTHERS:
        for key in sorted((_called_by(diagrams[place]) | _started_by(diagrams[place])) - own):
            own.add(key)
            found = Process.objects.filter(key=key, pk__in=visible).select_related("latest__file").first()
            if found is None or found.latest is None:
                continue
            text = bytes(found.latest.file.content)
            diagram = read_diagram(text)
            if not own.isdisjoint({process.id for process in diagram.processes} - {key}):
                continue  # its file has a process that is here already
            own |= {process.id for process in diagram.processes}
            texts.append(text)
            diagrams.append(diagram)
        place += 1
    return texts


def _called_by(diagram: Diagram) -> set[str]:
    nodes = [node for process in diagram.processes for node in process.nodes.values()]
    called = [node.settings.called.process for node in nodes if node.settings.called is not None]
    return {formula.text for formula in called if formula.language == "static"}


def _started_by(diagram: Diagram) -> set[str]:
    """Keys of deployed processes that start on a signal or message that the diagram throws under a fixed name."""
    thrown = {
        (definition.kind, definition.name.text)
        for process in diagram.processes
        for node in process.nodes.values()
        if node.kind in SENDERS
        for definition in node.definitions
        if definition.name is not None and definition.name.language == "static"
    }
    starts = ProcessStart.objects.filter(kind__in=("signal", "message"), name__in={name for _, name in thrown})
    found = starts.values_list("kind", "name", "version__process__key")
    return {key for kind, name, key in found if (kind, name) in thrown}


def _deployed_decisions(nodes: Iterable[Node], given: Sequence[bytes]) -> list[bytes]:
    """The files of the deployments that hold the latest version of each decision that is not among the given ones."""
    own = {decision.id for text in given for decision in read_decisions(text).decisions}
    wanted = {
        node.settings.decision.decision.text
        for node in nodes
        if node.settings.decision is not None and node.settings.decision.decision.language == "static"
    } - own
    if not wanted:
        return []
    rows = DecisionVersion.objects.filter(key__in=wanted).order_by("number").values_list("key", "deployment")
    deployments = set(dict(rows).values())
    files = DecisionVersion.objects.filter(deployment__in=deployments)
    known = set(files.filter(key__in=own).values_list("file", flat=True))
    found = DeployedFile.objects.filter(pk__in=set(files.values_list("file", flat=True)) - known)
    return [bytes(file.content) for file in found.order_by("pk")]


def _deployed_forms(nodes: Iterable[Node]) -> dict[str, dict[str, Any]]:
    named = {
        node.settings.form.reference.rpartition(":")[2]
        for node in nodes
        if node.settings.form is not None and node.settings.form.reference and not node.settings.form.schema
    }
    rows = FormVersion.objects.filter(key__in=named).order_by("number").values_list("key", "schema")
    return dict(rows) if named else {}


def _starts(player: Player) -> list[dict[str, Any]]:
    """The plain starts, with their forms as schemas."""
    found = []
    for process, entry in player.simulation.starts():
        if entry["kind"] == "none":
            form: Mapping[str, Any] | None = player.with_schema(entry.get("form"))
            schema = schema_of(dict(form), 0) if form else None
            found.append({"process": process, "node": entry["node"], "form": schema})
    return found


def problems_of(error: DiagramError) -> list[str]:
    return [f"{found.node}: {found.message}" if found.node else found.message for found in error.problems]
