"""Pages of decisions and of FEEL, as the server renders them: what they say, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from engine.core.feel import FUNCTIONS
from engine.models import ProcessRight
from engine.service import instances, versions
from engine.service.deploying import File, deploy
from tests.core.dmn.models import decision, definitions, input_data, table
from tests.core.parse.texts import sequence

pytestmark = pytest.mark.django_db

DISH = definitions(
    input_data("season"),
    input_data("guests"),
    decision(
        "dish",
        table(
            ["season", "guests"],
            [('"Winter"', "< 8", '"Roast"'), ("-", ">= 8", '"Stew <b>"'), ('"Summer"', "< 8", '"Salad"')],
        ),
        inputs=["season", "guests"],
    ),
)
CALLED = '<extensionElements><zeebe:calledDecision decisionId="dish" resultVariable="dish"/></extensionElements>'
ASKING = sequence(
    f'<businessRuleTask id="decide" name="Choose a dish">{CALLED}</businessRuleTask>', '<userTask id="cook"/>'
)
ADDRESSES = ("/decisions/", "/decisions/dish/")


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    versions.forget_all()
    yield
    versions.forget_all()


def bring(dmn: str = DISH, bpmn: str = ASKING) -> None:
    deploy([File("p.bpmn", bpmn.encode()), File("d.dmn", dmn.encode())], None)


def signed_in(name: str, *groups: str) -> Client:
    user = User.objects.create_user(name)
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    client = Client()
    client.force_login(user)
    return client


def rules_that_hit(page: str) -> list[int]:
    """The numbers of the rows that are marked."""
    rows = re.findall(r"<tr([^>]*)>\s*<td class=\"number\">(.*?)</td>", page, re.DOTALL)
    return [int(re.findall(r"(\d+)\s*$", number)[0]) for marks, number in rows if "data-hit" in marks]


def test_the_list_shows_the_latest_version_of_each_decision() -> None:
    bring()
    bring(DISH.replace("Roast", "Goose"))
    page = signed_in("oscar", "operators").get("/decisions/").content.decode()
    assert "/decisions/dish/" in page
    assert "v2" in page


def test_a_decision_is_shown_as_its_table_with_every_version() -> None:
    bring()
    bring(DISH.replace("Roast", "Goose"))
    client = signed_in("oscar", "operators")
    page = client.get("/decisions/dish/").content.decode()
    assert "&quot;Goose&quot;" in page
    assert "Stew &lt;b&gt;" in page, "what the file says is escaped"
    assert rules_that_hit(page) == []
    assert "&quot;Roast&quot;" in client.get("/decisions/dish/?version=1").content.decode()


@pytest.mark.parametrize(
    ("season", "guests", "rule", "value"),
    [("Winter", "5", 1, "Roast"), ("Winter", "9", 2, "Stew"), ("Summer", "2", 3, "Salad")],
)
def test_a_decision_is_tried_out_and_its_rule_is_marked(season: str, guests: str, rule: int, value: str) -> None:
    bring()
    answer = signed_in("oscar", "operators").get("/decisions/dish/", {"in:season": season, "in:guests": guests})
    page = answer.content.decode()
    assert rules_that_hit(page) == [rule]
    assert value in page


@pytest.mark.parametrize(
    "value", ['"\\ud800"', '"\\u0000"', "Infinity", "1e999", "[" * 2_000, "9" * 5_000, "<script>", "{"]
)
def test_a_strange_value_gets_a_page_and_no_failure(value: str) -> None:
    bring()
    answer = signed_in("oscar", "operators").get("/decisions/dish/", {"in:season": value, "in:guests": value})
    assert answer.status_code == 200
    assert b'<script>"' not in answer.content


def test_what_an_instance_decided_is_shown_with_its_inputs_and_the_table_of_its_version() -> None:
    bring()
    instance = instances.start("p", None, variables={"season": "Winter", "guests": 9})
    bring(DISH.replace("&gt;= 8", "&gt;= 80").replace("Stew", "Soup"))
    client = signed_in("oscar", "operators")
    listed = client.get(f"/instances/{instance}/?tab=decisions").content.decode()
    address = f"/instances/{instance}/decisions/1/"
    assert address in listed
    page = client.get(address).content.decode()
    assert rules_that_hit(page) == [2]
    assert "Stew" in page
    assert "Soup" not in page
    assert re.search(r"<dt>guests</dt>\s*<dd[^>]*>9</dd>", page)
    assert re.search(r"<dt>season</dt>\s*<dd[^>]*>Winter</dd>", page)


def test_the_decisions_behind_a_decision_are_shown_with_the_rules_that_hit() -> None:
    menu = decision("menu", '"Today: " + dish', decisions=["dish"])
    bring(DISH.replace("</definitions>", f"{menu}</definitions>"), ASKING.replace('"dish"', '"menu"'))
    instance = instances.start("p", None, variables={"season": "Winter", "guests": 9})
    bring(DISH.replace("Stew", "Soup").replace("</definitions>", f"{menu}</definitions>"))
    client = signed_in("oscar", "operators")
    page = client.get(f"/instances/{instance}/decisions/1/").content.decode()
    assert "Today: Stew &lt;b&gt;" in page
    assert rules_that_hit(page) == [2]
    assert "season: Winter" in page
    assert "Soup" not in page
    tried = client.get("/decisions/menu/", {"in:season": "Summer", "in:guests": "2"}).content.decode()
    assert rules_that_hit(tried) == [3]
    assert rules_that_hit(client.get("/decisions/menu/").content.decode()) == []


def test_why_a_decision_was_null_is_said_on_its_page() -> None:
    bring(definitions(decision("dish", "guests * unheard")))
    instance = instances.start("p", None, variables={"guests": 9})
    page = signed_in("oscar", "operators").get(f"/instances/{instance}/decisions/1/").content.decode()
    assert "unheard" in page.partition("Result:")[2].partition("<pre")[0]


@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_a_decision_that_was_not_made_is_missing(number: int) -> None:
    bring()
    instance = instances.start("p", None, variables={"season": "Winter", "guests": 9})
    assert signed_in("oscar", "operators").get(f"/instances/{instance}/decisions/{number}/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/decisions/gone/",
        "/decisions/dish/?version=7",
        "/decisions/dish/?version=%C2%B2",
        f"/instances/{10**30}/decisions/1/",
    ],
)
def test_what_does_not_exist_is_missing(address: str) -> None:
    bring()
    assert signed_in("oscar", "operators").get(address).status_code == 404


@pytest.mark.parametrize("address", [*ADDRESSES, "/help/feel/"])
def test_who_is_not_signed_in_is_sent_to_the_sign_in(address: str) -> None:
    bring()
    answer: Any = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_may_not_see_processes_sees_no_decisions(address: str) -> None:
    bring()
    assert signed_in("pia", "participants").get(address).status_code == 403


def test_who_may_not_see_the_instance_sees_nothing_of_what_it_decided() -> None:
    bring()
    instance = instances.start("p", None, variables={"season": "Winter", "guests": 9})
    address = f"/instances/{instance}/decisions/1/"
    assert signed_in("pia", "participants").get(address).status_code == 404
    from engine.models import Process

    keepers = Group.objects.create(name="keepers")
    ProcessRight.objects.create(process=Process.objects.get(key="p"), group=keepers, may_see=True)
    assert signed_in("oscar", "operators").get(address).status_code == 404
    assert signed_in("kim", "keepers").get(address).status_code == 200


def test_the_functions_of_feel_are_all_on_their_page_for_everybody_who_is_signed_in() -> None:
    page = signed_in("pia", "participants").get("/help/feel/").content.decode()
    assert [name for name in FUNCTIONS if f"{name}(" not in page] == []


def test_the_functions_are_searched_by_name_and_words() -> None:
    client = signed_in("pia", "participants")
    found = client.get("/help/feel/", {"q": "SUBSTRING after"}).content.decode()
    assert "substring after(" in found
    assert "upper case(" not in found
    assert "No function has these words" in client.get("/help/feel/", {"q": "<nonsense>"}).content.decode()
