"""The words of Camunda 7, activiti and flowable."""

from __future__ import annotations

import pytest

from engine.core.model.diagram import Formula, Mapping, Settings
from engine.core.parse import read_diagram
from tests.core.parse.texts import codes, process, read, read_node

NULL = Formula("null", "feel")


def static(text: str) -> Formula:
    return Formula(text, "static")


def juel(text: str) -> Formula:
    return Formula(text, "juel")


def feel(text: str) -> Formula:
    return Formula(text, "feel")


def settings(extensions: str = "", kind: str = "serviceTask", attributes: str = "", roots: str = "") -> Settings:
    text = f'<{kind} id="n" {attributes}><extensionElements>{extensions}</extensionElements></{kind}>'
    return read_node(text, roots).settings


def test_people_dates_and_priority_of_a_user_task() -> None:
    found = settings(
        kind="userTask",
        attributes='camunda:assignee="${boss}" camunda:candidateUsers="a, b" camunda:candidateGroups="g" '
        'camunda:dueDate="2030-01-01T00:00:00" camunda:followUpDate="#{f}" camunda:priority="7"',
    )
    assert (found.assignee, found.candidate_users, found.candidate_groups) == (
        juel("${boss}"),
        static("a, b"),
        static("g"),
    )
    assert (found.due, found.follow_up, found.priority) == (
        static("2030-01-01T00:00:00"),
        juel("#{f}"),
        static("7"),
    )


def test_a_leading_equals_sign_is_no_mark_here() -> None:
    assert settings(kind="userTask", attributes='camunda:assignee="=x"').assignee == static("=x")


@pytest.mark.parametrize("prefix", ["activiti", "flowable"])
def test_the_older_and_the_other_namespace_are_read_alike(prefix: str) -> None:
    found = settings(
        f"<{prefix}:failedJobRetryTimeCycle>R3/PT1M</{prefix}:failedJobRetryTimeCycle>",
        attributes=f'{prefix}:class="org.X" {prefix}:async="true" {prefix}:resultVariableName="r"',
    )
    assert (found.handler, found.handler_kind, found.retry_cycle) == ("org.X", "class", "R3/PT1M")
    assert (found.async_before, found.result) == (True, "r")


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [("class", "class"), ("delegateExpression", "delegate"), ("expression", "expression")],
)
def test_handlers_are_the_text_as_written(attribute: str, kind: str) -> None:
    found = settings(attributes=f'camunda:{attribute}="${{bean.run(x)}}" camunda:resultVariable="r"')
    assert (found.handler, found.handler_kind, found.result) == ("${bean.run(x)}", kind, "r")


def test_external_tasks() -> None:
    found = settings(
        '<camunda:errorEventDefinition id="x" errorRef="e" expression="${code == 1}"/>',
        attributes='camunda:type="external" camunda:topic="bill" camunda:taskPriority="9"',
        roots='<error id="e" errorCode="E1"/>',
    )
    assert (found.handler_kind, found.job_type, found.job_priority) == (
        "external",
        static("bill"),
        static("9"),
    )
    assert found.error_definitions == [("E1", juel("${code == 1}"))]


def test_an_error_definition_without_its_error_is_a_problem() -> None:
    diagram = read_diagram(
        process(
            '<serviceTask id="n"><extensionElements><camunda:errorEventDefinition errorRef="e"/>'
            "</extensionElements>"
            "</serviceTask>"
        )
    )
    assert codes(diagram) == [("dangling-reference", "e")]


def test_asynchronous_marks() -> None:
    found = settings(attributes='camunda:asyncBefore="true" camunda:asyncAfter="true" camunda:exclusive="false"')
    assert (found.async_before, found.async_after, found.is_exclusive) == (True, True, False)


def test_connectors_name_a_handler_and_bring_mappings() -> None:
    found = settings(
        '<camunda:connector><camunda:inputOutput><camunda:inputParameter name="url">http://x'
        "</camunda:inputParameter>"
        "</camunda:inputOutput><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"
    )
    assert (found.handler, found.handler_kind) == ("http-connector", "connector")
    assert found.inputs == [Mapping("url", static("http://x"))]


