"""Results of scenarios as JUnit XML, which every CI server reads; running them is scenarios' business."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from engine.service.scenarios import Result

# What XML 1.0 cannot hold, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(found: Mapping[str, Sequence[Result]]) -> bytes:
    """One suite for each process, one case for each scenario."""
    root = Element("testsuites", name="scenarios")
    for key, results in found.items():
        red = sum(1 for result in results if not result.is_green)
        seconds = sum(result.seconds for result in results)
        suite = SubElement(root, "testsuite", name=_text(key), tests=str(len(results)), failures=str(red), errors="0",
                           skipped="0", time=f"{seconds:.3f}")  # fmt: skip
        for result in results:
            case = SubElement(suite, "testcase", classname=_text(key), name=_text(result.name))
            case.set("time", f"{result.seconds:.3f}")
            if result.differences:
                failure = SubElement(case, "failure", message=_text(result.differences[0]), type="difference")
                failure.text = _text("\n".join(result.differences))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _text(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
