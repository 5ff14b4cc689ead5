"""What is asked only when the agenda is empty: what was left behind, signals, conditions, joins of other branches."""

from __future__ import annotations

from engine.core.model.behaviour import Fault
from engine.core.run.joining import resting
from engine.core.run.lingering import bear_left_behind
from engine.core.run.run import InstanceRun
from engine.core.run.standing import Standing


def settle(run: InstanceRun) -> bool:
    """Put the next thing on the agenda; false when the instance is at rest."""
    if run.left_behind:
        bear_left_behind(run)
        return True
    return _signal(run) or _conditions(run) or _joins(run)


def _signal(run: InstanceRun) -> bool:
    """One thrown signal reaches every token of this instance that waits for it, then its thrower goes on.

    Other instances get it from the effect. A thrower that its own signal cancels stops (13.5.4)."""
    if not run.signals:
        return False
    (thrower, name, variables), *run.signals = run.signals
    if run.plan.hears:
        for token in list(run.tokens.values()):
            for trigger, signal in run.states[token.state].behaviour.signals:
                if signal(run, token) == name:
                    run.trigger(token, trigger, {"variables": variables})
    run.trigger(thrower, "#thrown")
    return True


def _conditions(run: InstanceRun) -> bool:
    """A change of a variable asks every condition that reads it (10.5.4, conditional event)."""
    if not run.changed_names:
        return False
    changed, run.changed_names = run.changed_names, {}
    is_any = False
    for token in list(run.tokens.values()):
        for trigger, is_true, names, happenings in run.states[token.state].behaviour.watches:
            begun = run.watched_from.get((token.id, trigger), -1)
            happened = [changed[name] for name in names if name in changed]
            is_asked = any(at > begun and (happenings is None or how in happenings) for at, how in happened)
            if is_asked and is_true(run, token):
                run.trigger(token, trigger, {})
                is_any = True
    return is_any


def _joins(run: InstanceRun) -> bool:
    """A join that depends on the other branches goes on when none of them can reach it any more."""
    if not run.plan.settles:
        return False
    standing = run.standing
    if standing is None:
        standing = run.standing = Standing(run)
    else:
        standing.follow(run)
    while (key := standing.next_asked()) is not None:
        waiting = resting(run).get(key)
        decide = run.states[key[0]].behaviour.settle
        if decide is None or not waiting:
            continue
        token = min(waiting, key=lambda token: token.id)
        try:
            if decide(run, token):
                return True
        except Fault as fault:
            run.unrest(token)
            run.park(token, "enter", fault)
    if run.plan.always_asked:
        _reset_idle(run)
    return False


def _reset_idle(run: InstanceRun) -> None:
    """Joins that have gone on and wait to be reset, though no token is left in them to be asked."""
    for owner in list(run.tokens.values()):
        for key in list((owner.data or {}).get("resets", ())):
            idle = run.states[key].behaviour.idle
            if idle is not None and not resting(run).get((key, owner.id)):
                idle(run, owner)
