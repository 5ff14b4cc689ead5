"""DMN files as they are in the world: every version, prefixes, vendors, encodings; and records for history."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from engine.core.feel import parse_date
from engine.core.parse.dmn import read_decisions
from tests.core.dmn.models import compiled, decide, decision, definitions, input_data, knowledge, table

VERSIONS = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.1 of Camunda": "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_standard_is_read(version: str) -> None:
    text = definitions(decision("d", table(["x"], [("1", '"one"')])), version=VERSIONS[version])
    assert compiled(text).evaluate("d", {"x": 1}).value == "one"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_every_encoding_and_prefix_is_read(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><x:definitions xmlns:x="{VERSIONS["1.3"]}" namespace="n" name="n">'
        '<x:decision id="d" name="Größe"><x:literalExpression><x:text>"ä"</x:text></x:literalExpression></x:decision>'
        "</x:definitions>"
    )
    assert compiled(text.encode(encoding)).evaluate("Größe", {}).value == "ä"


def test_prefixed_types_of_the_first_version_are_those_of_feel_and_of_the_file() -> None:
    text = (
        f'<definitions xmlns="{VERSIONS["1.1"]}" xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns:own="urn:m"'
        ' namespace="urn:m" name="m"><itemDefinition name="tN"><typeRef>feel:number</typeRef></itemDefinition>'
        '<inputData id="x" name="x"><variable name="x" typeRef="own:tN"/></inputData>'
        '<decision id="d" name="d"><variable name="d" typeRef="feel:string"/>'
        '<informationRequirement><requiredInput href="#x"/></informationRequirement>'
        "<literalExpression><text>string(x)</text></literalExpression></decision></definitions>"
    )
    assert compiled(text).evaluate("d", {"x": 1}).value == "1"
    assert compiled(text).evaluate("d", {"x": "1"}).value is None


def test_table_drawn_without_input_data_reads_variables() -> None:
    text = f"""<definitions xmlns="{VERSIONS["1.3"]}" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
      id="dish" name="Dish" namespace="http://camunda.org/schema/1.0/dmn">
      <decision id="dish-decision" name="Dish" camunda:versionTag="1.2">
        <decisionTable id="t">
          <input id="season" label="Season" camunda:inputVariable="s">
            <inputExpression id="e1" typeRef="string"><text>season</text></inputExpression></input>
          <input id="guests">
            <inputExpression id="e2" typeRef="integer"><text>guestCount</text></inputExpression></input>
          <output id="o" label="Dish" name="desiredDish" typeRef="string"/>
          <rule id="r1"><inputEntry><text>"Winter"</text></inputEntry><inputEntry><text>&lt;= 8</text></inputEntry>
            <outputEntry><text>"Roastbeef"</text></outputEntry></rule>
          <rule id="r2"><inputEntry><text>"Winter"</text></inputEntry><inputEntry><text>&gt; 8</text></inputEntry>
            <outputEntry><text>"Stew"</text></outputEntry></rule>
          <rule id="r3"><inputEntry><text>not("Winter")</text></inputEntry><inputEntry><text></text></inputEntry>
            <outputEntry><text>"Salad"</text></outputEntry></rule>
        </decisionTable></decision></definitions>"""
    model = read_decisions(text)
    assert model.decisions[0].version_tag == "1.2"
    decisions = compiled(text)
    for season, guests, dish in (("Winter", 8, "Roastbeef"), ("Winter", 9, "Stew"), ("Summer", None, "Salad")):
        assert decisions.evaluate("dish-decision", {"season": season, "guestCount": guests}).value == dish


def test_model_is_plain_data_that_says_what_it_holds() -> None:
    model = read_decisions(definitions(decision("d", table(["x"], [("1", "2")])), knowledge("k", ["a"], "a")))
    data = json.loads(json.dumps(asdict(model)))
    assert data["decisions"][0]["logic"]["kind"] == "table"
    assert data["decisions"][0]["logic"]["rules"][0]["inputs"][0]["text"] == "1"
    assert data["knowledge"][0]["logic"]["body"] == {
        "id": "k",
        "line": 1,
        "type_ref": "",
        "text": "a",
        "language": "feel",
        "kind": "literal",
    }


def test_records_tell_what_was_asked_and_which_rules_hit() -> None:
    rates = knowledge("rate", ["n"], table(["n"], [("> 1", "n * 2")]))
    parts = (
        input_data("since", "date"),
        decision("b", table(["year"], [("< 2000", '"old"'), ("-", '"any"')], policy="COLLECT")),
        decision("d", "[b, since, rate(3)]", inputs=["since"], decisions=["b"], knowledge=["rate"]),
        rates,
    )
    result = decide(*parts, since="2024-02-29", year=1990)
    records = {record.id: record for record in result.records}
    assert [record.id for record in result.records] == ["b", "rate", "d"]
    assert (records["b"].rules, records["b"].outputs) == (("r1", "r2"), ("old", "any"))
    assert records["b"].tables[0].inputs == (1990,)
    assert records["rate"].kind == "knowledge"
    assert records["rate"].inputs == {"n": 3}
    assert records["d"].inputs == {"since": parse_date("2024-02-29"), "b": ["old", "any"]}
    assert json.loads(json.dumps(records["d"].to_json())) == {
        "id": "d",
        "name": "d",
        "kind": "decision",
        "inputs": {"since": "2024-02-29", "b": ["old", "any"]},
        "value": [["old", "any"], "2024-02-29", 6],
        "tables": [],
    }
    assert records["b"].to_json()["tables"] == [
        {"table": "t", "inputs": [1990], "rules": ["r1", "r2"], "outputs": ["old", "any"]}
    ]


def test_record_of_a_function_is_its_text() -> None:
    record = decide(decision("d", "function(a) a")).records[0]
    assert isinstance(record.to_json()["value"], str)
