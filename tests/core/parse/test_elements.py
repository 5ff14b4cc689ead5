"""Every element of BPMN arrives in the diagram with what the file says about it."""

from __future__ import annotations

import pytest

from engine.core.model.diagram import Formula
from engine.core.parse import read_diagram
from engine.core.parse.names import EVENT_DEFINITIONS, FLOW_NODES
from tests.core.parse.texts import codes, file, process, read, read_node

STATIC, FEEL, JUEL = "static", "feel", "juel"


@pytest.mark.parametrize("kind", sorted(FLOW_NODES - {"implicitThrowEvent"}))
def test_every_flow_node_is_read_with_its_kind_name_and_line(kind: str) -> None:
    found = read_node(f'\n<{kind} id="n" name="A &amp; B"/>')
    assert (found.kind, found.name, found.scope, found.line) == (kind, "A & B", "p", 2)


def test_flows_tell_nodes_what_comes_in_and_goes_out_in_the_order_of_the_file() -> None:
    nodes = read(
        process(
            '<sequenceFlow id="f2" sourceRef="a" targetRef="c"/><task id="a"><outgoing>wrong</outgoing>'
            "</task>"
            '<task id="b"/><task id="c"/><sequenceFlow id="f1" sourceRef="a" targetRef="b"/>'
            '<sequenceFlow id="f3" sourceRef="b" targetRef="c"/>'
        )
    ).nodes
    assert list(nodes["a"].outgoing) == ["f2", "f1"]
    assert list(nodes["c"].incoming) == ["f2", "f3"]
    assert list(nodes["b"].incoming) == ["f1"]


def test_sub_processes_hold_their_nodes_and_flows_by_scope() -> None:
    found = read(
        process(
            '<subProcess id="s"><startEvent id="i"/><transaction id="t"><task id="x"/></transaction>'
            '<sequenceFlow id="f" sourceRef="i" targetRef="t"/></subProcess><task id="after"/>'
        )
    )
    assert {name: node.scope for name, node in found.nodes.items()} == {
        "s": "p", "i": "s", "t": "s", "x": "t", "after": "p",
    }  # fmt: skip
    assert list(found.nodes) == ["s", "i", "t", "x", "after"]
    assert found.flows["f"].scope == "s"


def test_an_activity_says_quantities_compensation_and_default_flow() -> None:
    node = read_node('<task id="n" startQuantity="2" completionQuantity="3" isForCompensation="true" default="tns:f"/>')
    assert (node.start_quantity, node.completion_quantity) == (2, 3)
    assert node.is_for_compensation
    assert node.default_flow == "f"


def test_a_boundary_event_says_its_host_and_whether_it_interrupts() -> None:
    node = read_node(
        '<task id="host"/><boundaryEvent id="n" attachedToRef="tns:host" cancelActivity="false" '
        'parallelMultiple="true"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    assert (node.attached_to, node.is_interrupting, node.is_parallel_multiple) == ("host", False, True)


def test_an_event_sub_process_and_its_start_that_does_not_interrupt() -> None:
    found = read(
        process('<subProcess id="s" triggeredByEvent="true"><startEvent id="n" isInterrupting="0"/></subProcess>')
    )
    assert found.nodes["s"].is_event_sub_process
    assert not found.nodes["n"].is_interrupting


@pytest.mark.parametrize(("element", "kind"), sorted(EVENT_DEFINITIONS.items()))
def test_every_event_definition_is_read(element: str, kind: str) -> None:
    (definition,) = read_node(f'<startEvent id="n"><{element} id="d"/></startEvent>').definitions
    assert (definition.kind, definition.id, definition.line) == (kind, "d", 1)


@pytest.mark.parametrize(
    ("element", "timer", "text"),
    [
        ("timeDate", "date", "2030-01-01T00:00:00Z"),
        ("timeDuration", "duration", "PT1H"),
        ("timeCycle", "cycle", "R/PT1H"),
    ],
)
def test_a_timer_says_its_kind_and_text(element: str, timer: str, text: str) -> None:
    (definition,) = read_node(
        f'<startEvent id="n"><timerEventDefinition><{element}> {text} </{element}></timerEventDefinition></startEvent>'
    ).definitions
    assert (definition.timer, definition.formula) == (timer, Formula(text, STATIC))


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("=duration(x)", Formula("duration(x)", FEEL)),
        ("${x}", Formula("${x}", JUEL)),
        ("#{x}", Formula("#{x}", JUEL)),
        ("PT1S", Formula("PT1S", STATIC)),
    ],
)
def test_a_timer_may_be_an_expression(text: str, formula: Formula) -> None:
    (definition,) = read_node(
        f'<startEvent id="n"><timerEventDefinition><timeDuration>{text}</timeDuration>'
        f"</timerEventDefinition></startEvent>"
    ).definitions
    assert definition.formula == formula


