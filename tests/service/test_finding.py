"""Searching instances: by state, step, values, dates and incidents; pages that lose and double nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance
from engine.service import finding, instances, items, jobs
from engine.service.finding import Search
from engine.service.occupancy import read_occupancy
from tests.service.diagrams import CHARGED, DECIDED, deploy, item_of, the_process

pytestmark = pytest.mark.django_db


def find(search: Search, *, before: int | None = None, limit: int = 50) -> list[int]:
    return [row.pk for row in finding.find_instances(None, search, place=before, limit=limit).instances]


@pytest.fixture
def five(db: None) -> list[int]:
    deploy(DECIDED)
    regions = ("EU", "US", "EU", "EU", "US")
    return [
        instances.start(
            "p", None, variables={"amount": n, "region": region, "inner": {"amount": 9}}, business_key=f"K-{n}"
        )
        for n, region in enumerate(regions)
    ]


def test_an_empty_search_finds_everything_newest_first(five: list[int]) -> None:
    assert find(Search()) == five[::-1]


def test_several_values_must_all_be_there(five: list[int]) -> None:
    assert find(Search(variables={"region": "EU"})) == [five[3], five[2], five[0]]
    assert find(Search(variables={"region": "EU", "amount": 2})) == [five[2]]


def test_a_value_inside_another_or_of_another_kind_is_no_hit(five: list[int]) -> None:
    assert find(Search(variables={"amount": 9})) == []
    assert find(Search(variables={"amount": "2"})) == []
    assert find(Search(variables={"amount": True})) == []


def test_pages_go_on_where_the_one_before_ended(five: list[int]) -> None:
    found, before = [], None
    for _turn in range(10):
        page = finding.find_instances(None, Search(variables={"region": "EU"}), place=before, limit=1)
        found += [row.pk for row in page.instances]
        before = page.next
        if before is None:
            break
    assert found == [five[3], five[2], five[0]]


def test_a_step_finds_those_that_stand_there(five: list[int], manager: AbstractUser) -> None:
    items.complete(item_of(five[1]).pk, manager, outcome="approve")
    assert find(Search(node="review")) == [five[4], five[3], five[2], five[0]]
    assert find(Search(node="review"), limit=2) == [five[4], five[3]]
    assert find(Search(node="review"), before=five[3]) == [five[2], five[0]]
    assert find(Search(node="approved")) == []


def test_state_version_key_and_id_narrow_the_search(five: list[int], manager: AbstractUser) -> None:
    items.complete(item_of(five[1]).pk, manager, outcome="approve")
    deploy(DECIDED.replace("Review", "Look"))
    newest = instances.start("p", None)
    assert find(Search(status=[Instance.Status.COMPLETED])) == [five[1]]
    assert find(Search(version=2)) == [newest]
    assert find(Search(text="K-3")) == [five[3]]
    assert find(Search(text=str(five[2]))) == [five[2]]


def test_days_bound_the_start(five: list[int]) -> None:
    Instance.objects.filter(pk=five[0]).update(started_at=datetime(2020, 1, 1, 12, tzinfo=UTC))
    day = datetime(2020, 1, 1, tzinfo=UTC)
    assert find(Search(started_from=day, started_to=day + timedelta(days=1))) == [five[0]]
    assert find(Search(started_from=day + timedelta(days=1))) == five[:0:-1]


def test_an_incident_is_found_by_its_message_and_its_step() -> None:
    deploy(CHARGED)
    failed, fine = instances.start("p", None), instances.start("p", None)
    for job in jobs.lease(["charge-card"], "w", seconds=60):
        if job.instance == failed:
            jobs.fail(job.id, "w", "No money left", retries=0)
    assert find(Search(has_incident=True)) == [failed]
    assert find(Search(incident="No money left", node="charge")) == [failed]
    assert find(Search(incident="Another")) == []
    assert find(Search(process="p")) == [fine, failed]


def test_who_may_not_see_a_process_finds_nothing_of_it(five: list[int], stranger: AbstractUser) -> None:
    assert finding.find_instances(stranger, Search()).instances == []
    assert finding.find_instances(stranger, Search(node="review")).instances == []


def test_a_search_says_where_it_goes_on_when_it_looked_at_enough(
    five: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_CANDIDATES", 2)
    monkeypatch.setattr(finding, "BATCH", 2)
    page = finding.find_instances(None, Search(variables={"amount": 0, "region": "EU"}), limit=1)
    assert (page.instances, page.next) == ([], five[3])


def test_instances_are_counted_up_to_a_limit(five: list[int]) -> None:
    assert finding.count_instances(None, Search()) == 5
    assert finding.count_instances(None, Search(), most=3) == 3


def test_a_process_counts_its_tokens_by_step_on_one_version_or_all(five: list[int]) -> None:
    deploy(DECIDED.replace("Review", "Look"))
    instances.start("p", None)
    process = the_process()
    assert read_occupancy(process, None)["occupied"] == [{"node": "review", "count": 6}]
    latest = process.versions.get(number=2)
    assert read_occupancy(process, latest)["occupied"] == [{"node": "review", "count": 1}]


def test_a_process_counts_its_incidents_by_step() -> None:
    deploy(CHARGED)
    instances.start("p", None)
    instances.start("p", None)
    for job in jobs.lease(["charge-card"], "w", seconds=60):
        jobs.fail(job.id, "w", "No money left", retries=0)
    assert read_occupancy(the_process(), None)["incidents"] == [
        {"node": "charge", "message": "No money left", "count": 2}
    ]


def test_a_key_and_a_step_together_find_those_that_have_both(five: list[int], manager: AbstractUser) -> None:
    items.complete(item_of(five[1]).pk, manager, outcome="approve")
    assert find(Search(text="K-", node="review")) == [five[4], five[3], five[2], five[0]]
    assert find(Search(text="K-1", node="review")) == []
    assert find(Search(text="K-", has_incident=True)) == []


@pytest.fixture
def many(five: list[int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five are many: they are walked over, two ids at a time and three in one request."""
    for name, value in (("FEW", 1), ("WINDOW", 2), ("MOST_WALKED", 3), ("DISORDER", 0)):
        monkeypatch.setattr(finding, name, value)
    return five


