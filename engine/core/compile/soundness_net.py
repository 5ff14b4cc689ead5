"""A scope reduced to what decides its soundness: splits, joins and flows between them; nothing is played."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from engine.core.compile.findings import Plan, kinds_of, link_of
from engine.core.model.diagram import Node

Rule = Literal["one", "all", "some"]  # exclusive, parallel, inclusive
NOWHERE: Final = -1  # where the tokens of the beginning come from


@dataclass(slots=True)
class Vertex:
    """A split or a join, or both. `ins`, `outs` and `beside` are edges; an edge is a place for tokens."""

    node: str
    join: Rule = "one"
    split: Rule = "all"
    ins: set[int] = field(default_factory=set)
    outs: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)  # taken or not, whatever else is taken
    clears: bool = False  # ends everything else in its scope


@dataclass(slots=True)
class Net:
    """The reduced scope; `starts` are the edges that hold a token at first, one set per way to begin."""

    vertices: dict[int, Vertex] = field(default_factory=dict)
    source: dict[int, int] = field(default_factory=dict)  # edge → vertex
    target: dict[int, int] = field(default_factory=dict)
    starts: list[set[int]] = field(default_factory=list)

    def connect(self, source: int, target: int, is_beside: bool = False) -> int:
        edge = len(self.source)
        self.source[edge], self.target[edge] = source, target
        self.vertices[target].ins.add(edge)
        if source != NOWHERE:
            vertex = self.vertices[source]
            (vertex.beside if is_beside else vertex.outs).add(edge)
        return edge


_JOINS: Final[dict[str, Rule]] = {"parallelGateway": "all", "inclusiveGateway": "some"}
_SPLITS: Final[dict[str, Rule]] = {
    "exclusiveGateway": "one",
    "eventBasedGateway": "one",
    "parallelGateway": "all",
    "inclusiveGateway": "some",
    "complexGateway": "some",
}


def build_net(plan: Plan, scope: str) -> Net | None:
    """The net of a scope; None where tokens follow rules that it cannot tell (complex joins, quantities)."""
    net = Net()
    numbers: dict[str, int] = {}
    # Event sub-processes and compensation handlers play outside the flow of tokens.
    nodes = [node for node in plan.inside[scope] if not (node.is_event_sub_process or node.is_for_compensation)]
    for number, node in enumerate(nodes):
        if (node.kind == "complexGateway" and len(node.incoming) > 1) or _counts(node):
            return None
        numbers[node.id] = number
        net.vertices[number] = Vertex(node.id, _JOINS.get(node.kind, "one"), _split(plan, node))
        net.vertices[number].clears = _clears(node)
    for node in nodes:
        for flow in plan.flows_out(node):
            if flow.target in numbers:
                net.connect(numbers[node.id], numbers[flow.target])
    catches = _catches(plan, scope)
    for node in nodes:
        _connect_boundaries(plan, node, net, numbers)
        link = link_of(node)
        if link is not None and node.kind == "intermediateThrowEvent":
            for name in catches.get(link.name.text if link.name else "", ()):
                net.connect(numbers[node.id], numbers[name])
    _begin(plan, scope, net, numbers)
    return net


def _counts(node: Node) -> bool:
    return node.start_quantity != 1 or node.completion_quantity != 1


def _split(plan: Plan, node: Node) -> Rule:
    rule = _SPLITS.get(node.kind)
    if rule is not None:
        return rule
    has_conditions = any(flow.condition is not None for flow in plan.flows_out(node))
    return "some" if has_conditions and len(node.outgoing) > 1 else "all"


def _clears(node: Node) -> bool:
    return node.kind == "endEvent" and bool(kinds_of(node) & {"terminate", "error", "cancel"})


def _catches(plan: Plan, scope: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in plan.inside[scope]:
        link = link_of(node)
        if link is not None and node.kind == "intermediateCatchEvent":
            found.setdefault(link.name.text if link.name else "", []).append(node.id)
    return found


def _connect_boundaries(plan: Plan, node: Node, net: Net, numbers: dict[str, int]) -> None:
    """An interrupting event is another way out of its host, any other one a way beside it."""
    events = [event for event in plan.boundaries.get(node.id, ()) if event.id in numbers]
    events = [event for event in events if "compensate" not in kinds_of(event)]
    number = numbers[node.id]
    if any(event.is_interrupting for event in events):
        # The flows of the host go behind a vertex of their own, so that the host chooses among all ways.
        host = net.vertices[number]
        after = len(net.vertices)
        net.vertices[after] = Vertex(host.node, "one", host.split, outs=host.outs)
        for edge in host.outs:
            net.source[edge] = after
        host.outs, host.split = set(), "one"
        net.connect(number, after)
    for event in events:
        net.connect(number, numbers[event.id], is_beside=not event.is_interrupting)


def _begin(plan: Plan, scope: str, net: Net, numbers: dict[str, int]) -> None:
    """A process starts at one of its start events, what is embedded at all of its beginnings."""
    starts = [node for node in plan.starts(scope) if node.id in numbers]
    edges = [net.connect(NOWHERE, numbers[node.id]) for node in starts]
    if scope == plan.process.id and all(node.kind == "startEvent" for node in starts):
        net.starts = [{edge} for edge in edges]
    elif edges:
        net.starts = [set(edges)]


def reduce_net(net: Net) -> None:
    """Contract what cannot change the answer: nodes with one way in and out, and parallel ways from a split
    to a join of the same rule. A block-structured scope shrinks to nearly nothing, in linear time."""
    ways: dict[tuple[int, int], set[int]] = {}
    for edge, target in net.target.items():
        ways.setdefault((net.source[edge], target), set()).add(edge)
    todo = list(net.vertices)
    pairs = [pair for pair, edges in ways.items() if len(edges) > 1]
    while todo or pairs:
        if pairs:
            pair = pairs.pop()
            if _merge(net, *pair, ways[pair]):
                todo.extend(pair)
            continue
        number = todo.pop()
        vertex = net.vertices.get(number)
        if vertex is None or len(vertex.ins) != 1 or len(vertex.outs) != 1 or vertex.clears or vertex.beside:
            continue
        (before,), (after,) = vertex.ins, vertex.outs
        source, target = net.source[before], net.target[after]
        if number in (source, target) or (source != NOWHERE and before in net.vertices[source].beside):
            continue
        del net.vertices[number]
        net.target[before] = target
        net.vertices[target].ins.remove(after)
        net.vertices[target].ins.add(before)
        ways[number, target].discard(after)
        shared = ways.setdefault((source, target), set())
        shared.add(before)
        if len(shared) > 1:
            pairs.append((source, target))


def _merge(net: Net, source: int, target: int, edges: set[int]) -> bool:
    """Several edges from a split to the join that waits for exactly such a split are one edge."""
    split, join = net.vertices.get(source), net.vertices.get(target)
    if split is None or join is None or len(edges) < 2 or split.split != join.join or not edges <= split.outs:
        return False
    gone = sorted(edges)[1:]
    edges.difference_update(gone)
    split.outs.difference_update(gone)
    join.ins.difference_update(gone)
    return True
