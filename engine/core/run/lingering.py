"""How an instance ends, and what it waits for then: tokens in the root scope that outlive a task that went away undone.

The instance ends when they are through; until then nothing else of it may happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core.model.behaviour import Fault
from engine.core.model.runtime import ROOT, Token

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def leave_behind(run: InstanceRun, token: Token, state: str) -> None:
    """Once everything rests: which scopes go with the token is not known before. It keeps what the token sees."""
    chain, walker = [], token
    while walker.id != ROOT:
        chain.append(walker.variables or {})
        walker = run.tokens[walker.scope]
    seen = {name: value for variables in reversed(chain) for name, value in variables.items()}
    run.left_behind = [*run.left_behind, (state, seen)]
    run.is_unsettled = True


def bear_left_behind(run: InstanceRun) -> None:
    left, run.left_behind = run.left_behind, ()
    for state, variables in left:
        try:
            run.bear(state, ROOT, variables=variables or None)
        except Fault as fault:
            run.park(run.root, "variables", fault, {"variables": {}})


def end(run: InstanceRun, status: str, error: str | None = None) -> None:
    if len(run.tokens) > 1:
        run.clear(run.root)
    run.close(run.root)
    if run.agenda:
        run.agenda.clear()
    run.signals = ()
    if run.plan.lingers and _has_to_wait(run, status, error):
        return
    instance = run.instance
    instance.status, instance.error = status, error  # type: ignore[assignment]  # one of Status
    run.log.append(("ended", status, error))


def _has_to_wait(run: InstanceRun, status: str, error: str | None) -> bool:
    """The instance is to end so; whether something of it still has to be called before."""
    lingers = run.plan.lingers
    if not run.left_behind and not any(token.state in lingers for token in run.children(run.root)):
        return False
    data = run.remember(run.root)
    data.setdefault("ending", [status, error])
    data["is_interrupted"] = True  # no event sub-process begins any more
    run.draining = frozenset()
    return True


def is_ending(run: InstanceRun) -> bool:
    return "ending" in (run.root.data or ())


def end_now(run: InstanceRun) -> None:
    """Whatever still lingers is given up."""
    for token in run.children(run.root):
        run.cancel(token)
    run.left_behind = ()
    run.end(*run.remember(run.root)["ending"])
