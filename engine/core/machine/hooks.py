"""Every subclass of `transitions`' classes: the lean hooks that run, and the stock ones that prove them equal.

Tokens are the models; they are never registered with the machine. The library's own path builds an EventData and
walks callback lists for each trigger (13 to 17 µs); the lean classes do the same steps in straight lines. A
contract test replays every conformance case on both and compares each step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from transitions import Event, EventData, Machine, MachineError, State, Transition

from engine.core.model.behaviour import Accept, Behaviour, Enter, Fault, Run, Take
from engine.core.model.graph import State as StateRow
from engine.core.model.graph import Transition as TransitionRow
from engine.core.model.runtime import Token

Refused = MachineError  # the machine knows no such edge: the wait is already gone
Guard = Callable[[Run, Token], bool]
Finish = Callable[[Run, Token, Mapping[str, Any] | None], None]
Way = Callable[[Token, Any], bool]  # of a token in a run; false: no edge can be taken
COMPLETABLE = frozenset({"user", "job", "receive", "call", "message", "signal", "timer", "condition"})


def finish_plainly(run: Any, token: Token, variables: Mapping[str, Any] | None) -> None:
    """The end of an activity that has nothing to do on its way out."""
    if variables:
        run.merge(token, variables)
    run.agenda.append(token)


class ProcessState(State):  # type: ignore[misc]
    """A state with its prepared behaviour; `arrive` is the whole way in, `leave` the whole way out."""

    def __init__(self, row: StateRow, behaviour: Behaviour) -> None:
        super().__init__(row.key)
        self.row = row
        self.key = row.key
        self.kind = row.kind
        self.node = row.node
        self.scope = row.scope
        self.config = row.config
        self.behaviour = behaviour
        self.wait = behaviour.wait
        self.is_completable = behaviour.wait in COMPLETABLE
        self.arrive: Enter = behaviour.enter
        self.leave: Enter | None = behaviour.leave
        self.child_gone, self.drained = behaviour.child_gone, behaviour.drained
        self.take: Take | None = behaviour.take
        self.finish: Finish = finish_plainly
        self.resume: Enter | None = None
        self.fires: dict[str, Accept] = behaviour.fires
        self.events: dict[str, Event] = {}  # those that it has edges for
        self.splits = False
        self.onward: Edge | None = None  # the one way on of a state that only routes, and not in a circle
        self.is_end = row.kind == "end"
        self.inside: frozenset[str] = frozenset()  # triggers of the event sub-processes of the scope
        self.catches: dict[str, list[tuple[str | None, Any]]] = {}
        self.is_hidden = bool(row.config.get("is_hidden")) or row.key.startswith("#")


class Edge(Transition):  # type: ignore[misc]
    """A transition that knows its two states, its guard and its number among the version's rows."""

    def __init__(self, source: str, dest: str | None, row: TransitionRow, guard: Guard | None, number: int) -> None:
        super().__init__(source, dest)
        self.row = row
        self.number = number
        self.flow: str | None = row.flow or None
        self.guard = guard
        self.born = row.born
        self.is_inside = row.is_inside
        self.clears = row.clears
        self.data: dict[str, Any] | None = row.config.get("data")  # what a born token has to remember
        self.source_state: ProcessState
        self.target_state: ProcessState | None = None
        self.leave: Enter | None = None  # the way out of its source
        # Edges behind this one that a token takes with it, having no choice: how many, the last; the numbers of all.
        self.walked = 0
        self.last: Edge | None = None
        self.way: tuple[int, ...] = (number,)

    def move(self, token: Token, run: Any) -> bool:
        """Take the token over this edge; and on through what only routes, where nothing else is waiting to be done."""
        target: Any = self.target_state
        if target is None:
            run.branch(token, self, True)
            return True
        leave = self.leave
        if leave is not None:
            leave(run, token)
        number, last = token.id, self.last
        if last is not None and not run.agenda:
            target = last.target_state
            run.log.append((number, *self.way))
            run.instance.sequence += self.walked
            run.walked += self.walked
            token.flow = last.flow
        else:
            run.log.append((number, self.number))
            token.flow = self.flow
        token.state = target.key
        if not token.is_new:
            run.touched[number] = token
        run.arriving = number
        try:
            target.arrive(run, token)
        except Fault as fault:  # what cannot be done there is parked there, not where it came from
            run.park_at_arrival(token, fault)
        return True