def find_all(search: Search, limit: int = 50) -> tuple[list[int], int]:
    found, before, requests = [], None, 0
    while True:
        page = finding.find_instances(None, search, place=before, limit=limit)
        requests += 1
        found += [row.pk for row in page.instances]
        if page.next is None:
            return found, requests
        assert before is None or search.is_beyond(page.next, before), "it goes on"
        before = page.next


def test_a_walk_over_many_finds_all_request_by_request(many: list[int]) -> None:
    assert find_all(Search()) == (many[::-1], 2)
    assert find_all(Search(), limit=1)[0] == many[::-1]
    assert find_all(Search(variables={"region": "EU"}))[0] == [many[3], many[2], many[0]]
    assert find_all(Search(variables={"amount": 0})) == ([many[0]], 2)


@pytest.mark.parametrize(
    "search",
    [
        Search(is_oldest_first=True),
        Search(variables={"region": "EU"}, is_oldest_first=True),
        Search(text="K-", is_oldest_first=True),
        Search(node="review", is_oldest_first=True),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_search_may_begin_with_the_oldest(many: list[int], search: Search, limit: int) -> None:
    newest_first = find_all(replace(search, is_oldest_first=False))[0]
    assert newest_first, "there is something to find"
    assert find_all(search, limit=limit)[0] == newest_first[::-1]


def test_everything_is_found_however_far_the_search_has_to_go(many: list[int]) -> None:
    rare = Search(variables={"amount": 0})
    assert [row.pk for row in finding.find_all(None, rare, most=5)] == [many[0]]
    assert [row.pk for row in finding.find_all(None, Search(), most=4)] == many[:0:-1]


def test_a_key_alone_is_no_id(five: list[int]) -> None:
    assert find(Search(text=str(five[0]))) == [five[0]]
    assert find(Search(business_key=str(five[0]))) == []
    assert find(Search(business_key="K-1")) == [five[1]]


def test_a_walk_begins_and_ends_with_the_days(many: list[int]) -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    for number, key in enumerate(many):
        Instance.objects.filter(pk=key).update(started_at=day + timedelta(days=number))
    assert find_all(Search(started_from=day + timedelta(days=1), started_to=day + timedelta(days=3))) == (
        [many[2], many[1]],
        1,
    )
    assert find_all(Search(started_to=day)) == ([], 1)
