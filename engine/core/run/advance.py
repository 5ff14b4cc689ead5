"""The whole engine: one instance, what happened to it, and the time; out comes what changed. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.core.machine.hooks import ProcessMachine, Refused
from engine.core.model.behaviour import Fault
from engine.core.model.effects import OpenIncident
from engine.core.model.graph import COMPLETE, PROCESS
from engine.core.model.limits import DEFAULT_LIMITS, STEPS_OF_AN_INSTANCE, Limits
from engine.core.model.runtime import Delivery, Delta, Failure, Living, Snapshot, Token
from engine.core.run.lingering import end_now, is_ending
from engine.core.run.run import InstanceRun
from engine.core.run.settle import settle


def advance(
    machine: ProcessMachine,
    snapshot: Snapshot,
    deliveries: Sequence[Delivery],
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Delta | Failure:
    """Take the deliveries one after the other, each until every token rests. The snapshot is used up."""
    run = InstanceRun(machine, snapshot, now, limits.tokens)
    for delivery in deliveries:
        token = run.tokens.get(delivery.token)
        if token is None or run.instance.status != "active" or token.id in run.closed:
            run.refused = [*run.refused, delivery]
            continue
        run.log.append(("delivery", token.id, delivery.trigger, delivery.actor))
        run.walked = 0
        try:
            is_taken = _deliver(run, token, delivery)
        except Fault as fault:
            run.park(token, delivery.trigger, fault, delivery.data)
            is_taken = True
        if not is_taken:
            run.log.pop()
            run.refused = [*run.refused, delivery]
            continue
        if (run.agenda or run.is_unsettled) and not _run_agenda(run, limits):
            _stop_loops(run, limits)
    if run.is_parked and run.is_new:
        for waits in run.waits.values():
            for wait in waits:
                if wait.__class__ is OpenIncident:
                    return Failure(wait.code, wait.node, wait.message, wait.token)
    return _finish(run, snapshot)


def _stop_loops(run: InstanceRun, limits: Limits) -> None:
    """Loops without end are parked; what else is left then gets its steps once more."""
    _stop_loop(run, limits.steps)
    run.walked = 0
    if _run_agenda(run, limits):
        return
    _stop_loop(run, limits.steps)
    for thrower, _, _ in run.signals:
        run.park(thrower, "#thrown", Fault("step-limit", f"More than {limits.steps} steps without a wait."))
    run.signals, run.changed_names = (), {}


def _run_agenda(run: InstanceRun, limits: Limits) -> bool:
    """Until every token rests; false when that takes more steps than the limit."""
    agenda = run.agenda
    complete = run.plan.complete
    steps, limit = 0, limits.steps
    while True:
        while agenda:
            steps += 1
            if steps + run.walked > limit:
                limit = limits.steps + STEPS_OF_AN_INSTANCE * min(run.instances_begun, limits.multi_instance)
                if steps + run.walked > limit:
                    return False
            item = agenda.popleft()
            if item.__class__ is Token:
                if item.is_gone:
                    continue
                try:
                    if not complete(item, run):
                        raise Fault("no-flow", "No outgoing flow can be taken: add a default flow or change a guard.")
                except Fault as fault:
                    run.park(item, "leave", fault)
            elif item[1] == "#drained":
                _drained(run, item[0], item[3])
            else:
                _named(run, *item)
        if run.instance.status != "active" or not (run.is_unsettled and settle(run)):
            return True


def _named(run: InstanceRun, token: Token, name: str, data: Mapping[str, Any] | None, state: str) -> None:
    """What was asked of the token when it was in `state`; if it has moved on since, that is over."""
    if token.is_gone or token.state != state:
        return
    try:
        if name == "#thrown":
            thrown = run.states[state].behaviour.thrown
            if thrown is not None:
                thrown(run, token)
        elif name == COMPLETE:
            _complete(run, token, data or {})
        else:
            _fire(run, token, name, data or {})
    except Fault as fault:
        run.park(token, name, fault, data)


def _drained(run: InstanceRun, owner: Token, state: str) -> bool:
    """The last token of the scope is gone; if the owner is still there and no other has been born in it."""
    run.draining -= {owner.id}
    if not owner.is_gone and owner.state == state and not run.population.get(owner.id):
        run.drain(owner)
    return True


def _fire(run: InstanceRun, token: Token, trigger: str, data: Mapping[str, Any]) -> bool:
    """A trigger with data: the event takes what it brought, then the machine moves the token."""
    state = run.states[token.state]
    event = state.events.get(trigger)
    if event is None:
        return False
    if trigger in state.inside and (token.data or {}).get("is_interrupted"):
        return False
    accept = state.fires.get(trigger)
    if accept is None:
        if data.get("variables"):
            run.merge(token, data["variables"])
        event.trigger(token, run)
    elif accept(run, token, data) and not token.is_gone:
        event.trigger(token, run)
    return True


def _deliver(run: InstanceRun, token: Token, delivery: Delivery) -> bool:
    data = delivery.data or {}
    own = _OWN.get(delivery.trigger)
    if own is not None:
        return own(run, token, data)
    if token is run.root:
        if not run.is_new:
            if delivery.trigger.startswith("start"):
                return False
        elif delivery.actor:
            initiator = run.states[PROCESS].config.get("initiators", {}).get(delivery.trigger)
            if initiator is not None:
                run.put(token, initiator, delivery.actor)
    try:
        return _fire(run, token, delivery.trigger, data)
    except Refused:
        return False


def _complete(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    state = run.states[token.state]
    if not state.is_completable or (token.data and "phase" in token.data):
        return False
    if state.take is not None:
        state.take(run, token, data)
    else:
        state.finish(run, token, data.get("variables"))
    return True


def _leave(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    run.complete(token)
    return True


def _enter(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    run.close(token)
    run.arrive(token)
    return True


def _continue(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    state = run.states[token.state]
    if state.resume is None or "phase" not in (token.data or {}):
        return False
    if data.get("variables"):
        run.merge(token, data["variables"])
    state.resume(run, token)
    return True


def _set_variables(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    if data.get("is_local"):
        for name, value in data["variables"].items():
            run.put(token, name, value)
    else:
        run.merge(token, data["variables"])
    return True


def _error(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    """A business error from outside: to its catcher, else an incident at the token (a called process that
    failed is no job: its error goes on outward)."""
    throw = run.throw_error if run.states[token.state].wait == "call" else run.fail
    throw(token, data.get("code", ""), data.get("message", ""), data.get("variables") or {})
    return True


def _escalation(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    if run.states[token.state].wait != "call":
        return False
    run.throw_escalation(token, data.get("code", ""), data.get("variables") or {})
    return True


def _thrown(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    _named(run, token, "#thrown", None, token.state)
    return True


def _cancel(run: InstanceRun, token: Token, data: Mapping[str, Any]) -> bool:
    if is_ending(run):
        end_now(run)  # asked again: nothing more is waited for
    else:
        run.end("cancelled")
    return True


_OWN: dict[str, Callable[[InstanceRun, Token, Mapping[str, Any]], bool]] = {
    "complete": _complete,
    "leave": _leave,
    "enter": _enter,
    "continue": _continue,
    "variables": _set_variables,
    "error": _error,
    "escalation": _escalation,
    "cancel": _cancel,
    "#drained": lambda run, token, data: _drained(run, token, token.state),
    "#thrown": _thrown,
}


def _stop_loop(run: InstanceRun, limit: int) -> None:
    """Park whatever is still on the agenda; a retry gives it as many steps again."""
    items = list(run.agenda)
    run.agenda.clear()
    for item in items:
        token, trigger = (item, "leave") if isinstance(item, Token) else (item[0], item[1])
        if token.is_gone:
            continue
        if trigger == "#drained":
            run.draining -= {token.id}
        loop = " → ".join(_loop_of(run, token)) or run.states[token.state].node
        fault = Fault("step-limit", f"More than {limit} steps without a wait: the loop through {loop} has no end.")
        run.park(token, trigger, fault)


def _loop_of(run: InstanceRun, token: Token) -> list[str]:
    """The nodes of the token's last round, from the log."""
    nodes: list[str] = []
    for entry in reversed(run.log):
        if entry[0] == token.id and not isinstance(entry[0], str):
            for edge in reversed(entry[1:]):
                node = run.plan.edges[edge].source_state.node
                if node in nodes:
                    return nodes[::-1]
                nodes.append(node)
    return nodes[::-1]


def _finish(run: InstanceRun, snapshot: Snapshot) -> Delta:
    instance, root = run.instance, run.root
    instance.sequence += len(run.log)
    instance.variables, instance.data = root.variables or {}, root.data or None
    if snapshot.tokens.__class__ is Living:
        snapshot.tokens.resting = run.resting
        if run.standing is not None:
            run.standing.follow(run)
            run.standing.seen = 0
            snapshot.tokens.standing = run.standing
    tokens, before = run.tokens, run.made_before
    if len(tokens) > 1:
        if run.is_new:
            _, *run.born = tokens.values()  # all but the root token, which is the first
        elif instance.tokens_made > before:
            run.born = [tokens[number] for number in range(before + 1, instance.tokens_made + 1) if number in tokens]
        if run.touched:
            run.changed = [token for token in run.touched.values() if not token.is_gone and token is not root]
    if run.waits:
        for waits in run.waits.values():
            run.effects += waits
    return run