def test_fields_as_attributes_and_as_elements() -> None:
    found = settings(
        '<camunda:field name="a" stringValue="${x}"/><camunda:field name="b" expression="${x}"/>'
        '<camunda:field name="c"><camunda:string>t</camunda:string></camunda:field>'
        '<camunda:field name="d"><camunda:expression>${y}</camunda:expression></camunda:field>'
    )
    assert found.fields == {"a": static("${x}"), "b": juel("${x}"), "c": static("t"), "d": juel("${y}")}


def test_parameters_are_text_scripts_lists_or_maps_and_nest() -> None:
    found = settings(
        '<camunda:inputOutput><camunda:inputParameter name="a">${x} y</camunda:inputParameter>'
        '<camunda:inputParameter name="b"><camunda:script scriptFormat="groovy">1</camunda:script>'
        "</camunda:inputParameter>"
        '<camunda:inputParameter name="c"><camunda:list><camunda:value>1</camunda:value>'
        '<camunda:script scriptFormat="feel">1 + 1</camunda:script></camunda:list></camunda:inputParameter>'
        '<camunda:inputParameter name="d"><camunda:map><camunda:entry key="k">v</camunda:entry>'
        '<camunda:entry key="l"><camunda:list><camunda:value>${z}</camunda:value></camunda:list>'
        "</camunda:entry>"
        '</camunda:map></camunda:inputParameter><camunda:inputParameter name="e"/>'
        '<camunda:outputParameter name="o">${r}</camunda:outputParameter></camunda:inputOutput>'
    )
    assert found.inputs == [
        Mapping("a", juel("${x} y")),
        Mapping("b", Formula("1", "other", "groovy")),
        Mapping("c", NULL, shape="list", items=[Mapping("", static("1")), Mapping("", feel("1 + 1"))]),
        Mapping(
            "d", NULL, shape="map",
            items=[
                Mapping("k", static("v")),
                Mapping("l", NULL, shape="list", items=[Mapping("", juel("${z}"))]),
            ],
        ),
        Mapping("e", NULL),
    ]  # fmt: skip
    assert found.outputs == [Mapping("o", juel("${r}"))]


def test_a_call_passes_only_what_is_named() -> None:
    called = settings(
        '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${x + 1}" target="c" local="true"/>'
        '<camunda:in businessKey="#{execution.processBusinessKey}"/>'
        '<camunda:out source="order-id" target="d"/>',
        "callActivity",
        'calledElement="sub" camunda:calledElementBinding="version" camunda:calledElementVersion="${v}"',
    ).called
    assert called is not None
    assert (called.process, called.binding, called.version) == (static("sub"), "version", juel("${v}"))
    assert not called.sends_all
    assert not called.returns_all
    assert called.inputs == [Mapping("b", feel("a")), Mapping("c", juel("${x + 1}"), is_local=True)]
    assert called.outputs == [Mapping("d", feel("`order-id`"))]
    assert called.business_key == juel("#{execution.processBusinessKey}")


def test_a_call_passes_all_where_it_says_so() -> None:
    called = settings(
        '<camunda:in variables="all"/><camunda:out variables="all"/>',
        "callActivity",
        'calledElement="${name}"',
    ).called
    assert called is not None
    assert (called.process, called.sends_all, called.returns_all) == (juel("${name}"), True, True)


def test_a_plain_call_passes_everything() -> None:
    called = read_node('<callActivity id="n" calledElement="tns:sub"/>').settings.called
    assert called is not None
    assert (called.process, called.sends_all, called.returns_all) == (static("sub"), True, True)


def test_cases_and_variable_mapping_classes_are_kept_by_name() -> None:
    called = settings(kind="callActivity", attributes='camunda:caseRef="c" camunda:variableMappingClass="org.X"').called
    assert called is not None
    assert (called.decision, called.mapper) == ("c", "org.X")


