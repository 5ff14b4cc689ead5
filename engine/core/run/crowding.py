"""Instances of a multi-instance activity that do nothing but pass: born, through and gone at once, in one entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.core.machine.hooks import Edge
from engine.core.machine.phases import pass_straight
from engine.core.model.graph import COMPLETE
from engine.core.model.runtime import Token
from engine.core.run.log import ENTRIES_OF_AN_INSTANCE

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def pass_all(
    run: InstanceRun, state: str, owner: Token, count: int, given: dict[str, list[Any]], words: Sequence[str]
) -> bool:
    """Only where nothing can come between: the owner's arrival is the last thing of a step and nothing else is on the
    agenda, nobody waits for a change of a variable, and the one way of the instances leads to their end."""
    if run.agenda or run.arriving != owner.id or count < 2 or run.plan.watches:
        return False
    complete = run.states[state].events.get(COMPLETE)
    edges: list[Edge] = complete.transitions[state] if complete is not None else []
    if run.states[state].arrive is not pass_straight or len(edges) != 1 or len(run.tokens) + count > run.most_tokens:
        return False
    edge = edges[0]
    end = edge.target_state
    if edge.guard is not None or edge.source_state.leave is not None or end is None or not end.is_end:
        return False
    instance = run.instance
    first = instance.tokens_made + 1
    run.log.append(("crowd", first, state, edge.number, end.key, owner.id, count, list(words), given))
    instance.tokens_made += count
    instance.sequence += ENTRIES_OF_AN_INSTANCE * count - 1
    run.instances_begun += count
    run.walked += count
    known = dict(owner.variables or {})
    known.update(zip(words, (count, 0) * (len(words) // 2), strict=True))
    owner.variables, owner.is_told = known, False
    run.touch(owner)
    run.trigger(owner, "#drained")
    return True
