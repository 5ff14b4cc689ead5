"""The words of Camunda 8."""

from __future__ import annotations

import pytest

from engine.core.model.diagram import Definition, Form, Formula, Mapping, Settings
from engine.core.parse import read_diagram
from tests.core.parse.texts import codes, process, read, read_node


def static(text: str) -> Formula:
    return Formula(text, "static")


def feel(text: str) -> Formula:
    return Formula(text, "feel")


def settings(extensions: str, kind: str = "serviceTask") -> Settings:
    return read_node(f'<{kind} id="n"><extensionElements>{extensions}</extensionElements></{kind}>').settings


def definition(event: str, roots: str = "") -> Definition:
    (found,) = read_node(event, roots).definitions
    return found


def test_task_definition_headers_and_job_priority() -> None:
    found = settings(
        '<zeebe:taskDefinition type="=kind" retries="5"/><zeebe:taskHeaders><zeebe:header key="a" value="b"/>'
        '<zeebe:header key="c" value=""/></zeebe:taskHeaders><zeebe:jobPriorityDefinition priority="7"/>'
    )
    assert (found.job_type, found.job_retries, found.job_priority) == (feel("kind"), static("5"), static("7"))
    assert found.headers == {"a": "b", "c": ""}


def test_text_is_static_unless_it_starts_with_the_mark() -> None:
    found = settings('<zeebe:taskDefinition type="${x}" retries=" = n "/>')
    assert (found.job_type, found.job_retries) == (static("${x}"), feel("n"))


def test_input_and_output_mappings() -> None:
    found = settings(
        '<zeebe:ioMapping><zeebe:input source="=a + 1" target="b"/><zeebe:input source="text" target="c.d"/>'
        '<zeebe:output source="=r" target="s"/></zeebe:ioMapping>'
    )
    assert found.inputs == [Mapping("b", feel("a + 1")), Mapping("c.d", static("text"))]
    assert found.outputs == [Mapping("s", feel("r"))]


def test_people_dates_and_priority_of_a_user_task() -> None:
    found = settings(
        '<zeebe:assignmentDefinition assignee="=x" candidateUsers="a,b" candidateGroups="=[&quot;g&quot;]"/>'
        '<zeebe:taskSchedule dueDate="2030-01-01T00:00:00Z" followUpDate="=f"/>'
        '<zeebe:priorityDefinition priority="80"/>'
        "<zeebe:userTask/>",
        "userTask",
    )
    assert (found.assignee, found.candidate_users, found.candidate_groups) == (
        feel("x"),
        static("a,b"),
        feel('["g"]'),
    )
    assert (found.due, found.follow_up, found.priority) == (
        static("2030-01-01T00:00:00Z"),
        feel("f"),
        static("80"),
    )


@pytest.mark.parametrize(
    ("attributes", "form"),
    [
        ('formId="f"', Form("id", "f")),
        ('formId="f" bindingType="versionTag" versionTag="v1"', Form("id", "f", "versionTag", "v1")),
        ('formKey="custom"', Form("key", "custom")),
        ('externalReference="http://x"', Form("external", "http://x")),
        ('formKey="camunda-forms:bpmn:F1"', Form("embedded", "F1", schema='{"components": []}')),
    ],
)
def test_forms(attributes: str, form: Form) -> None:
    text = process(
        '<extensionElements><zeebe:userTaskForm id="F1">{"components": []}</zeebe:userTaskForm>'
        "</extensionElements>"
        f'<userTask id="n"><extensionElements><zeebe:formDefinition {attributes}/></extensionElements>'
        f"</userTask>"
    )
    assert read(text).nodes["n"].settings.form == form


def test_a_called_element_passes_everything_unless_told_not_to() -> None:
    called = settings('<zeebe:calledElement processId="sub"/>', "callActivity").called
    assert called is not None
    assert (called.process, called.binding, called.sends_all, called.returns_all) == (
        static("sub"),
        "latest",
        True,
        True,
    )


def test_a_called_element_with_binding_and_without_passing() -> None:
    called = settings(
        '<zeebe:calledElement processId="=p" bindingType="versionTag" versionTag="v2" '
        'propagateAllParentVariables="false" propagateAllChildVariables="false"/>',
        "callActivity",
    ).called
    assert called is not None
    assert (called.process, called.binding, called.version_tag) == (feel("p"), "versionTag", "v2")
    assert not called.sends_all
    assert not called.returns_all


