"""One run as its user sees it: what it waits for, what it holds, what can be done to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.core.forms import check_form, describe_form
from engine.core.model.effects import OpenIncident, OpenItem, OpenJob
from engine.core.model.problems import ProcessError
from engine.core.model.runtime import ROOT, Delivery, Snapshot, Token
from engine.core.run.log import read_trace
from engine.core.simulate.state import RunState
from engine.core.simulate.values import plain
from engine.core.simulate.waits import Incident, Job, Row, Task, Wait, describe

if TYPE_CHECKING:
    from engine.core.simulate.simulation import Simulation

Where = Wait | str | int  # a wait, its node's id, or its token's id

# What may be completed by hand, dearest first where one node has several.
COMPLETABLE = ("user", "job", "receive", "message", "signal", "timer", "condition", "call", "async")


class Run:
    """A running or ended instance."""

    def __init__(self, simulation: Simulation, state: RunState) -> None:
        self._simulation = simulation
        self._state = state

    @property
    def state(self) -> RunState:
        return self._state

    def __repr__(self) -> str:
        return f"<Run {self.id} of {self.process}: {self.status}>"

    # what it is

    @property
    def id(self) -> str:
        return self._state.instance.id

    @property
    def process(self) -> str:
        return self._state.instance.process

    @property
    def business_key(self) -> str:
        return self._state.instance.business_key

    @property
    def status(self) -> str:
        return self._state.instance.status

    @property
    def error(self) -> str | None:
        """The code of a failed end; "" for one without a code."""
        return (self._state.instance.error or "") if self.status == "failed" else None

    @property
    def variables(self) -> dict[str, Any]:
        return plain(self._state.instance.variables)

    @property
    def children(self) -> list[Run]:
        return [run for run in self._simulation.runs if run.parent is self]

    @property
    def parent(self) -> Run | None:
        parent = self._state.instance.parent
        return None if parent is None else self._simulation.find_run(parent[0])

    @property
    def trace(self) -> list[tuple[int, str, str, int]]:
        read = read_trace(self._state.machine, self._state.log)
        return [(index + 1, what, node, token) for index, (what, node, token, _) in read]

    @property
    def log(self) -> list[Any]:
        """The history as it would be stored: see engine.core.run.log."""
        return list(self._state.log)

    # what waits

    @property
    def waits(self) -> list[Wait]:
        return list(self._waits())

    @property
    def tasks(self) -> list[Task]:
        return [wait for wait in self._waits() if isinstance(wait, Task)]

    @property
    def jobs(self) -> list[Job]:
        return [wait for wait in self._waits() if isinstance(wait, Job)]

    @property
    def incidents(self) -> list[Incident]:
        return [
            Incident(row.effect.code, row.effect.node, row.token, row.effect.message, row.number)
            for row in self._state.rows
            if isinstance(row.effect, OpenIncident)
        ]

    def _waits(self) -> Iterator[Wait]:
        state = self._state
        for token in sorted(state.all_tokens(), key=lambda token: token.id):
            kind = state.kind_of(token)
            if kind:
                yield self._describe(token, kind)

    def _describe(self, token: Token, kind: str) -> Wait:
        row = self._state.main_row(token)
        place = self._state.machine.states[token.state]
        effect = row.effect if row is not None else None
        base = (token.id, place.node or getattr(effect, "node", ""), kind, place.row.name, token.scope)
        if kind == "user" and isinstance(effect, OpenItem):
            visible = self._state.view(token)
            form = describe_form(effect.form, visible, self._simulation.now, budget=self._simulation.budget)
            outcomes = [(value, label) for value, label in effect.config.get("outcomes", ())]
            return Task(
                *base[:3], effect.name, token.scope, {"form": form, "outcomes": outcomes}, effect.assignee,
                effect.candidate_users or [], effect.candidate_groups or [], effect.priority, effect.due,
                effect.follow_up, visible, form, outcomes, run=self.id,
            )  # fmt: skip
        if kind == "job" and row is not None and isinstance(effect, OpenJob):
            if self._simulation.can_do(effect):
                return Wait(*base, describe(row), run=self.id)
            visible = self._state.view(token)
            return Job(*base, describe(row), effect.type, effect.headers, visible, row.retries, run=self.id)
        if kind == "gateway":
            rows = [own for own in self._state.rows_of(token.id) if not isinstance(own.effect, OpenIncident)]
            return Wait(*base, {"events": [{"node": own.effect.node, **describe(own)} for own in rows]}, run=self.id)
        return Wait(*base, describe(row) if row is not None else {}, run=self.id)

    # what can be done

    def complete(self, where: Where, variables: Mapping[str, Any] | None = None) -> None:
        token, row = self._find(where)
        trigger = row.trigger if row is not None and isinstance(row.effect, OpenJob) else "complete"
        self._move(token, row, Delivery(token.id, trigger, {"variables": plain(variables)}))

    def submit(self, where: Where, values: Mapping[str, Any]) -> None:
        """As complete, but FormError where the form refuses the values, and converted as the form says."""
        token, row = self._find(where)
        effect = row.effect if row is not None else None
        checked = plain(values)
        if isinstance(effect, OpenItem):
            outcomes = [value for value, _ in effect.config.get("outcomes", ())]
            visible = self._state.view(token)
            now, budget = self._simulation.now, self._simulation.budget
            checked = check_form(effect.form, checked, visible, now, outcomes=outcomes, budget=budget)
        self._move(token, row, Delivery(token.id, "complete", {"variables": checked}))

    def fail(
        self, where: Where, message: str, retries: int | None = None, retry_after: timedelta | float | None = None
    ) -> None:
        """The attempt failed: the job waits for the next one, or is an incident when none is left."""
        token, row = self._find(where)
        if row is None or not isinstance(row.effect, OpenJob):
            raise ProcessError("not-a-job", self._node(token), "Only a job can fail.")
        pause = timedelta(seconds=retry_after) if isinstance(retry_after, int | float) else retry_after
        self._simulation.fail_job(self._state, row, message, retries, pause)

    def throw_error(
        self, where: Where, code: str, variables: Mapping[str, Any] | None = None, message: str = ""
    ) -> None:
        token, row = self._find(where)
        data = {"code": code, "message": message, "variables": plain(variables)}
        self._simulation.throw_error(self._state, token.id, row, data)

    def set_variables(self, variables: Mapping[str, Any], wait: Where | None = None) -> None:
        """Where they already are, going outward from the wait; new ones in the root scope."""
        token = ROOT if wait is None else self._token(wait).id
        self._simulation.move(self._state, Delivery(token, "variables", {"variables": plain(variables)}))

    def variables_at(self, where: Where) -> dict[str, Any]:
        return plain(self._state.view(self._token(where)))

    def retry(self, incident: Incident | Where) -> None:
        number = incident.number if isinstance(incident, Incident) else None
        token = None if isinstance(incident, Incident) else self._token(incident).id
        for row in self._state.rows:
            if isinstance(row.effect, OpenIncident) and (row.number == number or row.token == token):
                self._simulation.retry(self._state, row)
                return
        raise ProcessError("no-incident", "", "There is no such incident: it has been retried, or its token is gone.")

    def cancel(self) -> None:
        """End the run and every process it has called."""
        self._simulation.move(self._state, Delivery(ROOT, "cancel", {}))

    def snapshot(self) -> Snapshot:
        """The live state itself, for tests that save and restore it. Not to be changed."""
        return self._state.snapshot

    # within

    def _move(self, token: Token, row: Row | None, delivery: Delivery) -> None:
        if row is not None and isinstance(row.effect, OpenJob | OpenItem):
            self._state.end_row(row)
        self._simulation.move(self._state, delivery)

    def _find(self, where: Where) -> tuple[Token, Row | None]:
        token = self._token(where)
        if self._state.kind_of(token) not in COMPLETABLE:
            raise ProcessError("not-waiting", self._node(token), "The node waits for nothing that can be given to it.")
        return token, self._state.main_row(token)

    def _node(self, token: Token) -> str:
        return self._state.machine.states[token.state].node

    def _token(self, where: Where) -> Token:
        """The oldest token that is meant; of those at one node, one that can be completed comes first."""
        if isinstance(where, str):
            found = [wait for wait in self._waits() if wait.node == where]
            if not found:
                raise ProcessError("not-waiting", where, f"Nothing waits at “{where}” in run {self.id}.")
            order = {kind: place for place, kind in enumerate(COMPLETABLE)}
            where = min(found, key=lambda wait: (order.get(wait.kind, len(order)), wait.id))
        if isinstance(where, bool) or not isinstance(where, Wait | int):
            raise TypeError(f"Give a wait, the id of its node or of its token, not a {type(where).__name__}.")
        if isinstance(where, Wait) and where.run not in ("", self.id):
            raise ProcessError("not-waiting", where.node, f"That waits in run {where.run}, not in run {self.id}.")
        number = where.id if isinstance(where, Wait) else where
        node = where.node if isinstance(where, Wait) else None
        for token in self._state.all_tokens():
            if token.id == number and (node is None or self._node(token) == node):
                return token
        raise ProcessError("not-waiting", node or "", "The token has moved on: it does not wait there any more.")
