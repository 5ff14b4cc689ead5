"""Which incoming flows of a join a token elsewhere in its scope can still reach; computed once, asked at run time."""

from __future__ import annotations

from collections import deque

from engine.core.model.graph import Graph, Transition


def reachable_flows(graph: Graph, join: str) -> dict[str, list[str]]:
    """State key → the join's incoming flows that it can reach without passing the join (13.4.3)."""
    backward: dict[str, list[Transition]] = {}
    for transition in graph.transitions:
        target = transition.target or transition.born
        if target is not None and not transition.is_inside:
            backward.setdefault(target, []).append(transition)
    reach: dict[str, list[str]] = {}
    for last in backward.get(join, ()):
        if not last.flow:
            continue
        queue, seen = deque([last.source]), {last.source, join}
        while queue:
            key = queue.popleft()
            if key != join:
                reach.setdefault(key, []).append(last.flow)
            for transition in backward.get(key, ()):
                if transition.source not in seen:
                    seen.add(transition.source)
                    queue.append(transition.source)
    return reach
