"""The lists of open work: who sees what, in which order, page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from engine.models import WorkItem
from engine.service import instances, items, worklist
from engine.service.errors import NotFound
from engine.service.workfilter import Narrow, read_variable_tests
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import end, line, make_process, simple, start, user

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


def pages(actor: Any, view: str = "", size: int = 3, **options: Any) -> list[int]:
    """The whole list, page by page."""
    read: list[int] = []
    after = None
    for _ in range(100):
        page = worklist.read_page(actor, view, now=NOW, after=after, limit=size, **options)
        read += [item.pk for item in page.items]
        if page.following is None:
            return read
        after = page.following
    raise AssertionError("the list has no end")


def test_what_was_done_last_stands_first_whenever_it_came(work: None, make_user: Callable[..., Any]) -> None:
    mary = make_user("mary", "managers", "clerks", "participants")
    keys = [item.pk for item in worklist.list_items(mary, now=NOW)]
    for key in (order := [keys[1], keys[3], keys[0], keys[2]]):
        items.complete(key, mary)
    assert pages(mary, "done", size=3) == order[::-1]


def test_a_place_of_another_order_is_no_failure(work: None, make_user: Callable[..., Any]) -> None:
    mary = make_user("mary", "managers")
    for view, sort, value in product(("", "done", "follow-up"), worklist.SORTS, (None, 5, NOW)):
        worklist.read_page(mary, view, now=NOW, sort=sort, after=(value, 1))


@pytest.fixture
def many(deployed: Deploy) -> list[int]:
    """Twelve tasks of the managers, the tenth and later ones not of usual priority."""
    deployed(simple("money", ("pay", user("pay", group="managers"))))
    keys = [
        instances.start("money", None, variables={"amount": n, "customer": {"name": f"C{n % 3}"}}) << 24 | 1
        for n in range(12)
    ]
    for place, priority in ((3, 80), (7, 90), (5, 20), (9, 80)):
        WorkItem.objects.filter(pk=keys[place]).update(priority=priority)
    return keys


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("oldest", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("priority", [7, 3, 9, 0, 1, 2, 4, 6, 8, 10, 11, 5]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 5, 12])
def test_each_order_is_read_page_by_page_without_a_gap(
    many: list[int], make_user: Callable[..., Any], sort: str, order: list[int], size: int
) -> None:
    assert pages(make_user("mary", "managers"), size=size, sort=sort) == [many[place] for place in order]


def test_what_is_put_off_is_out_of_the_way_until_then_but_in_its_own_view(
    many: list[int], make_user: Callable[..., Any]
) -> None:
    mary = make_user("mary", "managers")
    WorkItem.objects.filter(pk=many[0]).update(follow_up=NOW + timedelta(days=2))
    WorkItem.objects.filter(pk=many[1]).update(follow_up=NOW - timedelta(days=2))
    assert many[0] not in pages(mary)
    assert many[1] in pages(mary)
    assert pages(mary, "follow-up", size=1) == [many[1], many[0]]
    assert many[0] in pages(mary, "groups")
    assert worklist.count_items(mary, "", NOW) == 11


def test_a_list_is_narrowed_by_variables_step_due_date_and_priority(
    many: list[int], make_user: Callable[..., Any]
) -> None:
    mary = make_user("mary", "managers", "operators")

    def narrowed(**members: Any) -> list[int]:
        return [many.index(key) for key in pages(mary, narrow=Narrow(**members))]

    def by(text: str) -> list[int]:
        tests = read_variable_tests(text)
        assert tests is not None
        return narrowed(variables=tests)

    WorkItem.objects.filter(pk=many[2]).update(due=NOW - timedelta(days=1))
    WorkItem.objects.filter(pk=many[6]).update(due=NOW + timedelta(days=3))
    assert by("amount >= 10") == [10, 11]
    assert by("amount > 5, customer.name = C0") == [6, 9]
    assert by("customer.name ~ c2, amount != 2") == [5, 8, 11]
    assert by("nowhere = 1") == []
    assert read_variable_tests("amount") is None
    assert narrowed(priority=80) == [3, 7, 9]
    assert (narrowed(due="overdue"), narrowed(due="week"), len(narrowed(due="none"))) == ([2], [2, 6], 10)
    assert (len(narrowed(node="pay")), narrowed(node="other"), narrowed(process="other")) == (12, [], [])


def test_variables_are_those_that_the_task_sees_from_its_own_to_the_cases(
    deployed: Deploy, make_user: Callable[..., Any]
) -> None:
    many_lines = (
        '<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=lines" '
        'inputElement="line"/></extensionElements></multiInstanceLoopCharacteristics>'
    )
    inner = start("s") + user("pay", group="managers") + end("e") + line("s", "pay", "e")
    body = f'<subProcess id="each">{inner}{many_lines}</subProcess>'
    deployed(simple("order", ("each", body)))
    mary = make_user("mary", "managers", "operators")
    lines = [{"amount": 5, "to": "Ann"}, {"amount": 50, "to": "Ben"}]
    for region in ("EU", "US"):
        instances.start("order", None, variables={"lines": lines, "region": region, "line": {"amount": 999}})

    def by(text: str) -> int:
        tests = read_variable_tests(text)
        assert tests is not None
        return len(pages(mary, narrow=Narrow(variables=tests)))

    assert [by("line.amount > 9"), by("line.to = Ann"), by("line.to = Ben, region = EU"), by("region = US")] == [
        2,
        2,
        1,
        2,
    ]
    assert by("line.amount = 999") == 0, "what is nearer hides what is further out"


def test_who_may_not_see_the_process_searches_the_variables_of_the_form_alone(
    deployed: Deploy, make_user: Callable[..., Any]
) -> None:
    components = '[{"type": "number", "key": "amount"}, {"type": "text", "text": "For {{to}}"}]'
    form = f'<zeebe:userTaskForm id="f">{{"type": "default", "components": {components}}}</zeebe:userTaskForm>'
    more = '<zeebe:formDefinition formKey="camunda-forms:bpmn:f"/></extensionElements>'
    pay = user("pay", group="managers").replace("</extensionElements>", more)
    forms = f"<extensionElements>{form}</extensionElements>"
    deployed(make_process("order", forms, start(), pay, end(), line("start", "pay", "end")))
    instances.start("order", None, variables={"amount": 5, "to": "Ann", "salary": 900})
    manager, overseer = make_user("manager", "managers"), make_user("overseer", "managers", "operators")

    def by(actor: Any, text: str) -> int:
        tests = read_variable_tests(text)
        assert tests is not None
        return len(pages(actor, narrow=Narrow(variables=tests)))

    assert [by(manager, text) for text in ("amount = 5", "to = Ann")] == [1, 1]
    assert [by(manager, text) for text in ("salary = 900", "salary != 900", "amount = 5, salary > 1")] == [0, 0, 0]
    assert [by(overseer, text) for text in ("amount = 5", "salary = 900")] == [1, 1]


def test_a_search_in_variables_stops_after_a_while_and_goes_on_from_there(
    many: list[int], make_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "MOST_SCANNED", 4)
    tests = read_variable_tests("amount = 11")
    assert tests is not None
    mary = make_user("mary", "managers", "operators")
    first = worklist.read_page(mary, now=NOW, narrow=Narrow(variables=tests), limit=1)
    assert (first.items, first.is_cut) == ([], True)
    assert pages(mary, narrow=Narrow(variables=tests), size=1) == [many[11]]


def test_every_part_of_a_list_is_the_beginning_of_an_index(many: list[int], make_user: Callable[..., Any]) -> None:
    """No list reads all that is open: with a page's worth of rows wanted, nothing is sorted and nothing is scanned."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rows = [
        WorkItem(
            id=(many[0] >> 24) + 1000 + n << 24 | 1, audience=item.audience, token=1, state_id=item.state_id,
            status=1 if n % 20 == 0 else 0, ended_at=NOW + timedelta(hours=n) if n % 20 == 0 else None,
            priority=50 if n % 9 else 80, due=NOW + timedelta(hours=n) if n % 3 else None,
            assignee="joe" if n % 10 == 0 else None,
        )
        for item in [WorkItem.objects.get(pk=many[0])]
        for n in range(5000)
    ]  # fmt: skip
    WorkItem.objects.bulk_create(rows, batch_size=500)
    people = make_user("mary", "managers"), make_user("joe", "managers")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plans: list[str] = []
    for person in people:
        for view in ("", "mine", "groups", "unassigned", "overdue", "follow-up", "done", "delegated"):
            for sort in worklist.SORTS:
                with CaptureQueriesContext(connection) as captured:
                    worklist.read_page(person, view, now=NOW, sort=sort)
                plans += [explain(query["sql"]) for query in captured if is_page(query["sql"])]
    assert len(plans) > 50
    assert [plan for plan in plans if "SCAN engine_workitem" in plan or "Seq Scan on engine_workitem" in plan] == []


def is_page(statement: str) -> bool:
    return 'FROM "engine_workitem"' in statement and "LIMIT" in statement


def explain(statement: str) -> str:
    from django.db import connection

    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(prefix + statement.replace("%", "%%"))
        plan = "\n".join(str(line[-1]) for line in cursor.fetchall())
    # Walking along an index until the page is full is what is wanted.
    return plan.replace("SCAN engine_workitem USING INDEX", "WALK")
