"""Which incoming flows of a join a token elsewhere in its scope can still reach; computed once, asked at run time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Final

from engine.core.model.graph import Graph

Reach = dict[str, list[str]]

# Flows named in the answers about one process. A drawing names a few for each state.
MOST: Final = 1_000_000


class WideJoinError(Exception):
    """So many states reach so many flows of a join, each of them others, that the answer would not be small."""

    def __init__(self, join: str) -> None:
        super().__init__(join)
        self.join = join


def reachable_flows(graph: Graph, joins: Iterable[str]) -> dict[str, Reach]:
    """Join → state key → the join's incoming flows that the state can reach without passing the join (13.4.3).

    A state that reaches all of them is left out: a token there could as well come to a flow that is filled already,
    so nobody waits for it. That keeps the answer as small as the drawing is structured. One bit stands for each
    flow, and one pass over the graph computes them for all joins together."""
    arrivals = _arrivals(graph, set(joins))
    if not arrivals:
        return {}
    layouts = _lay_out(arrivals)
    places: dict[str, int] = {}
    for layout in layouts:
        for join, first in layout.places.items():
            places.update(zip(arrivals[join], count(first), strict=False))
    own = {join: sum(1 << places[flow] for flow in flows) for join, flows in arrivals.items()}
    seen = _propagate(graph, {flow: 1 << place for flow, place in places.items()}, own)
    found: dict[str, Reach] = {join: {} for join in arrivals}
    left = MOST
    for key, mask in seen.items():
        for layout in layouts:
            for join in layout.partly_set(mask):
                if join != key:
                    flows = arrivals[join]
                    own_bits = mask >> places[flows[0]] & ((1 << len(flows)) - 1)
                    left -= own_bits.bit_count()
                    if left < 0:
                        raise WideJoinError(join)
                    found[join][key] = [flows[place] for place in _set_bits(own_bits)]
    return found


def _set_bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _arrivals(graph: Graph, joins: set[str]) -> dict[str, list[str]]:
    """Join → the flows that arrive there."""
    found: dict[str, dict[str, None]] = {join: {} for join in joins}
    for transition in graph.transitions:
        if transition.flow and transition.target in joins:
            found[transition.target][transition.flow] = None
    return {join: list(flows) for join, flows in found.items() if len(flows) > 1}


class _Layout:
    """The bits of all joins with the same number of flows, side by side."""

    def __init__(self, width: int, first: int, joins: list[str]) -> None:
        self.width = width
        self.places = {join: first + number * width for number, join in enumerate(joins)}
        self.by_place = {place: join for join, place in self.places.items()}
        self.firsts = sum(1 << place for place in self.by_place)

    def partly_set(self, mask: int) -> Iterator[str]:
        """The joins of which some flows are in the mask and some are not."""
        some = every = mask
        span = 1
        while span < self.width:  # twice as many bits looked at each time, the last time those that are left
            shift = min(span, self.width - span)
            some |= some >> shift
            every &= every >> shift
            span += shift
        partly = some & ~every & self.firsts
        while partly:
            lowest = partly & -partly
            yield self.by_place[lowest.bit_length() - 1]
            partly ^= lowest


def _lay_out(arrivals: dict[str, list[str]]) -> list[_Layout]:
    by_width: dict[int, list[str]] = {}
    for join, flows in arrivals.items():
        by_width.setdefault(len(flows), []).append(join)
    layouts, first = [], 0
    for width, joins in sorted(by_width.items()):
        layouts.append(_Layout(width, first, joins))
        first += width * len(joins)
    return layouts


def _propagate(graph: Graph, bits: dict[str, int], own: dict[str, int]) -> dict[str, int]:
    """State key → the flows that it can reach. What is known of a state is passed back until nothing changes."""
    forward: dict[str, list[tuple[str, int]]] = {key: [] for key in graph.states}
    backward: dict[str, list[str]] = {key: [] for key in graph.states}
    for transition in graph.transitions:
        target = transition.target or transition.born
        if target is not None and not transition.is_inside:
            forward[transition.source].append((target, bits.get(transition.flow, 0) if target in own else 0))
            backward[target].append(transition.source)
    order = _last_first(forward)
    rank = {key: number for number, key in enumerate(order)}
    seen = dict.fromkeys(order, 0)
    todo, queued = list(range(len(order))), set(range(len(order)))
    while todo:
        number = heappop(todo)
        queued.discard(number)
        key = order[number]
        mask = 0
        for target, bit in forward[key]:
            mask |= bit | (seen[target] & ~own[target] if target in own else seen[target])
        if mask != seen[key]:
            seen[key] = mask
            for source in backward[key]:
                if rank[source] not in queued:
                    queued.add(rank[source])
                    heappush(todo, rank[source])
    return seen


def _last_first(forward: dict[str, list[tuple[str, int]]]) -> list[str]:
    """Every state behind those that it leads to, as far as there are no loops: one pass is enough then."""
    order: list[str] = []
    seen: set[str] = set()
    for start, first in forward.items():
        if start in seen:
            continue
        seen.add(start)
        path = [(start, iter(first))]
        while path:
            key, ways = path[-1]
            following = next((target for target, _ in ways if target not in seen), None)
            if following is None:
                order.append(key)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(forward[following])))
    return order
