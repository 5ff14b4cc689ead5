"""What the designer asks while somebody draws."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.api.conftest import SignIn
from tests.core.dmn.models import decision, definitions, input_data, table
from tests.core.parse.texts import sequence

PATH = "/api/v1/designer/"
DISH = definitions(
    input_data("guests"),
    decision("dish", table(["guests"], [("< 8", '"Roast"'), (">= 8", '"Stew"')], policy="FIRST"), inputs=["guests"]),
)


def ask(client: APIClient, path: str, body: object) -> dict[str, object]:
    answer = client.post(PATH + path, body, format="json")
    assert answer.status_code == 200, answer.content
    result: dict[str, object] = answer.json()
    return result


def test_the_catalogue_names_groups_and_handlers_with_what_they_say_of_themselves(admin: APIClient) -> None:
    found = admin.get(PATH + "catalogue/").json()
    assert "managers" in found["groups"]
    handler = next(one for one in found["handlers"] if one["type"] == "pay-expense")
    assert handler["description"].startswith("Pays an approved expense.")


def test_who_may_not_edit_gets_no_catalogue(sign_in_as: SignIn) -> None:
    clerk = sign_in_as("clerk", "participants")
    assert clerk.get(PATH + "catalogue/").status_code == 403


@pytest.mark.parametrize("text", ["PT1H", '=duration("PT1H")', "=duration(pause)"])
def test_a_timer_is_told_with_its_next_firings(admin: APIClient, text: str) -> None:
    body = {"kind": "duration", "text": text, "variables": {"pause": "PT1H"}}
    answer = ask(admin, "timer/", body)
    assert answer["problem"] == ""
    assert answer["words"] == "after 1 hour"
    assert len(answer["firings"]) == 1  # type: ignore[arg-type]


def test_a_timer_is_told_in_the_language_of_who_asks(admin: APIClient) -> None:
    body = {"kind": "cycle", "text": "R3/P1DT2H", "variables": {}}
    answer = admin.post(PATH + "timer/", body, format="json", headers={"Accept-Language": "de"})
    assert answer.json()["words"] == "alle 1 Tag und 2 Stunden, 3-mal"


def test_a_timer_that_needs_variables_says_so(admin: APIClient) -> None:
    answer = ask(admin, "timer/", {"kind": "duration", "text": "=pause"})
    assert "variables" in str(answer["problem"])
    assert answer["firings"] == []


def test_a_timer_that_cannot_be_read_says_how_to_write_one(admin: APIClient) -> None:
    assert "Write it like" in str(ask(admin, "timer/", {"kind": "duration", "text": "15 minutes"})["problem"])


def test_pauses_between_attempts_are_told(admin: APIClient) -> None:
    answer = ask(admin, "retries/", {"text": "PT1M, PT10M", "retries": 3})
    assert answer["words"] == "Waits 1 minute, then 10 minutes; then it is an incident"
    assert ask(admin, "retries/", {"text": "soon", "retries": 3})["problem"]


def test_a_drawn_decision_is_tried_with_the_rule_that_hit(admin: APIClient) -> None:
    body = {"files": [{"name": "dish.dmn", "content": DISH}], "decision": "dish", "variables": {"guests": 12}}
    answer = ask(admin, "decision/", body)
    assert answer["value"] == "Stew"
    assert [hit["number"] for hit in answer["hits"]] == [2]  # type: ignore[attr-defined]


def test_a_decision_with_problems_is_refused_in_words(admin: APIClient) -> None:
    body = {"files": [{"name": "dish.dmn", "content": "<no/>"}], "decision": "dish", "variables": {}}
    answer = admin.post(PATH + "decision/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "decision-invalid"


def test_a_diagram_is_laid_out_anew_and_stays_the_same_otherwise(admin: APIClient) -> None:
    drawn = ask(admin, "layout/", {"xml": sequence('<userTask id="cook" name="Cook it"/>')})["xml"]
    again = ask(admin, "layout/", {"xml": str(drawn).replace('x="', 'x="9')})["xml"]
    assert again == drawn
    assert 'bpmnElement="cook"' in str(drawn)


def test_connectors_come_as_templates_with_their_inputs(admin: APIClient) -> None:
    templates = {one["id"]: one for one in admin.get(PATH + "catalogue/").json()["templates"]}
    assert set(templates) >= {"statewright:http", "statewright:mail", "statewright:publish", "statewright:decision"}
    url = next(one for one in templates["statewright:http"]["properties"] if one.get("id") == "input-url")
    assert url["binding"] == {"type": "zeebe:input", "name": "url"}
    assert url["constraints"] == {"notEmpty": True}


def test_connectors_are_no_handlers_to_choose(admin: APIClient) -> None:
    handlers = {one["type"] for one in admin.get(PATH + "catalogue/").json()["handlers"]}
    assert "pay-expense" in handlers
    assert not any(name.startswith("statewright:") for name in handlers)
