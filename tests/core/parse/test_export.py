"""Import, export, import is identical, and what only other tools understand survives."""

from __future__ import annotations

import copy
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.core.parse import read_diagram
from engine.core.parse.export import write_diagram
from tests.core.parse.texts import file, process

FILES = sorted((Path(__file__).resolve().parents[4] / "shared" / "corpus" / "miwg").glob("*.bpmn"))


def without_lines(value: Any) -> Any:
    """The same diagram on no particular line."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.name != "line"]
        return {name: without_lines(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: without_lines(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_lines(item) for item in value]
    return value


def meaning(element: etree._Element) -> Any:
    """An element without what XML leaves free: prefixes, order of attributes, blanks between elements."""
    text = element.text or ""
    return (
        element.tag,
        dict(element.attrib),
        text if text.strip() or not len(element) else "",
        [meaning(child) for child in element if isinstance(child.tag, str)],
    )


def same(one: bytes | str, two: bytes | str) -> bool:
    return bool(without_lines(read_diagram(one)) == without_lines(read_diagram(two)))


@pytest.mark.skipif(not FILES, reason="the corpus of reference diagrams is not beside the project")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reference_diagrams_come_back_as_they_were(path: Path) -> None:
    data = path.read_bytes()
    out = write_diagram(data)
    assert same(data, out)
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    original, exported = etree.fromstring(data, parser), etree.fromstring(out)
    for one, two in zip(original.iter(), exported.iter(), strict=True):
        if one.get("id") is None and two.get("id") is not None:
            del two.attrib["id"]  # an id that reading gave
    assert meaning(exported) == meaning(original)


EXTENDED = process(
    '<task id="a"><extensionElements><x:magic xmlns:x="urn:x" level="9">  text &amp; more <x:deep/></x:magic>'
    '</extensionElements></task><textAnnotation id="t"><text>Größe &lt; 3</text></textAnnotation>'
    '<association id="as" sourceRef="a" targetRef="t"/><group id="g" categoryValueRef="cv"/>',
    '<category id="c"><categoryValue id="cv" value="v"/></category>',
)


def test_unknown_extensions_annotations_and_groups_survive() -> None:
    out = write_diagram(EXTENDED)
    assert meaning(etree.fromstring(out)) == meaning(etree.fromstring(EXTENDED))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_the_export_is_utf_8_whatever_came_in(encoding: str) -> None:
    data = (f'<?xml version="1.0" encoding="{encoding}"?>' + EXTENDED).encode(encoding)
    out = write_diagram(data)
    assert out.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "Größe" in out.decode("utf-8")
    assert same(data, out)


def test_generated_ids_are_written_so_that_others_can_refer_to_them() -> None:
    text = process('<task id="a"/><task id="b"/><sequenceFlow sourceRef="a" targetRef="b"/><endEvent id="e">'
                   '<terminateEventDefinition/></endEvent>')  # fmt: skip
    out = write_diagram(text)
    assert b'id="flow_a_b"' in out
    assert b'id="e_terminate"' in out
    assert same(text, out)


def test_an_id_that_is_missing_by_mistake_stays_a_mistake() -> None:
    text = process("<task/>")
    assert same(text, write_diagram(text))
    assert [problem.code for problem in read_diagram(write_diagram(text)).problems] == ["missing-id"]


def test_a_second_export_changes_nothing() -> None:
    once = write_diagram(EXTENDED)
    assert write_diagram(once) == once


letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
names = st.text(letters, max_size=8)
kinds = st.sampled_from(["task", "userTask", "exclusiveGateway", "subProcess", "startEvent", "magic"])
parts = st.sampled_from(["timerEventDefinition", "documentation", "laneSet"])


@st.composite
def elements(draw: st.DrawFn) -> etree._Element:
    """Any tree of elements, sensible or not."""
    root = etree.Element("process", {"id": "p", "isExecutable": "true"})
    holders = [root]
    for number in range(draw(st.integers(0, 8))):
        holder = draw(st.sampled_from(holders))
        node = etree.SubElement(holder, draw(kinds), {"id": f"n{number}", "name": draw(names)})
        holders.append(node)
        if draw(st.booleans()):
            ends = {"sourceRef": f"n{draw(st.integers(0, 9))}", "targetRef": f"n{draw(st.integers(0, 9))}"}
            flow = etree.SubElement(holder, "sequenceFlow", ends)
            if draw(st.booleans()):
                flow.set("id", draw(st.sampled_from(["f1", "f2", "flow_n1_n2", "n1"])))
        if draw(st.booleans()):
            etree.SubElement(node, draw(parts))
    return root


@given(elements())
@settings(max_examples=150, deadline=None)
def test_any_file_reads_and_comes_back_the_same(root: etree._Element) -> None:
    text = file(etree.tostring(copy.deepcopy(root), encoding="unicode"))
    assert same(text, write_diagram(text))