def test_messages_signals_errors_and_escalations_may_follow_the_process_and_have_prefixes() -> None:
    node = read_node(
        '<startEvent id="n"><messageEventDefinition messageRef="tns:m"/>'
        '<signalEventDefinition signalRef="s"/>'
        '<errorEventDefinition errorRef="x:e"/><escalationEventDefinition escalationRef="c"/></startEvent>',
        '<message id="m" name="Order"/><signal id="s" name="=region"/><error id="e" errorCode="E1" name="x"/>'
        '<escalation id="c" escalationCode="C1"/>',
    )
    message, signal, error, escalation = node.definitions
    assert (message.name, message.reference) == (Formula("Order", STATIC), "m")
    assert signal.name == Formula("region", FEEL)
    assert error.code == Formula("E1", STATIC)
    assert escalation.code == Formula("C1", STATIC)


def test_an_error_without_a_code_catches_all() -> None:
    node = read_node(
        '<startEvent id="n"><errorEventDefinition/><errorEventDefinition errorRef="e"/></startEvent>',
        '<error id="e" name="Anything"/>',
    )
    assert [definition.code for definition in node.definitions] == [None, None]


def test_a_message_without_a_name_is_known_by_its_id() -> None:
    node = read_node('<startEvent id="n"><messageEventDefinition messageRef="m"/></startEvent>', '<message id="m"/>')
    assert node.definitions[0].name == Formula("m", STATIC)


def test_shared_event_definitions_are_read_where_they_are_referred_to() -> None:
    node = read_node(
        '<startEvent id="n"><eventDefinitionRef>tns:d</eventDefinitionRef></startEvent>',
        '<signalEventDefinition id="d" signalRef="s"/><signal id="s" name="S"/>',
    )
    assert [(definition.kind, definition.name) for definition in node.definitions] == [("signal", Formula("S", STATIC))]


def test_a_message_may_come_from_the_operation() -> None:
    node = read_node(
        '<startEvent id="n"><messageEventDefinition><operationRef>tns:o</operationRef>'
        "</messageEventDefinition></startEvent>",
        '<interface id="i" name="i"><operation id="o" name="o"><inMessageRef>m</inMessageRef></operation>'
        "</interface>"
        '<message id="m" name="M"/>',
    )
    assert node.definitions[0].name == Formula("M", STATIC)


@pytest.mark.parametrize("kind", ["sendTask", "receiveTask"])
def test_send_and_receive_tasks_hold_their_message_as_a_definition(kind: str) -> None:
    node = read_node(f'<{kind} id="n" messageRef="m"/>', '<message id="m" name="M"/>')
    assert [(found.kind, found.name) for found in node.definitions] == [("message", Formula("M", STATIC))]


def test_compensation_says_what_it_compensates_and_whether_it_waits() -> None:
    (definition,) = read_node(
        '<endEvent id="n"><compensateEventDefinition activityRef="tns:a" waitForCompletion="false"/></endEvent>'
    ).definitions
    assert (definition.activity, definition.waits_for_completion) == ("a", False)


def test_a_link_says_its_name_and_target() -> None:
    (definition,) = read_node(
        '<intermediateThrowEvent id="n"><linkEventDefinition name="L"><target>d2</target>'
        "</linkEventDefinition>"
        "</intermediateThrowEvent>"
    ).definitions
    assert (definition.name, definition.reference) == (Formula("L", STATIC), "d2")


def test_compensation_handlers_are_found_in_either_direction_and_other_associations_left_out() -> None:
    found = read(
        process(
            '<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/>'
            "</boundaryEvent>"
            '<task id="h" isForCompensation="true"/><textAnnotation id="t"><text>!</text></textAnnotation>'
            '<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
            '<association id="1" sourceRef="b" targetRef="h"/>'
            '<association id="2" sourceRef="a" targetRef="t"/>'
            '<association id="3" sourceRef="h" targetRef="c"/>'
        )
    )
    assert found.associations == [("b", "h"), ("c", "h")]


