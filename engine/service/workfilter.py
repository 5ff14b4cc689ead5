"""What a list of work is narrowed to: process, step, dates, words, variables; who sees what is worklist's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from engine.models import Instance, State, WorkItem
from engine.models.keys import span

MOST_FOUND = 200
SIGNS = (">=", "<=", "!=", "=", ">", "<", "~")
_CONDITION = re.compile(r"\s*([^\s=<>!~]+)\s*(>=|<=|!=|=|>|<|~)\s*(.*?)\s*\Z", re.DOTALL)
DUE_DAYS = {"today": 1, "week": 7}


class VariableTest(NamedTuple):
    """`name` may be a path with dots; `sign` is one of SIGNS, ~ is “contains”."""

    name: str
    sign: str
    value: Any

    def fits(self, variables: Any) -> bool:
        found = variables
        for part in self.name.split("."):
            if not isinstance(found, dict) or part not in found:
                return self.sign == "!="
            found = found[part]
        return _compare(found, self.sign, self.value)


class Narrow(NamedTuple):
    """Empty members ask for nothing. `due` is overdue, today, week or none."""

    process: str = ""
    node: str = ""
    search: str = ""
    due: str = ""
    priority: int | None = None
    variables: tuple[VariableTest, ...] = ()


def read_variable_tests(text: str) -> tuple[VariableTest, ...] | None:
    """`amount > 100, customer = Ann`; None for what cannot be read."""
    tests: list[VariableTest] = []
    for part in filter(str.strip, text.split(",")):
        match = _CONDITION.match(part)
        if match is None:
            return None
        name, sign, value = match.groups()
        tests.append(VariableTest(name, sign, _read_value(value)))
    return tuple(tests)


def condition_of(narrow: Narrow, now: datetime) -> Q:
    """Everything but the variables, which no index knows."""
    condition = _due_condition(narrow.due, now)
    if narrow.process or narrow.node:
        states = State.objects.all()
        if narrow.process:
            states = states.filter(version__process__key=narrow.process)
        if narrow.node:
            states = states.filter(node=narrow.node)
        condition &= Q(state__in=list(states.values_list("pk", flat=True)))
    if narrow.priority is not None:
        condition &= Q(priority__gte=narrow.priority)
    if narrow.search:
        condition &= _search(narrow.search)
    return condition


def keep_fitting(keys: Iterable[int], tests: tuple[VariableTest, ...]) -> set[int]:
    """Those of the items whose instance has fitting variables in its root scope."""
    by_item = {key: key >> 24 for key in keys}
    rows = Instance.objects.filter(pk__in=set(by_item.values())).values_list("pk", "variables")
    fitting = {pk for pk, variables in rows if all(test.fits(variables) for test in tests)}
    return {key for key, instance in by_item.items() if instance in fitting}


def _due_condition(due: str, now: datetime) -> Q:
    if due == "overdue":
        return Q(due__lt=now)
    if due == "none":
        return Q(due__isnull=True)
    if due in DUE_DAYS:
        return Q(due__lt=now + timedelta(days=DUE_DAYS[due]))
    return Q()


def _search(words: str) -> Q:
    """In names of tasks, steps and processes, and at the beginning of business keys."""
    named = Q(name__icontains=words) | Q(version__process__name__icontains=words)
    states = State.objects.filter(named, kind="userTask").values_list("pk", flat=True)
    found = Q(state__in=list(states)) | Q(name__isnull=False, name__icontains=words)
    keyed = Instance.objects.filter(business_key__startswith=words).exclude(business_key="")
    ranges = Q()
    for instance in keyed.values_list("pk", flat=True)[:MOST_FOUND]:
        ranges |= Q(id__range=span(instance))
    if ranges:
        # Read by their keys first: as ranges among other conditions they would be compared row by row.
        found |= Q(id__in=list(WorkItem.objects.filter(ranges).values_list("pk", flat=True)))
    return found


def _read_value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (str, int, float, bool)) or value is None else text


def _compare(found: Any, sign: str, wanted: Any) -> bool:
    if sign == "~":
        return isinstance(found, (str, int, float)) and str(wanted).lower() in str(found).lower()
    if sign in ("=", "!="):
        is_same = found == wanted or (isinstance(found, str) and found == str(wanted))
        if isinstance(found, bool) != isinstance(wanted, bool):
            is_same = False
        return is_same if sign == "=" else not is_same
    if not _are_comparable(found, wanted):
        found, wanted = str(found), str(wanted)
    order = int(found > wanted) - int(found < wanted)
    return {">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[sign]


def _are_comparable(first: Any, second: Any) -> bool:
    numbers = (int, float)
    return isinstance(first, numbers) and isinstance(second, numbers) and not isinstance(first, bool)
