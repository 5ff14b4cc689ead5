"""Rates: how often jobs of a type may be begun, over all workers together; whoever leases asks here first.

A rate like `100/m` lets a hundred begin at once and then one every 0.6 seconds. What is not allowed yet stays where it
is and loses no attempt.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from engine.models import Allowance

SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
RATE = re.compile(r"([1-9]\d{0,8})/([smh])")


class Rate(NamedTuple):
    number: int
    seconds: float

    @property
    def pause(self) -> timedelta:
        return timedelta(seconds=self.seconds / self.number)


_declared: dict[str, Rate] = {}


def read_rate(text: str) -> Rate:
    found = RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no rate: write 10/s, 100/m or 1000/h.")
    return Rate(int(found[1]), SECONDS[found[2]])


def declare(job_type: str, text: str) -> None:
    """What a handler says of itself; the setting JOB_RATES goes before it."""
    _declared[job_type] = read_rate(text)


def rates_of(types: Collection[str]) -> dict[str, Rate]:
    own = {name: read_rate(text) for name, text in settings.JOB_RATES.items() if name in types}
    return {name: rate for name, rate in _declared.items() if name in types} | own


def count_allowed(job_type: str, rate: Rate, now: datetime) -> int:
    """How many may begin now. The row is the caller's until the end of its transaction, in which it says `spend`."""
    Allowance.objects.get_or_create(type=job_type, defaults={"next_at": now - rate.pause * rate.number})
    row = Allowance.objects.select_for_update().get(type=job_type)
    return max(int((now + rate.pause * rate.number - max(row.next_at, now)) / rate.pause), 0)


def spend(job_type: str, rate: Rate, now: datetime, number: int) -> None:
    row = Allowance.objects.get(type=job_type)
    Allowance.objects.filter(type=job_type).update(next_at=max(row.next_at, now) + rate.pause * number)


def forget_all() -> None:
    """For tests."""
    _declared.clear()
