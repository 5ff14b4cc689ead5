"""A long process is read in pieces, and nothing is different for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.model.diagram import Diagram
from engine.core.parse import pieces, read_diagram
from engine.core.parse.pieces import Pieces
from engine.core.parse.read import read_tree
from tests.core.parse.texts import BPMN, NAMESPACES

FILES = sorted(Path(__file__).parents[3].glob("gallery/**/*.bpmn"))
DI, ZEEBE = NAMESPACES["bpmndi"], "http://camunda.org/schema/zeebe/1.0"
DRAWING = '<d:BPMNDiagram id="v"><d:BPMNPlane id="w" bpmnElement="p"/></d:BPMNDiagram>'


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everything is long, and cut often: how many pieces each file came in."""
    found: list[int] = []
    children = Pieces.children
    monkeypatch.setattr(pieces, "LONG", 0)
    monkeypatch.setattr(pieces, "PIECE", 100)
    monkeypatch.setattr(
        Pieces, "children", lambda self, process: found.append(len(self.places) - 1) or children(self, process)
    )
    return found


def make_file(*children: str, roots: str = "", head: str = "") -> str:
    process = f'<process id="p" isExecutable="true">{"".join(children)}</process>'
    names = f'xmlns="{BPMN}" xmlns:d="{DI}" targetNamespace="t" {head}'
    return f"<definitions {names}>{process}{roots}{DRAWING}</definitions>"


def tasks(count: int, letter: str = "t") -> list[str]:
    flows = [
        f'<sequenceFlow id="{letter}f{one}" sourceRef="{letter}{one}" targetRef="{letter}{one + 1}"/>\n'
        for one in range(count - 1)
    ]
    return [f'<task id="{letter}{one}" name="Task {one}"/>\n' for one in range(count)] + flows


def read_whole(text: str | bytes) -> Diagram:
    return read_tree(text)[1].diagram


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_example_says_the_same_in_pieces(cut: list[int], path: Path) -> None:
    data = path.read_bytes()
    assert read_diagram(data) == read_whole(data)


@pytest.mark.parametrize(
    "text",
    [
        make_file(*tasks(20)),
        make_file(*tasks(9), f'<subProcess id="s">{"".join(tasks(9, "u"))}</subProcess>', *tasks(9, "v")),
        make_file(*tasks(9), '<catchEvent id="c"/>\n', '<task id="t3"/>', '<nonsense id="n"/>'),
        make_file(*tasks(9), '<receiveTask id="r" messageRef="m"/>', roots='<message id="m" name="Paid"/>'),
        make_file(*tasks(9), '<z:x id="x"/>', head=f'xmlns:z="{ZEEBE}" xmlns:c="http://camunda.org/schema/1.0/bpmn"'),
    ],
    ids=["straight", "sub-process", "problems", "message behind it", "two dialects"],
)  # fmt: skip
def test_what_comes_in_pieces_is_what_is_read_whole(cut: list[int], text: str) -> None:
    found = read_diagram(text)
    assert cut
    assert cut[0] > 2
    whole = read_whole(text)
    assert found.problems == whole.problems
    assert found == whole


@pytest.mark.parametrize(
    "text",
    [
        make_file(*tasks(9), '<task id="a" name="x / y"/>', *tasks(9, "b")),
        make_file(*tasks(9), '<task id="a" name="a > b /> c"><documentation>/></documentation></task>', *tasks(9, "b")),
        make_file(*tasks(9), "<task/>", "<task/>"),
        make_file(*tasks(9), '<extensionElements><z:x xmlns:z="urn:z"/></extensionElements>'),
    ],
    ids=["slash", "end of a tag", "without ids", "extensions"],
)  # fmt: skip
def test_what_looks_like_a_place_to_cut_changes_nothing(cut: list[int], text: str) -> None:
    assert read_diagram(text) == read_whole(text)


@pytest.mark.usefixtures("cut")
def test_a_second_process_is_never_mistaken_for_the_first() -> None:
    text = make_file(*tasks(9)).replace(
        "</process>", f'</process><b:process xmlns:b="{BPMN}" id="q"><b:task id="z"/></b:process>'
    )
    found = read_diagram(text)
    assert [list(one.nodes) for one in found.processes] == [[f"t{one}" for one in range(9)], ["z"]]


@pytest.mark.parametrize("between", ["", '<message id="m" name="Paid"/>'], ids=["next to it", "with a message between"])
def test_two_processes_are_two_wherever_they_are_cut(cut: list[int], between: str) -> None:
    text = make_file(*tasks(9)).replace(
        "</process>", f'</process>{between}<process id="q">{"".join(tasks(9, "u"))}</process>'
    )
    found = read_diagram(text)
    assert [len(one.nodes) for one in found.processes] == [9, 9]
    assert found == read_whole(text)


def test_an_empty_process_before_another_is_one_of_its_own(cut: list[int]) -> None:
    text = make_file(*tasks(9)).replace("<process ", '<process id="q" />\n<process ', 1)
    assert [one.id for one in read_diagram(text).processes] == ["q", "p"]


def test_what_a_process_binds_its_messages_by_is_looked_at_as_a_whole(cut: list[int]) -> None:
    binding = (
        '<correlationPropertyBinding correlationPropertyRef="c"><dataPath>order</dataPath></correlationPropertyBinding>'
    )
    retrieval = (
        '<correlationPropertyRetrievalExpression messageRef="m"><messagePath>number</messagePath>'
        "</correlationPropertyRetrievalExpression>"
    )
    text = make_file(
        *tasks(9),
        f'<correlationSubscription id="b">{binding}</correlationSubscription>',
        '<receiveTask id="r" messageRef="m"/>',
        roots=f'<message id="m" name="Paid"/><correlationProperty id="c">{retrieval}</correlationProperty>',
    )
    found = read_diagram(text)
    (definition,) = found.processes[0].nodes["r"].definitions
    assert definition.correlation_key is not None
    assert definition.correlation_key.text == "order"
    assert found == read_whole(text)
