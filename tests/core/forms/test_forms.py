"""Forms: what is shown of them, what they take, what they refuse."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.feel import Budget
from engine.core.forms import check_form, describe_form
from engine.core.model.problems import FormError

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def generated(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "fields", "fields": list(fields)}


def schema(*components: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "embedded", "schema": json.dumps({"type": "default", "components": list(components)})}


def check(form: dict[str, Any], values: dict[str, Any], **variables: Any) -> dict[str, Any]:
    return check_form(form, values, variables, NOW)


def refusals(form: dict[str, Any], values: dict[str, Any], **variables: Any) -> list[tuple[str, str]]:
    with pytest.raises(FormError) as error:
        check(form, values, **variables)
    return [(problem.field, problem.code) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("string", "a", "a"),
        ("string", 5, "5"),
        ("string", "", ""),
        ("long", "42", 42),
        ("long", 42.0, 42),
        ("long", "", None),
        ("long", -(2**63) + 1, -(2**63) + 1),
        ("boolean", "true", True),
        ("boolean", False, False),
        ("date", "2030-02-28", "2030-02-28"),
        ("date", "28/02/2030", "2030-02-28"),
        ("date", "2030-02-28T12:00:00+00:00", "2030-02-28T12:00:00+00:00"),
        ("custom", {"any": 1}, {"any": 1}),
    ],
)
def test_a_value_becomes_the_type_of_its_field(kind: str, given: object, kept: object):
    assert check(generated({"id": "f", "type": kind}), {"f": given}) == {"f": kept}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("string", True), ("string", ["a"]), ("long", "4.5"), ("long", True), ("long", "many"), ("long", 2**63),
        ("long", "NaN"), ("boolean", "yes"), ("boolean", 1), ("date", "30.2.2030"), ("date", 20300101),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(kind: str, given: object):
    assert refusals(generated({"id": "f", "type": kind}), {"f": given}) == [("f", "type")]


def test_a_date_follows_the_pattern_of_its_field():
    field = {"id": "f", "type": "date", "properties": {"datePattern": "dd.MM.yyyy"}}
    assert check(generated(field), {"f": "03.02.2030"}) == {"f": "2030-02-03"}


def test_an_option_has_to_be_one_of_them():
    form = generated({"id": "f", "type": "enum", "options": [["a", "A"], ["b", "B"]]})
    assert check(form, {"f": "b"}) == {"f": "b"}
    assert refusals(form, {"f": "A"}) == [("f", "option")]


@pytest.mark.parametrize("given", [{}, {"f": None}, {"f": ""}])
def test_a_required_field_needs_a_value(given: dict[str, Any]):
    assert refusals(generated({"id": "f", "is_required": True}), given) == [("f", "required")]


def test_a_required_truth_may_be_false():
    form = generated({"id": "f", "type": "boolean", "is_required": True, "constraints": {"required": ""}})
    assert check(form, {"f": False}) == {"f": False}


@pytest.mark.parametrize(
    ("kind", "constraints", "good", "bad", "code"),
    [
        ("long", {"min": "3"}, 3, 2, "min"),
        ("long", {"max": "3"}, 3, 4, "max"),
        ("string", {"minlength": "2"}, "ab", "a", "minlength"),
        ("string", {"maxlength": "2"}, "ab", "abc", "maxlength"),
    ],
)
def test_a_bound_is_kept(kind: str, constraints: dict[str, str], good: object, bad: object, code: str):
    form = generated({"id": "f", "type": kind, "constraints": constraints})
    assert check(form, {"f": good}) == {"f": good}
    assert refusals(form, {"f": bad}) == [("f", code)]


def test_a_field_to_read_cannot_be_changed_but_sent_back_as_it_was():
    form = generated({"id": "f", "type": "long", "constraints": {"readonly": ""}})
    assert check(form, {"f": "5"}, f=5) == {}
    assert refusals(form, {"f": 6}, f=5) == [("f", "readonly")]


def test_all_problems_come_at_once_and_unknown_fields_are_among_them():
    form = generated({"id": "a", "is_required": True}, {"id": "b", "type": "long"})
    assert refusals(form, {"b": "x", "c": 1}) == [("a", "required"), ("b", "type"), ("c", "unknown-field")]


def test_a_field_of_a_generated_form_that_is_not_sent_has_its_default_unless_its_variable_is_there():
    form = generated({"id": "f", "type": "long", "default": ["static", "5"]})
    assert check(form, {}) == {"f": 5}
    assert check(form, {"f": 6}) == {"f": 6}
    assert check(form, {"f": None}) == {"f": None}
    assert check(form, {}, f=7) == {}


def test_a_form_without_fields_takes_everything():
    assert check({"kind": "id", "reference": "elsewhere"}, {"x": 1}) == {"x": 1}
    assert check_form(None, {"x": 1}, {}, NOW) == {"x": 1}


def test_fields_are_described_with_constraints_as_written():
    field = {
        "id": "f", "label": "How many", "type": "long", "is_required": True, "default": ["juel", "${n + 1}"],
        "constraints": {"required": "", "min": "3"}, "options": [],
    }  # fmt: skip
    form = describe_form(generated(field), {"n": 4}, NOW)
    assert form is not None
    assert form["fields"] == [
        {
            "id": "f", "label": "How many", "type": "long", "default": 5, "required": True,
            "constraints": {"required": "", "min": "3"}, "options": [],
        }
    ]  # fmt: skip


# form-js schemas


def test_a_schema_gives_fields_with_their_labels_and_rules():
    form = describe_form(
        schema(
            {"type": "text", "text": "# Title"},
            {"type": "number", "key": "n", "label": "N", "validate": {"required": True, "min": 1}},
            {"type": "select", "key": "s", "label": "S", "values": [{"value": "a", "label": "A"}]},
        ),
        {},
        NOW,
    )
    assert form is not None
    assert [(field["id"], field["type"], field["required"]) for field in form["fields"]] == [
        ("n", "number", True), ("s", "enum", False),
    ]  # fmt: skip
    assert form["fields"][1]["options"] == [{"value": "a", "label": "A"}]


def test_a_schema_s_values_are_checked():
    form = schema(
        {"type": "textfield", "key": "mail", "validate": {"validationType": "email"}},
        {"type": "textfield", "key": "code", "validate": {"pattern": "^[A-Z]+$"}},
        {"type": "checklist", "key": "tags", "values": [{"value": "a"}, {"value": "b"}]},
    )
    good = {"mail": "a@b.ch", "code": "AB", "tags": ["b"]}
    assert check(form, good) == good
    assert refusals(form, {"mail": "a@b", "code": "ab", "tags": ["c"]}) == [
        ("mail", "email"), ("code", "pattern"), ("tags", "option"),
    ]  # fmt: skip


def test_a_required_checkbox_of_a_schema_has_to_be_ticked():
    form = schema({"type": "checkbox", "key": "agreed", "validate": {"required": True}})
    assert refusals(form, {"agreed": False}) == [("agreed", "required")]


def test_what_is_hidden_is_neither_required_nor_kept():
    form = schema(
        {"type": "checkbox", "key": "other"},
        {
            "type": "textfield",
            "key": "which",
            "validate": {"required": True},
            "conditional": {"hide": "=other != true"},
        },
    )
    assert check(form, {"other": False, "which": "x"}) == {"other": False}
    assert refusals(form, {"other": True}) == [("which", "required")]


def test_options_may_come_from_the_data():
    form = schema({"type": "radio", "key": "f", "valuesKey": "choices"})
    assert check(form, {"f": 2}, choices=[1, 2]) == {"f": 2}
    assert refusals(form, {"f": 3}, choices=[1, 2]) == [("f", "option")]


def test_a_group_puts_its_fields_under_its_path():
    form = schema({"type": "group", "path": "address", "components": [{"type": "textfield", "key": "city"}]})
    assert check(form, {"address": {"city": "Bern"}}) == {"address": {"city": "Bern"}}


def test_each_row_of_a_list_is_checked():
    rows = {"type": "dynamiclist", "path": "items", "components": [{"type": "number", "key": "n"}]}
    assert check(schema(rows), {"items": [{"n": "1"}, {"n": 2}]}) == {"items": [{"n": 1}, {"n": 2}]}
    assert refusals(schema(rows), {"items": [{"n": 1}, {"n": "x"}]}) == [("items[1].n", "type")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"components": 5}', '{"components": [5, {"type": "number"}]}'])
def test_a_broken_schema_has_no_fields(text: str):
    form = describe_form({"kind": "embedded", "schema": text}, {}, NOW)
    assert form is not None
    assert form["fields"] == []


# budgets

LOOP = "=count(for i in 1..100 return i) = 100"


def test_the_expressions_of_a_form_may_do_what_the_budget_says():
    hidden = schema({"type": "textfield", "key": "a", "conditional": {"hide": LOOP}, "validate": {"required": True}})
    assert check_form(hidden, {}, {}, NOW) == {}
    with pytest.raises(FormError):
        check_form(hidden, {}, {}, NOW, budget=Budget(steps=10))


@pytest.mark.parametrize("limit", [Budget(steps=10), Budget(source=10), Budget(parts=1)])
def test_a_default_that_is_more_than_the_budget_is_none(limit: Budget):
    text = "count(for i in 1..100 return i)"
    form = generated({"id": "f", "type": "long", "default": ["feel", text]})
    assert describe_form(form, {}, NOW)["fields"][0]["default"] == 100
    assert describe_form(form, {}, NOW, budget=limit)["fields"][0]["default"] is None


def test_all_expressions_of_a_form_are_together_no_longer_than_one_may_be():
    form = generated(*({"id": f"f{n}", "type": "long", "default": ["feel", f"1000 + {n}"]} for n in range(9)))
    defaults = [field["default"] for field in describe_form(form, {}, NOW, budget=Budget(source=20))["fields"]]
    assert defaults == [1000, 1001, *[None] * 7]


def test_all_expressions_of_a_form_share_one_purse():
    text = "count(for i in 1..100 return i)"
    form = generated(*({"id": f"f{number}", "type": "long", "default": ["feel", text]} for number in range(9)))
    defaults = [field["default"] for field in describe_form(form, {}, NOW, budget=Budget(steps=500))["fields"]]
    assert defaults[0] == 100
    assert defaults[-1] is None
