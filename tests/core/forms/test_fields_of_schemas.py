"""Every kind of field that a form-js schema has: what the server takes, what it refuses although the browser sent it."""

from typing import Any

import pytest

from engine.core.forms.check import check_form
from engine.core.model.problems import FormError
from tests.core.forms.test_forms import NOW, check, refusals, schema

PDF = {"id": "1", "name": "offer.pdf", "type": "application/pdf", "size": 10}
TEXT = {"id": "2", "name": "notes.txt", "type": "text/plain", "size": 5}


def one(kind: str, **more: Any) -> dict[str, Any]:
    return schema({"type": kind, "key": "x", "label": "X", **more})


@pytest.mark.parametrize(
    ("component", "given", "code"),
    [
        (one("number", decimalDigits=2), 1.005, "digits"),
        (one("number", decimalDigits=0), 1.5, "digits"),
        (one("number", increment=0.25), 0.3, "increment"),
        (one("number", validate={"min": "=limit"}), 4, "min"),
        (one("number", serializeToString=True, validate={"max": 9}), "10", "max"),
        (one("textfield", validate={"maxLength": 3}), "abcd", "maxlength"),
        (one("textfield", validate={"validationType": "email"}), "nobody", "email"),
        (one("textarea", validate={"minLength": 3}), "ab", "minlength"),
        (one("select", values=[{"value": "a", "label": "A"}]), "b", "option"),
        (one("radio", valuesExpression="=choices"), "c", "option"),
        (one("checklist", valuesKey="choices"), ["a", "c"], "option"),
        (one("taglist", values=[{"value": "a", "label": "A"}]), "a", "type"),
        (one("checkbox", validate={"required": True}), False, "required"),
        (one("datetime", subtype="date", disallowPassedDates=True), "2029-12-01", "past"),
        (one("datetime", subtype="date"), "2030-02-31", "type"),
        (one("datetime", subtype="time"), "25:00", "type"),
        (one("datetime", subtype="datetime"), "soon", "type"),
        (one("filepicker"), [PDF, TEXT], "multiple"),
        (one("filepicker", multiple=True, accept=".pdf,image/*"), [PDF, TEXT], "accept"),
        (one("filepicker"), "files::123", "type"),
        (one("filepicker", validate={"required": True}), [], "required"),
    ],
)
def test_what_a_field_forbids_is_refused(component: dict[str, Any], given: Any, code: str) -> None:
    assert refusals(component, {"x": given}, limit=5, choices=["a", "b"]) == [("x", code)]


@pytest.mark.parametrize(
    ("component", "given"),
    [
        (one("number", decimalDigits=2), 1.25),
        (one("number", increment=0.25), 0.75),
        (one("number", increment=0.1), 0.3),
        (one("number", serializeToString=True), "1.10"),
        (one("datetime", subtype="date", disallowPassedDates=True), "2030-01-01"),
        (one("datetime", subtype="datetime"), "2030-01-31T12:00:00+01:00"),
        (one("filepicker", multiple=True, accept=".pdf, text/*"), [PDF, TEXT]),
        (one("checklist", valuesExpression="=choices"), ["a", "b"]),
    ],
)
def test_what_a_field_allows_is_taken_as_it_is(component: dict[str, Any], given: Any) -> None:
    assert check(component, {"x": given}, choices=["a", "b"]) == {"x": given}


def test_files_that_are_there_stay_where_none_is_chosen_in_their_place() -> None:
    needed = one("filepicker", validate={"required": True})
    for given in ({"x": []}, {"x": None}, {}):
        assert check(needed, given, x=[PDF]) == {}
    assert check(needed, {"x": [TEXT]}, x=[PDF]) == {"x": [TEXT]}


def rows(*columns: dict[str, Any]) -> dict[str, Any]:
    return schema(
        {"type": "number", "key": "limit"}, {"type": "dynamiclist", "path": "lines", "components": list(columns)}
    )


AMOUNT = {"type": "number", "key": "amount", "validate": {"required": True}}


def test_each_row_of_a_dynamic_list_is_checked_and_keeps_only_its_columns() -> None:
    assert refusals(rows(AMOUNT), {"lines": [{"amount": 1}, {}, {"amount": "x"}]}) == [
        ("lines[1].amount", "required"),
        ("lines[2].amount", "type"),
    ]
    assert check(rows(AMOUNT), {"lines": [{"amount": "7", "is_admin": True}]}) == {"lines": [{"amount": 7}]}