class LeanEvent(Event):  # type: ignore[misc]
    """All edges of one trigger; fires the first whose guard passes, or all of them where the state splits. Which of the
    two, and whether there is a choice at all, is known when the machine is built."""

    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, machine)
        self.ways: dict[str, Way] = {}  # by state: how a token leaves it

    def trigger(self, token: Token, run: Any) -> bool:
        way = self.ways.get(token.state)
        if way is None:
            raise MachineError(f"Can't trigger event {self.name} from state {token.state}!")
        return way(token, run)


def first_passing(edges: list[Edge]) -> Way:
    asked = [(edge.guard, edge.move) for edge in edges]

    def take_first(token: Token, run: Any) -> bool:
        for guard, move in asked:
            if guard is None or guard(run, token):
                return move(token, run)
        return False

    return take_first


def all_passing(edges: list[Edge]) -> Way:
    return lambda token, run: split(token, run, edges)


def all_at_once(edges: list[Edge], is_straight: bool) -> Way:
    """Where every edge is taken whatever the variables are; `is_straight` into states that do nothing on arrival."""

    def fork(token: Token, run: Any) -> bool:
        run.fork(token, edges, is_straight=is_straight)
        return True

    return fork


def split(token: Token, run: Any, edges: list[Edge]) -> bool:
    """Every unguarded edge and every one whose guard passes; the default only when no guarded one passes."""
    passing: list[Edge] = []
    default: Edge | None = None
    is_any_guarded = is_any_passed = False
    for edge in edges:
        if edge.row.is_default:
            default = edge
        elif edge.guard is None:
            passing.append(edge)
        else:
            is_any_guarded = True
            if edge.guard(run, token):
                is_any_passed = True
                passing.append(edge)
    if default is not None and not is_any_passed and (is_any_guarded or not passing):
        passing.append(default)
    if not passing:
        return False
    if passing[0].target_state is None:
        for edge in passing:
            run.branch(token, edge)
    elif len(passing) == 1:
        passing[0].move(token, run)
    else:
        run.fork(token, passing)
    return True


class StockEvent(Event):  # type: ignore[misc]
    """The library's own event, but for splits, which it has no notion of."""

    def _process(self, event_data: EventData) -> None:
        edges = self.transitions[event_data.state.name]
        if edges and edges[0].source_state.splits:
            event_data.result = split(event_data.model, event_data.args[0], edges)
        else:
            super()._process(event_data)


@dataclass(slots=True)
class Plan:
    """What runs ask of their version at every step, found once: the library's machine is slow to answer, as it has to
    look for callbacks behind every name.

    `watches`, `hears` and `settles` say whether anything in it waits for conditions, for signals, or for what other
    branches do; `lingers` are the states whose tokens outlive the scopes they come from."""

    states: dict[str, ProcessState]
    edges: list[Edge]
    complete: Callable[[Token, Any], bool]  # the trigger of the event by which tokens leave when they are done
    watches: bool
    hears: bool
    settles: bool
    reached: dict[str, list[str]]  # state → the joins that wait for a token there; a join also for its own
    always_asked: frozenset[str]  # joins that depend on more than where tokens are
    lingers: frozenset[str]


class ProcessMachine(Machine):  # type: ignore[misc]
    """One deployed version."""

    state_cls = ProcessState
    transition_cls = Edge
    event_cls = LeanEvent

    plan: Plan
    edges: list[Edge]
    states: dict[str, ProcessState]
    events: dict[str, Event]


class StockMachine(ProcessMachine):
    """The same version on the library's stock path."""

    event_cls = StockEvent


def use_stock_callbacks(machine: ProcessMachine) -> None:
    """Hang what the lean classes call directly into the library's callback lists."""
    for state in machine.states.values():
        state.on_exit = [_leave]
        state.on_enter = [lambda data: data.args[0].arrive(data.model)]
    for edge in machine.edges:
        if edge.guard is not None:
            edge.conditions = [Edge.condition_cls(lambda data, g=edge.guard: g(data.args[0], data.model))]
        if edge.dest is None:
            edge.before = [lambda data, e=edge: data.args[0].branch(data.model, e)]


def _leave(data: EventData) -> None:
    edge: Edge = data.transition
    run, token = data.args[0], data.model
    if edge.source_state.leave is not None:
        edge.source_state.leave(run, token)
    run.log.append((token.id, edge.number))
    token.flow = edge.flow
    run.touch(token)
