"""How often a job is tried and how long it rests in between, as its element says; nothing is tried here."""

from __future__ import annotations

from datetime import timedelta

from engine.core.model.effects import OpenJob
from engine.core.triggers.schedule import ScheduleError, read_cycle, read_duration

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)


def first_retries(effect: OpenJob) -> int:
    """A retry cycle says how often: R5/PT10M five times, a list once more than it has pauses."""
    text = effect.retry_cycle
    if not text:
        return effect.retries
    try:
        return max(read_cycle(text).times, 1) if text.startswith("R") else len(text.split(",")) + 1
    except ScheduleError:
        return effect.retries


def pause_after(effect: OpenJob, attempts: int) -> timedelta:
    text = effect.retry_cycle
    if text:
        try:
            if text.startswith("R"):
                pause = read_cycle(text).pause
            else:
                parts = text.split(",")
                pause = read_duration(parts[min(max(attempts - 1, 0), len(parts) - 1)])
        except ScheduleError:
            pause = None
        if pause is not None:
            return pause.rest + timedelta(days=30) * pause.months
    return min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 12)), LONGEST_PAUSE)
