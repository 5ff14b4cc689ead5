"""The search over instances as a page, without a browser."""

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from engine.models import Instance
from monitor.values import UnclearPairs, read_pairs
from tests.pages.people import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(settings: Settings) -> Client:
    settings.DEBUG = True
    call_command("demo", verbosity=0)
    settings.DEBUG = False
    return enter("operator")


def listed(client: Client, query: str) -> set[str]:
    text = client.get(f"/instances/{query}").content.decode()
    return {row.business_key for row in Instance.objects.all() if f"· {row.business_key}" in text}


def test_filters_in_the_address_narrow_the_list(operator: Client) -> None:
    assert listed(operator, "") == {"EXP-1001", "EXP-1002", "EXP-1003"}
    assert listed(operator, "?var=amount=84.5") == {"EXP-1001"}
    assert listed(operator, "?process=expense_approval&node=approve&version=1") == {"EXP-1001", "EXP-1002", "EXP-1003"}
    assert listed(operator, "?state=completed") == set()
    assert listed(operator, "?from=2999-01-01") == set()
    assert listed(operator, "?incident=1") == set()


def test_a_condition_that_is_none_is_told_and_kept_in_its_field(operator: Client) -> None:
    text = operator.get("/instances/?var=amount").content.decode()
    assert "“amount” is no condition on a variable" in text
    assert 'value="amount"' in text


@pytest.mark.parametrize("query", ["?from=x", "?to=2026-02-31", "?version=x", "?before=-1", "?state=nothing"])
def test_what_cannot_be_read_in_the_address_is_no_failure(operator: Client, query: str) -> None:
    assert operator.get(f"/instances/{query}").status_code == 200


def test_pairs_are_read_as_json_where_they_are_and_as_text_else() -> None:
    assert read_pairs('amount = 84.5; region=EU;ok=true; code = "5;6"') == {
        "amount": 84.5,
        "region": "EU",
        "ok": True,
        "code": "5;6",
    }
    assert read_pairs(" ; ") == {}
    with pytest.raises(UnclearPairs):
        read_pairs(";".join(f"n{number}=1" for number in range(11)))


def test_the_state_of_a_process_is_for_those_who_may_see_it(operator: Client) -> None:
    state = operator.get("/processes/expense_approval/state/").json()
    assert state["occupied"] == [{"node": "approve", "count": 3}]
    assert operator.get("/processes/expense_approval/state/?version=7").status_code == 404
    assert enter("clerk").get("/processes/expense_approval/state/").status_code == 404
