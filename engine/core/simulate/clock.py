"""The clock that moves only when told: due timers fire in due order, those of start events too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from engine.core.model.effects import OpenJob, OpenTimer
from engine.core.model.runtime import Delivery
from engine.core.run.starts import first_due, run_date
from engine.core.simulate.state import RunState
from engine.core.simulate.waits import Row
from engine.core.triggers.schedule import ENDLESS, read_cycle

if TYPE_CHECKING:
    from engine.core.simulate.world import World


@dataclass(slots=True, eq=False)
class StartTimer:
    process: str
    entry: Mapping[str, Any]
    number: int
    due: datetime | None
    remaining: int
    cycle: str


class Clock:
    def __init__(self, world: World) -> None:
        self.world = world
        self.starts: list[StartTimer] = []
        self.held: list[tuple[datetime, int, RunState, Row]] = []  # timers that wait for the next move
        for process, deployed in world.deployed.items():
            for entry in deployed.config.get("starts", ()):
                if entry["kind"] == "timer":
                    due = first_due(entry, world.now, world.budget)
                    self.starts.append(StartTimer(process, entry, next(world.numbers), *due))

    def set(self, moment: datetime) -> None:
        """Fire all that is due up to the moment, each at its own time. A timer without pause that is opened at
        the very end waits for the next move, and so does whatever fires without end at one moment."""
        world = self.world
        if moment < world.now:
            raise ValueError("Time goes forward only.")
        last_of_old = next(world.numbers)
        fired_at, fired = world.now, 0
        self.held.clear()
        try:
            while (due := self._next(moment, last_of_old)) is not None:
                when, _, fire = due
                if when > world.now:
                    world.now = when
                fired = fired + 1 if world.now == fired_at else 0
                fired_at = world.now
                if fired > world.limits.steps:
                    break
                fire()
                world.settle()
        finally:
            for timer in self.held:
                heappush(world.timers, timer)
        world.now = moment

    def next_due(self) -> datetime | None:
        """The earliest moment that something waits for, jobs that are tried again included."""
        moments = [start.due for start in self.starts if start.due is not None]
        for _, row in self.world.open_rows():
            if row.due is not None and isinstance(row.effect, OpenTimer | OpenJob):
                moments.append(row.due)
        return min(moments, default=None)

    def _next(self, moment: datetime, last_of_old: int) -> tuple[datetime, int, Any] | None:
        found: list[tuple[datetime, int, Any]] = [
            (start.due, start.number, partial(self._start, start))
            for start in self.starts
            if start.due is not None and start.due <= moment
        ]
        timers = self.world.timers
        while timers and timers[0][0] <= moment:
            due, number, state, row = timers[0]
            if row.is_over or not self.world.is_active(state):
                heappop(timers)
            elif due >= moment and number > last_of_old and due <= self.world.now:
                self.held.append(heappop(timers))
            else:
                found.append((due, number, partial(self._fire, state, row)))
                break
        return min(found, key=lambda entry: entry[:2], default=None)

    def _fire(self, state: RunState, row: Row) -> None:
        effect = row.effect
        assert isinstance(effect, OpenTimer)
        state.end_row(row)
        data = {"due": effect.due.isoformat(), "remaining": effect.remaining}
        self.world.deliver(state, Delivery(row.token, row.trigger, data))

    def _start(self, start: StartTimer) -> None:
        due = start.due
        assert due is not None
        data = {"due": due.isoformat(), "remaining": start.remaining}
        start.due = None
        if start.remaining:
            start.due = read_cycle(start.cycle).following(due)
            start.remaining -= 0 if start.remaining == ENDLESS else 1
        date = run_date(start.entry, due, start.cycle)
        variables = {start.entry["run_date"]: date} if date else {}
        self.world.messages.try_start((start.process, start.entry), variables, date, **data)
