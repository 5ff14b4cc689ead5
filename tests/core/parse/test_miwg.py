"""The reference diagrams of the BPMN Model Interchange Working Group lose nothing, counted independently."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine.core.compile.check import check_diagram
from engine.core.parse import read_diagram

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "miwg"
FILES = sorted(CORPUS.glob("*.bpmn"))
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NODES = [
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask"),
    *("receiveTask", "callActivity", "subProcess", "transaction", "adHocSubProcess"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"),
]
KINDS = [
    *NODES,
    *("globalTask", "globalUserTask", "sequenceFlow", "messageFlow", "participant", "lane"),
    *("dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataInput", "dataOutput"),
    *("dataInputAssociation", "dataOutputAssociation", "association", "textAnnotation", "group"),
]
NO_CORPUS = "the corpus of reference diagrams is not beside the project"
pytestmark = pytest.mark.skipif(not FILES, reason=NO_CORPUS)


def ids_of(path: Path, *kinds: str) -> list[str]:
    """What stands in the file, read without the engine; decision models inside extensions are not BPMN."""
    found = etree.parse(path).iter(*(f"{MODEL}{kind}" for kind in kinds))
    return [element.get("id") for element in found if not is_extension(element)]


def is_extension(element: etree._Element) -> bool:
    return any(parent.tag == f"{MODEL}extensionElements" for parent in element.iterancestors())


def test_the_corpus_is_whole() -> None:
    assert len(FILES) == 21


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_element_is_lost(path: Path) -> None:
    diagram = read_diagram(path.read_bytes())
    assert {name for name in ids_of(path, *KINDS) if name} <= set(diagram.ids)
    assert len(diagram.ids) == len(ids_of(path, *KINDS))
    assert len(diagram.ids) == len(set(diagram.ids))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_node_and_flow_is_in_its_process(path: Path) -> None:
    diagram = read_diagram(path.read_bytes())
    nodes = {name for process in diagram.processes for name in process.nodes}
    flows = {name for process in diagram.processes for name in process.flows}
    assert nodes == set(ids_of(path, *NODES))
    assert flows == set(ids_of(path, "sequenceFlow"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reading_finds_nothing_wrong(path: Path) -> None:
    assert read_diagram(path.read_bytes()).problems == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_event_definitions_are_those_of_the_file(path: Path) -> None:
    diagram = read_diagram(path.read_bytes())
    found = [node for process in diagram.processes for node in process.nodes.values()]
    written = sum(element.tag.endswith("EventDefinition") for element in etree.parse(path).iter(f"{MODEL}*"))
    events = sum(len(node.definitions) for node in found if node.kind.endswith("Event"))
    assert events == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_checks_come_to_an_end_with_places(path: Path) -> None:
    for problem in check_diagram(read_diagram(path.read_bytes())):
        assert problem.node
        assert problem.line
