"""The way into and out of an activity around its element: asynchronous marks, mappings, listeners, attached events.

A phase returns false where the token has to wait; the `continue` trigger then goes on with the next one. States
without any of these keep the element's own functions and pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.machine import mappings
from engine.core.machine.events import catch_tables, prepare_accept, prepare_arm
from engine.core.machine.hooks import ProcessState
from engine.core.machine.mappings import Phase
from engine.core.model.behaviour import Accept, Enter, Kit, Run, pass_on
from engine.core.model.effects import OpenJob
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS

DEFAULT_RETRIES = 3


def assemble(state: ProcessState, kit: Kit) -> None:
    """Compose `arrive`, `finish`, `resume` and the event tables of a state from its config."""
    config, behaviour = state.config, state.behaviour
    into = _phases_in(state, kit)
    out, takes_local = _phases_out(state, kit)
    if out and behaviour.enter is pass_on:
        behaviour.enter = state.arrive = _pass_out
    last: Enter = _begin_process if state.kind == "process" else behaviour.enter
    after: Enter = _end_process if state.kind == "process" else _complete
    if into:
        state.arrive = _walk("in", into, last)
    elif behaviour.enter is pass_on:
        state.arrive = pass_straight
    if out or config.get("outputs"):
        state.finish = _finish(out, takes_local, after)
    if any(phase.__name__ == "wait_for_job" for phase in into + out):
        state.resume = _resume(into, last, out, after)
    if behaviour.wait or behaviour.owns_scope or into or out or config.get("events"):
        state.leave = _leave(state)
    state.catches = catch_tables(config.get("events", ()))
    state.inside = frozenset(event["trigger"] for event in config.get("events", ()) if event.get("is_inside"))
    for event in config.get("events", ()):
        catch = TRIGGERS[event["kind"]].catch(event, kit)
        state.fires[event["trigger"]] = prepare_accept(catch.accept, event, kit)
        if catch.watch is not None:
            behaviour.watches.append((event["trigger"], *catch.watch))
        if catch.signal is not None:
            behaviour.signals.append((event["trigger"], catch.signal))
    if state.kind == "process":
        _prepare_starts(state, bool(into), kit)


def _phases_in(state: ProcessState, kit: Kit) -> list[Phase]:
    config = state.config
    phases: list[Phase] = []
    if config.get("async_before"):
        phases.append(_job_phase(state, "async", config, kit))
    if config.get("properties"):
        phases.append(mappings.properties(config["properties"], kit))
    if config.get("data_inputs"):
        phases.append(mappings.data_inputs(config["data_inputs"], kit))
    if config.get("inputs"):
        phases.append(mappings.inputs(config["inputs"], kit))
    phases += _listening(state, "start", kit)
    arms = [prepare_arm(TRIGGERS[event["kind"]].catch(event, kit).arm, event) for event in config.get("events", ())]
    if arms:
        phases.append(_arming(arms))
    return phases + _listening(state, "create", kit)


def _phases_out(state: ProcessState, kit: Kit) -> tuple[list[Phase], bool]:
    """Camunda 7 hears its end listeners before the output mappings, Camunda 8 after them."""
    config = state.config
    phases = _listening(state, "complete", kit)
    outputs = [mappings.outputs(config["outputs"], kit)] if config.get("outputs") else []
    if config.get("data_outputs"):
        outputs.append(mappings.data_outputs(config["data_outputs"], kit))
    listeners = _listening(state, "end", kit)
    phases += listeners + outputs if config.get("listeners_first") else outputs + listeners
    if config.get("reports"):
        phases.append(_report)
    if config.get("undo"):
        phases.append(_record_for_compensation(state.node, config["undo"]))
    if config.get("async_after"):
        phases.append(_job_phase(state, "async", config, kit))
    return phases, bool(config.get("outputs")) and not config.get("keeps_results")


def _listening(state: ProcessState, on: str, kit: Kit) -> list[Phase]:
    listeners = state.config.get("listeners", ())
    return [_job_phase(state, "listener", listener, kit) for listener in listeners if listener["on"] == on]


def _walk(way: str, phases: list[Phase], last: Enter) -> Enter:
    def walk(run: Run, token: Token) -> None:
        _go(run, token, way, phases, 0, last)

    return walk


def _go(run: Run, token: Token, way: str, phases: list[Phase], start: int, last: Enter) -> None:
    for index in range(start, len(phases)):
        if not phases[index](run, token):
            if not token.is_gone:
                run.remember(token)["phase"] = [way, index]
            return
    last(run, token)


def pass_straight(run: Any, token: Token) -> None:
    """As pass_on, for the many states that do nothing else."""
    run.agenda.append(token)


def _pass_out(run: Run, token: Token) -> None:
    """What only routes, but has something to do on its way out."""
    run.finish(token)


def _complete(run: Run, token: Token) -> None:
    run.complete(token)


def _begin_process(run: Run, token: Token) -> None:
    """The process is ready: the start that was asked for happens, before any condition that holds already ends it."""
    run.trigger(token, run.remember(token).pop("start"), is_next=True)


def _end_process(run: Run, token: Token) -> None:
    run.end("completed")


def _prepare_starts(state: ProcessState, has_phases: bool, kit: Kit) -> None:
    """Where the process has something to prepare, a start waits for that; the second time it is let through."""
    if not has_phases:
        return

    def accept(trigger: str) -> Accept:
        def prepare_first(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
            if run.remember(token).pop("is_prepared", False):
                return True
            if data.get("variables"):
                run.merge(token, data["variables"])
            run.remember(token).update(start=trigger, is_prepared=True)
            state.arrive(run, token)
            return False

        return prepare_first

    for trigger in state.config.get("start_triggers", ()):
        state.fires[trigger] = accept(trigger)


def _finish(
    phases: list[Phase], takes_local: bool, after: Enter
) -> Callable[[Run, Token, Mapping[str, Any] | None], None]:
    def finish(run: Run, token: Token, variables: Mapping[str, Any] | None) -> None:
        if variables:
            if takes_local:
                for name, value in variables.items():
                    run.put(token, name, value)
            else:
                run.merge(token, variables)
        _go(run, token, "out", phases, 0, after)

    return finish


def _resume(into: list[Phase], enter: Enter, out: list[Phase], after: Enter) -> Enter:
    def resume(run: Run, token: Token) -> None:
        way, index = run.remember(token).pop("phase")
        if way == "in":
            _go(run, token, way, into, index + 1, enter)
        else:
            _go(run, token, way, out, index + 1, after)

    return resume


def _job_phase(state: ProcessState, kind: str, config: Mapping[str, Any], kit: Kit) -> Phase:
    fields = [(name, kit.value(formula)) for name, formula in config.get("fields", {}).items()]
    headers, retries_of = config.get("headers", {}), kit.whole(config.get("retries"))

    def wait_for_job(run: Run, token: Token) -> bool:
        retries = retries_of(run, token)
        run.open(
            OpenJob(
                token=token.id,
                trigger="continue",
                node=state.node,
                kind=kind,
                type=config.get("handler", ""),
                headers={**headers, **{name: value(run, token) for name, value in fields}},
                retries=retries if retries is not None else DEFAULT_RETRIES,
                retry_cycle=config.get("retry_cycle", ""),
                script=config.get("script"),
                is_exclusive=config.get("is_exclusive", True),
            )
        )
        return False

    return wait_for_job


def _report(run: Run, token: Token) -> bool:
    return run.report(token)


def _arming(arms: list[Callable[[Run, Token], None]]) -> Phase:
    def arm_events(run: Run, token: Token) -> bool:
        for arm in arms:
            arm(run, token)
        return True

    return arm_events


def _record_for_compensation(node: str, undo: str) -> Phase:
    def record(run: Run, token: Token) -> bool:
        entry: dict[str, Any] = {"node": node, "undo": undo, "variables": dict(token.variables or {})}
        inner = (token.data or {}).get("records")
        if inner:
            entry["records"] = inner
        run.remember(run.tokens[token.scope]).setdefault("records", []).append(entry)
        return True

    return record


def _leave_wait(run: Run, token: Token) -> None:
    run.close(token)
    if token.index is None:  # an instance keeps its variables until its body has taken its result
        token.variables = None
    token.data = None


def _leave(state: ProcessState) -> Callable[[Run, Token], None]:
    own = state.behaviour.leave
    owns_scope = state.behaviour.owns_scope
    if own is None and not owns_scope:
        return _leave_wait

    def leave(run: Run, token: Token) -> None:
        if own is not None:
            own(run, token)
        if owns_scope:
            run.clear(token)
        _leave_wait(run, token)

    return leave
