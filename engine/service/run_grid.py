"""Runs beside one another, step by step: what each step of each of them came to, read from histories and incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from engine.models import Incident, Instance, Process, State
from engine.service import moments
from engine.service.rights import Actor, require

PAGE = 31
MOST_STEPS = 40
# What does something: gateways and events have no column.
KINDS = (
    "task", "userTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask",
    "callActivity", "subProcess", "adHocSubProcess", "transaction",
)  # fmt: skip


class Step(NamedTuple):
    node: str
    name: str


class Cell(NamedTuple):
    """How often a run has been at a step, and how it stands there: active, incident, done or cancelled."""

    state: str
    times: int
    began_at: datetime
    ended_at: datetime | None


def list_steps(process: Process) -> list[Step]:
    """The activities of the latest version, in the order of the diagram."""
    rows = State.objects.filter(version=process.latest_id, kind__in=KINDS).exclude(key__contains="#")
    return [Step(row.node, row.name or row.node) for row in rows.order_by("position")[:MOST_STEPS]]


def list_latest(actor: Actor, process: Process, *, before: int | None = None, limit: int = PAGE) -> list[Instance]:
    """Runs that nobody called, newest first."""
    require(actor, "see", process)
    rows = Instance.objects.filter(version__process=process, parent__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("version").defer("variables", "data").order_by("-pk")[:limit])


def read_instances(keys: Iterable[int]) -> dict[int, Instance]:
    """By their ids; who may see them was asked for the process."""
    rows = Instance.objects.filter(pk__in=list(keys)).select_related("version").defer("variables", "data")
    return {row.pk: row for row in rows}


def read_cells(instances: Sequence[Instance]) -> dict[int, dict[str, Cell]]:
    """Of a page of instances: one query for the histories, one for the incidents."""
    cells: dict[int, dict[str, Cell]] = {row.pk: {} for row in instances}
    places: dict[tuple[int, int], str] = {}
    for instance, moment in moments.iterate_histories(instances):
        own = cells[instance]
        if moment.kind == "entered":
            places[instance, moment.token] = moment.node
            known = own.get(moment.node)
            began, times = (known.began_at, known.times + 1) if known else (moment.at, 1)
            own[moment.node] = Cell("active", times, began, None)
        elif moment.kind in ("left", "cancelled"):
            places.pop((instance, moment.token), None)
            if moment.node in own and moment.node not in _open_nodes(places, instance):
                state = "done" if moment.kind == "left" else "cancelled"
                own[moment.node] = own[moment.node]._replace(state=state, ended_at=moment.at)
        elif moment.kind == "ended":
            for node in _open_nodes(places, instance) & own.keys():
                own[node] = own[node]._replace(state="cancelled", ended_at=moment.at)
    for instance, node in _find_incidents(instances):
        if node in cells[instance]:
            cells[instance][node] = cells[instance][node]._replace(state="incident")
    return cells


def _open_nodes(places: dict[tuple[int, int], str], instance: int) -> set[str]:
    return {node for (own, _), node in places.items() if own == instance}


def _find_incidents(instances: Sequence[Instance]) -> list[tuple[int, str]]:
    found = Incident.objects.of_any(row.pk for row in instances)
    rows = found.filter(status=Incident.Status.OPEN).select_related("state")
    return [(row.instance_id, row.node or row.state.node) for row in rows]
