"""All runs of a simulation and what they do to one another: starts, moves, calls, and an agenda of what follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from heapq import heappush
from itertools import count
from typing import Any, Final

from engine.core.feel import Budget
from engine.core.model.digits import read_whole
from engine.core.model.effects import (
    BroadcastSignal,
    CancelCalled,
    Effect,
    EscalateCaller,
    OpenIncident,
    OpenJob,
    OpenSubscription,
    OpenTimer,
    PublishMessage,
    StartInstance,
)
from engine.core.model.graph import PROCESS
from engine.core.model.limits import Limits
from engine.core.model.problems import ProcessError
from engine.core.model.runtime import ROOT, Delivery, Delta, Failure, Instance, Snapshot
from engine.core.run import advance
from engine.core.run.starts import business_key as key_of_start
from engine.core.simulate.deployment import Deployed
from engine.core.simulate.jobs import Handler, Worker
from engine.core.simulate.messages import Messages
from engine.core.simulate.state import RunState
from engine.core.simulate.waits import Row


class World:
    def __init__(
        self, deployed: Mapping[str, Deployed], handlers: Mapping[str, Handler], now: datetime, limits: Limits,
        budget: Budget,
    ) -> None:  # fmt: skip
        self.deployed = deployed
        self.now = now
        self.limits = limits
        self.budget = budget
        self.states: dict[str, RunState] = {}
        self.numbers = count(1)
        self.failed_starts: list[ProcessError] = []
        self.timers: list[tuple[datetime, int, RunState, Row]] = []  # a heap; those that are over are left in it
        self.worker = Worker(self, handlers)
        self.messages = Messages(self)
        self._agenda: deque[Callable[[], None]] = deque()
        self._starting: RunState | None = None
        self._held: list[tuple[RunState, Effect, Row | None]] = []

    # starting

    def begin(
        self, process: str, trigger: str, data: Mapping[str, Any], *,
        business_key: str = "", parent: tuple[str, int] | None = None, depth: int = 0,
    ) -> RunState:  # fmt: skip
        """A new run up to its first wait. ProcessError: it failed before, and nothing of it is left."""
        deployed = self.deployed[process]
        name = str(len(self.states) + 1)
        given = data.get("variables") or {}
        key = business_key or key_of_start(deployed.config, trigger, given, self.now, self.budget)
        instance = Instance(name, process, deployed.version_tag, key, parent=parent)
        state = RunState(deployed, Snapshot(instance, is_new=True), depth)
        self.states[name] = state
        around = self._starting, self._agenda, self._held
        self._starting, self._agenda, self._held = state, deque(), []
        try:
            self._advance(state, [Delivery(ROOT, trigger, dict(data))])
            self._drain()
        except BaseException:
            del self.states[name]
            self._starting, self._agenda, self._held = around
            raise
        held = self._held
        self._starting, self._agenda, self._held = around
        for effect in held:
            self._dispatch(*effect)
        self._tell_parent(state)
        return state

    # moving

    def move(self, state: RunState, *deliveries: Delivery) -> None:
        """From outside: the deliveries and everything that follows from them. Refused ones are an error."""
        delta = self._advance(state, deliveries)
        self.settle()
        if delta.refused:
            node = self._node_of(state, delta.refused[0].token)
            raise ProcessError("not-waiting", node, "Nothing waits for that any more: the run has moved on.")

    def deliver(self, state: RunState, *deliveries: Delivery) -> Delta:
        """From within: what follows goes on the agenda; what comes too late is left."""
        return self._advance(state, deliveries)

    def later(self, step: Callable[[], None]) -> None:
        self._agenda.append(step)

    def settle(self) -> None:
        """Do all that is on the agenda."""
        self._drain()

    def is_active(self, state: RunState) -> bool:
        return self.states.get(state.instance.id) is state and state.instance.status == "active"

    def active(self) -> Iterator[RunState]:
        return (state for state in list(self.states.values()) if state.instance.status == "active")

    def open_rows(self) -> Iterator[tuple[RunState, Row]]:
        for state in self.active():
            for row in list(state.rows):
                yield state, row

    def open_incident(self, state: RunState, origin: Row, code: str, message: str) -> None:
        """An incident in place of a job or a call. Its retry does the job again, or enters the call again."""
        if not origin.is_over:
            state.end_row(origin)
        is_job = isinstance(origin.effect, OpenJob)
        trigger = origin.trigger if is_job else "enter"
        effect = OpenIncident(origin.token, trigger, origin.effect.node, code, message)
        state.log.append(("incident", origin.token, code, message))
        state.instance.sequence += 1
        state.open_row(effect, next(self.numbers)).origin = origin if is_job else None

    def retry(self, state: RunState, incident: Row) -> None:
        state.end_row(incident)
        origin, effect = incident.origin, incident.effect
        assert isinstance(effect, OpenIncident)
        if origin is not None:
            row = state.open_row(origin.effect, next(self.numbers))
            self._dispatch(state, origin.effect, row)
        else:
            self._advance(state, [Delivery(effect.token, effect.trigger, effect.data)])
        self.settle()

    # within

    def _drain(self) -> None:
        agenda = self._agenda
        most = self.limits.wakes
        for _ in range(most):
            if not agenda:
                return
            agenda.popleft()()
        agenda.clear()
        raise ProcessError("step-limit", "", f"More than {most} steps without a rest: runs wake each other.")

    def _advance(self, state: RunState, deliveries: tuple[Delivery, ...] | list[Delivery]) -> Delta:
        was_active = state.instance.status == "active"
        state.snapshot.tokens = state.living
        result = advance(state.machine, state.snapshot, deliveries, self.now, self.limits)
        if isinstance(result, Failure):
            raise ProcessError(result.code, result.node, result.message)
        rows = state.take(result, self.numbers.__next__)
        if state is self._starting:
            _refuse_incident(rows)
        for opened in rows:
            if isinstance(opened.effect, OpenTimer):
                heappush(self.timers, (opened.effect.due, opened.number, state, opened))
        by_effect = {id(row.effect): row for row in rows}
        for effect in result.effects:
            row = by_effect.get(id(effect))
            if state is self._starting and not isinstance(effect, OpenJob):
                self._held.append((state, effect, row))
            else:
                self._dispatch(state, effect, row)
        if was_active and state is not self._starting:
            self._tell_parent(state)
        return result

    def _dispatch(self, state: RunState, effect: Effect, row: Row | None) -> None:
        """Put on the agenda what an effect asks for; a wait that has ended by then is left."""
        match effect:
            case OpenJob() if row is not None and self.worker.runs_at_once(effect):
                self._agenda.append(lambda: None if row.is_over else self.worker.run(state, row))
            case StartInstance() if row is not None:
                self._agenda.append(lambda: None if row.is_over else self._call(state, row, effect))
            case CancelCalled():
                self._agenda.append(lambda: self._cancel_called(state, effect.token))
            case EscalateCaller():
                self._agenda.append(lambda: self._escalate(state, effect))
            case PublishMessage():
                self._agenda.append(lambda: self.messages.publish(effect))
            case OpenSubscription(kind="message") if row is not None:
                self._agenda.append(lambda: None if row.is_over else self.messages.take_buffered(state, row))
            case BroadcastSignal():
                self._agenda.append(lambda: self.messages.broadcast(effect.name, effect.variables, state))

    def _call(self, state: RunState, row: Row, effect: StartInstance) -> None:
        called = self.deployed.get(effect.process)
        if called is None or not _is_meant(called, effect):
            which = f" with the {_BOUND_BY[effect.binding]} “{effect.version}”" if called is not None else ""
            message = f"No process “{effect.process}”{which} is deployed. Deploy it, then retry."
            self.open_incident(state, row, "called-missing", message)
            return
        if state.depth >= self.limits.call_depth:
            message = f"More than {self.limits.call_depth} calls in one another."
            self.open_incident(state, row, "call-depth", message)
            return
        key = state.instance.business_key if effect.business_key is None else effect.business_key
        parent = (state.instance.id, effect.token)
        data = {"variables": dict(effect.variables)}
        row.child = str(len(self.states) + 1)
        try:
            self.begin(effect.process, "start", data, business_key=key, parent=parent, depth=state.depth + 1)
        except ProcessError as error:
            row.child = ""
            message = f"The called process “{effect.process}” failed: {error.message}"
            self.open_incident(state, row, error.code, message)

    def _tell_parent(self, child: RunState) -> None:
        """A child that has ended completes its call, or throws its error there."""
        instance = child.instance
        if instance.status == "active" or instance.parent is None:
            return
        parent = self.states[instance.parent[0]]
        calls = parent.rows_of(instance.parent[1])
        row = next((row for row in calls if row.child == instance.id), None)
        if row is None:
            return
        if instance.status == "cancelled":
            self.open_incident(parent, row, "called-cancelled", "The called process was cancelled.")
            return
        data: dict[str, Any] = {"variables": dict(instance.variables)}
        trigger = "complete"
        if instance.status == "failed":
            data = {"code": instance.error or "", "message": "The called process failed.", "variables": {}}
            trigger = "error"
        self._agenda.append(lambda: self._return(parent, row, Delivery(row.token, trigger, data)))

    def _return(self, parent: RunState, row: Row, delivery: Delivery) -> None:
        if not row.is_over:
            parent.end_row(row)
            self._advance(parent, [delivery])

    def _escalate(self, child: RunState, effect: EscalateCaller) -> None:
        assert child.instance.parent is not None
        name, token = child.instance.parent
        data = {"code": effect.code, "variables": effect.variables}
        self._advance(self.states[name], [Delivery(token, "escalation", data)])

    def _cancel_called(self, state: RunState, token: int) -> None:
        for child in self.active():
            if child.instance.parent == (state.instance.id, token):
                self._advance(child, [Delivery(ROOT, "cancel", {})])

    def _node_of(self, state: RunState, token: int) -> str:
        found = state.find_token(token)
        return state.machine.states[found.state if found is not None else PROCESS].node


_BOUND_BY: Final = {"version": "number", "versionTag": "tag"}


def _is_meant(called: Deployed, effect: StartInstance) -> bool:
    """There is one version here of every process, whatever number it has in an installation."""
    if effect.binding == "version":
        return bool(read_whole(effect.version))
    return effect.binding != "versionTag" or called.version_tag == effect.version


def _refuse_incident(rows: list[Row]) -> None:
    """An incident on the way to the first wait of a new run: the run has failed to start. A job's own error that
    nobody catches is no such failure: it waits at the job."""
    for row in rows:
        if isinstance(row.effect, OpenIncident) and row.trigger != "error":
            raise ProcessError(row.effect.code, row.effect.node, row.effect.message)
