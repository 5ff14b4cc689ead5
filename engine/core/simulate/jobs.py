"""Jobs done by handlers, their retries and continuations; what a result does to a run is the engine's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.core.model.effects import OpenIncident, OpenJob
from engine.core.model.problems import BpmnError
from engine.core.model.runtime import Delivery
from engine.core.run.failing import find_error
from engine.core.run.inline import evaluate, is_expression
from engine.core.simulate.retries import pause_after
from engine.core.simulate.seen import Seen, written
from engine.core.simulate.state import RunState
from engine.core.simulate.values import plain, plain_value
from engine.core.simulate.waits import HandlerJob, Row

if TYPE_CHECKING:
    from engine.core.simulate.world import World

Handler = Callable[[HandlerJob], Any]


class Worker:
    def __init__(self, world: World, handlers: Mapping[str, Handler]) -> None:
        self.world = world
        self.handlers = handlers

    def can_do(self, effect: OpenJob) -> bool:
        """There is a handler, or the type is an expression that can be evaluated here."""
        return effect.type in self.handlers or is_expression(effect.type, self.world.budget)

    def runs_at_once(self, effect: OpenJob) -> bool:
        return effect.kind != "async" and self.can_do(effect)

    def run(self, state: RunState, row: Row) -> None:
        """One attempt, or the continuation behind an asynchronous mark."""
        effect = row.effect
        assert isinstance(effect, OpenJob)
        if effect.kind == "async":
            state.end_row(row)
            self.world.deliver(state, Delivery(row.token, row.trigger, {}))
            return
        row.attempts += 1
        try:
            data = self._do(state, row, effect)
        except BpmnError as error:
            self.throw(state, row, {"code": error.code, "message": error.message, "variables": plain(error.variables)})
        except Exception as error:  # noqa: BLE001 whatever a handler raises is a failed attempt
            self.fail(state, row, str(error) or type(error).__name__)
        else:
            state.end_row(row)
            self.world.deliver(state, Delivery(row.token, row.trigger, data))

    def throw(self, state: RunState, row: Row | None, data: Mapping[str, Any], token: int = 0) -> None:
        """A business error; where nobody catches it the incident stands for the job, whose retry does it again."""
        if row is not None:
            state.end_row(row)
        self.world.deliver(state, Delivery(row.token if row is not None else token, "error", dict(data)))
        if row is not None and isinstance(row.effect, OpenJob):
            for own in state.rows_of(row.token):
                if isinstance(own.effect, OpenIncident) and own.trigger == "error":
                    own.origin = row

    def fail(
        self, state: RunState, row: Row, message: str, retries: int | None = None, pause: timedelta | None = None
    ) -> None:
        effect = row.effect
        assert isinstance(effect, OpenJob)
        code = self._error_of(state, row, message) if effect.kind == "job" else None
        if code is not None:
            self.throw(state, row, {"code": code, "message": message, "variables": {}})
            return
        row.retries = max(row.retries - 1, 0) if retries is None else max(retries, 0)
        row.error = message
        if not row.retries:
            self.world.open_incident(state, row, "job-failed", message)
            return
        row.due = self.world.now + (pause_after(effect, row.attempts) if pause is None else pause)

    def _error_of(self, state: RunState, row: Row, message: str) -> str | None:
        """The error that the task's own definitions say this failure is (camunda external tasks)."""
        token = state.find_token(row.token)
        assert token is not None
        config = state.machine.states[token.state].config
        return find_error(config, state.view(token), message, self.world.now, self.world.budget)

    def run_due(self, limit: int | None) -> int:
        """Continuations and retries that are due, in the order of their creation, also those that follow."""
        done, most = 0, self.world.limits.steps if limit is None else min(limit, self.world.limits.steps)
        while done < most:
            due = [(row.number, state, row) for state, row in self.world.open_rows() if self._is_due(row)]
            if not due:
                break
            for _, state, row in sorted(due, key=lambda found: found[0])[: most - done]:
                if not row.is_over and self._is_due(row):  # those before it may have changed that
                    self.run(state, row)
                    self.world.settle()
                    done += 1
        return done

    def _is_due(self, row: Row) -> bool:
        effect = row.effect
        if not isinstance(effect, OpenJob) or (row.due is not None and row.due > self.world.now):
            return False
        return effect.kind == "async" or self.can_do(effect)

    def _do(self, state: RunState, row: Row, effect: OpenJob) -> dict[str, Any]:
        token = state.find_token(row.token)
        assert token is not None
        handler = self.handlers.get(effect.type)
        if handler is None:
            result = evaluate(effect.type, state.view(token), self.world.now, self.world.budget)
            return {"variables": {}, "result": result}
        visible = state.view(token)
        job = HandlerJob(
            effect.node, effect.type, Seen(visible), dict(effect.headers), effect.script, row.retries,
            state.instance.process, state.instance.business_key, f"{state.instance.id}:{row.number}",
        )  # fmt: skip
        answer = handler(job)
        changed = written(visible, job.variables)
        if answer is None or isinstance(answer, Mapping):
            return {"variables": changed | plain(answer)}
        if not state.machine.states[token.state].config.get("job", {}).get("result"):
            raise TypeError(f"The handler of “{effect.type}” must return a mapping or None, not {answer!r}.")
        return {"variables": changed, "result": plain_value(answer)}
