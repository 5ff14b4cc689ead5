"""Trying expressions out, over HTTP: value, type, findings with their places, warnings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/feel/"


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    client.force_login(User.objects.create_user("ann"))
    return client  # type: ignore[return-value]


def ask(client: Client, expression: str, **more: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, {"expression": expression, **more}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    assert set(found) == {"value", "type", "diagnostics", "warnings"}
    return found


@pytest.mark.parametrize(
    ("expression", "value", "kind"),
    [
        ("1 + 2.5", 3.5, "number"),
        ('"a" + "b"', "ab", "string"),
        ("1 > 2", False, "boolean"),
        ('date("2024-02-28") + duration("P1D")', "2024-02-29", "date"),
        ("for i in 1..3 return i", [1, 2, 3], "list"),
        ("{a: 1}", {"a": 1}, "context"),
        ("[1..3]", "[1..3]", "range"),
        ("function(a) a", None, "function"),
        ("null", None, "null"),
    ],
)
def test_an_expression_has_its_value_and_type(client: Client, expression: str, value: Any, kind: str) -> None:
    found = ask(client, expression)
    assert (found["value"], found["type"], found["diagnostics"]) == (value, kind, [])


def test_variables_are_known_by_their_names_of_several_words(client: Client) -> None:
    assert ask(client, "net price * 2", variables={"net price": 4})["value"] == 8


def test_what_is_null_says_why_and_where(client: Client) -> None:
    found = ask(client, "amount > missing", variables={"amount": 1})
    (finding, *_) = found["diagnostics"]
    assert found["value"] is None
    assert (finding["code"], finding["start"], finding["end"]) == ("unknown-variable", 9, 16)
    assert "missing" in finding["message"]


def test_a_text_that_is_no_expression_has_no_type_but_a_place(client: Client) -> None:
    found = ask(client, "1 + ")
    assert found["type"] is None
    assert [(one["code"], one["start"]) for one in found["diagnostics"]] == [("syntax", 4)]


def test_a_warning_is_told_beside_the_value(client: Client) -> None:
    found = ask(client, "substring()")
    assert [one["code"] for one in found["warnings"]] != []


@pytest.mark.parametrize(("tests", "value", "is_passed"), [("[1..3], > 7", 8, True), ("[1..3], > 7", 5, False)])
def test_unary_tests_ask_about_the_input(client: Client, tests: str, value: int, is_passed: bool) -> None:
    assert ask(client, tests, unary=True, input=value)["value"] is is_passed


def test_the_older_language_is_read_too(client: Client) -> None:
    assert ask(client, "${amount > 1 ? 'a' : 'b'}", language="juel", variables={"amount": 2})["value"] == "a"


def test_a_value_that_is_no_json_is_a_finding(client: Client) -> None:
    found = ask(client, "[function(a) a]")
    assert (found["value"], [one["code"] for one in found["diagnostics"]]) == (None, ["value-invalid"])


def test_an_expression_spends_what_the_installation_allows(client: Client) -> None:
    loop = "count(for i in 1..100 return i)"
    assert ask(client, loop)["value"] == 100
    with override_settings(FEEL_BUDGET={"steps": 10}):
        assert [one["code"] for one in ask(client, loop)["diagnostics"]] == ["budget-steps"]


def test_who_is_not_signed_in_evaluates_nothing() -> None:
    answer = Client().post(ADDRESS, {"expression": "1"}, content_type="application/json")
    assert answer.status_code in (401, 403)
    assert "value" not in answer.json()


@pytest.mark.parametrize("body", [{}, {"expression": "1", "variables": []}, {"expression": "1", "language": "python"}])
def test_a_body_of_another_shape_is_refused(client: Client, body: dict[str, Any]) -> None:
    assert client.post(ADDRESS, body, content_type="application/json").status_code == 400
