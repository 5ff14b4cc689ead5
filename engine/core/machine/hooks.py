"""Every subclass of `transitions`' classes: the lean hooks that run, and the stock ones that prove them equal.

Tokens are the models; they are never registered with the machine. The library's own path builds an EventData and
walks callback lists for each trigger (13 to 17 µs); the lean classes do the same steps in straight lines. A
contract test replays every conformance case on both and compares each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transitions import Event, EventData, Machine, MachineError, State, Transition

from engine.core.model.behaviour import Accept, Behaviour, Enter, Fault, Run, Take
from engine.core.model.graph import State as StateRow
from engine.core.model.graph import Transition as TransitionRow
from engine.core.model.runtime import Token

Refused = MachineError  # the machine knows no such edge: the wait is already gone
Guard = Callable[[Run, Token], bool]


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
        self.arrive: Enter = behaviour.enter
        self.leave: Enter | None = behaviour.leave
        self.child_gone, self.drained = behaviour.child_gone, behaviour.drained
        self.take: Take | None = behaviour.take
        self.finish: Callable[[Run, Token, Any], None] | None = None
        self.resume: Enter | None = None
        self.fires: dict[str, Accept] = behaviour.fires
        self.splits = False
        self.forks: list[Edge] | None = None  # its edges, where every one of them is taken whatever the variables are
        self.forks_straight = False  # into states that do nothing on arrival
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
        # The edges behind this one that a token takes with it, having no choice; and the numbers of all.
        self.walk: tuple[Edge, ...] = ()
        self.way: tuple[int, ...] = (number,)

    def move(self, token: Token, run: Any) -> bool:
        """Take the token over this edge; and on through what only routes, where nothing else is waiting to be done."""
        target: Any = self.target_state
        if target is None:
            run.branch(token, self, is_last=True)
            return True
        leave = self.leave
        if leave is not None:
            leave(run, token)
        number = token.id
        if self.walk and not run.agenda:
            last = self.walk[-1]
            target = last.target_state
            run.log_way(number, self.way)
            run.walked += len(self.walk)
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
    """All edges of one trigger; fires the first whose guard passes, or all of them where the state splits."""

    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, machine)
        self.only: dict[str, Edge] = {}  # by state, where it is one edge and has no guard

    def trigger(self, token: Token, run: Any) -> bool:
        only = self.only.get(token.state)
        if only is not None:
            return only.move(token, run)
        edges: list[Edge] | None = self.transitions.get(token.state)
        if not edges:
            raise MachineError(f"Can't trigger event {self.name} from state {token.state}!")
        state = edges[0].source_state
        if state.forks is not None:
            run.fork(token, state.forks, is_straight=state.forks_straight)
            return True
        if state.splits:
            return split(token, run, edges)
        for edge in edges:
            guard = edge.guard
            if guard is None or guard(run, token):
                return edge.move(token, run)
        return False


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


class ProcessMachine(Machine):  # type: ignore[misc]
    """One deployed version. `watches`, `hears` and `settles` say whether anything in it waits for conditions, for
    signals, or for what other branches do; `lingers` are the states whose tokens outlive the scopes they come from."""

    state_cls = ProcessState
    transition_cls = Edge
    event_cls = LeanEvent

    watches: bool
    hears: bool
    settles: bool
    reached: dict[str, list[str]]  # state → the joins that wait for a token there; a join also for its own
    always_asked: frozenset[str]  # joins that depend on more than where tokens are
    lingers: frozenset[str]
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
