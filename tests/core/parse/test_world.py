"""Files as they are in the world: prefixes, encodings, missing and doubled ids, several processes."""

from __future__ import annotations

import pytest

from engine.core.model.problems import DiagramError
from engine.core.parse import read_diagram
from tests.core.parse.texts import BPMN, codes, file, process, read


def test_any_prefix_is_read() -> None:
    text = (
        f'<semantic:definitions xmlns:semantic="{BPMN}"><semantic:process id="p"><semantic:task id="a"/>'
        f"</semantic:process></semantic:definitions>"
    )
    assert list(read(text).nodes) == ["a"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + process('<task id="a" name="Prüfen"/>')
    assert read(text.encode(encoding)).nodes["a"].name == "Prüfen"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<a>",
        b"<html/>",
        b'<definitions xmlns="urn:other"/>',
        b"<definitions/>",
        b"\x00\x01",
        "<a/>",
    ],
)
def test_what_is_not_bpmn_is_refused_with_a_reason(data: bytes | str) -> None:
    with pytest.raises(DiagramError) as raised:
        read_diagram(data)
    assert raised.value.problems[0].message


def test_flows_without_ids_get_stable_ones() -> None:
    body = '<task id="a"/><task id="b"/><sequenceFlow sourceRef="a" targetRef="b"/>'
    first, second = read(process(body)), read(process('<task id="first"/>' + body))
    assert list(first.flows) == list(second.flows) == ["flow_a_b"]
    assert list(first.nodes["a"].outgoing) == ["flow_a_b"]


def test_generated_ids_never_clash_with_those_of_the_file_or_each_other() -> None:
    found = read(
        process(
            '<task id="a"/><task id="b"/><sequenceFlow sourceRef="a" targetRef="b"/>'
            '<sequenceFlow sourceRef="a" targetRef="b"/><task id="flow_a_b"/>'
        )
    )
    assert list(found.flows) == ["flow_a_b_2", "flow_a_b_3"]


def test_event_definitions_without_ids_get_ids() -> None:
    found = read(
        process(
            '<endEvent id="e"><terminateEventDefinition/><signalEventDefinition/><signalEventDefinition/></endEvent>'
        )
    )
    assert [definition.id for definition in found.nodes["e"].definitions] == [
        "e_terminate", "e_signal_2", "e_signal_3",
    ]  # fmt: skip


def test_a_node_without_an_id_is_a_problem_with_its_line() -> None:
    diagram = read_diagram(process("\n<task/>"))
    assert codes(diagram) == [("missing-id", "")]
    assert diagram.problems[0].line == 2


@pytest.mark.parametrize(
    "body",
    [
        '<task id="x"/><userTask id="x"/>',
        '<task id="x"/><sequenceFlow id="x" sourceRef="x" targetRef="x"/>',
        '<laneSet id="l"><lane id="x"/></laneSet><task id="x"/>',
        '<task id="p"/>',
    ],
)
def test_an_id_that_is_used_twice_is_a_problem(body: str) -> None:
    diagram = read_diagram(process(body))
    assert [problem.code for problem in diagram.problems] == ["duplicate-id"]


def test_every_dangling_reference_is_reported_at_once() -> None:
    diagram = read_diagram(
        process(
            '<startEvent id="a"><messageEventDefinition messageRef="m"/></startEvent>'
            '<startEvent id="b"><signalEventDefinition signalRef="s"/></startEvent>'
            '<endEvent id="c"><errorEventDefinition errorRef="e"/></endEvent>'
            '<endEvent id="d"><escalationEventDefinition escalationRef="e"/></endEvent>'
            '<endEvent id="e2"><eventDefinitionRef>x</eventDefinitionRef></endEvent>'
            '<sendTask id="f" operationRef="o"/>'
        )
    )
    assert codes(diagram) == [("dangling-reference", name) for name in ("a", "b", "c", "d", "e2", "f")]


def test_a_reference_to_the_wrong_kind_of_thing_dangles() -> None:
    diagram = read_diagram(
        process('<startEvent id="a"><messageEventDefinition messageRef="s"/></startEvent>', '<signal id="s"/>')
    )
    assert codes(diagram) == [("dangling-reference", "a")]


@pytest.mark.parametrize(
    ("processes", "executable"),
    [
        ('<process id="a"/>', ["a"]),
        ('<process id="a" isExecutable="false"/>', []),
        ('<process id="a"/><process id="b"/>', []),
        ('<process id="a" isExecutable="true"/><process id="b"/>', ["a"]),
        ('<process id="a" isExecutable="1"/><process id="b" isExecutable=" TRUE "/>', ["a", "b"]),
    ],
)
def test_a_process_without_the_mark_is_executable_when_it_is_alone(processes: str, executable: list[str]) -> None:
    assert [found.id for found in read_diagram(file(processes)).processes if found.is_executable] == executable


def test_a_lane_that_names_a_missing_node_is_a_warning() -> None:
    diagram = read_diagram(process('<laneSet id="s"><lane id="l"><flowNodeRef>gone</flowNodeRef></lane></laneSet>'))
    assert [(problem.code, problem.severity) for problem in diagram.problems] == [("lane-without-node", "warning")]


def test_lines_are_those_of_the_file() -> None:
    found = read(process('\n\n<task id="a"/>\n<sequenceFlow id="f" sourceRef="a" targetRef="a"/>'))
    assert (found.line, found.nodes["a"].line, found.flows["f"].line) == (1, 3, 4)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        (process('<task id="a"/>'), "plain"),
        (process('<task id="a"><extensionElements><zeebe:ioMapping/></extensionElements></task>'), "zeebe"),
        (process('<task id="a" camunda:asyncBefore="true"/>'), "camunda"),
        (process('<task id="a" activiti:async="true"/>'), "camunda"),
        (process('<task id="a" flowable:async="true"/>'), "camunda"),
        (file('<process id="p"/>', 'modeler:executionPlatform="Camunda Cloud"'), "zeebe"),
        (file('<process id="p"/>', 'modeler:executionPlatform="Camunda Platform"'), "camunda"),
        (
            (
                f'<definitions xmlns="{BPMN}"><process id="p"><task '
                f'id="a" xmlns:c="http://camunda.org/schema/1.0/bpmn"'
                ' c:asyncBefore="true"/></process></definitions>'
            ),
            "camunda",
        ),
    ],
)
def test_the_dialect_is_that_of_the_namespaces_used(text: str, dialect: str) -> None:
    assert read_diagram(text).dialect == dialect


def test_huge_numbers_in_quantities_and_wrong_ones_do_no_harm() -> None:
    diagram = read_diagram(process('<task id="a" startQuantity="x"/><task id="b" completionQuantity="9999999999"/>'))
    assert codes(diagram) == [("invalid-quantity", "a")]
    assert diagram.processes[0].nodes["b"].completion_quantity == 9999999999