def test_a_called_decision() -> None:
    decision = settings(
        '<zeebe:calledDecision decisionId="d" resultVariable="r" bindingType="deployment"/>',
        "businessRuleTask",
    ).decision
    assert decision is not None
    assert (decision.decision, decision.result, decision.binding) == (static("d"), "r", "deployment")


def test_an_unknown_binding_is_a_problem() -> None:
    diagram = read_diagram(
        process(
            '<callActivity id="n"><extensionElements><zeebe:calledElement '
            'processId="x" bindingType="newest"/>'
            "</extensionElements></callActivity>"
        )
    )
    assert codes(diagram) == [("invalid-binding", "n")]


def test_a_script_is_feel_with_or_without_the_mark() -> None:
    for text in ("=1 + 1", "1 + 1"):
        found = settings(f'<zeebe:script expression="{text}" resultVariable="r"/>', "scriptTask")
        assert (found.script_formula, found.result) == (feel("1 + 1"), "r")


def test_multi_instance() -> None:
    loop = read_node(
        '<task id="n"><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics '
        'inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=r"/>'
        "</extensionElements></multiInstanceLoopCharacteristics></task>"
    ).loop
    assert loop is not None
    assert (loop.collection, loop.element) == (feel("items"), "item")
    assert (loop.output_collection, loop.output_element) == ("results", feel("r"))


def test_a_subscription_gives_a_message_its_key() -> None:
    found = definition(
        '<startEvent id="n"><messageEventDefinition messageRef="m"/></startEvent>',
        '<message id="m" name="=name"><extensionElements><zeebe:subscription correlationKey="=orderId"/>'
        "</extensionElements></message>",
    )
    assert (found.name, found.correlation_key) == (feel("name"), feel("orderId"))


@pytest.mark.parametrize("is_inside", [True, False])
def test_a_published_message(is_inside: bool) -> None:
    extension = (
        '<extensionElements><zeebe:publishMessage correlationKey="=k" messageId="i" timeToLive="PT1H"/>'
        "</extensionElements>"
    )
    inner, outer = (extension, "") if is_inside else ("", extension)
    node = read_node(
        f'<endEvent id="n">{outer}<messageEventDefinition messageRef="m">{inner}</messageEventDefinition></endEvent>',
        '<message id="m" name="M"/>',
    )
    found = node.definitions[0]
    assert found.correlation_key == feel("k")
    assert found.settings is not None
    assert (found.settings.message_id, found.settings.message_ttl) == (static("i"), static("PT1H"))


def test_a_thrown_message_may_be_a_job() -> None:
    node = read_node(
        '<endEvent id="n"><extensionElements><zeebe:taskDefinition type="send"/></extensionElements>'
        "<messageEventDefinition/></endEvent>"
    )
    assert node.settings.job_type == static("send")


def test_a_conditional_filter() -> None:
    found = definition(
        '<startEvent id="n"><conditionalEventDefinition><extensionElements><zeebe:conditionalFilter '
        'variableNames="a, b" variableEvents="create"/></extensionElements><condition>=a > b</condition>'
        "</conditionalEventDefinition></startEvent>"
    )
    assert (found.formula, found.variable_names, found.variable_events) == (
        feel("a > b"),
        ("a", "b"),
        ("create",),
    )


def test_listeners() -> None:
    found = settings(
        '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="log" retries="2"/>'
        "</zeebe:executionListeners><zeebe:taskListeners><zeebe:taskListener "
        'eventType="completing" type="=t">'
        '<zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders></zeebe:taskListener>'
        "</zeebe:taskListeners>",
        "userTask",
    )
    execution, task = found.listeners
    assert (execution.on, execution.handler, execution.retries) == ("start", "log", static("2"))
    assert not execution.is_task_listener
    assert (task.on, task.handler, task.is_task_listener, task.headers) == (
        "completing",
        "=t",
        True,
        {"k": "v"},
    )


def test_version_tag_and_properties_of_the_process() -> None:
    found = read(
        process(
            '<extensionElements><zeebe:versionTag value="v1.2"/><zeebe:properties>'
            '<zeebe:property name="team" value="blue"/></zeebe:properties></extensionElements>'
        )
    ).settings
    assert (found.version_tag, found.properties) == ("v1.2", {"team": "blue"})


def test_an_ad_hoc_sub_process() -> None:
    found = settings(
        '<zeebe:adHoc activeElementsCollection="=todo" outputCollection="all" outputElement="=r"/>',
        "adHocSubProcess",
    )
    assert (found.active_elements, found.output_collection, found.output_element) == (
        feel("todo"),
        "all",
        feel("r"),
    )
