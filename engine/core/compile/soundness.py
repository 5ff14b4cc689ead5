"""Deadlocks and missing synchronisation: plays the tokens of every scope through, up to a bound.

Choices are taken to be free, so what is found may need a combination of conditions that never holds;
only a join that no play ever completes is a certain deadlock. Both are warnings: BPMN gives such a model a
meaning (it waits), conformance suites run it, and it may be wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from engine.core.compile.findings import Findings, Plan
from engine.core.compile.soundness_net import NOWHERE, Net, Vertex, build_net, reduce_net
from engine.core.model.words import say

TOKENS: Final = 30_000  # written into markings, and flows looked back over, for one diagram that people read
_WIDEST: Final = 6  # outgoing flows of an inclusive split, 63 ways to leave it

Marking = tuple[int, ...]  # the edges that hold a token, sorted


def check(findings: Findings, plan: Plan) -> None:
    """Every scope by itself: a sub-process is one step of the scope around it."""
    budget = TOKENS
    for scope in plan.inside:
        if (scope != plan.process.id and scope not in plan.nodes) or plan.is_ad_hoc(scope):
            continue
        net = build_net(plan, scope)
        if net is None:
            continue
        reduce_net(net)
        play = _Play(net, budget)
        play.run()
        budget -= play.work
        _report(findings, plan, play)
        if budget <= 0:
            return


def _report(findings: Findings, plan: Plan, play: _Play) -> None:
    is_certain = play.is_complete and len(play.net.starts) == 1
    for number in sorted(play.stuck):
        node = plan.nodes[play.net.vertices[number].node]
        if is_certain and number not in play.fired:
            message = say("The join waits for flows that never all come, so tokens stay here; use a matching split.")
            findings.add("deadlock", node, message)
        else:
            message = say("The join may wait for a flow that no token takes; use a matching split.")
            findings.add("possible-deadlock", node, message)
    for number in sorted(play.doubled):
        node = plan.nodes[play.net.vertices[number].node]
        message = say("Several tokens of a parallel split may pass here one after the other; join them before.")
        findings.add("missing-synchronisation", node, message)


class _Play:
    """All markings that tokens can reach, as far as the budget goes."""

    def __init__(self, net: Net, budget: int) -> None:
        self.net = net
        self.budget = budget
        self.work = 0
        self.is_complete = True  # false once anything was left out
        self.fired: set[int] = set()
        self.stuck: set[int] = set()  # joins that hold tokens when nothing moves any more
        self.doubled: set[int] = set()  # where a second token meets a first
        self._upstream: dict[int, set[int]] = {}
        self._loose = self._find_loose()

    def run(self) -> None:
        todo: list[Marking] = [tuple(sorted(edges)) for edges in self.net.starts]
        seen = set(todo)
        while todo:
            marking = todo.pop()
            has_moved = False
            for following in self._moves(marking):
                has_moved = True
                self.work += len(following) + 1
                if self.work > self.budget:
                    self.is_complete = False
                    return
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
            if marking and not has_moved:
                self.stuck.update(self.net.target[edge] for edge in marking)

    def _find_loose(self) -> set[int]:
        """Edges whose tokens only end next: they concern nobody, unless they show that a merge is passed twice."""
        ending = self._find_ending()
        vertices = self.net.vertices
        sources = {edge: vertices.get(self.net.source[edge]) for edge in ending}
        return {
            edge
            for edge, source in sources.items()
            if source is not None and (edge in source.beside or len(source.ins) < 2)
        }

    def _find_ending(self) -> set[int]:
        """Edges whose tokens end without meeting others, whatever they pass before: found from the ends backwards."""
        found: set[int] = set()
        todo = [number for number, vertex in self.net.vertices.items() if not vertex.outs]
        while todo:
            vertex = self.net.vertices[todo.pop()]
            waits = len(vertex.ins) > 1 and (vertex.outs or vertex.join != "one")
            if vertex.beside or vertex.clears or waits or not vertex.outs <= found or vertex.ins <= found:
                continue
            found |= vertex.ins
            todo += {self.net.source[edge] for edge in vertex.ins} & self.net.vertices.keys()
        return found

    def _moves(self, marking: Marking) -> Iterator[Marking]:
        held = set(marking)
        for number in dict.fromkeys(self.net.target[edge] for edge in marking):
            vertex = self.net.vertices[number]
            for taken in self._ways_in(number, vertex, held):
                self.fired.add(number)
                yield from self._ways_out(number, vertex, held - taken)

    def _ways_in(self, number: int, vertex: Vertex, held: set[int]) -> Iterator[set[int]]:
        present = {edge for edge in vertex.ins if edge in held}
        if vertex.join == "one" or len(vertex.ins) == 1:
            for edge in sorted(present):
                yield {edge}
        elif vertex.join == "all":
            if len(present) == len(vertex.ins):
                yield present
        elif present and not self._is_awaited(number, vertex, held, present):
            yield present

    def _is_awaited(self, number: int, vertex: Vertex, held: set[int], present: set[int]) -> bool:
        """Whether a token can still come to a free input of an inclusive join. One that could as well come to
        an input that has its token already is not waited for (13.4.3)."""
        coming: set[int] = set()
        free = vertex.ins - present
        for edge in (*free, *present):
            if self.work > self.budget:  # a join so wide is not looked through: the play ends with its next move
                return False
            upstream = self._upstream_of(edge, number)
            coming = coming | upstream if edge in free else coming - upstream
        return not coming.isdisjoint(held)

    def _upstream_of(self, edge: int, join: int) -> set[int]:
        found = self._upstream.get(edge)
        if found is None:
            found = {edge}
            todo = [edge]
            while todo:
                source = self.net.source[todo.pop()]
                if source in (NOWHERE, join):
                    continue
                for before in self.net.vertices[source].ins:
                    if before not in found:
                        found.add(before)
                        todo.append(before)
            self._upstream[edge] = found
            self.work += len(found)
        return found

    def _ways_out(self, number: int, vertex: Vertex, rest: set[int]) -> Iterator[Marking]:
        if vertex.clears:
            yield ()
            return
        for born in self._births(vertex):
            doubled = rest.intersection(born)
            if doubled:
                # A second token on a flow: noted, and not followed, or there would be no end of tokens.
                self.doubled.add(number)
                self.is_complete = False
                continue
            yield tuple(sorted(rest.union(born).difference(self._loose)))

    def _births(self, vertex: Vertex) -> Iterator[tuple[int, ...]]:
        for born in self._choices(vertex):
            yield born
            # One event beside the rest is enough to show what it does.
            yield from ((*born, edge) for edge in sorted(vertex.beside))

    def _choices(self, vertex: Vertex) -> Iterator[tuple[int, ...]]:
        outs = sorted(vertex.outs)
        if vertex.split == "all" or not outs:
            yield tuple(outs)
        elif vertex.split == "one":
            yield from ((edge,) for edge in outs)
        elif len(outs) > _WIDEST:
            self.is_complete = False
            yield tuple(outs)
            yield from ((edge,) for edge in outs)
        else:
            for size in range(1, len(outs) + 1):
                yield from combinations(outs, size)
