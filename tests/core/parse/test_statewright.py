"""Our own extension elements go with every dialect."""

from __future__ import annotations

import pytest

from engine.core.parse import read_diagram
from tests.core.parse.texts import process, read_node


def test_outcomes_in_their_order_with_their_labels() -> None:
    node = read_node(
        '<userTask id="n"><extensionElements><statewright:outcomes>'
        '<statewright:outcome value="approve" label="Yes"/>'
        '<statewright:outcome value="reject"/></statewright:outcomes></extensionElements></userTask>'
    )
    assert node.settings.outcomes == [("approve", "Yes"), ("reject", "reject")]


def test_the_four_eyes_rule_names_one_or_several_nodes() -> None:
    node = read_node(
        '<userTask id="n"><extensionElements><statewright:fourEyes node="a"/>'
        '<statewright:fourEyes nodes="b, c"/>'
        "</extensionElements></userTask>"
    )
    assert node.settings.four_eyes == ["a", "b", "c"]


def test_a_start_event_names_the_variable_for_who_starts_it() -> None:
    node = read_node(
        '<startEvent id="n"><extensionElements><statewright:starter variable="claimant"/></extensionElements></startEvent>'
    )
    assert node.settings.initiator == "claimant"


def test_a_start_event_names_what_starts_there_by_an_expression() -> None:
    node = read_node(
        '<startEvent id="n"><extensionElements><statewright:businessKey value=" =user "/></extensionElements></startEvent>'
    )
    assert node.settings.business_key is not None
    assert (node.settings.business_key.language, node.settings.business_key.text) == ("feel", "user")


@pytest.mark.parametrize("dialect", ["zeebe", "camunda"])
def test_they_do_not_decide_the_dialect(dialect: str) -> None:
    other = "<zeebe:ioMapping/>" if dialect == "zeebe" else "<camunda:properties/>"
    text = process(
        f'<userTask id="n"><extensionElements>{other}<statewright:fourEyes node="a"/></extensionElements></userTask>'
    )
    assert read_diagram(text).dialect == dialect


def test_error_and_escalation_variables_have_words_of_our_own() -> None:
    node = read_node(
        '<startEvent id="n"><errorEventDefinition statewright:errorCodeVariable="c" '
        'statewright:errorMessageVariable="m"/>'
        '<escalationEventDefinition statewright:escalationCodeVariable="e"/></startEvent>'
    )
    error, escalation = node.definitions
    assert (error.error_code_variable, error.error_message_variable) == ("c", "m")
    assert escalation.error_code_variable == "e"
