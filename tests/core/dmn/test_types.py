"""Item definitions: what conforms, what is converted, which values are allowed."""

from __future__ import annotations

import pytest

from engine.core.feel import parse_date, parse_date_time
from tests.core.dmn.models import allowed, component, decide, decision, input_data, item, value

PERSON = item(
    "tPerson",
    body=component("name", "string") + component("grade", "string", allowed('"A", "B"')) + component("since", "date"),
)


def typed(type_ref: str, given: object, *types: str) -> object:
    """What input data of the type makes of a value."""
    return value(*types, input_data("x", type_ref), decision("d", "x", inputs=["x"]), x=given)


@pytest.mark.parametrize(
    ("type_ref", "given", "expected"),
    [
        ("number", 1, 1),
        ("number", "1", None),
        ("number", [1], 1),
        ("number", [1, 2], None),
        ("string", "a", "a"),
        ("boolean", 1, None),
        ("Any", [1], [1]),
        ("", "a", "a"),
        ("integer", 1, 1),
        ("list<number>", [1, 2], [1, 2]),
        ("list<number>", 1, [1]),
        ("list<number>", ["1"], None),
        ("date", "2024-02-29", parse_date("2024-02-29")),
        ("date", "2024-02-30", None),
        ("date and time", parse_date("2024-02-29"), parse_date_time("2024-02-29T00:00:00Z")),
    ],
)
def test_input_data_conforms_to_its_type(type_ref: str, given: object, expected: object) -> None:
    assert typed(type_ref, given) == expected


def test_decision_conforms_to_its_type() -> None:
    result = decide(decision("d", '"123"', type_ref="number"))
    assert result.value is None
    assert result.diagnostics[0].message == "the value must be number, not string"
    assert value(decision("d", "123", type_ref="tNumbers"), item("tNumbers", "number", is_collection=True)) == [123]


def test_only_allowed_values_conform() -> None:
    grade = item("tGrade", "string", allowed('"A", "B"'))
    assert typed("tGrade", "A", grade) == "A"
    assert typed("tGrade", "C", grade) is None
    assert typed("tGrade", None, grade) is None


def test_values_that_a_base_type_does_not_allow_do_not_conform() -> None:
    types = (item("tSmall", "tPositive", allowed("< 10")), item("tPositive", "number", allowed("> 0")))
    assert [typed("tSmall", amount, *types) for amount in (5, 0, 10)] == [5, None, None]


def test_allowed_values_of_a_collection_are_those_of_its_items() -> None:
    grades = item("tGrades", "string", allowed('"A", "B"'), is_collection=True)
    assert typed("tGrades", ["A", "B"], grades) == ["A", "B"]
    assert typed("tGrades", ["A", "C"], grades) is None


def test_constraint_of_a_collection_is_about_the_whole() -> None:
    few = item("tFew", "number", allowed("count(?) <= 2", "typeConstraint"), is_collection=True)
    assert typed("tFew", [1, 2], few) == [1, 2]
    assert typed("tFew", [1, 2, 3], few) is None


def test_allowed_values_may_name_sibling_components() -> None:
    span = item("tSpan", body=component("low", "number") + component("high", "number", allowed("> low")))
    assert typed("tSpan", {"low": 1, "high": 2}, span) == {"low": 1, "high": 2}
    assert typed("tSpan", {"low": 2, "high": 1}, span) is None


def test_components_are_checked_and_read_from_text() -> None:
    person = {"name": "Ann", "grade": "A", "since": "2024-01-01"}
    assert typed("tPerson", person, PERSON) == {**person, "since": parse_date("2024-01-01")}
    assert typed("tPerson", {**person, "grade": "C"}, PERSON) is None
    assert typed("tPerson", {**person, "grade": None}, PERSON) is not None
    assert typed("tPerson", {"name": "Ann"}, PERSON) is None


def test_types_may_contain_themselves() -> None:
    tree = item("tTree", body=component("size", "number") + component("parts", "tTrees"))
    trees = item("tTrees", "tTree", is_collection=True)
    forest = {"size": 1, "parts": [{"size": 2, "parts": []}]}
    assert typed("tTree", forest, tree, trees) == forest
    assert typed("tTree", {"size": 1, "parts": [{"size": "2", "parts": []}]}, tree, trees) is None


def test_instance_of_knows_the_types_but_not_their_allowed_values() -> None:
    small = item("tSmall", "number", allowed("< 10"))
    assert value(small, decision("d", '[50 instance of tSmall, "5" instance of tSmall]')) == [True, False]


def test_names_of_components_are_known_in_expressions() -> None:
    kind = item("tOrder", body=component("net-total (EUR)", "number") + component("line items", "number"))
    parts = (kind, input_data("order", "tOrder"), decision("d", "order.line items * 2", inputs=["order"]))
    assert value(*parts, order={"net-total (EUR)": 1, "line items": 21}) == 42
