"""One instance in memory while it advances: tokens, deliveries in, delta out; nothing here acts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.core.model.effects import Effect

Variables = dict[str, Any]  # plain JSON values
Status = Literal["active", "completed", "terminated", "cancelled", "failed"]

ROOT = 0  # the id of the root token, in state PROCESS, which owns the root scope


class Token:
    """Where one thread of an instance stands. `transitions` moves it by its `state`.

    `id` counts from 1 within its instance, `scope` is the id of the token that owns the scope it lives in,
    `flow` the sequence flow it arrived by, `index` its place among the instances of a multi-instance activity,
    `variables` its local variables and `data` what its element has to remember; both None until used.
    """

    __slots__ = ("data", "flow", "id", "index", "is_gone", "is_new", "is_told", "scope", "state", "variables")

    def __init__(
        self,
        id: int,
        state: str,
        scope: int = ROOT,
        flow: str | None = None,
        index: int | None = None,
        variables: Variables | None = None,
        data: dict[str, Any] | None = None,
        is_new: bool = False,
    ) -> None:
        self.id = id
        self.state = state
        self.scope = scope
        self.flow = flow
        self.index = index
        self.variables = variables
        self.data = data
        self.is_new = is_new
        self.is_gone = False
        self.is_told = False  # the very mapping of its variables stands in the log: it is copied before it changes

    def __repr__(self) -> str:
        return f"<Token {self.id} in {self.state}>"


_NO_ROOT = Token(ROOT, "", scope=-1)


class Living:
    """The live tokens of one instance by their numbers, and how many there are in each scope. Whoever advances an
    instance again and again keeps it: an advance then costs what it does, however many others wait."""

    __slots__ = ("by_id", "population", "resting", "standing")

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        by_id = self.by_id = {ROOT: _NO_ROOT}  # the root token comes first, and is another in each advance
        population = self.population = {ROOT: 0}
        for token in tokens:
            by_id[token.id] = token
            population[token.scope] = population.get(token.scope, 0) + 1
        # Those that wait in joins, by state and scope; None until somebody asks, where there may be any.
        self.resting: dict[tuple[str, int], list[Token]] | None = None if len(by_id) > 1 else {}
        self.standing: Any = None  # what joins have to know of the others: see engine.core.run.standing

    def __iter__(self) -> Iterator[Token]:
        return (token for token in self.by_id.values() if token.id != ROOT)


@dataclass(slots=True)
class Instance:
    """The instance's own row. `data` belongs to the root scope (compensation log, event sub-processes)."""

    id: str
    process: str
    version: str  # whatever names the deployed version to the caller
    business_key: str = ""
    status: Status = "active"
    variables: Variables = field(default_factory=dict)
    data: dict[str, Any] | None = None
    tokens_made: int = 0
    sequence: int = 0  # of the last history entry
    error: str | None = None  # the code of a failed end
    parent: tuple[str, int] | None = None  # instance and token of the call activity


@dataclass(slots=True)
class Snapshot:
    """An instance with all its live tokens, the root token left out (it is the instance itself). Tokens that are
    `Living` are kept up with the advance."""

    instance: Instance
    tokens: Iterable[Token] = ()
    is_new: bool = False


@dataclass(slots=True)
class Delivery:
    """One thing that happened to a waiting token; `data` is plain JSON, variables always under "variables".

    | trigger            | token       | data                                            |
    |--------------------|-------------|-------------------------------------------------|
    | start              | ROOT        | variables                                       |
    | start:<node>       | ROOT        | variables (message), due and remaining (timer)  |
    | complete           | the waiting | variables; outcome of a work item among them    |
    | fire:<node>        | the waiting | variables, or due and remaining of a timer      |
    | error              | the waiting | code, message, variables                        |
    | escalation         | the caller  | code, variables                                 |
    | continue           | the waiting | none: an asynchronous continuation              |
    | variables          | any, ROOT   | variables, is_local                             |
    | cancel             | ROOT        | reason                                          |
    """

    token: int
    trigger: str
    data: dict[str, Any] | None = None
    actor: str = ""


class Delta:
    """What one advance changed. Tokens are the very objects; `refused` are deliveries whose token or
    trigger no longer exists ("already gone")."""

    __slots__ = ("born", "changed", "closed", "dropped", "effects", "gone", "instance", "is_new", "log", "refused")

    instance: Instance
    is_new: bool
    log: list[Any]  # flat history entries, see run/log.py
    effects: list[Effect]
    born: Sequence[Token]
    changed: Sequence[Token]
    gone: Sequence[int]
    closed: Collection[int]  # tokens whose stored waits and queued deliveries are over
    dropped: Collection[tuple[int, str]]  # single waits that are over: token, trigger
    refused: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Failure:
    """An advance that could not be done at all; the snapshot must be thrown away."""

    code: str
    node: str
    message: str
    token: int = ROOT
