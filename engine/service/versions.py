"""Machines of deployed versions, built from their rows once and kept; what is deployed never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from engine.core.dmn import Decisions, compile_decisions
from engine.core.machine import build_machine
from engine.core.machine.hooks import ProcessMachine
from engine.core.model import graph
from engine.core.model.behaviour import Fault
from engine.core.model.digits import read_whole
from engine.core.model.words import say
from engine.core.parse.dmn import read_decisions
from engine.models import DecisionVersion, DeployedFile, ProcessVersion, State, Transition
from engine.models.logs import Lines
from engine.service import audiences, latest, outbox, remembered
from engine.service.decision_files import is_decision_file
from engine.service.errors import Conflict, NotFound
from engine.service.expressions import expression_budget
from engine.service.limits import core_limits
from engine.service.rights import Actor, require


class Version(NamedTuple):
    """A machine with the two tables between its state keys and the ids of their rows."""

    id: int
    process: str
    process_id: int
    number: int
    deployment: int
    machine: ProcessMachine
    state_ids: dict[str, int]
    state_keys: dict[int, str]
    keys_by_position: list[str]
    lines: Lines
    flow_numbers: dict[str, int]  # flow → number of a transition that takes it


_lock = threading.Lock()
_versions: OrderedDict[int, Version] = OrderedDict()
_decisions: OrderedDict[int, Decisions] = OrderedDict()


def get_version(version: int) -> Version:
    """The version's machine, from the cache or built from its rows."""
    with _lock:
        known = _versions.get(version)
        if known is not None:
            _versions.move_to_end(version)
            return known
    built = _build(version)
    with _lock:
        _versions[version] = built
        # What a machine takes goes by its states, six kilobytes each; the one that is asked for stays in any case.
        while len(_versions) > 1 and sum(len(one.state_ids) for one in _versions.values()) > settings.MACHINE_STATES:
            _versions.popitem(last=False)
    return built


def find_latest(process: str) -> Version:
    """The version on which new instances of the process start."""
    row = ProcessVersion.objects.filter(process__key=process, process__latest__isnull=False)
    found = row.order_by("-number").values_list("process__latest", flat=True).first()
    if found is None:
        raise NotFound("process-not-found", say("No process “%(process)s” is deployed.", process=process))
    return get_version(found)


def find_version(process: str, binding: str, version: str, deployment: int) -> Version:
    """The version that a call activity means."""
    if binding == "latest":
        return find_latest(process)
    rows = ProcessVersion.objects.filter(process__key=process, is_retired=False)
    if binding == "deployment":
        rows = rows.filter(deployment=deployment)
    elif binding == "version":
        rows = rows.filter(number=read_whole(version) or 0)
    else:
        rows = rows.filter(tag=version)
    found = rows.order_by("-number").values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(
            "version-not-found",
            say(
                "No version of “%(process)s” fits the binding %(binding)s.",
                process=process,
                binding=f"{binding} {version}".rstrip(),
            ),
        )
    return get_version(found)


def retire(version: ProcessVersion, actor: Actor, *, is_retired: bool = True) -> None:
    """A retired version starts nothing more, neither by its number nor by a call; what runs on it goes on."""
    require(actor, "edit", version.process)
    if is_retired and version.process.latest_id == version.pk:
        raise Conflict(
            "version-latest", say("“%(version)s” is the latest version. Deploy another one first.", version=version)
        )
    ProcessVersion.objects.filter(pk=version.pk).update(is_retired=is_retired)


def forget_all() -> None:
    """For tests, whose databases hand out the same ids again."""
    with _lock:
        _versions.clear()
        _decisions.clear()
    audiences.forget_all()
    latest.forget_all()
    remembered.forget_all()
    outbox.forget_listeners()


def _build(version: int) -> Version:
    row = ProcessVersion.objects.select_related("process").filter(pk=version).first()
    if row is None:
        raise NotFound("version-not-found", say("There is no such version."))
    states = list(State.objects.filter(version=version).order_by("position"))
    keys = {state.pk: state.key for state in states}
    transitions = Transition.objects.filter(version=version).order_by("number")
    machine = build_machine(
        [graph.State(s.key, s.kind, s.node, s.scope, s.name, s.config) for s in states],
        [_transition(t, keys) for t in transitions],
        decide=_decide_in(row.deployment_id),
        limits=core_limits(),
        budget=expression_budget(),
    )
    ids = {key: pk for pk, key in keys.items()}
    ordered = [state.key for state in states]
    flows: dict[str, int] = {}
    for edge in machine.edges:
        if edge.flow is not None:
            flows.setdefault(edge.flow, edge.number)
    return Version(
        version, row.process.key, row.process_id, row.number, row.deployment_id, machine, ids, keys, ordered,
        Lines({key: position for position, key in enumerate(ordered)}), flows,
    )  # fmt: skip


def _transition(row: Transition, keys: Mapping[int, str]) -> graph.Transition:
    return graph.Transition(
        source=keys[row.source_id],
        trigger=row.trigger,
        target=keys[row.target_id] if row.target_id is not None else None,
        flow=row.flow,
        guard=(row.guard_language, row.guard_text) if row.guard_language else None,
        position=row.position,
        is_default=row.is_default,
        born=keys[row.born_id] if row.born_id is not None else None,
        is_inside=row.is_inside,
        clears=row.clears,
        config=row.config,
    )


def _decide_in(deployment: int) -> Any:
    def decide(decision: str, binding: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> Any:
        found = _find_decision(decision, binding, deployment)
        if found is None:
            raise Fault(
                "decision-missing",
                say("No decision with the id “%(decision)s” is deployed. Deploy it, then retry.", decision=decision),
            )
        return decisions_of(found).evaluate(decision, variables, now=now)._replace(version=found.number)

    return decide


def _find_decision(decision: str, binding: Mapping[str, Any], deployment: int) -> DecisionVersion | None:
    rows = DecisionVersion.objects.filter(key=decision).select_related("file")
    kind = binding.get("kind", "latest")
    if kind == "deployment":
        rows = rows.filter(deployment=deployment)
    elif kind == "version":
        rows = rows.filter(number=read_whole(str(binding.get("version") or "")) or 0)
    elif kind == "versionTag":
        rows = rows.filter(tag=binding.get("version_tag", ""))
    return rows.order_by("-number").first()


def decisions_of(row: DecisionVersion) -> Decisions:
    """The decision with everything that was deployed with it: its files may import one another."""
    with _lock:
        known = _decisions.get(row.deployment_id)
    if known is None:
        files = DeployedFile.objects.filter(deployment=row.deployment_id).order_by("pk")
        models = [read_decisions(bytes(file.content)) for file in files if is_decision_file(file.name)]
        known = compile_decisions(models, is_checked=False, budget=expression_budget())
        with _lock:
            _decisions[row.deployment_id] = known
            while len(_decisions) > settings.DECISIONS_KEPT:
                _decisions.popitem(last=False)
    return known
