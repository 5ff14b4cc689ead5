"""Files without a drawing get one: everything in it, at places that make sense."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.core.parse import read_diagram
from engine.core.parse.export import write_diagram
from engine.core.parse.layout import with_layout
from engine.core.parse.layout_grid import Box, Item, arrange
from tests.core.parse.test_export import same
from tests.core.parse.texts import file, process

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "miwg"
FILES = sorted(CORPUS.glob("*.bpmn"))
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def shapes(data: bytes) -> dict[str, Box]:
    found = {}
    for shape in etree.fromstring(data).iter(f"{DI}BPMNShape"):
        bounds = shape[0]
        x, y, width, height = (round(float(bounds.get(key))) for key in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement")] = Box(x, y, width, height)
    return found


def edges(data: bytes) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(point.get("x")), float(point.get("y"))) for point in edge]
        for edge in etree.fromstring(data).iter(f"{DI}BPMNEdge")
    }


def overlap(one: Box, two: Box) -> bool:
    return one.x < two.right and two.x < one.right and one.y < two.bottom and two.y < one.bottom


def contains(outer: Box, inner: Box) -> bool:
    is_across = outer.x <= inner.x and inner.right <= outer.right
    return is_across and outer.y <= inner.y and inner.bottom <= outer.bottom


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow sourceRef="{source}" targetRef="{target}"/>'


BRANCHES = process(
    '<startEvent id="s"/><exclusiveGateway id="x"/><task id="a"/><task id="b"/><exclusiveGateway id="y"/>'
    '<endEvent id="e"/>'
    + flow("s", "x")
    + flow("x", "a")
    + flow("x", "b")
    + flow("a", "y")
    + flow("b", "y")
    + flow("y", "e")
    + flow("y", "x")
)


def test_everything_stands_to_the_right_of_what_leads_to_it() -> None:
    box = shapes(with_layout(BRANCHES))
    assert box["s"].right < box["x"].x
    assert box["x"].right < box["a"].x == box["b"].x
    assert box["a"].right < box["y"].x
    assert box["y"].right < box["e"].x


def test_the_first_branch_goes_straight_on_and_the_second_stands_below() -> None:
    box = shapes(with_layout(BRANCHES))
    assert box["s"].middle[1] == box["x"].middle[1] == box["a"].middle[1] == box["e"].middle[1]
    assert box["b"].y > box["a"].bottom


def test_nothing_overlaps() -> None:
    for one, two in combinations(shapes(with_layout(BRANCHES)).values(), 2):
        assert not overlap(one, two)


def test_flows_begin_and_end_at_their_boxes() -> None:
    data = with_layout(BRANCHES)
    box, lines = shapes(data), edges(data)
    (found,) = read_diagram(data).processes
    assert len(lines) == len(found.flows) == 7
    for name, one in found.flows.items():
        first, last = lines[name][0], lines[name][-1]
        for (x, y), place in ((first, box[one.source]), (last, box[one.target])):
            assert place.x <= x <= place.right
            assert place.y <= y <= place.bottom


@pytest.mark.parametrize("name", ["d", ""], ids=["with an id", "without"])
def test_a_flow_that_leaves_what_is_no_node_is_not_drawn(name: str) -> None:
    data = with_layout(
        process(
            f'<task id="a"/><dataStoreReference id="{name}"/><sequenceFlow id="f" sourceRef="{name}" targetRef="a"/>'
        )
    )
    assert "a" in shapes(data)
    assert edges(data) == {}


def test_boundary_events_sit_on_the_border_of_their_host_and_lead_down() -> None:
    box = shapes(
        with_layout(
            process(
                f'<task id="t"/><boundaryEvent id="b1" attachedToRef="t">{TIMER}</boundaryEvent>'
                f'<boundaryEvent id="b2" attachedToRef="t">{TIMER}</boundaryEvent><task id="n"/>'
                f'<task id="m"/>' + flow("t", "n") + flow("b1", "m")
            )
        )
    )
    for name in ("b1", "b2"):
        assert box[name].middle[1] == box["t"].bottom
        assert box["t"].x <= box[name].x
        assert box[name].right <= box["t"].right
    assert not overlap(box["b1"], box["b2"])
    assert box["m"].y > box["n"].bottom


def test_names_of_boundary_events_stand_beside_the_flows_that_leave_them() -> None:
    data = with_layout(
        process(
            f'<task id="t"/><boundaryEvent id="b1" name="Late" attachedToRef="t">{TIMER}</boundaryEvent>'
            f'<boundaryEvent id="b2" name="Early" attachedToRef="t">{TIMER}</boundaryEvent><task id="n"/>'
            f'<task id="m"/>' + '<sequenceFlow id="one" sourceRef="b1" targetRef="n"/>'
            '<sequenceFlow id="two" sourceRef="b2" targetRef="m"/>'
        )
    )
    labels = {label.getparent().get("bpmnElement"): label[0] for label in etree.fromstring(data).iter(f"{DI}BPMNLabel")}
    lines = edges(data)
    for name, line in (("b1", lines["one"]), ("b2", lines["two"])):
        x, width = (float(labels[name].get(key)) for key in ("x", "width"))
        assert not x < line[0][0] < x + width


def test_a_closed_sub_process_stays_small_and_its_inside_has_a_plane_of_its_own() -> None:
    inner = '<startEvent id="i"/><task id="t1"/><task id="t2"/>' + flow("i", "t1") + flow("t1", "t2")
    drawn = with_layout(process(f'<subProcess id="s">{inner}</subProcess><task id="after"/>' + flow("s", "after")))
    assert shapes(drawn)["s"].width > 300
    closed = re.sub(rb'(bpmnElement="s"[^>]*) isExpanded="true"', rb'\1 isExpanded="false"', drawn)
    anew = with_layout(closed, is_anew=True)
    box = shapes(anew)
    assert (box["s"].width, box["s"].height) == (100, 80)
    assert box["after"].x - box["s"].right < 100, "no gap is left for what is not seen"
    planes = {
        plane.get("bpmnElement"): {shape.get("bpmnElement") for shape in plane}
        for plane in etree.fromstring(anew).iter(f"{DI}BPMNPlane")
    }
    assert {"i", "t1", "t2"} < planes["s"]
    assert not {"i", "t1", "t2"} & planes["p"]


def test_sub_processes_are_open_and_hold_what_is_in_them() -> None:
    data = with_layout(
        process(
            '<subProcess id="s"><startEvent id="i"/><subProcess id="inner"><task id="t"/></subProcess>'
            + flow("i", "inner")
            + '</subProcess><task id="after"/>'
            + flow("s", "after")
            + f'<subProcess id="es" triggeredByEvent="true"><startEvent id="j">{TIMER}</startEvent>'
            f"</subProcess>"
        )
    )
    box = shapes(data)
    assert contains(box["s"], box["i"])
    assert contains(box["s"], box["inner"])
    assert contains(box["inner"], box["t"])
    assert contains(box["es"], box["j"])
    assert not overlap(box["s"], box["es"])
    assert not overlap(box["s"], box["after"])
    assert data.count(b'isExpanded="true"') == 3


POOLS = file(
    '<collaboration id="c"><participant id="p1" processRef="a"/><participant id="p2"/>'
    '<participant id="p3" processRef="b"/>'
    '<messageFlow id="m" sourceRef="t" targetRef="u"/></collaboration>'
    '<process id="a"><laneSet id="ls"><lane id="l1"><flowNodeRef>t</flowNodeRef><childLaneSet id="cs">'
    '<lane id="l11">'
    '<flowNodeRef>t</flowNodeRef></lane><lane id="l12"/></childLaneSet></lane><lane id="l2"><flowNodeRef>v'
    "</flowNodeRef></lane>"
    f'</laneSet><task id="t"/><task id="v"/>{flow("t", "v")}</process><process id="b"><task id="u"/>'
    f'</process><process id="z"><task id="w"/></process>'
)


def test_pools_and_lanes_hold_their_nodes_and_do_not_overlap() -> None:
    data = with_layout(POOLS)
    box = shapes(data)
    for outer, inner in (
        ("p1", "l1"),
        ("p1", "l2"),
        ("l1", "l11"),
        ("l1", "l12"),
        ("l11", "t"),
        ("l2", "v"),
        ("p3", "u"),
    ):
        assert contains(box[outer], box[inner]), (outer, inner)
    for one, two in (("p1", "p2"), ("p2", "p3"), ("l1", "l2"), ("l11", "l12")):
        assert not overlap(box[one], box[two]), (one, two)
    assert box["p1"].width == box["p2"].width == box["p3"].width
    assert "m" in edges(data)


def test_a_process_outside_of_the_collaboration_gets_a_drawing_of_its_own() -> None:
    planes = etree.fromstring(with_layout(POOLS)).iter(f"{DI}BPMNPlane")
    assert [plane.get("bpmnElement") for plane in planes] == ["c", "z"]


@pytest.mark.parametrize(("first", "order"), [("z", ["z", "c"]), ("b", ["c", "z"]), ("none", ["c", "z"])])
def test_of_several_drawings_that_of_the_process_that_is_asked_for_comes_first(first: str, order: list[str]) -> None:
    planes = etree.fromstring(with_layout(POOLS, first=first)).iter(f"{DI}BPMNPlane")
    assert [plane.get("bpmnElement") for plane in planes] == order


def test_artifacts_and_data_are_drawn_with_their_lines() -> None:
    data = with_layout(
        process(
            '<task id="t"><dataInputAssociation id="d1"><sourceRef>r</sourceRef></dataInputAssociation>'
            '<dataOutputAssociation id="d2"><targetRef>st</targetRef></dataOutputAssociation></task>'
            '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/><dataStoreReference id="st"/>'
            '<textAnnotation id="x"/><group id="g"/><association id="as" sourceRef="t" targetRef="x"/>'
        )
    )
    assert set(shapes(data)) == {"t", "r", "st", "x", "g"}
    assert set(edges(data)) == {"d1", "d2", "as"}


def test_a_drawing_that_is_there_stays() -> None:
    data = with_layout(BRANCHES)
    assert with_layout(data) == write_diagram(data)


def test_a_drawing_that_shows_nothing_is_replaced() -> None:
    empty = '<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p"/></bpmndi:BPMNDiagram>'
    data = with_layout(process('<task id="t"/>', empty))
    assert set(shapes(data)) == {"t"}
    assert data.count(b"BPMNPlane ") == 1


def test_the_drawing_is_always_the_same_and_the_diagram_stays_what_it_was() -> None:
    assert with_layout(BRANCHES) == with_layout(BRANCHES)
    assert same(BRANCHES, with_layout(BRANCHES))


@pytest.mark.skipif(not FILES, reason="the corpus of reference diagrams is not beside the project")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reference_diagrams_without_their_drawing_get_one_with_every_node_and_flow(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    for drawing in list(root.iterchildren(f"{DI}BPMNDiagram")):
        root.remove(drawing)
    data = with_layout(etree.tostring(root))
    diagram = read_diagram(data)
    wanted = {name for process in diagram.processes for name in (*process.nodes, *process.flows)}
    assert wanted <= set(shapes(data)) | set(edges(data))
    boxes = shapes(data)
    for process_ in diagram.processes:
        for scope in {node.scope for node in process_.nodes.values()}:
            nodes = [node for node in process_.nodes.values() if node.scope == scope]
            inside = [node.id for node in nodes if node.kind != "boundaryEvent"]
            for one, two in combinations(inside, 2):
                assert not overlap(boxes[one], boxes[two]), (one, two)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
@settings(deadline=None)
def test_boxes_never_overlap_whatever_leads_where(pairs: list[tuple[int, int]]) -> None:
    items = [Item(str(number), 20 + 10 * number, 36, number % 3) for number in range(10)]
    grid = arrange(items, [(str(one), str(two)) for one, two in pairs], bands=3)
    assert set(grid.boxes) == {item.id for item in items}
    for one, two in combinations(grid.boxes.values(), 2):
        assert not overlap(one, two)
    for item in items:
        top, bottom = grid.bands[item.band]
        assert top <= grid.boxes[item.id].y
        assert grid.boxes[item.id].bottom <= bottom


def test_no_flow_runs_through_a_box_that_it_does_not_lead_to() -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="a"/><userTask id="b"/><exclusiveGateway id="c"/><userTask id="d"/>'
        '<intermediateThrowEvent id="f"/><endEvent id="e"/>'
    )
    pairs = ["s a", "a b", "a d", "a f", "b c", "d c", "f c", "c a", "c e", "f a"]
    flows = "".join(
        f'<sequenceFlow id="{one}_{two}" sourceRef="{one}" targetRef="{two}"/>'
        for one, two in (pair.split() for pair in pairs)
    )
    drawn = with_layout(process(body + flows).encode())
    boxes, lines = shapes(drawn), edges(drawn)
    for name, points in lines.items():
        for (x, y), (to_x, to_y) in pairwise(points):
            for key, box in boxes.items():
                is_beside = max(x, to_x) <= box.x or min(x, to_x) >= box.right
                is_apart = max(y, to_y) <= box.y or min(y, to_y) >= box.bottom
                assert is_beside or is_apart, f"{name} runs through {key}"
