"""What a list of work is narrowed to: process, step, dates, words, variables; who sees what is worklist's."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from engine.models import Instance, State, Token, WorkItem
from engine.models.keys import instance_of, make_key

MOST_FOUND = 200
USUAL_PRIORITY = 50
SIGNS = (">=", "<=", "!=", "=", ">", "<", "~")
_CONDITION = re.compile(r"\s*([^\s=<>!~]+)\s*(>=|<=|!=|=|>|<|~)\s*(.*?)\s*\Z", re.DOTALL)
DUE_DAYS = {"today": 1, "week": 7}


class VariableTest(NamedTuple):
    """`name` may be a path with dots; `sign` is one of SIGNS, ~ is “contains”."""

    name: str
    sign: str
    value: Any

    @property
    def root(self) -> str:
        """The variable that the path begins with."""
        return self.name.partition(".")[0]

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
        if narrow.priority > USUAL_PRIORITY:
            condition &= ~Q(priority=USUAL_PRIORITY)  # which the index of the others wants to hear
    if narrow.search:
        condition &= _search(narrow.search)
    return condition


def keep_fitting(shown: Mapping[int, set[str] | None], tests: tuple[VariableTest, ...]) -> set[int]:
    """Those of the items at which fitting variables are visible: the task's own, those of the scopes around it, and
    those of the instance. A task that is done has left its scopes: of it the instance's are asked. `shown` has for each
    item the names that may be asked for, None for all: at an item whose value is withheld nothing fits."""
    keys = [key for key, names in shown.items() if names is None or all(test.root in names for test in tests)]
    roots = dict(Instance.objects.filter(pk__in={instance_of(key) for key in keys}).values_list("pk", "variables"))
    chains = _read_scopes(keys)
    fitting = set()
    for key in keys:
        visible: Any = roots.get(instance_of(key)) or {}
        for variables in reversed(chains[key]):
            visible = visible | variables
        if all(test.fits(visible) for test in tests):
            fitting.add(key)
    return fitting


def _read_scopes(keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The variables of each item's token and of the tokens whose scopes it is in, the innermost first; one query for
    each depth."""
    chains: dict[int, list[dict[str, Any]]] = {key: [] for key in keys}
    items = WorkItem.objects.filter(pk__in=keys, status=WorkItem.Status.OPEN)
    at = {key: make_key(instance_of(key), token) for key, token in items.values_list("pk", "token")}
    while at:
        rows = Token.objects.filter(pk__in=set(at.values())).values_list("pk", "scope", "variables")
        found = {pk: (scope, variables) for pk, scope, variables in rows}
        reached = {key: found[token] for key, token in at.items() if token in found}
        for key, (_, variables) in reached.items():
            chains[key].append(variables or {})
        at = {key: make_key(instance_of(key), scope) for key, (scope, _) in reached.items() if scope}
    return chains


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
    found = Q(state__in=list(states))
    # No index knows what stands within a name, so every open item would be read.
    if WorkItem.objects.filter(name__isnull=False).exists():
        found |= Q(name__isnull=False, name__icontains=words)
    keyed = Instance.objects.filter(business_key__startswith=words).exclude(business_key="")
    # Read by their keys first: as ranges among other conditions they would be compared row by row.
    items = list(WorkItem.objects.of_any(keyed.values_list("pk", flat=True)[:MOST_FOUND]).values_list("pk", flat=True))
    return found | Q(id__in=items) if items else found


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
