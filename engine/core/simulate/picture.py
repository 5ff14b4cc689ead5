"""A trial as plain JSON for who watches it: runs with their waits, what can be sent, coverage, the last steps."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from engine.core.model.effects import OpenSubscription, OpenTimer
from engine.core.model.graph import PROCESS
from engine.core.run.decided import Decided
from engine.core.simulate.play import Player, Step
from engine.core.simulate.run import Run
from engine.core.simulate.waits import Job, Task, Wait

_APART = frozenset({"form", "outcomes", "events"})  # have places of their own in the picture
MOST_MOVES = 2_000  # of one step: more is no picture any more


def draw(player: Player) -> dict[str, Any]:
    simulation = player.simulation
    due = simulation.next_due
    return {
        "now": simulation.now.isoformat(),
        "next_due": due.isoformat() if due is not None else None,
        "runs": [_run(player, run) for run in simulation.runs],
        "events": _events(player),
        "failed_starts": [error.message for error in simulation.failed_starts],
        "coverage": coverage(player),
        "steps": [_step(step) for step in player.steps],
    }


def coverage(player: Player) -> dict[str, dict[str, int]]:
    """How often each node was entered and each flow taken, by all runs."""
    nodes: Counter[str] = Counter()
    flows: Counter[str] = Counter()
    for step in player.steps:
        for _, what, node, _, flow in step.moves:
            if what == "entered":
                nodes[node] += 1
                if flow:
                    flows[flow] += 1
    return {"nodes": dict(nodes), "flows": dict(flows)}


def way_of(player: Player, run: str) -> list[str]:
    """The nodes that the run entered, in order."""
    return [node for step in player.steps for own, what, node, _, _ in step.moves if own == run and what == "entered"]


def _run(player: Player, run: Run) -> dict[str, Any]:
    parent = run.parent
    return {
        "id": run.id,
        "process": run.process,
        "parent": parent.id if parent is not None else None,
        "business_key": run.business_key,
        "status": run.status,
        "error": run.error,
        "variables": run.variables,
        "waits": [_wait(player, run, wait) for wait in run.waits],
        "tokens": [{"id": f"{run.id}:{wait.id}", "node": wait.node} for wait in run.waits],
        "incidents": [
            {"node": incident.node, "code": incident.code, "message": incident.message} for incident in run.incidents
        ],
    }


def _wait(player: Player, run: Run, wait: Wait) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": wait.id,
        "node": wait.node,
        "kind": wait.kind,
        "name": wait.name or wait.node,
        "data": {
            name: _plain(value) for name, value in wait.data.items() if name not in ("form", "outcomes", "events")
        },
    }
    if isinstance(wait, Task):
        shown |= {
            "assignee": wait.assignee,
            "candidate_groups": wait.candidate_groups,
            "candidate_users": wait.candidate_users,
            "due": _plain(wait.due),
            "variables": dict(wait.variables),
            "form": player.form_of(run, wait),
            "outcomes": [{"value": value, "label": label} for value, label in wait.outcomes],
        }
    if isinstance(wait, Job):
        shown |= {"type": wait.type, "variables": dict(wait.variables), "retries": wait.retries}
    return shown


def _events(player: Player) -> list[dict[str, Any]]:
    """What may come from outside now: messages, signals and timers that tokens or start events wait for."""
    found: list[dict[str, Any]] = []
    for run in player.simulation.runs:
        if run.status != "active":
            continue
        for row in run.state.rows:
            effect = row.effect
            own = {"run": run.id, "node": getattr(effect, "node", ""), "place": _place(run, row.token)}
            if isinstance(effect, OpenSubscription):
                found.append({"kind": effect.kind, "name": effect.name, "key": effect.key, **own})
            elif isinstance(effect, OpenTimer):
                found.append({"kind": "timer", "due": _plain(row.due), **own})
    for process, entry in player.simulation.starts():
        if entry["kind"] in ("message", "signal"):
            own = {"run": None, "node": entry["node"], "place": process}
            found.append({"kind": entry["kind"], "name": entry["name"][1], "key": None, **own})
    return found


def _place(run: Run, token: int) -> str:
    found = run.state.find_token(token)
    return run.state.machine.states[found.state if found is not None else PROCESS].node


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.action.to_json(),
        "now": step.now.isoformat(),
        "moves": [list(move) for move in step.moves[:MOST_MOVES]],
        "decided": [{"run": run, **_decided(one)} for run, one in step.decided[:MOST_MOVES]],
        "changed": step.changed,
    }


def _decided(one: Decided) -> dict[str, Any]:
    return {
        "node": one.node,
        "values": one.values,
        "ways": [
            {
                "flow": way.flow,
                "guard": way.guard,
                "gave": way.gave,
                "is_taken": way.is_taken,
                "is_default": way.is_default,
            }
            for way in one.ways
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