def test_standard_loop() -> None:
    loop = read_node(
        '<task id="n"><standardLoopCharacteristics testBefore="true" loopMaximum="3"><loopCondition>x &lt; 3'
        "</loopCondition></standardLoopCharacteristics></task>"
    ).loop
    assert loop is not None
    assert (loop.kind, loop.test_before, loop.maximum, loop.condition) == (
        "loop",
        True,
        3,
        Formula("x < 3", FEEL),
    )


def test_multi_instance_by_cardinality_with_completion_condition() -> None:
    loop = read_node(
        '<task id="n"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3'
        "</loopCardinality>"
        "<completionCondition>=nrOfCompletedInstances &gt; 1</completionCondition>"
        "</multiInstanceLoopCharacteristics></task>"
    ).loop
    assert loop is not None
    assert (loop.kind, loop.is_sequential, loop.behavior) == ("multi", True, "all")
    assert loop.cardinality == Formula("3", FEEL)
    assert loop.completion == Formula("nrOfCompletedInstances > 1", FEEL)


def test_multi_instance_collections_lead_through_the_activity_to_the_data_around_it() -> None:
    loop = read_node(
        '<dataObject id="orders" name="order list" isCollection="true"/><dataObject id="out"/>'
        '<dataObjectReference id="ref" dataObjectRef="orders"/>'
        '<task id="n"><ioSpecification><dataInput id="in1"/><dataOutput id="out1"/></ioSpecification>'
        "<dataInputAssociation><sourceRef>ref</sourceRef><targetRef>in1</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>out1</sourceRef><targetRef>out</targetRef></dataOutputAssociation>"
        "<multiInstanceLoopCharacteristics><loopDataInputRef>in1</loopDataInputRef>"
        '<loopDataOutputRef>out1</loopDataOutputRef><inputDataItem id="i" name="order"/>'
        '<outputDataItem id="o" name="result"/></multiInstanceLoopCharacteristics></task>'
    ).loop
    assert loop is not None
    assert loop.collection == Formula("`order list`", FEEL)
    assert (loop.element, loop.output_collection, loop.output_element) == (
        "order",
        "out",
        Formula("result", FEEL),
    )


def test_multi_instance_behaviours_name_their_events() -> None:
    roots = '<signalEventDefinition id="d" signalRef="s"/><signal id="s" name="S"/>'
    none = read_node(
        '<task id="n"><multiInstanceLoopCharacteristics behavior="None" noneBehaviorEventRef="d">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></task>",
        roots,
    ).loop
    complex_ = read_node(
        '<task id="n"><multiInstanceLoopCharacteristics behavior="Complex"><loopCardinality>2'
        "</loopCardinality>"
        "<complexBehaviorDefinition><condition>true</condition><event><signalEventDefinition "
        'signalRef="s"/></event></complexBehaviorDefinition></multiInstanceLoopCharacteristics></task>',
        roots,
    ).loop
    assert none is not None
    assert none.none_event is not None
    assert (none.behavior, none.none_event.name) == ("none", Formula("S", STATIC))
    assert complex_ is not None
    assert [(condition, event.kind) for condition, event in complex_.complex_events] == [
        (Formula("true", FEEL), "signal")
    ]


def test_an_ad_hoc_sub_process_says_order_and_completion() -> None:
    node = read_node(
        '<adHocSubProcess id="n" ordering="Sequential" cancelRemainingInstances="false"><task id="t"/>'
        "<completionCondition>done</completionCondition></adHocSubProcess>"
    )
    assert node.attributes == {"ordering": "Sequential", "cancelRemainingInstances": "false"}
    assert node.completion == Formula("done", FEEL)


def test_a_complex_gateway_says_its_activation_condition() -> None:
    node = read_node(
        '<complexGateway id="n"><activationCondition>activationCount > 1</activationCondition></complexGateway>'
    )
    assert node.activation == Formula("activationCount > 1", FEEL)


def test_a_script_task_keeps_its_text_and_its_format() -> None:
    settings = read_node('<scriptTask id="n" scriptFormat="groovy"><script> a = 1 </script></scriptTask>').settings
    assert (settings.script, settings.script_format, settings.script_formula) == (" a = 1 ", "groovy", None)


def test_a_script_in_feel_is_an_expression() -> None:
    settings = read_node('<scriptTask id="n" scriptFormat="FEEL"><script>= 1 + 1</script></scriptTask>').settings
    assert settings.script_formula == Formula("1 + 1", FEEL)


