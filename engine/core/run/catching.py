"""Who catches an error or an escalation: outward from the thrower, nearest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.core.model.effects import EscalateCaller
from engine.core.model.runtime import ROOT, Token

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def find_catcher(
    run: InstanceRun, thrower: Token, kind: str, code: str, reference: str = ""
) -> tuple[Token, Mapping[str, Any]] | None:
    """The token and its event that catch the code (BPMN 10.5.7): event sub-processes of a scope come before
    the boundary events of its activity, a specific code before one that catches all; of those that do, the one
    that refers to the same error. What is thrown inside an event sub-process is not caught by that event
    sub-process again: a rethrow goes outward."""
    walker, from_event_sub_process = thrower, ""
    is_inside = False
    while True:
        state = run.states[walker.state]
        is_interrupted = bool((walker.data or {}).get("is_interrupted"))
        for inside in (True, False):
            if inside and not is_inside:
                continue
            found: Mapping[str, Any] | None = None
            for caught, event in state.catches.get(kind, ()):
                if bool(event.get("is_inside")) is not inside:
                    continue
                if inside and (event["sub_process"] == from_event_sub_process or is_interrupted):
                    continue
                if caught is None or caught == code:
                    if not reference or event.get("reference") == reference:
                        return walker, event
                    found = found or event
            if found is not None:
                return walker, found
        if walker.id == ROOT:
            return None
        from_event_sub_process = state.node if state.config.get("is_event_sub_process") else ""
        walker = run.tokens[walker.scope]
        is_inside = True


def throw(
    run: InstanceRun, token: Token, kind: str, code: str, message: str, variables: Mapping[str, Any],
    reference: str = "",
) -> bool:  # fmt: skip
    """Fire what catches it, before everything else; false when nobody does."""
    found = find_catcher(run, token, kind, code, reference)
    if found is None:
        return False
    catcher, event = found
    brought = dict(variables)
    if event.get("code_variable"):
        brought[event["code_variable"]] = code
    if event.get("message_variable"):
        brought[event["message_variable"]] = message
    run.trigger(catcher, event["trigger"], {"variables": brought}, is_next=True)
    if event.get("is_interrupting") and catcher is not token:
        pass_end(run, token)
    return True


def throw_escalation(
    run: InstanceRun, token: Token, code: str, variables: Mapping[str, Any], reference: str = ""
) -> None:
    """What nobody catches here goes on at the call of the process."""
    if not throw(run, token, "escalation", code, "", variables, reference) and run.instance.parent is not None:
        run.effects.append(EscalateCaller(token.id, run.states[token.state].node, code, dict(variables)))


def pass_end(run: InstanceRun, token: Token) -> None:
    """An end event has done its work when it has thrown: what it interrupts is the others."""
    if run.states[token.state].kind == "endEvent":
        run.consume(token)
