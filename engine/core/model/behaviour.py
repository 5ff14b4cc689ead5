"""What an element gives the machine, and what it may ask of a run and of the kit; shapes only, no code that acts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.core.model.diagram import Definition, Node, Process
from engine.core.model.effects import Effect
from engine.core.model.graph import State
from engine.core.model.limits import Limits
from engine.core.model.runtime import Instance, Token, Variables

# [language, text]: a Formula as a row keeps it; ["list", […]], ["texts", […]] and ["map", [[key, …], …]] of such
Encoded = list[Any]


class Fault(Exception):
    """A step that cannot be done now: becomes an incident at the token, or refuses a start."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{message} [{code}]")


class Run(Protocol):
    """One advance of one instance, as elements and triggers see it."""

    now: datetime
    instance: Instance
    tokens: dict[int, Token]

    def complete(self, token: Token) -> None:
        """Put the token on the agenda: it leaves by its sequence flows."""

    def finish(self, token: Token, variables: Mapping[str, Any] | None = None) -> None:
        """Take the results, run what has to run at the end of an activity, then complete."""

    def open(self, effect: Effect) -> None:
        """Open a wait or send something; a wait ends by itself when its token leaves."""

    def close(self, token: Token) -> None:
        """End every wait of the token."""

    def drop(self, token: Token, triggers: Collection[str]) -> None:
        """End the waits of the token for these triggers only."""

    def rest(self, token: Token) -> Sequence[Token]:
        """The token waits in a join, with those of the same state and scope, in the order of their arrival."""

    def spend(self, tokens: Collection[Token], last: Token) -> None:
        """These tokens of a join have come together: the last one goes on, the others are gone."""

    def unrest(self, token: Token) -> None:
        """The token goes on from its join."""

    def view(self, token: Token) -> Mapping[str, Any]:
        """All variables visible at the token. Not to be changed."""

    def merge(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Set variables where they already are, going outward from the token; new ones in the root scope."""

    def put(self, token: Token, name: str, value: Any) -> None:
        """Set a variable in the token's own scope (the root token's are the instance's)."""

    def put_all(self, token: Token, variables: Variables) -> None:
        """Several at once, in a mapping that is given away."""

    def watch(self, token: Token, trigger: str) -> None:
        """From here on changes of variables count for the condition; what is there already has been looked at."""

    def remember(self, token: Token) -> dict[str, Any]:
        """The token's `data`, made on demand and stored again after this advance."""

    def bear(
        self, state: str, scope: int, *, flow: str | None = None, index: int | None = None,
        variables: Variables | None = None, data: dict[str, Any] | None = None,
    ) -> Token:  # fmt: skip
        """A fresh token that enters `state` in the scope that token `scope` owns."""

    def bear_all(self, state: str, scope: int, given: Sequence[Variables]) -> bool:
        """As `bear` for each instance of an activity, with its variables. False: they have to be born one by one,
        because their arrival may change something, or because they are too many."""

    def pass_all(self, state: str, owner: Token, count: int, given: dict[str, list[Any]], words: Sequence[str]) -> bool:
        """As `bear_all`, and each has gone its way to the end already: none of them can do anything else. `given` are
        the variables of all by their names, `words` what the owner calls the number of those done and of those still
        there. False: they are not alone, or have something to do."""

    def consume(self, token: Token, is_last: bool = False) -> None:
        """The token has done its work here and is gone; its owner is told. `is_last`: the arrival does nothing else."""

    def cancel(self, token: Token) -> None:
        """The token is gone, with its waits and with everything in the scope that it owns."""

    def clear(self, owner: Token, spare: Token | None = None) -> None:
        """Cancel every token of the scope that `owner` owns, but not `spare`."""

    def children(self, owner: Token) -> list[Token]:
        """The living tokens of the scope that `owner` owns, in the order of their birth."""

    def together(self, token: Token) -> list[Token]:
        """The tokens in the same state and scope, this one included, in the order of their arrival."""

    def may_come(self, scope: int, reach: Mapping[str, Sequence[str]], filled: Container[str | None]) -> bool:
        """Can a token of the scope still come to a flow that is not filled, and to none that is? `reach` is what each
        state leads to. To be asked by what settles."""

    def trigger(self, token: Token, name: str, data: Mapping[str, Any] | None = None, *, is_next: bool = False) -> None:
        """Put a named trigger for the token on the agenda, before everything else where it `is_next`."""

    def throw_error(
        self, token: Token, code: str, message: str, variables: Mapping[str, Any], reference: str = ""
    ) -> None:
        """Look outward for who catches the error; nobody: the instance fails with its code. One without a code is
        told from others by what its event refers to."""

    def throw_escalation(self, token: Token, code: str, variables: Mapping[str, Any], reference: str = "") -> None:
        """Look outward for who catches the escalation; nobody: nothing happens."""

    def fail(self, token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
        """A job ends with an error: as `throw_error`, but nobody there is a Fault at the job."""

    def report(self, token: Token) -> bool:
        """Tell the owner that an activity of its scope is complete; false: the token is gone by that."""

    def broadcast(self, token: Token, name: str, variables: Mapping[str, Any]) -> None:
        """Send a signal once every branch has come to rest; the token then goes on, if it still lives."""

    def note_guard(self, token: Token, edge: int, message: str) -> None:
        """Keep in history why the guard of an edge could not be told."""

    def leave_behind(self, token: Token, state: str) -> None:
        """Once everything rests, a token in `state` that sees what this one sees, and outlives every scope."""

    def inside(self, key: str, token: Token) -> Token | None:
        """The token in state `key` whose scope the token lives in, however deep."""

    def end(self, status: str, error: str | None = None) -> None:
        """End the whole instance now, cancelling whatever still lives."""


Enter = Callable[[Run, Token], None]
Take = Callable[[Run, Token, Mapping[str, Any]], None]
Accept = Callable[[Run, Token, Mapping[str, Any]], bool]


class Kit(Protocol):
    """What an element gets while a version is built: expressions compiled once."""

    limits: Limits

    def value(self, formula: Encoded | None) -> Callable[[Run, Token], Any]:
        """The value as plain JSON; None where there is no formula."""

    def text(self, formula: Encoded | None) -> Callable[[Run, Token], str | None]:
        """The value as text; a number is written out."""

    def whole(self, formula: Encoded | None) -> Callable[[Run, Token], int | None]:
        """The value as a whole number; what is none is a Fault."""

    def condition(self, formula: Encoded) -> Callable[[Run, Token], bool]:
        """True or false; null is false, an undefined variable that leaves it open is a Fault."""

    def watched(self, formula: Encoded) -> tuple[Callable[[Run, Token], bool], frozenset[str]]:
        """A condition that is false as long as it cannot be told, and the names that it reads."""

    def feel_value(self, formula: Encoded) -> Callable[[Run, Token], Any]:
        """The value as FEEL has it, for dates and durations."""

    def decide(self, decision: str, binding: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> Any:
        """Evaluate a decision: a DecisionResult. A decision that is missing is a Fault."""


# A condition, the variables whose changes ask it, and which changes: create, update; None is any.
Watch = tuple[Callable[[Run, Token], bool], frozenset[str], frozenset[str] | None]


@dataclass(slots=True)
class Behaviour:
    """What a state does. `wait` is the kind of wait that people and programs see, empty where nothing waits.

    `thrown` runs when a signal that the token sent has been delivered; `child_done` hears of every complete activity
    in the token's scope and says whether the activity's token may go on. `take` receives the data of `complete`;
    without one its variables are merged. `fires` says for a trigger what to do with its data before the transition;
    false keeps the token where it is. `leave` runs on every way out.
    """

    enter: Enter
    wait: str = ""
    take: Take | None = None
    leave: Enter | None = None
    child_gone: Callable[[Run, Token, Token], None] | None = None
    drained: Enter | None = None
    thrown: Enter | None = None
    child_done: Callable[[Run, Token, Token], bool] | None = None
    owns_scope: bool = False
    fires: dict[str, Accept] = field(default_factory=dict)
    watches: list[tuple[str, *Watch]] = field(default_factory=list)
    signals: list[tuple[str, Callable[[Run, Token], str | None]]] = field(default_factory=list)
    is_join: bool = False
    settle: Callable[[Run, Token], bool] | None = None  # asked when every branch rests: go on?
    idle: Enter | None = None  # asked of the owner then, where it has to reset the join


class Element(Protocol):
    """One kind of state: what of the drawn node its row keeps, and the behaviour prepared from that row."""

    kind: str

    def encode(self, node: Node, process: Process) -> dict[str, Any]: ...

    def prepare(self, state: State, kit: Kit) -> Behaviour: ...


def pass_on(run: Run, token: Token) -> None:
    """The behaviour of everything that only routes."""
    run.complete(token)


@dataclass(slots=True)
class Catch:
    """One event definition that is waited for. `arm` opens the wait, `accept` takes what comes."""

    arm: Enter
    accept: Accept
    watch: Watch | None = None
    signal: Callable[[Run, Token], str | None] | None = None


Throw = Callable[[Run, Token], bool]  # true: the token may go on at once


class Trigger(Protocol):
    """One event cause. `event` is its entry in a state's config: kind, trigger, node and what `encode` wrote."""

    kind: str
    wait: str  # the kind of wait that people see

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]: ...

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch: ...

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw: ...