@pytest.mark.parametrize(
    ("written", "formula"),
    [
        ("<conditionExpression>x &gt; 1</conditionExpression>", Formula("x > 1", FEEL)),
        ("<conditionExpression>= x &gt; 1</conditionExpression>", Formula("x > 1", FEEL)),
        ("<conditionExpression>${x}</conditionExpression>", Formula("${x}", JUEL)),
        ('<conditionExpression language="groovy">x</conditionExpression>', Formula("x", "other", "groovy")),
        (
            ('<conditionExpression language="https://www.omg.org/spec/DMN/20191111/FEEL/">x</conditionExpression>'),
            Formula("x", FEEL),
        ),
        (
            '<conditionExpression language="http://www.w3.org/1999/XPath">x</conditionExpression>',
            Formula("x", FEEL),
        ),
    ],
)
def test_a_condition_tells_its_language(written: str, formula: Formula) -> None:
    found = read(process(f'<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a">{written}</sequenceFlow>'))
    assert found.flows["f"].condition == formula


def test_lanes_give_nodes_the_innermost_name_and_sub_processes_pass_it_on() -> None:
    found = read(
        process(
            '<laneSet id="ls"><lane id="l1" name="Sales"><flowNodeRef>tns:a</flowNodeRef><flowNodeRef>s'
            "</flowNodeRef>"
            '<childLaneSet id="cls"><lane id="l2" name="Inner"><flowNodeRef>a</flowNodeRef></lane>'
            "</childLaneSet>"
            '</lane></laneSet><task id="a"/><subProcess id="s"><task id="b"/></subProcess><task id="c"/>'
        )
    )
    assert {name: node.lane for name, node in found.nodes.items()} == {
        "a": "Inner",
        "s": "Sales",
        "b": "Sales",
        "c": "",
    }
    assert [lane.id for lane in found.lanes[0].lanes] == ["l2"]


def test_pools_name_their_processes_and_message_flows_are_kept() -> None:
    diagram = read_diagram(
        file(
            '<collaboration id="c"><participant id="a" name="Us" processRef="tns:p"/>'
            '<participant id="b" name="Them"/>'
            '<messageFlow id="m" sourceRef="tns:s" targetRef="b" messageRef="msg"/></collaboration>'
            '<process id="p"><endEvent id="s"/></process><message id="msg" name="Hello"/>'
        )
    )
    assert diagram.participants == {"a": "p", "b": ""}
    assert diagram.processes[0].participant == "Us"
    assert [(flow.source, flow.target, flow.message) for flow in diagram.message_flows] == [("s", "b", "Hello")]


def test_data_objects_take_the_name_that_is_drawn_and_stores_the_name_of_the_store() -> None:
    found = read(
        process(
            '<dataObject id="d" isCollection="true"/><dataObjectReference '
            'id="r" name="Order" dataObjectRef="d"/>'
            '<dataStoreReference id="sr" dataStoreRef="st"/>',
            '<dataStore id="st" name="Archive"/>',
        )
    )
    assert [(data.id, data.name, data.kind, data.is_collection) for data in found.data.values()] == [
        ("d", "Order", "dataObject", True), ("sr", "Archive", "dataStore", False),
    ]  # fmt: skip


def test_data_associations_name_the_variables_they_move() -> None:
    node = read_node(
        '<task id="n"><property id="q" name="local"/><ioSpecification><dataInput id="in" name="amount"/>'
        "</ioSpecification>"
        "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>in</targetRef><transformation>x * 2"
        "</transformation><assignment><from>a</from><to>b</to></assignment></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>q</sourceRef><targetRef>r</targetRef></dataOutputAssociation>"
        "</task>"
        '<dataObject id="d"/><dataObjectReference id="r" name="Order" dataObjectRef="d"/>'
    )
    (moved,) = node.data_inputs
    assert (moved.source, moved.target) == ("Order", "amount")
    assert moved.transformation == Formula("x * 2", FEEL)
    assert moved.assignments == [("a", "b")]
    assert [(found.source, found.target) for found in node.data_outputs] == [("local", "Order")]
    assert node.properties == {"local": None}


