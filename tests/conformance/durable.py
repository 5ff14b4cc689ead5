"""The surface of a simulation on the durable service: what a scenario asks goes through the functions that the API,
the inbox and the workers call, and what it expects is read from the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any
from unittest.mock import patch

from django.db.models import QuerySet

from engine.core.model.problems import ProcessError
from engine.core.model.runtime import ROOT, Delivery, Token
from engine.core.run.log import read_trace
from engine.core.simulate.run import COMPLETABLE
from engine.models import Deployment, Incident, Instance, Job, ProcessStart, ProcessVersion, Step, Timer, WorkItem
from engine.models.waits import CONTINUATION
from engine.service import forms, instances, items, jobs, versions, work
from engine.service.advance import in_unit
from engine.service.deploying import File, deploy
from engine.service.errors import ServiceError
from engine.service.translate import to_snapshot, unpack_log
from engine.service.versions import Version, get_version
from engine.store import open_store
from engine.worker import running
from engine.worker.handlers import HANDLERS, Handler

CLOCKS = ("advance", "breakers", "deploying", "forms", "instances", "jobs", "work")
SEEN_AS = {"throw": "scope"}
MOST_ROUNDS = 1000


class Clock(datetime):
    """Stands for `datetime` in the modules of the service: the time of the scenario."""

    moment: datetime

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return cls.moment


@contextmanager
def durable(deployment: Deployment | None = None) -> Iterator[Callable[..., DurableSimulation]]:
    """The test around it has a database of its own, or a transaction that is rolled back. The deployment is there
    already where the scenarios of one file share it."""
    with ExitStack() as stack:
        for name in CLOCKS:
            module = import_module(f"engine.service.{name}")
            if hasattr(module, "datetime"):
                stack.enter_context(patch.object(module, "datetime", Clock))
        stack.enter_context(patch.dict(HANDLERS, clear=True))
        versions.forget_all()
        yield partial(DurableSimulation, deployment)
        versions.forget_all()


def register(handlers: Mapping[str, Any]) -> None:
    for kind, function in handlers.items():
        HANDLERS[kind] = Handler(kind, function, 60.0, "", None, None, is_async=False)


def deploy_texts(texts: Sequence[bytes], decisions: Sequence[bytes]) -> Deployment:
    files = [File(f"{number}.bpmn", text) for number, text in enumerate(texts)]
    files += [File(f"{number}.dmn", text) for number, text in enumerate(decisions)]
    return deploy(files, None)


class DurableSimulation:
    def __init__(
        self, deployment: Deployment | None, *texts: bytes, decisions: Sequence[bytes] = (),
        handlers: Mapping[str, Any], now: datetime,
    ) -> None:  # fmt: skip
        Clock.moment = now
        register(handlers)
        deployment = deployment or deploy_texts(texts, decisions)
        found = ProcessVersion.objects.filter(deployment=deployment).order_by("pk")
        deployed = [get_version(version.pk) for version in found]
        self.processes = [
            version.process
            for version in deployed
            if not version.machine.states["#process"].config.get("is_global_task")
        ]

    @property
    def runs(self) -> list[DurableRun]:
        return [DurableRun(self, row) for row in Instance.objects.order_by("pk")]

    def start(self, process: str | None, variables: dict[str, Any], *, business_key: str | None) -> DurableRun:
        with asking(self):
            chosen = process or self.processes[0]
            started = instances.start(chosen, None, variables=variables, business_key=business_key or "")
        return DurableRun(self, Instance.objects.get(pk=started))

    def message(
        self, name: str, correlation_key: str | None, business_key: str | None, variables: dict[str, Any]
    ) -> None:
        with asking(self):
            instances.send_message(name, None, key=correlation_key, business_key=business_key, variables=variables)

    def signal(self, name: str, variables: dict[str, Any]) -> None:
        with asking(self):
            instances.send_signal(name, None, variables=variables)

    def run_jobs(self) -> None:
        self.settle()
        while work.run_continuations(1):
            self.settle()

    def advance(self, pause: timedelta) -> None:
        """Every timer at its own moment; one without pause that is opened at the end waits for the next time."""
        moment = Clock.moment + pause
        old = set(Timer.objects.values_list("pk", flat=True))
        while True:
            timers = [
                (timer.due, timer.pk)
                for timer in Timer.objects.filter(due__lte=moment)
                if timer.pk in old or timer.due < moment or timer.due > Clock.moment
            ]
            starts = [start.due for start in ProcessStart.objects.filter(due__lte=moment)]
            due = min([*(due for due, _ in timers), *(due for due in starts if due is not None)], default=None)
            if due is None:
                break
            Clock.moment = max(Clock.moment, due)
            if not work.fire_timers(1):
                work.fire_timer_starts(1)
            self.settle()
        Clock.moment = moment

    def settle(self) -> None:
        """What workers do by themselves, until there is nothing left of it."""
        for _ in range(MOST_ROUNDS):
            if not running.run_jobs(1) and not work.advance_deliveries():
                return
        raise AssertionError("the workers never rest")


@contextmanager
def asking(simulation: DurableSimulation) -> Iterator[None]:
    """Refusals as a simulation raises them; then what follows is done."""
    try:
        yield
    except ServiceError as error:
        raise ProcessError(error.code, "", error.message) from error
    simulation.settle()


@dataclass(frozen=True)
class DurableWait:
    token: int
    node: str
    kind: str
    row: Any


class DurableRun:
    """One stored instance, read anew for every question."""

    def __init__(self, simulation: DurableSimulation, row: Instance) -> None:
        self.simulation, self.id = simulation, row.pk
        self.version: Version = get_version(row.version_id)
        self.process = self.version.process

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DurableRun) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def row(self) -> Instance:
        return Instance.objects.get(pk=self.id)

    @property
    def status(self) -> str:
        return str(Instance.Status(self.row.status).label)

    @property
    def error(self) -> str | None:
        return self.row.error

    @property
    def variables(self) -> dict[str, Any]:
        found: dict[str, Any] = self.row.variables
        return found

    @property
    def trace(self) -> list[tuple[int, str, str, int]]:
        log = [
            entry for step in Step.objects.of(self.id).order_by("pk") for entry in unpack_log(step.log, self.version)
        ]
        return [
            (index + 1, what, node, token) for index, (what, node, token, _) in read_trace(self.version.machine, log)
        ]

    @property
    def incidents(self) -> list[DurableIncident]:
        found = Incident.objects.of(self.id).filter(status=0).select_related("state").order_by("pk")
        return [DurableIncident(self, row.pk, row.code, row.node or row.state.node, row.message) for row in found]

    @property
    def waits(self) -> list[DurableWait]:
        if self.row.status != Instance.Status.ACTIVE:
            return []
        items = _by_token(WorkItem.objects.of(self.id).filter(status=0))
        incidents = _by_token(Incident.objects.of(self.id).filter(status=0))
        jobs = _by_token(Job.objects.of(self.id))
        return [
            wait
            for token in self._tokens()
            if (wait := self._describe(token, items.get(token.id), incidents.get(token.id), jobs.get(token.id))).kind
        ]

    def complete(self, node: str, variables: dict[str, Any]) -> None:
        wait = self._find(node)
        with asking(self.simulation):
            if wait.kind == "user" and wait.row is not None:
                items.complete(wait.row.pk, None, variables)
            elif wait.kind == "job":
                jobs.skip(wait.row.pk, None, variables)
            else:
                self._deliver(wait, "complete", {"variables": variables})

    def submit(self, node: str, values: dict[str, Any]) -> None:
        wait = self._find(node)
        outcome = str(values.pop("outcome", ""))
        with asking(self.simulation):
            checked = forms.check_task(None, wait.row.pk, values, outcome)
            items.complete(wait.row.pk, None, checked, outcome=outcome)

    def fail(self, node: str, message: str, retries: int | None = None, retry_after: float | None = None) -> None:
        with asking(self.simulation):
            jobs.fail(self._find(node).row.pk, None, message, retries=retries, retry_after=retry_after)

    def throw_error(self, node: str, code: str, variables: dict[str, Any]) -> None:
        wait = self._find(node)
        with asking(self.simulation):
            if wait.kind == "job":
                jobs.throw_error(wait.row.pk, None, code, variables=variables)
            else:
                self._deliver(wait, "error", {"code": code, "message": "", "variables": variables})

    def set_variables(self, variables: dict[str, Any], node: str | None) -> None:
        token = ROOT if node is None else self._find(node).token
        with asking(self.simulation):
            instances.set_variables(self.id, None, variables, token=token)

    def variables_at(self, node: str) -> dict[str, Any]:
        loaded = open_store().load([self.id])[self.id]
        return jobs.visible_variables(loaded, self.version, self._find(node).token)

    def retry(self, incident: DurableIncident) -> None:
        with asking(self.simulation):
            instances.retry_incident(incident.key, None)

    def cancel(self) -> None:
        with asking(self.simulation):
            instances.cancel(self.id, None)

    def _deliver(self, wait: DurableWait, trigger: str, data: dict[str, Any]) -> None:
        def act(store: Any, unit: Any) -> None:
            loaded = store.load([self.id])[self.id]
            instances.move(unit, unit.open(loaded), Delivery(wait.token, trigger, data))

        in_unit(act)

    def _tokens(self) -> list[Token]:
        found = to_snapshot(open_store().load([self.id])[self.id], self.version).tokens
        return sorted(found, key=lambda token: token.id)

    def _describe(self, token: Token, item: WorkItem | None, incident: Incident | None, job: Job | None) -> DurableWait:
        """As people see it: a failure before a job before what the state waits for."""
        state = self.version.machine.states[token.state]
        if item is not None:
            return DurableWait(token.id, state.node, "user", item)
        if job is not None and incident is None:
            return DurableWait(token.id, state.node, "async" if job.type == CONTINUATION else "job", job)
        if incident is not None:
            return DurableWait(token.id, state.node or incident.node, "incident", incident)
        return DurableWait(token.id, state.node, SEEN_AS.get(state.wait, state.wait), None)

    def _find(self, node: str) -> DurableWait:
        found = [wait for wait in self.waits if wait.node == node]
        if not found:
            raise ProcessError("not-waiting", node, "Nothing waits there.")
        order = {kind: place for place, kind in enumerate(COMPLETABLE)}
        return min(found, key=lambda wait: (order.get(wait.kind, len(order)), wait.token))


def _by_token(rows: QuerySet[Any]) -> dict[int, Any]:
    """The first of each token."""
    return {row.token: row for row in rows.order_by("-pk")}


@dataclass(frozen=True)
class DurableIncident:
    run: DurableRun
    key: int
    code: str
    node: str
    message: str
