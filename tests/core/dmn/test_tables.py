"""Decision tables: matching, hit policies, defaults, listed values, types."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.feel import parse_date
from tests.core.dmn.models import compiled, decide, decision, definitions, item, table, value

GRADES = (("< 10", '"low"'), ("[10..20)", '"mid"'), (">= 20", '"high"'))


@pytest.mark.parametrize(("amount", "grade"), [(9, "low"), (10, "mid"), (19.5, "mid"), (20, "high")])
def test_ranges_hit_at_their_ends_as_written(amount: object, grade: str) -> None:
    assert value(decision("d", table(["x"], GRADES)), x=amount) == grade


@pytest.mark.parametrize("strange", [None, True, "10", ["10"], {"x": 10}])
def test_values_of_another_kind_match_no_number(strange: object) -> None:
    assert value(decision("d", table(["x"], GRADES)), x=strange) is None


def test_dash_and_empty_entries_match_everything() -> None:
    rules = [("-", '""', "1"), ("", '"b"', "2")]
    for anything in (None, 1, "a", [], {}):
        assert value(decision("d", table(["x", "y"], rules)), x=anything, y="b") == 2


def test_null_is_matched_by_null_alone() -> None:
    found = decision("d", table(["x"], [("null", '"none"'), ("not(null)", '"some"')]))
    assert value(found, x=None) == "none"
    assert value(found, x=False) == "some"


def test_negation_needs_a_comparable_value() -> None:
    found = decision("d", table(["x"], [('not("a", "b")', "1")]))
    assert value(found, x="c") == 1
    assert value(found, x="a") is None
    assert value(found, x=5) is None


def test_entries_may_name_variables_and_the_input() -> None:
    rules = [("limit", '"at"'), ("> limit", '"over"'), ("? < limit and ? > 0", '"under"')]
    found = decision("d", table(["x"], rules))
    for amount, expected in ((5, "at"), (6, "over"), (1, "under"), (-1, None)):
        assert value(found, x=amount, limit=5) == expected


def test_entries_may_call_functions_of_the_input() -> None:
    found = decision("d", table(["x"], [('starts with(?, "ab")', "1"), ('contains(?, "z")', "2")]))
    assert value(found, x="abc") == 1
    assert value(found, x="xyz") == 2


def test_list_inputs_are_tested_as_lists() -> None:
    found = decision("d", table(["x"], [('list contains(?, "a")', "1"), ("[1, 2]", "2"), ("count(?) = 0", "3")]))
    assert value(found, x=["a", "b"]) == 1
    assert value(found, x=[1, 2]) == 2
    assert value(found, x=[]) == 3


def test_dates_are_compared_as_dates() -> None:
    rules = [('< date("2024-03-01")', '"before"'), ('[date("2024-03-01")..@"2024-03-31"]', '"in"')]
    found = decision("d", table(["x"], rules, input_types=["date"]))
    assert value(found, x=parse_date("2024-02-29")) == "before"
    assert value(found, x=parse_date("2024-03-31")) == "in"
    assert value(found, x=parse_date("2024-04-01")) is None


def test_text_is_read_as_the_date_that_a_column_wants() -> None:
    found = decision("d", table(["x"], [('> @"2024-01-01"', "true")], input_types=["date"]))
    assert value(found, x="2024-01-02") is True
    assert value(found, x="soon") is None


def test_input_of_the_wrong_type_is_null_with_a_finding() -> None:
    result = decide(decision("d", table(["x"], [("null", '"nothing"')], input_types=["number"])), x="one")
    assert result.value == "nothing"
    assert [finding.code for finding in result.diagnostics] == ["type-mismatch"]
    assert result.diagnostics[0].node == "i0"


def test_dash_stands_for_the_listed_input_values() -> None:
    found = decision("d", table(["x"], [("-", "1")], input_values=['"a", "b"']))
    assert value(found, x="a") == 1
    assert value(found, x="c") is None


def test_table_without_inputs_hits_always() -> None:
    assert value(decision("d", table([], [("42",)]))) == 42


def test_outputs_of_several_columns_are_a_context() -> None:
    found = decision("d", table(["x"], [("1", '"a"', "x + 1")], outputs=["name", "next one"]))
    assert value(found, x=1) == {"name": "a", "next one": 2}


# hit policies

OVERLAP = [("> 0", '"c"'), ("> 10", '"a"'), ("> 20", '"b"')]


def hits(policy: str, amount: object, **more: Any) -> object:
    return value(decision("d", table(["x"], OVERLAP, policy=policy, **more)), x=amount)


def test_unique_refuses_a_second_match() -> None:
    assert hits("UNIQUE", 5) == "c"
    result = decide(decision("d", table(["x"], OVERLAP)), x=15)
    assert result.value is None
    assert [finding.code for finding in result.diagnostics] == ["several-rules"]
    assert result.records[0].rules == ("r1", "r2")


def test_first_takes_the_first_rule() -> None:
    assert hits("FIRST", 25) == "c"


def test_any_needs_equal_outputs() -> None:
    assert value(decision("d", table(["x"], [("> 0", "1"), ("> 1", "1.0")], policy="ANY")), x=2) == 1
    assert hits("ANY", 5) == "c"
    assert hits("ANY", 25) is None


def test_priority_takes_the_output_that_is_listed_first() -> None:
    assert hits("PRIORITY", 25, output_values=['"b", "a", "c"']) == "b"
    assert hits("PRIORITY", 15, output_values=['"b", "a", "c"']) == "a"


def test_rule_order_and_collect_keep_the_order_of_the_rules() -> None:
    assert hits("RULE ORDER", 25) == ["c", "a", "b"]
    assert hits("COLLECT", 15) == ["c", "a"]


def test_output_order_sorts_by_the_listed_values() -> None:
    assert hits("OUTPUT ORDER", 25, output_values=['"a", "b", "c"']) == ["a", "b", "c"]


def test_priority_of_several_columns_goes_from_left_to_right() -> None:
    rules = [("-", '"b"', "1"), ("-", '"a"', "2"), ("-", '"a"', "1")]
    found = table(["x"], rules, outputs=["n", "m"], policy="OUTPUT ORDER", output_values=['"a", "b"', "1, 2"])
    assert value(decision("d", found), x=0) == [{"n": "a", "m": 1}, {"n": "a", "m": 2}, {"n": "b", "m": 1}]


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)])
def test_collect_aggregates(aggregation: str, expected: int) -> None:
    rules = [("> 0", "10"), ("> 1", "20"), ("> 2", "30"), ("> 9", "99")]
    found = decision("d", table(["x"], rules, policy="COLLECT", aggregation=aggregation))
    assert value(found, x=5) == expected


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_without_a_match_the_default_or_null(policy: str) -> None:
    assert hits(policy, -1) is None
    assert hits(policy, -1, defaults=['"none"']) == "none"


def test_output_that_is_not_listed_is_null_with_a_finding() -> None:
    result = decide(decision("d", table(["x"], [("-", '"z"')], output_values=['"a", "b"'])), x=1)
    assert result.value is None
    assert [finding.code for finding in result.diagnostics] == ["value-not-allowed"]


def test_thousand_rules_answer_as_a_search_through_them() -> None:
    rules = [(f"[{low}..{low + 7}]", f'"k{low % 3}"', str(low)) for low in range(1_000)]
    decisions = compiled(definitions(decision("d", table(["x", "y"], rules, policy="COLLECT"))))
    for amount in (-1, 0, 6.5, 7, 500, 1_006, 1_007):
        for key in ("k0", "k2", "other"):
            expected = [low for low in range(1_000) if low <= amount <= low + 7 and f"k{low % 3}" == key]
            assert (decisions.evaluate("d", {"x": amount, "y": key}).value or []) == expected


def test_typed_outputs_of_several_columns_conform() -> None:
    found = table(["x"], [("1", '"a"')])
    typed = found.replace('<output id="o0">', '<output id="o0" name="n" typeRef="number"><x/>').replace(
        "</output>", '</output><output id="o1" name="m" typeRef="tName"/>', 1
    )
    typed = typed.replace("</outputEntry></rule>", '</outputEntry><outputEntry><text>"b"</text></outputEntry></rule>')
    result = decide(item("tName", "string"), decision("d", typed.replace("<x/>", "")), x=1)
    assert result.value == {"n": None, "m": "b"}
