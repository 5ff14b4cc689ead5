"""Plays a script on a simulation, action by action, and judges what came out; nothing is stored and no handler runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.feel import DEFAULT_BUDGET, Budget
from engine.core.forms import check_form
from engine.core.model.effects import OpenItem
from engine.core.model.limits import Limits
from engine.core.model.problems import BpmnError, CorrelationError, FormError, ProcessError
from engine.core.run.decided import Decided, DecidedReader
from engine.core.run.log import read_trace
from engine.core.simulate.deployment import Deployed, Text, deploy
from engine.core.simulate.run import Run
from engine.core.simulate.script import Action, Mock, Script
from engine.core.simulate.simulation import DEFAULT_NOW, Simulation
from engine.core.simulate.waits import HandlerJob, Task
from engine.core.triggers.schedule import ScheduleError, read_duration

LIMITS = Limits(steps=2_000, tokens=1_000, multi_instance=500, call_depth=20, wakes=2_000)
MOST_RUNS = 100

Move = tuple[str, str, str, str, str | None]  # run, what, node, token, flow


class ActionRefused(Exception):
    """An action that cannot be done now, in words; `fields` are what a form refused."""

    def __init__(self, message: str, node: str = "", fields: Iterable[tuple[str, str]] = ()) -> None:
        self.message, self.node, self.fields = message, node, list(fields)
        super().__init__(message)


@dataclass(slots=True)
class Step:
    """What one action did: who moved, which guards decided, which variables of the runs are others now."""

    action: Action
    now: datetime
    moves: list[Move] = field(default_factory=list)
    decided: list[tuple[str, Decided]] = field(default_factory=list)  # with the run
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)  # run → name → value


def prepare(
    texts: Iterable[Text], decisions: Iterable[Text] = (), budget: Budget = DEFAULT_BUDGET
) -> dict[str, Deployed]:
    """What players play on, compiled once for many. DiagramError where something in it cannot run."""
    return deploy(texts, decisions, None, LIMITS, budget)


class Player:
    """`forms` are the schemas of forms that stand in files of their own, by their keys; `main` is the process that a
    start means where it names none."""

    def __init__(
        self, deployed: Mapping[str, Deployed], *, mocks: Mapping[str, Mock] | None = None,
        forms: Mapping[str, Mapping[str, Any]] | None = None, now: datetime = DEFAULT_NOW,
        budget: Budget = DEFAULT_BUDGET, main: str | None = None,
    ) -> None:  # fmt: skip
        handlers = {kind: _act_as(mock) for kind, mock in (mocks or {}).items()}
        self.simulation = Simulation.of(deployed, handlers, now, LIMITS, budget)
        self.forms, self.main = forms or {}, main
        self.steps: list[Step] = []
        self._readers: dict[str, DecidedReader] = {}
        self._seen: dict[str, int] = {}
        self._known: dict[str, dict[str, Any]] = {}

    def do(self, action: Action) -> Step:
        """ActionRefused where it cannot be done; what moved by then is no step, and the player of no use any more."""
        if len(self.simulation.runs) > MOST_RUNS:
            raise ActionRefused(f"There are more than {MOST_RUNS} runs: they start one another without end.")
        try:
            _ACTIONS[action.do](self, action)
            self.simulation.run_jobs(LIMITS.steps)
        except ProcessError as error:
            raise ActionRefused(error.message, error.node) from None
        except FormError as error:
            fields = [(problem.field, problem.message) for problem in error.problems]
            raise ActionRefused("The form refuses what was given.", action["node"], fields) from None
        except (CorrelationError, ScheduleError, OverflowError, ValueError) as error:
            raise ActionRefused(str(error), action["node"]) from None
        step = self._read_step(action)
        self.steps.append(step)
        return step

    def find_run(self, action: Action) -> Run:
        name = action["run"] or "1"
        for run in self.simulation.runs:
            if run.id == name:
                return run
        raise ActionRefused("Start a run first." if name == "1" else f"There is no run {name}.", action["node"])

    def form_of(self, run: Run, task: Task) -> dict[str, Any] | None:
        """The task's form as the engine has it, a form file's schema put in."""
        rows = (row.effect for row in run.state.rows_of(task.id) if isinstance(row.effect, OpenItem))
        return self.with_schema(next((item.form for item in rows), None))

    def with_schema(self, form: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if not form or form.get("schema") or not form.get("reference"):
            return dict(form) if form else None
        schema = self.forms.get(str(form["reference"]).rpartition(":")[2])
        return dict(form) if schema is None else {**form, "schema": json.dumps(schema)}

    def _read_step(self, action: Action) -> Step:
        step = Step(action, self.simulation.now)
        for run in self.simulation.runs:
            machine, log = run.state.machine, run.state.log
            seen = self._seen.get(run.id, 0)
            piece = log[seen:]
            if not piece:
                continue
            self._seen[run.id] = len(log)
            step.moves += [
                (run.id, what, node, str(token), flow) for _, (what, node, token, flow) in read_trace(machine, piece)
            ]
            reader = self._readers.setdefault(run.id, DecidedReader(machine, self.simulation.budget))
            step.decided += [(run.id, decided) for decided in reader.read(piece, self.simulation.now)]
            before, after = self._known.get(run.id, {}), run.variables
            changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
            if changed:
                step.changed[run.id] = changed
            self._known[run.id] = after
        return step


def play(player: Player, script: Script, may_go_on: Callable[[], bool] = lambda: True) -> ActionRefused | None:
    """Every action in turn, up to the first that is refused."""
    for action in script.actions:
        if not may_go_on():
            return ActionRefused("The trial took too long and was stopped here.", action["node"])
        try:
            player.do(action)
        except ActionRefused as refused:
            return refused
    return None


def _act_as(mock: Mock) -> Callable[[HandlerJob], dict[str, Any]]:
    def act(job: HandlerJob) -> dict[str, Any]:
        if mock.does == "error":
            raise BpmnError(mock.code, mock.message, dict(mock.variables))
        if mock.does == "fail":
            raise RuntimeError(mock.message or "The mock fails.")
        return dict(mock.variables)

    return act


def _start(player: Player, action: Action) -> None:
    player.simulation.start(action["process"] or player.main, action.variables, action["business_key"] or None)


def _submit_start(player: Player, action: Action) -> None:
    simulation, process = player.simulation, action["process"] or player.main
    form = player.with_schema(simulation.start_form(process))
    checked = check_form(form, dict(action.variables), {}, simulation.now, budget=simulation.budget)
    simulation.start(process, checked, action["business_key"] or None)


def _submit(player: Player, action: Action) -> None:
    run = player.find_run(action)
    task = next((task for task in run.tasks if task.node == action["node"]), None)
    if task is None:
        raise ActionRefused(f"No task waits at “{action['node']}”.", action["node"])
    outcomes = [value for value, _ in task.outcomes]
    given = dict(action.variables) | ({"outcome": action["outcome"]} if action["outcome"] else {})
    form, visible, simulation = player.form_of(run, task), dict(task.variables), player.simulation
    checked = check_form(form, given, visible, simulation.now, outcomes=outcomes, budget=simulation.budget)
    run.complete(task, checked)


def _wait(player: Player, action: Action) -> None:
    player.simulation.set_time(read_duration(action["duration"]).after(player.simulation.now))


def _next_timer(player: Player, action: Action) -> None:
    due = player.simulation.next_due
    if due is None:
        raise ActionRefused("No timer is set, and nothing is to be tried again.")
    player.simulation.set_time(max(due, player.simulation.now))


_ACTIONS: dict[str, Callable[[Player, Action], None]] = {
    "start": _start,
    "submit_start": _submit_start,
    "complete": lambda player, a: player.find_run(a).complete(a["node"], a.variables),
    "submit": _submit,
    "fail": lambda player, a: player.find_run(a).fail(a["node"], a["message"] or "It failed."),
    "error": lambda player, a: player.find_run(a).throw_error(a["node"], a["code"], a.variables, a["message"]),
    "message": lambda player, a: player.simulation.message(a["name"], a.texts.get("key"), variables=a.variables),
    "signal": lambda player, a: player.simulation.signal(a["name"], a.variables),
    "wait": _wait,
    "next_timer": _next_timer,
    "set": lambda player, a: player.find_run(a).set_variables(a.variables, a["node"] or None),
    "retry": lambda player, a: player.find_run(a).retry(a["node"]),
    "cancel": lambda player, a: player.find_run(a).cancel(),
}