def test_a_placeholder_of_the_modeller_is_no_variable() -> None:
    node = read_node(
        '<task id="n"><property id="q" name="__targetRef_placeholder"/><dataInputAssociation>'
        "<sourceRef>d</sourceRef><targetRef>q</targetRef></dataInputAssociation></task>"
        '<dataObject id="d" name="D"/>'
    )
    assert (node.properties, node.data_inputs) == ({}, ())


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        ("globalTask", "task"),
        ("globalUserTask", "userTask"),
        ("globalManualTask", "manualTask"),
        ("globalBusinessRuleTask", "businessRuleTask"),
    ],
)
def test_global_tasks_are_read_as_nodes(kind: str, plain: str) -> None:
    (task,) = read_diagram(file(f'<{kind} id="g" name="G"/>')).global_tasks
    assert (task.id, task.kind, task.node.kind, task.node.name) == ("g", kind, plain, "G")


def test_a_global_script_task_has_its_script() -> None:
    (task,) = read_diagram(file('<globalScriptTask id="g"><script>run</script></globalScriptTask>')).global_tasks
    assert task.node.settings.script == "run"


def test_people_in_the_words_of_bpmn() -> None:
    settings = read_node(
        '<userTask id="n"><humanPerformer><resourceAssignmentExpression><formalExpression>=boss'
        "</formalExpression></resourceAssignmentExpression></humanPerformer>"
        "<potentialOwner><resourceAssignmentExpression><formalExpression>user(ann), group(sales), staff"
        "</formalExpression></resourceAssignmentExpression></potentialOwner>"
        "<potentialOwner><resourceRef>tns:r</resourceRef></potentialOwner></userTask>",
        '<resource id="r" name="Managers"/>',
    ).settings
    assert settings.assignee == Formula("boss", FEEL)
    assert settings.candidate_users == Formula("ann", STATIC)
    assert settings.candidate_groups == Formula("sales,staff,Managers", STATIC)


def test_correlation_of_bpmn_becomes_the_key_of_messages() -> None:
    found = read(
        process(
            '<correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding '
            'correlationPropertyRef="tns:cp"><dataPath>orderId</dataPath></correlationPropertyBinding>'
            '</correlationSubscription><intermediateCatchEvent id="catch">'
            '<messageEventDefinition messageRef="m"/>'
            '</intermediateCatchEvent><endEvent id="throw"><messageEventDefinition messageRef="m"/>'
            "</endEvent>",
            '<message id="m" name="M"/><correlationProperty id="cp"><correlationPropertyRetrievalExpression '
            'messageRef="m"><messagePath>order.id</messagePath></correlationPropertyRetrievalExpression>'
            "</correlationProperty>",
        )
    )
    assert found.nodes["catch"].definitions[0].correlation_key == Formula("orderId", FEEL)
    assert found.nodes["throw"].definitions[0].correlation_key == Formula("order.id", FEEL)


def test_choreographies_and_conversations_are_accepted_and_their_ids_kept() -> None:
    diagram = read_diagram(
        file(
            '<choreography id="c"><participant id="a"/><choreographyTask id="t"><participantRef>a'
            "</participantRef>"
            '</choreographyTask><subChoreography id="s"><startEvent id="e"/></subChoreography>'
            '<sequenceFlow id="f" sourceRef="t" targetRef="s"/></choreography>'
            '<collaboration id="d"><conversation id="v"/><conversationLink '
            'id="k" sourceRef="v" targetRef="a"/></collaboration>'
            '<globalConversation id="gc"/><globalChoreographyTask id="gt"/>'
        )
    )
    assert not diagram.problems
    assert set(diagram.ids) >= {"a", "t", "s", "e", "f", "v", "k", "gt"}
    assert diagram.processes == []


def test_an_element_that_bpmn_does_not_have_is_a_problem() -> None:
    diagram = read_diagram(process('\n<magicTask id="m"/>'))
    assert codes(diagram) == [("unknown-element", "m")]
    assert diagram.problems[0].line == 2


def test_an_element_in_the_wrong_place_is_a_warning() -> None:
    diagram = read_diagram(process('<task id="t"><userTask id="u"/></task>'))
    assert [(problem.code, problem.node, problem.severity) for problem in diagram.problems] == [
        ("misplaced-element", "u", "warning")
    ]


def test_elements_of_other_namespaces_are_none_of_our_business() -> None:
    diagram = read_diagram(
        process('<x:magic xmlns:x="urn:x"><x:task/></x:magic><task id="t" xmlns:x="urn:x" x:a="1"/>')
    )
    assert diagram.problems == []
