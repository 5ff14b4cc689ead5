"""Pictures: what is drawn in a file, as shapes and lines."""

from __future__ import annotations

from engine.core.parse.layout import with_layout
from engine.core.parse.picture import read_picture
from tests.core.parse.texts import sequence

DRAWN = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t">'
    '<process id="p" isExecutable="true"><startEvent id="start"/><subProcess id="inner"><task id="work"/></subProcess>'
    '<sequenceFlow id="on" sourceRef="start" targetRef="inner"/></process>'
    '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">{}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>'
)
SHAPE = (
    '<bpmndi:BPMNShape bpmnElement="{}" isExpanded="{}"><dc:Bounds x="{}" y="20" width="{}" height="{}"/>'
    "</bpmndi:BPMNShape>"
)
EDGE = '<bpmndi:BPMNEdge bpmnElement="on"><di:waypoint x="36" y="38"/><di:waypoint x="100" y="38"/></bpmndi:BPMNEdge>'


def test_what_encloses_is_painted_before_what_is_inside() -> None:
    shapes = SHAPE.format("work", "", 120, 100, 80) + SHAPE.format("inner", "true", 100, 300, 200)
    picture = read_picture(DRAWN.format(shapes + SHAPE.format("start", "", 0, 36, 36) + EDGE), "p")
    assert [(shape.id, shape.form) for shape in picture.shapes] == [
        ("inner", "scope"),
        ("work", "task"),
        ("start", "event"),
    ]
    assert [line.points for line in picture.lines] == [((36.0, 38.0), (100.0, 38.0))]
    assert picture.bounds == (0, 20, 400, 200)


def test_a_folded_sub_process_is_a_task() -> None:
    picture = read_picture(DRAWN.format(SHAPE.format("inner", "false", 100, 100, 80)))
    assert [shape.form for shape in picture.shapes] == ["task"]


def test_what_is_no_number_and_what_is_no_element_draws_nothing_wrong() -> None:
    picture = read_picture(DRAWN.format(SHAPE.format("start", "", "NaN", "x", 36) + SHAPE.format("gone", "", 1, 1, 1)))
    assert [(shape.x, shape.width, shape.height) for shape in picture.shapes] == [(0, 0, 36)]


def test_a_file_without_a_drawing_has_an_empty_picture_and_one_with_a_layout_has_all() -> None:
    text = sequence('<task id="work"/>')
    assert read_picture(text).bounds == (0, 0, 0, 0)
    assert "work" in {shape.id for shape in read_picture(with_layout(text)).shapes}
