"""The in-memory surface: deploy, start, send, move the clock; every change goes through engine.core.run.advance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.feel import DEFAULT_BUDGET, Budget
from engine.core.forms import check_form
from engine.core.model.effects import OpenJob
from engine.core.model.limits import DEFAULT_LIMITS, Limits
from engine.core.model.problems import ProcessError
from engine.core.model.runtime import Delivery
from engine.core.run.starts import find_start, start_form
from engine.core.simulate.clock import Clock
from engine.core.simulate.deployment import Deployed, ProcessId, Text, deploy
from engine.core.simulate.jobs import Handler
from engine.core.simulate.run import Run
from engine.core.simulate.state import RunState
from engine.core.simulate.values import as_moment, plain
from engine.core.simulate.waits import Row
from engine.core.simulate.world import World

DEFAULT_NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Simulation:
    """`texts` of several files are one deployment. DiagramError where something in them cannot run."""

    def __init__(
        self, *texts: Text, decisions: Iterable[Text] = (), handlers: Mapping[str, Handler] | None = None,
        now: datetime = DEFAULT_NOW, limits: Limits = DEFAULT_LIMITS,
        budget: Budget = DEFAULT_BUDGET,
    ) -> None:  # fmt: skip
        handlers = dict(handlers or {})
        for name, handler in handlers.items():
            if not callable(handler):
                raise TypeError(f"The handler “{name}” is a {type(handler).__name__}; give a function of the job.")
        given = (decisions,) if isinstance(decisions, str | bytes) else tuple(decisions)
        deployed = deploy(texts, given, handlers, limits, budget)
        self._begin(World(deployed, handlers, as_moment(now), limits, budget))

    @classmethod
    def of(
        cls, deployed: Mapping[str, Deployed], handlers: Mapping[str, Handler], now: datetime = DEFAULT_NOW,
        limits: Limits = DEFAULT_LIMITS, budget: Budget = DEFAULT_BUDGET,
    ) -> Simulation:  # fmt: skip
        """What was compiled once, played again; nothing of one simulation is seen by another."""
        simulation = cls.__new__(cls)
        simulation._begin(World(deployed, handlers, as_moment(now), limits, budget))
        return simulation

    def _begin(self, world: World) -> None:
        self._world = world
        self._clock = Clock(world)
        self._runs: dict[str, Run] = {}

    # what there is

    @property
    def processes(self) -> list[ProcessId]:
        return [_with_warnings(found) for found in self._own() if found.is_marked]

    @property
    def runs(self) -> list[Run]:
        return [self._run(state) for state in self._world.states.values()]

    @property
    def now(self) -> datetime:
        return self._world.now

    @property
    def budget(self) -> Budget:
        """What one expression may be and do."""
        return self._world.budget

    @property
    def failed_starts(self) -> list[ProcessError]:
        """By timers, signals and thrown messages: starts that failed with nobody there to be told."""
        return list(self._world.failed_starts)

    @property
    def next_due(self) -> datetime | None:
        """When the clock has something to do next: a timer, a start by time, a retry."""
        return self._clock.next_due()

    def start_form(self, process_id: str | None = None) -> Mapping[str, Any] | None:
        """What the plain start of the process says of its form."""
        return start_form(self._find(process_id).config)

    def starts(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Every start event: the process and what the event waits for."""
        deployed = self._world.deployed.values()
        return [(found.id, entry) for found in deployed for entry in found.config.get("starts", ())]

    def find_run(self, run_id: str) -> Run:
        return self._run(self._world.states[run_id])

    # starting

    def start(
        self, process_id: str | None = None, variables: Mapping[str, Any] | None = None, business_key: str | None = None
    ) -> Run:
        deployed = self._find(process_id)
        return self._start(deployed, plain(variables), _as_key(business_key) or "")

    def submit_start(self, process_id: str | None, values: Mapping[str, Any], business_key: str | None = None) -> Run:
        """As start, with values that the start form checks and converts: FormError where it refuses them."""
        deployed = self._find(process_id)
        form = start_form(deployed.config)
        checked = check_form(form, plain(values), {}, self.now, budget=self.budget)
        if business_key is None and form is not None and form.get("business_key"):
            found = checked.get(form["business_key"])
            business_key = None if found is None else str(found)
        return self._start(deployed, checked, _as_key(business_key) or "")

    def _start(self, deployed: Deployed, variables: dict[str, Any], business_key: str) -> Run:
        trigger = find_start(deployed.config, variables, self.now, self.budget)
        if trigger is None:
            message = "The process has no plain start event: it starts by a message, a signal, a timer or a condition."
            raise ProcessError("no-plain-start", deployed.id, message)
        state = self._world.begin(deployed.id, trigger, {"variables": variables}, business_key=business_key)
        self._world.settle()
        return self._run(state)

    # what happens to all runs

    def run_jobs(self, limit: int | None = None) -> int:
        return self._world.worker.run_due(limit)

    def advance(self, pause: timedelta) -> None:
        self.set_time(self.now + pause)

    def set_time(self, moment: datetime) -> None:
        self._clock.set(as_moment(moment))

    def message(
        self, name: str, correlation_key: str | None = None, business_key: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._world.messages.correlate(name, _as_key(correlation_key), _as_key(business_key), plain(variables))

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> None:
        self._world.messages.signal(name, plain(variables))

    # what runs ask for

    def move(self, state: RunState, delivery: Delivery) -> None:
        self._world.move(state, delivery)

    def retry(self, state: RunState, incident: Row) -> None:
        self._world.retry(state, incident)

    def fail_job(self, state: RunState, row: Row, message: str, retries: int | None, pause: timedelta | None) -> None:
        self._world.worker.fail(state, row, message, retries, pause)
        self._world.settle()

    def throw_error(self, state: RunState, token: int, row: Row | None, data: Mapping[str, Any]) -> None:
        self._world.worker.throw(state, row, data, token)
        self._world.settle()

    def can_do(self, effect: OpenJob) -> bool:
        return self._world.worker.can_do(effect)

    # within

    def _run(self, state: RunState) -> Run:
        found = self._runs.get(state.instance.id)
        if found is None or found.state is not state:
            found = self._runs[state.instance.id] = Run(self, state)
        return found

    def _own(self) -> list[Deployed]:
        return [found for found in self._world.deployed.values() if not found.is_global_task]

    def _find(self, process_id: str | None) -> Deployed:
        deployed = self._world.deployed
        if process_id is None:
            own = self._own()
            if len(own) == 1:
                return own[0]
            names = ", ".join(found.id for found in own)
            unmarked = "" if all(found.is_marked for found in own) else " None of them is marked as executable."
            raise ProcessError("unknown-process", "", f"Say which process: there are {names}.{unmarked}")
        if process_id not in deployed:
            message = f'No executable process “{process_id}” is deployed; if it is in a file, set isExecutable="true".'
            raise ProcessError("unknown-process", process_id, message)
        return deployed[process_id]


def _as_key(key: object) -> str | None:
    """Whoever compares keys compares texts."""
    return None if key is None else str(key)


def _with_warnings(deployed: Deployed) -> ProcessId:
    found = ProcessId(deployed.id)
    found.warnings = deployed.warnings
    return found
