"""The ways in which every scenario is played in memory; each must leave the same trace.

A way is a context manager that changes what a simulation is made of. The durable service is the fourth one:
it needs a database, so it has files of its own (durable.py and test_durable.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import cache, partial
from typing import Any
from unittest.mock import patch

from engine.core.feel import DEFAULT_BUDGET
from engine.core.machine import build_machine
from engine.core.model.limits import DEFAULT_LIMITS
from engine.core.model.runtime import ROOT, Instance, Snapshot, Token
from engine.core.run.replay import Replay
from engine.core.simulate import Simulation, deployment, state

MakeSimulation = Callable[..., Simulation]


@contextmanager
def straight() -> Iterator[MakeSimulation]:
    yield partial(simulate, compile_lean)


@contextmanager
def stock_hooks() -> Iterator[MakeSimulation]:
    """On the library's own path through its callbacks."""
    yield partial(simulate, compile_stock)


def simulate(
    compiler: Callable[..., dict[str, deployment.Deployed]], *texts: bytes,
    decisions: tuple[bytes, ...], handlers: dict[str, Any], now: datetime,
) -> Simulation:  # fmt: skip
    return Simulation.of(compiler(texts, decisions, frozenset(handlers)), handlers, now)


@cache
def compile_lean(
    texts: tuple[bytes, ...], decisions: tuple[bytes, ...], handlers: frozenset[str]
) -> dict[str, deployment.Deployed]:
    """Once for all scenarios of a file: what is compiled is never changed by what runs on it."""
    return deployment.deploy(texts, decisions, handlers, DEFAULT_LIMITS, DEFAULT_BUDGET)


@cache
def compile_stock(*files: Any) -> dict[str, deployment.Deployed]:
    with patch.object(deployment, "build_machine", partial(build_machine, hooks="stock")):
        return compile_lean.__wrapped__(*files)


@contextmanager
def restored() -> Iterator[MakeSimulation]:
    """Saved as text and read back after every single advance, the order of the tokens not kept."""
    take = state.RunState.take

    def take_and_restore(self: state.RunState, *arguments: Any) -> Any:
        rows = take(self, *arguments)
        check_replay(self)
        self.snapshot = load(dump(self.snapshot))
        for row in self.rows:
            fields = asdict(row.effect)
            assert json.loads(json.dumps(fields, default=str)) == {
                name: str(value) if isinstance(value, datetime) else value for name, value in fields.items()
            }, f"a store could not keep {row.effect}"
        return rows

    with patch.object(state.RunState, "take", take_and_restore):
        yield partial(simulate, compile_lean)


def check_replay(run: state.RunState) -> None:
    """The history alone tells where every token stands and what every variable is."""
    past = Replay(run.machine)
    assert past.take(run.log)
    instance, tokens = run.instance, run.snapshot.tokens
    assert (past.sequence, past.status, past.error) == (instance.sequence, instance.status, instance.error)
    assert {one.id: (one.state, one.scope) for one in past.tokens.values()} == {
        token.id: (token.state, token.scope) for token in tokens
    }
    kept = {token.id: token.variables for token in tokens if token.variables}
    assert {owner: own for owner, own in past.variables.items() if own and owner != ROOT} == kept
    assert past.variables[ROOT] == instance.variables
    # Continuations and listeners are phases on the way into a node: history does not tell them from what waits there.
    waits = {token.id: run.kind_of(token) for token in tokens if run.kind_of(token) not in ("", "async", "job")}
    assert waits.items() <= {(wait.token, wait.kind) for wait in past.waits}


def dump(snapshot: Snapshot) -> str:
    instance = snapshot.instance
    return json.dumps(
        {
            "instance": {name: getattr(instance, name) for name in instance.__slots__},
            "tokens": [
                [token.id, token.state, token.scope, token.flow, token.index, token.variables, token.data]
                for token in snapshot.tokens
            ],
        }
    )


def load(text: str) -> Snapshot:
    stored = json.loads(text)
    fields = stored["instance"]
    fields["parent"] = tuple(fields["parent"]) if fields["parent"] else None
    tokens = [Token(*row) for row in sorted(stored["tokens"])]
    return Snapshot(Instance(**fields), tokens)


WAYS: dict[str, Callable[[], AbstractContextManager[MakeSimulation]]] = {
    "straight": straight,
    "restored": restored,
    "stock": stock_hooks,
}
