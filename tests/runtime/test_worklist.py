"""The lists of open work: who sees what, in which order, page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.models import WorkItem
from engine.service import instances, items, worklist
from engine.service.errors import NotFound
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import simple, user

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2030, 6, 1, tzinfo=UTC)


@pytest.fixture
def work(deployed: Deploy) -> None:
    """Two tasks for each of two groups, two for anybody who works here, one that is Mary's."""
    deployed(
        simple("money", ("pay", user("pay", group="managers"))),
        simple("desk", ("file", user("file", group="clerks"))),
        simple("open", ("do", user("do"))),
        simple("own", ("mine", user("mine", person="mary"))),
    )
    for process in ("money", "desk", "open", "money", "desk", "open", "own"):
        instances.start(process, None, business_key=f"key-{process}")


def names(actor: Any, view: str = "", **options: Any) -> list[str]:
    return [item.state.node for item in worklist.list_items(actor, view, now=NOW, **options)]


def test_each_sees_their_own_their_groups_and_what_is_for_nobody_in_particular(
    work: None, make_user: Callable[..., Any]
) -> None:
    assert names(make_user("mary", "managers")) == ["pay", "pay", "mine"]
    assert names(make_user("joe", "clerks", "participants")) == ["file", "do", "file", "do"]
    assert names(make_user("stranger")) == []
    assert len(names(None)) == 6  # the engine's own list has everything that nobody has taken


def test_views_are_parts_of_what_one_sees(work: None, make_user: Callable[..., Any]) -> None:
    mary = make_user("mary", "managers")
    first = WorkItem.objects.filter(state__node="pay").order_by("id").first()
    assert first is not None
    items.claim(first.pk, mary)
    assert (names(mary, "mine"), names(mary, "unassigned"), names(mary, "groups")) == (
        ["pay", "mine"],
        ["pay"],
        ["pay"],
    )
    items.complete(first.pk, mary)
    assert (names(mary, "done"), names(mary)) == (["pay"], ["pay", "mine"])
    counts = [worklist.count_items(mary, view, NOW) for view in ("", "mine", "unassigned", "groups", "done")]
    assert counts == [2, 1, 1, 1, 1]


def test_what_somebody_else_has_taken_is_in_the_groups_view_only(work: None, make_user: Callable[..., Any]) -> None:
    mary, ann = make_user("mary", "managers"), make_user("ann", "managers")
    first = WorkItem.objects.filter(state__node="pay").order_by("id").first()
    assert first is not None
    items.claim(first.pk, mary)
    assert (names(ann), len(names(ann, "groups"))) == (["pay"], 2)


def test_the_soonest_due_stand_first_then_those_without_a_date_by_age(
    deployed: Deploy, make_user: Callable[..., Any]
) -> None:
    deployed(
        simple("money", ("pay", user("pay", group="managers"))), simple("own", ("pay", user("pay", person="mary")))
    )
    mary = make_user("mary", "managers")
    keys = [instances.start(("money", "own")[n % 2], None) << 24 | 1 for n in range(10)]
    for place, days in ((7, 1), (2, 3), (5, 2), (4, 2)):
        WorkItem.objects.filter(pk=keys[place]).update(due=NOW + timedelta(days=days))
    order = [keys[place] for place in (7, 4, 5, 2, 0, 1, 3, 6, 8, 9)]
    assert [item.pk for item in worklist.list_items(mary, now=NOW)] == order
    for size in (1, 3, 4):
        read: list[int] = []
        after = None
        while page := worklist.list_items(mary, now=NOW, after=after, limit=size):
            read += [item.pk for item in page]
            after = (page[-1].due, page[-1].pk)
        assert read == order
    overdue = worklist.list_items(mary, "overdue", now=NOW + timedelta(days=2, hours=1))
    assert [item.pk for item in overdue] == [keys[7], keys[4], keys[5]]


def test_a_list_can_be_narrowed_to_a_process_or_a_text(work: None, make_user: Callable[..., Any]) -> None:
    boss = make_user("boss", "managers", "clerks")
    assert names(boss, process="desk") == ["file", "file"]
    assert names(boss, search="key-money") == ["pay", "pay"]
    assert names(boss, search="Do fi") == ["file", "file"]
    assert names(boss, search="nothing") == []


def test_a_task_of_others_is_not_found(work: None, make_user: Callable[..., Any]) -> None:
    pay = WorkItem.objects.filter(state__node="pay").values_list("pk", flat=True)[0]
    joe = make_user("joe", "clerks")
    with pytest.raises(NotFound):
        worklist.get_item(joe, pay)
    for act in (items.claim, items.release, items.complete):
        with pytest.raises(NotFound):
            act(pay, joe)
    assert worklist.get_item(make_user("ops", "operators"), pay).name == "Do pay"


def test_a_page_reads_as_many_rows_from_many_items_as_from_few(work: None, make_user: Callable[..., Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    mary = make_user("mary", "managers")
    with CaptureQueriesContext(connection) as few:
        names(mary)
    instances.start_many("money", None, [instances.Start({}) for _ in range(120)])
    with CaptureQueriesContext(connection) as many:
        assert len(names(mary)) == worklist.PAGE
    assert len(many) <= len(few)
