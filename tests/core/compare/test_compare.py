"""What changed between two versions: every property is told, and nothing that was only drawn otherwise."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from engine.core.compare import Bundle, Change, compare_bundles, compare_diagrams
from engine.core.compare.facts import read_facts
from engine.core.compare.words import UNTOLD, WORDS
from engine.core.model import diagram as model
from engine.core.model.problems import DiagramError
from engine.core.parse import read_diagram
from engine.core.parse.dmn import read_decisions
from tests.core.parse.texts import process

BODY = (
    '<startEvent id="start"/><userTask id="work" name="Work"><extensionElements>{inside}</extensionElements></userTask>'
    '<boundaryEvent id="late" name="Late" attachedToRef="work"><timerEventDefinition>'
    '<timeDuration xsi:type="tFormalExpression">{pause}</timeDuration></timerEventDefinition></boundaryEvent>'
    '<exclusiveGateway id="which" default="no"/><endEvent id="end"/><endEvent id="missed"/>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="which"/>'
    '<sequenceFlow id="yes" sourceRef="which" targetRef="end"><conditionExpression>={guard}</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="no" sourceRef="which" targetRef="missed"/>'
    '<sequenceFlow id="c" sourceRef="late" targetRef="missed"/>'
)


def text(inside: str = "", pause: str = "PT1H", guard: str = "x > 1") -> str:
    return process(BODY.format(inside=inside, pause=pause, guard=guard))


def changes(before: str, after: str) -> list[Change]:
    return compare_diagrams(read_diagram(before), read_diagram(after))


def words(before: str, after: str) -> list[str]:
    return [change.words for change in changes(before, after)]


def test_equal_diagrams_have_no_changes() -> None:
    assert changes(text(), text()) == []


def test_changed_timer_is_told_with_both_values() -> None:
    (change,) = changes(text(), text(pause="PT2H"))
    assert (change.node, change.kind) == ("late", "changed")
    assert change.words == "Boundary event “Late”: timer changed from “duration PT1H” to “duration PT2H”."


def test_process_with_another_id_is_told_as_one_change() -> None:
    renamed = text().replace('<process id="p"', '<process id="q"')
    assert renamed != text()
    assert words(text(), renamed) == ["Process “q”: id changed from “p” to “q”."]


def test_changed_guard_is_told_by_where_its_flow_leads() -> None:
    assert words(text(), text(guard="x > 2")) == [
        "Flow from exclusive gateway “which” to end event “end”: guard changed from “= x > 1” to “= x > 2”."
    ]


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ('<zeebe:ioMapping><zeebe:input source="=a" target="b"/></zeebe:ioMapping>', "input “b” is now “= a”"),
        (
            '<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="bosses"/>',
            "candidate groups is now “bosses”",
        ),
        ('<zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders>', "header “k” is now “v”"),
        ('<zeebe:userTask/><zeebe:formDefinition formId="order"/>', "form: reference is now “order”"),
    ],
)
def test_properties_that_nobody_sees_in_the_drawing_are_told(inside: str, told: str) -> None:
    assert any(told in sentence for sentence in words(text(), text(inside)))
    assert any("is gone" in sentence for sentence in words(text(inside), text()))


def test_moving_a_shape_is_no_change() -> None:
    drawing = '<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="q" bpmnElement="p"><bpmndi:BPMNShape id="s" '
    drawing += (
        'bpmnElement="start"><dc:Bounds x="{}" y="1" width="36" height="36"/></bpmndi:BPMNShape></bpmndi:BPMNPlane>'
    )
    drawing += "</bpmndi:BPMNDiagram>"
    body = BODY.format(inside="", pause="PT1H", guard="x")
    assert changes(process(body, drawing.format(1)), process(body, drawing.format(200))) == []


def test_elements_that_came_or_went_are_told_once_each() -> None:
    shorter = process(
        '<startEvent id="start"/><endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="end"/>'
    )
    longer = process(
        '<startEvent id="start"/><task id="new" name="Look"/><endEvent id="end"/>'
        '<sequenceFlow id="a" sourceRef="start" targetRef="new"/><sequenceFlow id="b" sourceRef="new" targetRef="end"/>'
    )
    told = words(shorter, longer)
    assert "Task “Look” was added." in told
    assert any("end changed from “end event “end”” to “task “Look””" in sentence for sentence in told)
    assert "Task “Look” was removed." in words(longer, shorter)


def test_new_name_of_a_step_is_one_change_and_none_of_its_flows() -> None:
    renamed = text().replace('name="Work"', 'name="Check"')
    assert words(text(), renamed) == ["User task “Check”: name changed from “Work” to “Check”."]


def test_step_of_another_kind_is_told() -> None:
    other = text().replace("userTask", "manualTask")
    assert words(text(), other) == ["Manual task “Work”: kind changed from “user task” to “manual task”."]


def test_order_of_guards_matters_where_two_could_hold() -> None:
    def two(first: str, second: str) -> str:
        flows = {
            "one": '<sequenceFlow id="one" sourceRef="g" targetRef="e"><conditionExpression>=a</conditionExpression>'
            "</sequenceFlow>",
            "two": '<sequenceFlow id="two" sourceRef="g" targetRef="f"><conditionExpression>=b</conditionExpression>'
            "</sequenceFlow>",
        }
        return process(
            '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="e"/><endEvent id="f"/>'
            f'<sequenceFlow id="a" sourceRef="s" targetRef="g"/>{flows[first]}{flows[second]}'
        )

    (change,) = changes(two("one", "two"), two("two", "one"))
    assert change.what == "order of the guards"


def test_step_moved_into_a_lane_is_told() -> None:
    lanes = '<laneSet id="l"><lane id="l1" name="{}"><flowNodeRef>work</flowNodeRef></lane></laneSet>'
    body = BODY.format(inside="", pause="PT1H", guard="x")
    before, after = process(lanes.format("Sales") + body), process(lanes.format("Stock") + body)
    assert words(before, after) == ["User task “Work” was moved from lane “Sales” to lane “Stock”."]


def test_form_inside_the_diagram_is_compared_field_by_field() -> None:
    def with_form(label: str) -> str:
        schema = json.dumps({"components": [{"id": "f", "key": "sum", "type": "number", "label": label}]})
        inside = '<zeebe:formDefinition formKey="camunda-forms:bpmn:f1"/><zeebe:userTask/>'
        form = f"<extensionElements><zeebe:userTaskForm id='f1'>{schema}</zeebe:userTaskForm></extensionElements>"
        return process(form + BODY.format(inside=inside, pause="PT1H", guard="x"))

    assert words(with_form("Sum"), with_form("Total")) == [
        "User task “Work”, form, number “Total”: label changed from “Sum” to “Total”."
    ]


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="rate" name="Rate"><variable name="Rate"/><decisionTable hitPolicy="FIRST">
<input label="Sum"><inputExpression><text>sum</text></inputExpression></input><output name="rate"/>
<rule><inputEntry><text>&lt; {limit}</text></inputEntry><outputEntry><text>{rate}</text></outputEntry></rule>
{more}</decisionTable></decision></definitions>"""


