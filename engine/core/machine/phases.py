"""The way into and out of an activity around its element: asynchronous marks, mappings, listeners, attached events.

A phase returns false where the token has to wait; the `continue` trigger then goes on with the next one. States
without any of these keep the element's own functions and pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.machine.hooks import ProcessState
from engine.core.model.behaviour import Fault, Kit, Run
from engine.core.model.effects import OpenJob
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS

Phase = Callable[[Run, Token], bool]


def assemble(state: ProcessState, kit: Kit) -> None:
    """Compose `arrive`, `finish`, `resume` and the event tables of a state from its config."""
    config, behaviour = state.config, state.behaviour
    into = _phases_in(state, kit)
    out, takes_local = _phases_out(state, kit)
    if into:
        state.arrive = _walk("in", into, behaviour.enter)
    if out or config.get("outputs") or config.get("listeners"):
        state.finish = _finish(out, takes_local)
    if any(phase.__name__ == "wait_for_job" for phase in into + out):
        state.resume = _resume(into, behaviour.enter, out)
    if behaviour.wait or behaviour.owns_scope or into or out or config.get("events"):
        state.leave = _leave(state)
    state.catches = _catches(config.get("events", ()))
    for event in config.get("events", ()):
        catch = TRIGGERS[event["kind"]].catch(event, kit)
        state.fires[event["trigger"]] = _accept(catch.accept, event, kit)
        if catch.watch is not None:
            behaviour.watches.append((event["trigger"], *catch.watch))
        if catch.signal is not None:
            behaviour.signals.append((event["trigger"], catch.signal))


def _phases_in(state: ProcessState, kit: Kit) -> list[Phase]:
    config = state.config
    phases: list[Phase] = []
    if config.get("async_before"):
        phases.append(_job_phase(state, "async", config))
    if config.get("properties"):
        phases.append(_properties(config["properties"], kit))
    if config.get("inputs"):
        phases.append(_inputs(config["inputs"], kit))
    for listener in config.get("listeners", ()):
        if listener["on"] == "start":
            phases.append(_job_phase(state, "listener", listener))
    arms = [TRIGGERS[event["kind"]].catch(event, kit).arm for event in config.get("events", ())]
    if arms:
        phases.append(_arming(arms))
    return phases


def _phases_out(state: ProcessState, kit: Kit) -> tuple[list[Phase], bool]:
    config = state.config
    phases: list[Phase] = []
    if config.get("outputs"):
        phases.append(_outputs(config["outputs"], kit))
    for listener in config.get("listeners", ()):
        if listener["on"] == "end":
            phases.append(_job_phase(state, "listener", listener))
    if config.get("is_compensable"):
        phases.append(_record_for_compensation)
    if config.get("async_after"):
        phases.append(_job_phase(state, "async", config))
    return phases, bool(config.get("outputs"))


def _walk(way: str, phases: list[Phase], last: Callable[[Run, Token], None]) -> Callable[[Run, Token], None]:
    def walk(run: Run, token: Token) -> None:
        _go(run, token, way, phases, 0, last)

    return walk


def _go(
    run: Run, token: Token, way: str, phases: list[Phase], start: int, last: Callable[[Run, Token], None]
) -> None:
    for index in range(start, len(phases)):
        if not phases[index](run, token):
            run.remember(token)["phase"] = [way, index]
            return
    last(run, token)


def _complete(run: Run, token: Token) -> None:
    run.complete(token)


def _finish(phases: list[Phase], takes_local: bool) -> Callable[[Run, Token, Mapping[str, Any] | None], None]:
    def finish(run: Run, token: Token, variables: Mapping[str, Any] | None) -> None:
        if variables:
            if takes_local:
                for name, value in variables.items():
                    run.put(token, name, value)
            else:
                run.merge(token, variables)
        _go(run, token, "out", phases, 0, _complete)

    return finish


def _resume(
    into: list[Phase], enter: Callable[[Run, Token], None], out: list[Phase]
) -> Callable[[Run, Token], None]:
    def resume(run: Run, token: Token) -> None:
        way, index = run.remember(token).pop("phase")
        if way == "in":
            _go(run, token, way, into, index + 1, enter)
        else:
            _go(run, token, way, out, index + 1, _complete)

    return resume


def _job_phase(state: ProcessState, kind: str, config: Mapping[str, Any]) -> Phase:
    def wait_for_job(run: Run, token: Token) -> bool:
        run.open(
            OpenJob(
                token=token.id,
                trigger="continue",
                node=state.node,
                kind=kind,
                type=config.get("handler", ""),
                headers=dict(config.get("fields", {})),
                retries=config.get("retries", 3),
                retry_cycle=config.get("retry_cycle", ""),
                script=config.get("script"),
                is_exclusive=config.get("is_exclusive", True),
            )
        )
        return False

    return wait_for_job


def _inputs(mappings: list[Any], kit: Kit) -> Phase:
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def apply_inputs(run: Run, token: Token) -> bool:
        for target, value in prepared:
            run.put(token, *_at_path(target, value(run, token), run.view(token)))
        return True

    return apply_inputs


def _properties(properties: Mapping[str, Any], kit: Kit) -> Phase:
    prepared = [(name, kit.value(formula)) for name, formula in properties.items()]

    def create_properties(run: Run, token: Token) -> bool:
        for name, value in prepared:
            run.put(token, name, value(run, token))
        return True

    return create_properties


def _outputs(mappings: list[Any], kit: Kit) -> Phase:
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def apply_outputs(run: Run, token: Token) -> bool:
        owner = run.tokens[token.scope]
        for target, value in prepared:
            name, result = _at_path(target, value(run, token), run.view(owner))
            run.merge(owner, {name: result})
        return True

    return apply_outputs


def _at_path(target: str, value: Any, existing: Mapping[str, Any]) -> tuple[str, Any]:
    """`order.total` sets one member of `order` and keeps the others."""
    name, *rest = target.split(".")
    if not rest:
        return name, value
    base = existing.get(name)
    whole: dict[str, Any] = dict(base) if isinstance(base, Mapping) else {}
    inner = whole
    for part in rest[:-1]:
        deeper = inner.get(part)
        inner[part] = dict(deeper) if isinstance(deeper, Mapping) else {}
        inner = inner[part]
    inner[rest[-1]] = value
    return name, whole


def _arming(arms: list[Callable[[Run, Token], None]]) -> Phase:
    def arm_events(run: Run, token: Token) -> bool:
        for arm in arms:
            arm(run, token)
        return True

    return arm_events


def _record_for_compensation(run: Run, token: Token) -> bool:
    done = {"state": token.state, "token": token.id, "variables": dict(token.variables or {})}
    inner = (token.data or {}).get("done")
    if inner:
        done["done"] = inner
    run.remember(run.tokens[token.scope]).setdefault("done", []).append(done)
    return True


def _accept(accept: Callable[[Run, Token, Mapping[str, Any]], bool], event: Mapping[str, Any], kit: Kit) -> Any:
    """An event's own output mappings see what it brought, and only what they name is kept."""
    mappings = event.get("outputs")
    if not mappings:
        return accept
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def accept_with_outputs(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
        kept = token.variables
        token.variables = {**(kept or {}), **(data.get("variables") or {})}
        try:
            results = [(target, value(run, token)) for target, value in prepared]
        finally:
            token.variables = kept
        if not accept(run, token, {**data, "variables": {}}):
            return False
        scope = token if event.get("is_inside") else run.tokens[token.scope]
        for target, value in results:
            name, whole = _at_path(target, value, run.view(scope))
            run.merge(scope, {name: whole})
        return True

    return accept_with_outputs


def _leave(state: ProcessState) -> Callable[[Run, Token], None]:
    own = state.behaviour.leave
    owns_scope = state.behaviour.owns_scope

    def leave(run: Run, token: Token) -> None:
        if own is not None:
            own(run, token)
        if owns_scope:
            run.clear(token)
        run.close(token)
        if token.index is None:  # an instance keeps its variables until its body has taken its result
            token.variables = None
        token.data = None

    return leave


def _catches(events: Any) -> dict[str, list[tuple[str | None, Mapping[str, Any]]]]:
    """Kind → (code or None, event), specific codes before the one that catches all."""
    tables: dict[str, list[tuple[str | None, Mapping[str, Any]]]] = {}
    for event in events:
        if event["kind"] in ("error", "escalation", "compensate", "cancel"):
            code = event.get("code")
            if code is not None and code[0] != "static":
                raise Fault("code-not-fixed", "The code of a caught error or escalation must be a fixed text.")
            tables.setdefault(event["kind"], []).append((code[1] if code else None, event))
    for table in tables.values():
        table.sort(key=lambda entry: entry[0] is None)
    return tables
