"""What a process remembers of the instances that it has started is never believed alone: they may have moved on."""

from collections.abc import Callable, Iterable
from copy import copy, deepcopy
from typing import Any

import pytest
from django.contrib.auth.models import User

from engine.core.model.runtime import Token
from engine.models import Instance, Step, WorkItem
from engine.service import instances, items, remembered
from engine.service.errors import Conflict, Forbidden, NotFound
from engine.service.instances import Start
from engine.service.items import Completion
from engine.service.translate import to_snapshot
from engine.service.versions import get_version
from engine.store import open_store
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, simple, user

MakeUser = Callable[..., User]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def started(deployed: Deploy) -> int:
    deployed(simple("approval", ("check", user("check", group="managers")), ("wait", catch("wait", "duration", "P1D"))))
    return instances.start("approval", None, variables={"amount": 7})


def item_of(instance: int) -> int:
    return WorkItem.objects.of(instance).get().pk


def known_of(instance: int) -> remembered.Known:
    """A copy of what is remembered: what is used once is changed by it."""
    known = remembered._known[instance]
    case = copy(known.case)
    case.instance, case.tokens = deepcopy(case.instance), deepcopy(case.tokens)
    return known._replace(case=case)


def recalled(instance: int) -> Any:
    """What is remembered, and goes on being remembered."""
    known = known_of(instance)
    found = remembered.recall([item_of(instance)])
    remembered._known[instance] = known
    return found[item_of(instance)]


def test_what_is_remembered_is_what_is_stored(started: int) -> None:
    store = open_store()
    (row, case), ((read, stored),) = recalled(started), store.load_items([item_of(started)])
    assert row == read
    assert case.stored == stored.waits
    assert case.row._replace(variables="") == stored.row._replace(variables="")
    snapshot = to_snapshot(stored, get_version(case.row.version))
    assert case.instance == snapshot.instance
    assert describe(case.tokens.values()) == describe(snapshot.tokens)


def describe(tokens: Iterable[Token]) -> list[Any]:
    """Without the flow: only tokens in gateways are asked for it, and only theirs is stored."""
    return [(one.id, one.state, one.scope, one.index, one.variables, one.data) for one in tokens]


def test_what_somebody_else_has_completed_is_refused_and_not_done_twice(started: int) -> None:
    item, known = item_of(started), known_of(started)
    items.complete(item, None, {"by": "first"})
    remembered._known[started] = known  # as in a process that has not heard of it
    with pytest.raises(Conflict) as refused:
        items.complete(item, None, {"by": "second"})
    assert refused.value.code == "already-completed"
    assert Instance.objects.get(pk=started).variables == {"amount": 7, "by": "first"}
    assert Step.objects.of(started).count() == 2


def test_of_many_only_those_that_have_moved_on_are_refused(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one, two = instances.start_many("approval", None, [Start({})] * 2)
    assert isinstance(one, int)
    assert isinstance(two, int)
    known = known_of(one)
    items.complete(item_of(one), None)
    remembered._known[one] = known
    refused, done = items.complete_many([Completion(item_of(one), {}), Completion(item_of(two), {})], None)
    assert isinstance(refused, Conflict)
    assert done == two


def test_nobody_is_refused_because_of_what_was_remembered(started: int, make_user: MakeUser) -> None:
    """The task was another's to do when the process was started; it has been handed over since."""
    mary = make_user("mary")
    with pytest.raises(NotFound):
        items.complete(item_of(started), mary)
    item, known = item_of(started), known_of(started) if started in remembered._known else None
    items.assign(item, None, "mary")
    if known is not None:
        remembered._known[started] = known
    items.complete(item, mary)
    assert WorkItem.objects.get(pk=item).ended_by == "mary"


def test_who_may_do_it_is_asked_of_what_is_stored(started: int, make_user: MakeUser) -> None:
    """A candidate when it was started; somebody else has it since."""
    mary, _ = make_user("mary", "managers"), make_user("paul", "managers")
    items.assign(item_of(started), None, "paul")
    with pytest.raises(Forbidden):
        items.complete(item_of(started), mary)
    assert Instance.objects.get(pk=started).ended_at is None


@pytest.mark.parametrize("change", [instances.suspend, instances.cancel])
def test_a_suspended_or_cancelled_instance_takes_nothing(started: int, change: Any) -> None:
    item = item_of(started)
    change(started, None)
    with pytest.raises(Conflict):
        items.complete(item, None, {"late": True})
    assert Instance.objects.get(pk=started).variables == {"amount": 7}


def test_what_its_caller_changes_afterwards_is_not_what_was_stored(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    order = {"lines": [1, 2]}
    started = instances.start("approval", None, variables={"order": order})
    order["lines"].append(3)
    items.complete(item_of(started), None)
    assert Instance.objects.get(pk=started).variables == {"order": {"lines": [1, 2]}}


def test_only_so_many_are_remembered(deployed: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 3)
    deployed(simple("approval", ("check", user("check"))))
    started = instances.start_many("approval", None, [Start({})] * 5)
    assert list(remembered._known) == started[2:]