def bundle(limit: int = 10, rate: str = "1", more: str = "", forms: Any = None) -> Bundle:
    decisions = {"rate.dmn": read_decisions(DMN.format(limit=limit, rate=rate, more=more))}
    return Bundle(read_diagram(text()), decisions, forms or {})


def test_cells_of_a_decision_table_are_told_by_rule_and_column() -> None:
    rule = "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>3</text></outputEntry></rule>"
    told = [change.words for change in compare_bundles(bundle(), bundle(20, more=rule))]
    assert told == [
        "Decision “Rate”: rule 1, “Sum” changed from “< 10” to “< 20”.",
        "Decision “Rate”: rule 2, “Sum” is now “-”.",
        "Decision “Rate”: rule 2, result “rate” is now “3”.",
    ]


def test_forms_and_decisions_that_came_or_went_are_told() -> None:
    old, new = bundle(forms={"a": {"components": []}}), Bundle(read_diagram(text()), {}, {"b": {"components": []}})
    told = [change.words for change in compare_bundles(old, new)]
    assert told == ["Decision “Rate” was removed.", "Form “b” was added.", "Form “a” was removed."]


def test_long_values_are_cut_in_the_sentence_and_whole_in_the_change() -> None:
    (change,) = changes(text(), text(guard="x > " + "1" * 500))
    assert change.words.endswith("guard has changed.")
    assert change.after == "= x > " + "1" * 500


PARTS = [model.Settings, model.Definition, model.Loop, model.Called, model.CalledDecision, model.Form, model.FormField,
         model.Listener, model.Node, model.Flow, model.DataObject, model.DataAssociation, model.Mapping]  # fmt: skip


def sample(hint: Any) -> Any:
    """Some value of the type that is not the usual one."""
    formula = model.Formula("changed")
    arguments = [one for one in get_args(hint) if one is not type(None)]
    origin = get_origin(hint)
    if origin is dict:
        return {"k": sample(arguments[1]) if arguments[1] is not Any else "v"}
    if origin is list:
        return [sample(arguments[0])]
    if origin is tuple:
        return tuple(sample(one) for one in arguments if one is not Ellipsis)
    if arguments and origin is not None:
        return arguments[-1] if isinstance(arguments[0], str) else sample(arguments[0])
    if is_dataclass(hint):
        known = {model.Formula: formula, model.Settings: model.Settings(assignee=formula)}
        return known[hint] if hint in known else build(hint)
    return {str: "changed", bool: True, int: 7}[hint]


def build(kind: Any) -> Any:
    """One with its first values, and a text wherever one is needed."""
    hints = get_type_hints(kind)
    needed = {one.name: sample(hints[one.name]) for one in fields(kind)
              if one.default is one.default_factory}  # fmt: skip
    return kind(**needed)


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_no_member_of_the_model_is_forgotten(kind: Any) -> None:
    hints = get_type_hints(kind)
    for member in fields(kind):
        if member.name in UNTOLD:
            continue
        assert member.name in WORDS or "_" not in member.name, f"{member.name} has no words"
        plain, changed = build(kind), build(kind)
        value = sample(hints[member.name])
        usual = getattr(plain, member.name)
        if value == usual:
            value = not usual if isinstance(usual, bool) else "other" if isinstance(usual, str) else value
        if value == usual:
            value = model.Formula("another")
        setattr(changed, member.name, value)
        before, after = (read_facts(model.Node("n", "task", "p", settings=one)) if kind is model.Settings
                         else read_facts(one) for one in (plain, changed))  # fmt: skip
        assert before != after, f"{kind.__name__}.{member.name} is not compared"


FILES = sorted(Path("tests/conformance").rglob("*.bpmn"))


def test_no_file_differs_from_itself_and_every_change_is_a_sentence() -> None:
    assert len(FILES) > 100
    before = model.Diagram()
    for path in FILES:
        try:
            diagram, again = read_diagram(path.read_bytes()), read_diagram(path.read_bytes())
        except DiagramError:
            continue
        assert compare_diagrams(diagram, again) == [], path
        told = [change.words for change in compare_diagrams(before, diagram)]
        assert all(sentence.endswith(".") for sentence in told)
        before = diagram