def test_decisions() -> None:
    decision = settings(
        kind="businessRuleTask",
        attributes='camunda:decisionRef="${d}" camunda:decisionRefBinding="version" '
        'camunda:decisionRefVersion="2" '
        'camunda:mapDecisionResult="singleEntry" camunda:resultVariable="r"',
    ).decision
    assert decision is not None
    assert (decision.decision, decision.binding, decision.version) == (juel("${d}"), "version", "2")
    assert (decision.maps, decision.result) == ("singleEntry", "r")


def test_embedded_form_fields() -> None:
    form = settings(
        '<camunda:formData businessKey="a"><camunda:formField '
        'id="a" label="A" type="enum" defaultValue="${x}">'
        '<camunda:properties><camunda:property id="hint" value="h"/></camunda:properties><camunda:validation>'
        '<camunda:constraint name="required"/><camunda:constraint name="max" config="5"/>'
        "</camunda:validation>"
        '<camunda:value id="v1" name="One"/></camunda:formField></camunda:formData>',
        "userTask",
    ).form
    assert form is not None
    assert (form.kind, form.business_key) == ("fields", "a")
    (field,) = form.fields
    assert (field.id, field.label, field.type, field.default) == ("a", "A", "enum", juel("${x}"))
    assert field.is_required
    assert field.constraints == {"required": "", "max": "5"}
    assert field.options == [("v1", "One")]
    assert field.properties == {"hint": "h"}


def test_a_required_constraint_can_be_taken_back() -> None:
    form = settings(
        '<camunda:formData><camunda:formField id="a"><camunda:validation><camunda:constraint name="required" '
        'config="false"/></camunda:validation></camunda:formField></camunda:formData>',
        "userTask",
    ).form
    assert form is not None
    assert not form.fields[0].is_required


def test_a_date_field_keeps_its_pattern() -> None:
    field = '<camunda:formField id="a" type="date" datePattern="dd.MM.yyyy"/>'
    form = settings(f"<camunda:formData>{field}</camunda:formData>", "userTask").form
    assert form is not None
    assert form.fields[0].properties == {"datePattern": "dd.MM.yyyy"}


def test_form_properties_of_the_forks() -> None:
    form = settings(
        '<activiti:formProperty id="a" name="A" type="date" required="true" writable="false" datePattern="dd"/>',
        "userTask",
    ).form
    assert form is not None
    (field,) = form.fields
    assert (field.label, field.type, field.is_required) == ("A", "date", True)
    assert (field.constraints, field.properties) == ({"readonly": ""}, {"datePattern": "dd"})


@pytest.mark.parametrize(
    ("attributes", "kind", "reference", "binding"),
    [
        ('camunda:formKey="embedded:app:x.html"', "key", "embedded:app:x.html", "latest"),
        ('camunda:formRef="f" camunda:formRefBinding="deployment"', "id", "f", "deployment"),
    ],
)
def test_forms_by_reference(attributes: str, kind: str, reference: str, binding: str) -> None:
    form = settings(kind="userTask", attributes=attributes).form
    assert form is not None
    assert (form.kind, form.reference, form.binding) == (kind, reference, binding)


def test_listeners_by_class_expression_and_script() -> None:
    found = settings(
        '<camunda:executionListener event="start" class="org.X"><camunda:field name="f" stringValue="v"/>'
        '</camunda:executionListener><camunda:executionListener event="end" delegateExpression="${bean}"/>'
        '<camunda:taskListener event="create" expression="${a.b()}"/><camunda:taskListener event="complete">'
        '<camunda:script scriptFormat="groovy">x</camunda:script></camunda:taskListener>',
        "userTask",
    ).listeners
    assert [(one.on, one.handler, one.kind, one.is_task_listener) for one in found] == [
        ("start", "org.X", "class", False),
        ("end", "${bean}", "delegate", False),
        ("create", "${a.b()}", "expression", True),
        ("complete", "script", "script", True),
    ]
    assert found[0].fields == {"f": static("v")}
    assert (found[3].script, found[3].script_format) == ("x", "groovy")


