"""The bounds of one advance and one instance; every one ends in an incident or a refusal, never in a stuck worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    steps: int = 10_000  # nodes passed in one delivery, those within multi-instance activities apart
    tokens: int = 50_000  # living at once in one instance
    multi_instance: int = 10_000  # instances of one activity
    call_depth: int = 100
    cycle_seconds: float = 1.0  # the shortest pause of a repeating timer
    wakes: int = 100_000  # steps of runs that wake each other, from one call of a simulation


DEFAULT_LIMITS = Limits()
# Instances of multi-instance activities are counted already: each may pass so many nodes, though only as many
# instances as one activity may have, lest a loop around them has no end.
STEPS_OF_AN_INSTANCE = 16
