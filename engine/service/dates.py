"""Runs for a date: the date is a variable and the business key of the run, and one date runs once.

A timer start that names a variable for the date, and a backfill, start their runs here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from engine.core.model.graph import PROCESS
from engine.core.model.words import say
from engine.core.run.starts import dated_start
from engine.models import Instance
from engine.service.advance import in_unit
from engine.service.errors import Invalid
from engine.service.instances import find_startable
from engine.service.once import name_source
from engine.service.rights import Actor, name_of
from engine.service.unit import Unit
from engine.service.versions import Version
from engine.store.contract import Store
from engine.store.rows import EventRow

# An instance that ended like this has not done what there was to do for its date.
UNDONE = (Instance.Status.CANCELLED, Instance.Status.FAILED)
AT_ONCE = 500


def find_runs(process: str, days: Collection[date]) -> dict[date, int]:
    """The dates for which the process runs or has run, and the latest instance of each."""
    ordered = sorted(days)
    found: dict[date, int] = {}
    for begin in range(0, len(ordered), AT_ONCE):
        keys = [day.isoformat() for day in ordered[begin : begin + AT_ONCE]]
        rows = _runs(process).filter(business_key__in=keys).exclude(status__in=UNDONE).order_by("pk")
        found |= {date.fromisoformat(key): pk for pk, key in rows.values_list("pk", "business_key")}
    return found


def begin_for(
    unit: Unit, version: Version, trigger: str, day: str, variables: dict[str, Any], *,
    actor: str = "", is_again: bool = False,
) -> tuple[int, bool]:  # fmt: skip
    """The run for the date, and whether it is new. The unit has claims: who comes second finds the first one's."""
    runs = list(_runs(version.process).filter(business_key=day).order_by("pk").values_list("pk", "status"))
    known = [pk for pk, status in runs if status not in UNDONE]
    if known and not is_again:
        return known[-1], False
    instance = unit.begin(version, trigger, variables, business_key=day, actor=actor)
    # Two that found the same runs write the same event: the second one is run again.
    source = name_source("date", version.process)
    unit.batch.events.append(EventRow(unit.now, source, f"{day}#{len(runs)}", instance))
    return instance, True


def start_for(actor: Actor, process: str, day: date, *, is_again: bool = False) -> int:
    """The run for the date, started now, or the one that there is already."""
    version, _ = find_startable(process, actor, None)
    trigger, variable = start_of(version)
    if not trigger:
        raise Invalid(
            "no-dated-start",
            say(
                "“%(process)s” cannot be run for a date: it needs a plain start, or a timer start with a run date.",
                process=process,
            ),
        )

    def act(store: Store, unit: Unit) -> int:
        given = {variable: day.isoformat()}
        return begin_for(unit, version, trigger, day.isoformat(), given, actor=name_of(actor), is_again=is_again)[0]

    return in_unit(act, has_claims=True)


def start_of(version: Version) -> tuple[str, str]:
    """The trigger that starts a run for a date, and the variable that gets it; empty where there is none."""
    return dated_start(version.machine.states[PROCESS].config)


def _runs(process: str) -> Any:
    return Instance.objects.filter(version__process__key=process, parent__isnull=True)