def test_a_timeout_listener_has_its_timer() -> None:
    (listener,) = settings(
        '<camunda:taskListener event="timeout" id="t" class="X"><timerEventDefinition><timeDuration>PT1H'
        "</timeDuration>"
        "</timerEventDefinition></camunda:taskListener>",
        "userTask",
    ).listeners
    assert listener.timer is not None
    assert (listener.timer.timer, listener.timer.formula) == ("duration", static("PT1H"))


def test_listeners_of_a_flow() -> None:
    found = read(
        process(
            '<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"><extensionElements>'
            '<camunda:executionListener class="X"/></extensionElements></sequenceFlow>'
        )
    )
    assert [(one.on, one.handler) for one in found.flows["f"].listeners] == [("take", "X")]


def test_multi_instance_over_a_collection() -> None:
    for written, formula in (("items", feel("items")), ("${s.items}", juel("${s.items}"))):
        loop = read_node(
            f'<task id="n"><multiInstanceLoopCharacteristics camunda:collection="{written}" '
            'camunda:elementVariable="item" camunda:asyncBefore="true"/></task>'
        ).loop
        assert loop is not None
        assert (loop.collection, loop.element, loop.async_before) == (formula, "item", True)


def test_error_and_escalation_variables() -> None:
    node = read_node(
        '<startEvent id="n"><errorEventDefinition camunda:errorCodeVariable="c" '
        'camunda:errorMessageVariable="m"/>'
        '<escalationEventDefinition camunda:escalationCodeVariable="e"/></startEvent>'
    )
    error, escalation = node.definitions
    assert (error.error_code_variable, error.error_message_variable) == ("c", "m")
    assert escalation.error_code_variable == "e"


def test_conditions_that_watch_some_variables() -> None:
    (found,) = read_node(
        '<startEvent id="n"><conditionalEventDefinition camunda:variableName="x" '
        'camunda:variableEvents="create, update">'
        "<condition>${x}</condition></conditionalEventDefinition></startEvent>"
    ).definitions
    assert (found.formula, found.variable_names, found.variable_events) == (
        juel("${x}"),
        ("x",),
        ("create", "update"),
    )


def test_a_thrown_message_is_done_by_its_event() -> None:
    node = read_node(
        '<endEvent id="n"><messageEventDefinition camunda:type="external" camunda:topic="mail">'
        "<extensionElements>"
        '<camunda:field name="a" stringValue="b"/></extensionElements></messageEventDefinition></endEvent>'
    )
    assert (node.settings.handler_kind, node.settings.job_type) == ("external", static("mail"))
    assert node.settings.fields == {"a": static("b")}


def test_a_thrown_signal_carries_what_is_named() -> None:
    (found,) = read_node(
        '<endEvent id="n"><signalEventDefinition><extensionElements><camunda:in source="a" target="b"/>'
        '<camunda:in variables="all"/></extensionElements></signalEventDefinition></endEvent>'
    ).definitions
    assert found.settings is not None
    assert (found.settings.inputs, found.settings.sends_all) == ([Mapping("b", feel("a"))], True)


def test_what_a_process_says_of_itself() -> None:
    found = read(
        process(
            "",
            attributes='camunda:versionTag="1.0" camunda:historyTimeToLive="P30D" '
            'camunda:candidateStarterUsers="a, b" '
            'camunda:candidateStarterGroups="g"',
        )
    ).settings
    assert (found.version_tag, found.history_ttl) == ("1.0", "P30D")
    assert (found.candidate_starter_users, found.candidate_starter_groups) == (["a", "b"], ["g"])


def test_the_initiator_of_a_start() -> None:
    assert settings(kind="startEvent", attributes='camunda:initiator="who"').initiator == "who"


def test_properties_by_name_or_id() -> None:
    found = settings(
        '<camunda:properties><camunda:property name="a" value="1"/><camunda:property id="b" value="2"/>'
        "</camunda:properties>"
    )
    assert found.properties == {"a": "1", "b": "2"}


def test_nodes_of_which_no_dialect_says_anything_do_not_share_what_is_written() -> None:
    nodes = read(process('<task id="a"/><task id="b" camunda:asyncBefore="true"/><task id="c"/>')).nodes
    assert [node.settings.async_before for node in nodes.values()] == [False, True, False]
