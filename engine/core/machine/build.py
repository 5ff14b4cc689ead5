"""From the State and Transition rows of a version to its machine; never from the XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Literal

from engine.core.elements import ELEMENTS
from engine.core.feel import DEFAULT_BUDGET, Budget
from engine.core.machine.hooks import (
    Edge,
    Plan,
    ProcessMachine,
    ProcessState,
    StockMachine,
    Way,
    all_at_once,
    all_passing,
    first_passing,
    use_stock_callbacks,
)
from engine.core.machine.kit import Decide, ExpressionKit, no_decisions
from engine.core.machine.phases import assemble, pass_straight
from engine.core.model.collector import collector_at_rest
from engine.core.model.graph import COMPLETE, State, Transition
from engine.core.model.limits import DEFAULT_LIMITS, Limits

# A token goes so far at once: every edge keeps its own walk, and those of a long line would take its square.
_FARTHEST: Final = 50


@collector_at_rest()
def build_machine(
    states: Iterable[State],
    transitions: Iterable[Transition],
    *,
    decide: Decide = no_decisions,
    limits: Limits = DEFAULT_LIMITS,
    budget: Budget = DEFAULT_BUDGET,
    hooks: Literal["lean", "stock"] = "lean",
) -> ProcessMachine:
    """The machine of one version; it keeps no state of any instance and may be shared by threads."""
    kit = ExpressionKit(decide, limits, budget)
    machine_type = ProcessMachine if hooks == "lean" else StockMachine
    machine = machine_type(model=None, initial=None, auto_transitions=False, send_event=True)
    prepared = [ProcessState(row, ELEMENTS[row.kind].prepare(row, kit)) for row in states]
    machine.add_states(prepared)
    machine.edges = []
    for number, row in enumerate(transitions):
        guard = kit.guard(list(row.guard), number) if row.guard is not None else None
        edge = Edge(row.source, row.target, row, guard, number)
        edge.source_state = machine.states[row.source]
        edge.target_state = machine.states[row.target] if row.target is not None else None
        if row.trigger not in machine.events:
            machine.events[row.trigger] = machine.event_cls(row.trigger, machine)
        machine.events[row.trigger].add_transition(edge)
        machine.edges.append(edge)
    leaving = machine.events.get(COMPLETE)
    for state in prepared:
        edges = leaving.transitions.get(state.key, []) if leaving is not None else []
        edges.sort(key=lambda edge: (edge.row.is_default, edge.row.position))
        state.splits = state.kind == "process" or (
            state.kind != "exclusiveGateway" and (len(edges) > 1 or any(edge.guard is not None for edge in edges))
        )
        assemble(state, kit)
    for state in prepared:
        state.onward = find_onward(leaving.transitions.get(state.key, []) if leaving is not None else [])
    break_circles(prepared)
    for edge in machine.edges:
        edge.leave = edge.source_state.leave
        entered = edge.target_state
        if entered is None and edge.born is not None and not edge.data:
            entered = machine.states[edge.born]
        walk = list(islice(walk_on(entered), _FARTHEST))
        own = () if edge.target_state is None else (edge.number,)
        edge.way = (*own, *(passed.number for passed in walk))
        edge.walked, edge.last = len(walk), walk[-1] if walk else None
    if hooks == "lean":
        for event in machine.events.values():
            event.ways = {key: find_way(edges) for key, edges in event.transitions.items()}
    for event in machine.events.values():
        for key in event.transitions:
            machine.states[key].events[event.name] = event
    machine.plan = make_plan(machine, prepared)
    if hooks == "stock":
        use_stock_callbacks(machine)
    return machine


def make_plan(machine: ProcessMachine, states: list[ProcessState]) -> Plan:
    reached, always_asked = note_joins(states)
    complete = machine.events.get(COMPLETE)
    return Plan(
        states={state.key: state for state in states},
        edges=machine.edges,
        complete=complete.trigger if complete is not None else lambda token, run: False,
        watches=any(state.behaviour.watches for state in states),
        hears=any(state.behaviour.signals for state in states),
        settles=any(state.behaviour.settle is not None for state in states),
        reached=reached,
        always_asked=always_asked,
        lingers=frozenset(state.key for state in states if state.config.get("lingers")),
    )


def note_joins(states: Iterable[ProcessState]) -> tuple[dict[str, list[str]], frozenset[str]]:
    reached: dict[str, list[str]] = {}
    always = set()
    for state in states:
        if state.behaviour.settle is not None:
            for key in (state.key, *state.config["reach"]):
                reached.setdefault(key, []).append(state.key)
            if state.behaviour.idle is not None:
                always.add(state.key)
    return reached, frozenset(always)


def find_way(edges: list[Edge]) -> Way:
    """How a token takes one of the edges that leave its state by one trigger, or all of them."""
    if len(edges) == 1 and edges[0].guard is None:
        return edges[0].move
    if not edges[0].source_state.splits:
        return first_passing(edges)
    targets = [edge.target_state for edge in edges if edge.guard is None and not edge.row.is_default]
    if len(targets) == len(edges) and None not in targets:
        return all_at_once(edges, all(target is not None and target.arrive is pass_straight for target in targets))
    return all_passing(edges)


def find_onward(edges: list[Edge]) -> Edge | None:
    """The one edge of a state that does nothing but take it."""
    if len(edges) != 1:
        return None
    edge, state = edges[0], edges[0].source_state
    is_plain = state.arrive is pass_straight and state.leave is None and not state.splits
    return edge if is_plain and edge.guard is None and edge.target_state is not None else None


def walk_on(state: ProcessState | None) -> Iterator[Edge]:
    while state is not None and state.onward is not None:
        yield state.onward
        state = state.onward.target_state


def break_circles(states: Iterable[ProcessState]) -> None:
    """A token that walks in a circle has to be counted step by step."""
    seen: set[str] = set()
    for state in states:
        walk: dict[str, ProcessState] = {}
        walker: ProcessState | None = state
        while walker is not None and walker.key not in seen and walker.key not in walk:
            walk[walker.key] = walker
            walker = walker.onward.target_state if walker.onward is not None else None
        seen.update(walk)
        if walker is not None and walker.key in walk:
            walker.onward = None
