"""BPMN texts for tests, as short as they can be."""

from __future__ import annotations

from itertools import pairwise

from engine.core.model.diagram import Diagram, Node, Process
from engine.core.parse import read_diagram

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMESPACES = {
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "activiti": "http://activiti.org/bpmn",
    "flowable": "http://flowable.org/bpmn",
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "statewright": "https://statewright.dev/schema/bpmn/1.0",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}


def file(body: str, attributes: str = "") -> str:
    """A whole file; namespaces are declared where the text uses them, as modellers do."""
    declared = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in NAMESPACES.items()
        if f"{prefix}:" in body or f"{prefix}:" in attributes
    )
    return f'<definitions xmlns="{BPMN}" targetNamespace="t"{declared} {attributes}>{body}</definitions>'


def process(body: str, roots: str = "", attributes: str = "") -> str:
    """A file with one executable process."""
    return file(f'<process id="p" isExecutable="true" {attributes}>{body}</process>{roots}')


def sequence(*nodes: str, roots: str = "") -> str:
    """A process whose nodes follow one another: a start event, the given ones, an end event.

    Each node is its XML with an id of its own, such as `<task id="a"/>`.
    """
    ids = ["start", *(node.split('id="', 1)[1].split('"', 1)[0] for node in nodes), "end"]
    flows = "".join(
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in pairwise(ids)
    )
    return process(f'<startEvent id="start"/>{"".join(nodes)}<endEvent id="end"/>{flows}', roots)


def read(text: str | bytes) -> Process:
    """The only process of a file that has to be free of problems of its reading."""
    diagram = read_diagram(text)
    assert not diagram.problems, diagram.problems
    (found,) = diagram.processes
    return found


def read_node(node: str, roots: str = "") -> Node:
    """The node `n` of a process that holds only this text."""
    return read(process(node, roots)).nodes["n"]


def codes(diagram: Diagram) -> list[tuple[str, str]]:
    return [(problem.code, problem.node) for problem in diagram.problems]
