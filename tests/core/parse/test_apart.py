"""The drawing of a file, which reading does not look at: of it there is no tree, and nothing else is different."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.core.model.problems import DiagramError
from engine.core.parse import read_diagram
from engine.core.parse.read import read_tree
from engine.core.parse.xml import read_xml
from tests.core.parse.texts import BPMN, NAMESPACES

DI = NAMESPACES["bpmndi"]
UNREAD = f"{{{DI}}}BPMNDiagram"
HEAD = f'<definitions xmlns="{BPMN}" xmlns:d="{DI}" targetNamespace="t">'
PROCESS = '<process id="p" isExecutable="true"><startEvent id="s"/><task id="t"/></process>'
DRAWING = (
    '<d:BPMNDiagram id="v"><d:BPMNPlane id="w" bpmnElement="p"><d:BPMNShape id="x"/></d:BPMNPlane></d:BPMNDiagram>'
)
LAST = f"{HEAD}{PROCESS}{DRAWING}</definitions>"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


def names(text: str | bytes) -> list[str]:
    """Of all elements in the tree that is made of the file where nobody looks at the drawing."""
    return [etree.QName(element).localname for element in read_xml(text, unread=UNREAD).iter()]


@pytest.mark.parametrize("text", [LAST, DECLARED + LAST, (DECLARED + LAST).encode(), LAST.replace("</d", "\n</d")])
def test_a_drawing_at_the_end_is_not_in_the_tree(text: str | bytes) -> None:
    assert names(text) == ["definitions", "process", "startEvent", "task"]
    assert "BPMNShape" in {etree.QName(element).localname for element in read_tree(text)[0].iter()}


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{DRAWING}{PROCESS}</definitions>",
        f"{HEAD}{PROCESS}{DRAWING}{DRAWING.replace('id=', 'x=')}</definitions>",
        f"{HEAD}{PROCESS}{DRAWING}<!-- <d:BPMNDiagram> --></definitions>",
        f"{HEAD}{PROCESS}{DRAWING}<?x </d:BPMNDiagram>?></definitions>",
        f"{HEAD}<process id='p'><documentation>{DRAWING}</documentation></process></definitions>",
        f"<a>{LAST}</a>",
        LAST.replace("<d:BPMNDiagram", f"<d:BPMNDiagram xmlns:d='{DI}'"),
        LAST.replace("BPMNDiagram", "BPMNDiagrams"),
        LAST.replace("d:", "").replace("xmlns:d", "xmlns:e"),
        LAST.replace(f'xmlns:d="{DI}"', 'xmlns:d="urn:other"'),
    ],
    ids=[
        "first", "two", "in a comment", "in an instruction", "inside", "deeper", "explained there", "another",
        "without prefix", "of another namespace",
    ],
)  # fmt: skip
def test_what_may_not_be_the_last_drawing_stays_in_the_tree(text: str) -> None:
    assert "BPMNPlane" in names(text)


@pytest.mark.parametrize(
    "broken",
    [
        LAST.replace('<d:BPMNShape id="x"/>', '<d:BPMNShape id="x">'),
        LAST.replace('id="x"', 'id="x" id="x"'),
        LAST.replace("<d:BPMNShape", "<e:BPMNShape"),
        LAST.replace('bpmnElement="p"', 'bpmnElement="&p;"'),
        LAST + "<more/>",
    ],
    ids=["open", "twice", "prefix", "entity", "behind"],
)
def test_a_drawing_that_is_not_well_formed_is_refused_all_the_same(broken: str) -> None:
    with pytest.raises(DiagramError) as raised:
        read_diagram(DECLARED + broken)
    assert raised.value.problems[0].code == "xml-malformed"


def test_a_given_id_is_none_that_the_drawing_has() -> None:
    text = LAST.replace("</process>", '<sequenceFlow sourceRef="s" targetRef="t"/></process>')
    (flow,) = read_diagram(text.replace('id="x"', 'id="flow_s_t"')).processes[0].flows
    assert flow == "flow_s_t_2"


def test_a_diagram_is_the_same_with_its_drawing_and_without() -> None:
    assert read_diagram(LAST) == read_diagram(LAST.replace(DRAWING, "")) == read_tree(LAST)[1].diagram