@pytest.mark.parametrize("condition", ["=limit > 5", "=parent.limit > 5", '=this.kind = "free"'])
def test_conditions_within_a_row_see_the_row_and_what_is_around_it(condition: str) -> None:
    form = rows({"type": "textfield", "key": "kind"}, AMOUNT | {"conditional": {"hide": condition}})
    hidden = {"limit": 9, "lines": [{"kind": "free", "amount": 3}]}
    assert check(form, hidden) == {"limit": 9, "lines": [{"kind": "free"}]}
    assert refusals(form, {"limit": 1, "lines": [{"kind": "paid"}]}) == [("lines[0].amount", "required")]


CITIES = [
    {"type": "textfield", "key": "country"},
    {"type": "select", "key": "city", "valuesExpression": '=if country = "de" then ["Berlin"] else ["Paris"]'},
]


def take(components: list[dict[str, Any]], values: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    return check_form({"schema": {"components": components}}, values, variables, NOW)


def codes(components: list[dict[str, Any]], values: dict[str, Any], variables: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(FormError) as refused:
        take(components, values, variables)
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_options_follow_what_is_filled_in_before_what_is_stored() -> None:
    given = {"country": "de", "city": "Berlin"}
    assert take(CITIES, given, {"country": "fr"}) == given
    assert codes(CITIES, {**given, "city": "Paris"}, {"country": "fr"}) == [("city", "option")]


def test_rules_follow_what_is_filled_in() -> None:
    rules = [{"type": "number", "key": "limit"}, {"type": "number", "key": "amount", "validate": {"max": "=limit"}}]
    assert codes(rules, {"limit": 3, "amount": 5}, {"limit": 9}) == [("amount", "max")]


def test_what_the_form_computes_is_not_taken_from_who_sends_it() -> None:
    computed = [
        {"type": "expression", "key": "limit", "expression": "=budget * 2"},
        {"type": "number", "key": "amount", "validate": {"max": "=limit"}},
    ]
    assert codes(computed, {"limit": 1000, "amount": 50}, {"budget": 10}) == [("amount", "max")]
    assert take(computed, {"limit": 1000, "amount": 20}, {"budget": 10}) == {"amount": 20}


@pytest.mark.parametrize("kind", ["select", "radio", "taglist", "checklist"])
def test_a_choice_without_options_takes_nothing(kind: str) -> None:
    sent: Any = ["x"] if kind in ("taglist", "checklist") else {"anything": 1}
    assert codes([{"type": kind, "key": "a", "valuesKey": "none"}], {"a": sent}, {}) == [("a", "option")]


@pytest.mark.parametrize(
    "kind", ["text", "html", "image", "table", "iframe", "button", "documentPreview", "spacer", "separator"]
)
def test_what_only_shows_takes_nothing(kind: str) -> None:
    assert codes([{"type": kind, "key": "a"}], {"a": 1}, {}) == [("a", "unknown-field")]
    assert take([{"type": kind, "key": "a"}], {}, {}) == {}


def test_an_option_is_chosen_once() -> None:
    assert take([{"type": "taglist", "key": "a", "values": ["x", "y"]}], {"a": ["y", "x", "y"]}, {}) == {
        "a": ["y", "x"]
    }


def test_a_list_that_may_not_grow_has_the_rows_that_are_there() -> None:
    rows = {
        "type": "dynamiclist", "path": "rows", "allowAddRemove": False, "defaultRepetitions": 2,
        "components": [{"type": "textfield", "key": "a"}],
    }  # fmt: skip
    two = {"rows": [{"a": "x"}, {"a": "y"}]}
    assert take([rows], two, {}) == two
    assert codes([rows], two, {"rows": [{"a": "x"}]}) == [("rows", "rows")]


def test_a_field_to_read_in_a_row_keeps_what_its_row_has() -> None:
    rows = {"type": "dynamiclist", "path": "rows", "components": [
        {"type": "textfield", "key": "name", "readonly": True}, {"type": "textfield", "key": "note"}]}  # fmt: skip
    stored = {"rows": [{"name": "Ann"}]}
    assert take([rows], {"rows": [{"name": "Ann", "note": "x"}]}, stored) == {"rows": [{"name": "Ann", "note": "x"}]}
    assert codes([rows], {"rows": [{"name": "Eve", "note": "x"}]}, stored) == [("rows[0].name", "readonly")]
