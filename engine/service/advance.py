"""The engine's one transaction: read what an action concerns, advance it, write it at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TypeVar

from django.db import IntegrityError, OperationalError

from engine.core.model.words import say
from engine.service import limits
from engine.service.batches import Planned, plan, write
from engine.service.errors import Conflict, Moved
from engine.service.sharing import Request, commits
from engine.service.unit import Unit
from engine.store import open_store
from engine.store.contract import Store
from engine.store.writing import is_writing

T = TypeVar("T")
MOST_TRIES = 5
# What PostgreSQL says when two units met in the wrong order: run it again.
MET = frozenset({"40001", "40P01"})


def in_unit(
    act: Callable[[Store, Unit], T], *, births: int = 0,
    has_claims: bool = False, is_patient: bool = False, is_urgent: bool = False,
) -> T:  # fmt: skip
    """Run one action as a unit of work. Two racing writers meet on the instance row; who loses is run again,
    and finds then what the winner has left.

    The action may run more than once and only reads: what it changes, it puts into the unit. One that claims has
    a transaction to itself; others may share theirs. What workers bring is urgent: it is never turned away. `births`
    is how many instances the action starts at least, if it is not refused."""
    store = open_store()

    def run_alone() -> T:
        return _in_own_unit(store, act, has_claims, is_patient)

    def prepare(now: datetime, ids: list[int]) -> tuple[T, Planned]:
        unit = Unit(store, now, is_patient=is_patient)
        unit.ids = [*ids]
        result = act(store, unit)
        return result, plan(unit)

    if has_claims or is_writing():
        return run_alone()
    with nullcontext() if is_urgent else limits.door.pass_through():
        if not store.shares_commits:
            return run_alone()
        answer: T = commits.run(store, Request(prepare, run_alone, births))
        return answer


def _in_own_unit(store: Store, act: Callable[[Store, Unit], T], has_claims: bool, is_patient: bool) -> T:
    for attempt in range(MOST_TRIES):
        unit = Unit(store, datetime.now(UTC), is_patient=is_patient or attempt > 0)
        try:
            with store.unit(has_claims=has_claims):
                result = act(store, unit)
                write(plan(unit))
        except Moved:
            continue
        except IntegrityError:
            if not unit.batch.events:
                raise
            continue  # the same event came in twice at once: the other one is known now
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in MET:
                raise
            continue
        return result
    raise Conflict("moved-on", say("Somebody else is changing the same instance. Nothing was changed; try again."))
