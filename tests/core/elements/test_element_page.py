"""The page of elements says what the registries say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.compile.element_page import EXECUTED, status_of, write_page
from engine.core.elements import ELEMENTS
from engine.core.parse import names
from engine.core.triggers import TRIGGERS

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_in_step_with_the_registries() -> None:
    message = "run: python -m engine.core.compile.element_page > docs/elements.md"
    assert (ROOT / "docs" / "elements.md").read_text(encoding="utf-8") == write_page(), message


@pytest.mark.parametrize("name", sorted(names.FLOW_NODES))
def test_every_flow_node_of_bpmn_is_executed(name: str) -> None:
    assert status_of(name) == EXECUTED


@pytest.mark.parametrize("name", sorted(names.EVENT_DEFINITIONS))
def test_every_event_definition_of_bpmn_is_executed(name: str) -> None:
    assert status_of(name) == EXECUTED


def test_every_element_is_registered_under_its_own_kind() -> None:
    assert all(kind == element.kind for kind, element in ELEMENTS.items())
    assert all(kind == trigger.kind for kind, trigger in TRIGGERS.items())


@pytest.mark.parametrize("name", sorted(names.KNOWN))
def test_every_name_of_bpmn_is_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in write_page()
