"""Files that mean harm, or only look like it, end with problems or with a diagram; never in another way.

BPMN_FUZZ=10000 asks for more of those that are made at random."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.compile.check import check_diagram
from engine.core.model.problems import DiagramError
from engine.core.parse import read_diagram
from engine.core.parse.layout import with_layout
from engine.core.parse.names import KNOWN
from tests.core.parse.texts import BPMN, NAMESPACES, file, process, sequence

MARKUP = "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}${x.y}"


def nested(kind: str, depth: int) -> str:
    opening = "".join(f'<{kind} id="s{number}">' for number in range(depth))
    return process(opening + '<task id="t"/>' + f"</{kind}>" * depth)


def chain(length: int) -> str:
    return sequence(*(f'<task id="t{number}"/>' for number in range(length)))


HOSTILE = {
    "many attributes": process("<task id='t' " + " ".join(f'a{number}="x"' for number in range(250)) + "/>"),
    "a hundred thousand attributes": process(
        "<task id='t' " + " ".join(f'a{number}="x"' for number in range(100_000)) + "/>"
    ),
    "markup in names": process(f'<task id="t" name="{MARKUP}"/><lane id="l" name="{MARKUP}"/>'),
    "an id that is an expression": process('<task id="${x}"/><task id="../../etc"/><task id=" "/>'),
    "a lane in itself": process(
        '<laneSet id="s"><lane id="l"><flowNodeRef>l</flowNodeRef><childLaneSet id="s"><lane id="l">'
        '<flowNodeRef>s</flowNodeRef></lane></childLaneSet></lane></laneSet><task id="t"/>'
    ),
    "lanes a hundred deep": process(
        '<laneSet id="s">' + '<lane id="l"><childLaneSet>' * 80 + "</childLaneSet></lane>" * 80 + "</laneSet>"
    ),
    "sub-processes a hundred deep": nested("subProcess", 150),
    "sub-processes a thousand deep": nested("subProcess", 1_000),
    "transactions a hundred deep": nested("transaction", 150),
    "choreographies a hundred deep": file(
        '<choreography id="c">' + '<subChoreography id="s">' * 150 + "</subChoreography>" * 150 + "</choreography>"
    ),
    "a list in a list": process(
        '<task id="t"><extensionElements><camunda:inputOutput><camunda:inputParameter name="a">'
        + "<camunda:list>" * 150
        + "</camunda:list>" * 150
        + "</camunda:inputParameter></camunda:inputOutput></extensionElements></task>"
    ),
    "a map in a map": process(
        '<task id="t"><extensionElements><camunda:inputOutput><camunda:inputParameter name="a">'
        + '<camunda:map><camunda:entry key="k">' * 80
        + "</camunda:entry></camunda:map>" * 80
        + "</camunda:inputParameter></camunda:inputOutput></extensionElements></task>"
    ),
    "definitions that refer to themselves": process(
        '<startEvent id="s"><eventDefinitionRef>d</eventDefinitionRef></startEvent>',
        '<messageEventDefinition id="d" messageRef="d"/>',
    ),
    "a boundary event on itself": process(
        '<boundaryEvent id="b" attachedToRef="b"><errorEventDefinition/></boundaryEvent>'
    ),
    "a process in a process": process('<process id="q"><task id="t"/></process>'),
    "every flow from and to nothing": process("<sequenceFlow/>" * 50 + "<messageFlow/><association/>"),
    "the same id everywhere": process(
        '<task id="p"/>' * 50 + '<sequenceFlow id="p" sourceRef="p" targetRef="p"/>' * 50
    ),
    "a sub-process with the id of a task": process(
        '<task id="x"/><subProcess id="x"><task id="y"/><boundaryEvent id="b" attachedToRef="x"/>'
        "</subProcess>"
        '<sequenceFlow id="f" sourceRef="y" targetRef="x"/>'
    ),
    "a long chain": chain(5_000),
    "everything connected to everything": process(
        "".join(f'<inclusiveGateway id="g{one}"/>' for one in range(40))
        + "".join(f'<sequenceFlow sourceRef="g{one}" targetRef="g{two}"/>' for one in range(40) for two in range(40))
    ),
    "a wide split": process(
        '<startEvent id="s"/><inclusiveGateway id="g"/><sequenceFlow sourceRef="s" targetRef="g"/>'
        + "".join(f'<task id="t{n}"/><sequenceFlow sourceRef="g" targetRef="t{n}"/>' for n in range(2_000))
    ),
    "associations by the thousand": process(
        '<task id="t"/>' + "".join(f'<association sourceRef="t" targetRef="a{n}"/>' for n in range(2_000))
    ),
    "an expression that is deep": process(
        '<task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="t"><conditionExpression>'
        + "(" * 5_000
        + ")" * 5_000
        + "</conditionExpression></sequenceFlow>"
    ),
    "numbers without end": process(f'<task id="t" startQuantity="{"9" * 5_000}"/>'),
    "odd digits": process('<task id="t" startQuantity="²"/><task id="u" completionQuantity="١"/>'),
    "a timer without end": process(
        '<startEvent id="s"><timerEventDefinition><timeCycle>R' + "9" * 5_000 + "/PT1S</timeCycle>"
        "</timerEventDefinition></startEvent>"
    ),
    "a doctype": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + process('<task id="t" name="&e;"/>'),
    "an encoding that is none": b'<?xml version="1.0" encoding="klingon"?>' + process("").encode(),
    "half a file": process('<task id="t"/>')[:-10],
    "a null byte": process('<task id="t"/>').encode() + b"\x00",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_with_problems_or_a_diagram(name: str) -> None:
    try:
        diagram = read_diagram(HOSTILE[name])
    except DiagramError as error:
        found = error.problems
    else:
        found = tuple(check_diagram(diagram, handlers=()))
        assert with_layout(HOSTILE[name]).startswith(b"<?xml")
    for problem in found:
        assert problem.message


def test_names_are_kept_as_text_and_nothing_in_them_is_evaluated() -> None:
    diagram = read_diagram(HOSTILE["markup in names"])
    assert diagram.processes[0].nodes["t"].name == "<script>alert(1)</script>{{ 7 * 7 }}${x.y}"


def test_deep_sub_processes_are_read_without_recursion() -> None:
    diagram = read_diagram(nested("subProcess", 150))
    assert len(diagram.processes[0].nodes) == 151


def test_long_chains_are_read_checked_and_drawn_without_recursion() -> None:
    diagram = read_diagram(chain(20_000))
    assert check_diagram(diagram) == []
    assert len(diagram.processes[0].flows) == 20_001


names = st.sampled_from([*sorted(KNOWN), "magic", "zeebe:ioMapping", "camunda:inputOutput", "camunda:formData"])
attributes = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "name",
            "sourceRef",
            "targetRef",
            "attachedToRef",
            "default",
            "messageRef",
            "errorRef",
            "isExecutable",
            "calledElement",
            "behavior",
            "camunda:collection",
            "camunda:dueDate",
            "camunda:calledElementBinding",
            "loopMaximum",
            "triggeredByEvent",
            "instantiate",
            "gatewayDirection",
            "processRef",
            "dataObjectRef",
        ]
    ),
    st.sampled_from(["a", "b", "p", "", "true", "-1", "${", "=", "= 1 +", "tns:a", "x:y:z", "R/PT", "None", "latest"]),
    max_size=4,
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> str:
    name = draw(names)
    written = " ".join(f'{key}="{value}"' for key, value in draw(attributes).items())
    count = draw(st.integers(0, 3)) if depth else 0
    inner = "".join(draw(trees(depth=depth - 1)) for _ in range(count)) or draw(st.sampled_from(["", "a", "= 1", "${"]))
    return f"<{name} {written}>{inner}</{name}>"


DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


@given(st.lists(trees(), max_size=4), st.lists(trees(), max_size=4))
@settings(max_examples=int(os.environ.get("BPMN_FUZZ", "80")), deadline=None)
def test_any_nonsense_of_bpmn_words_gets_an_answer(inside: list[str], beside: list[str]) -> None:
    text = (
        f'<definitions xmlns="{BPMN}" {DECLARED}><process id="p" isExecutable="true">{"".join(inside)}'
        f"</process>"
        f"{''.join(beside)}</definitions>"
    )
    diagram = read_diagram(text)
    check_diagram(diagram, handlers=(), decisions=(), processes=())
    with_layout(text)
