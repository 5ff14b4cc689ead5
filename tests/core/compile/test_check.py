"""Every problem that a diagram can have is found, at its element, and nothing is said of a good diagram."""

from __future__ import annotations

import pytest

from engine.core.compile.check import check_diagram
from engine.core.feel import Budget
from engine.core.model.codes import CODES
from engine.core.model.problems import DiagramError, Problem
from engine.core.parse import read_diagram
from tests.core.parse.texts import file, process, sequence

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
MESSAGE = '<message id="m" name="M"/>'
SIGNAL = '<signal id="s" name="S"/>'
MESSAGE_EVENT = '<messageEventDefinition messageRef="m"/>'
SIGNAL_EVENT = '<signalEventDefinition signalRef="s"/>'


def flow(source: str, target: str, inner: str = "") -> str:
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{source}-{target}" {ends}>{inner}</sequenceFlow>'


def when(condition: str) -> str:
    return f"<conditionExpression>{condition}</conditionExpression>"


def with_node(node: str, roots: str = "") -> str:
    """A process in which the node `n` stands between start and end."""
    return sequence(node, roots=roots)


def extension(kind: str, inner: str, attributes: str = "") -> str:
    return f'<{kind} id="n" {attributes}><extensionElements>{inner}</extensionElements></{kind}>'


def zeebe_listener(kind: str) -> str:
    return (
        '<zeebe:executionListeners><zeebe:executionListener eventType="start" '
        f'type="{kind}"/></zeebe:executionListeners>'
    )


def event_gateway(targets: str, attributes: str = "") -> str:
    """A gateway `n` behind the start and what it leads to, each with its own XML and flows."""
    return process(f'<startEvent id="start"/>{flow("start", "n")}<eventBasedGateway id="n" {attributes}/>{targets}')


def catch(name: str, definition: str = TIMER) -> str:
    return f'<intermediateCatchEvent id="{name}">{definition}</intermediateCatchEvent>'


def boundary(definition: str, attributes: str = "", host: str = "task") -> str:
    return with_node(f'<{host} id="n"/>').replace(
        "</process>",
        f'<boundaryEvent id="b" attachedToRef="n" {attributes}>{definition}</boundaryEvent></process>',
    )


SPLIT = '<exclusiveGateway id="x"/><task id="a"/><task id="b"/>'
WAYS = flow("start", "x") + flow("x", "a", when("a")) + flow("x", "b", when("b"))

FOUND = [
    # reading
    ("unknown-element", "n", process('<magicTask id="n"/><task id="t"/>')),
    ("misplaced-element", "u", with_node('<task id="n"><userTask id="u"/></task>')),
    ("unknown-extension", "n", with_node(extension("task", "<zeebe:magic/>"))),
    ("missing-id", "", process('<task id="t"/><task/>')),
    ("duplicate-id", "n", with_node('<task id="n"/>').replace("</process>", '<task id="n"/></process>')),
    (
        "duplicate-id",
        "n",
        with_node('<task id="n"/>').replace(
            "</process>", '<sequenceFlow id="n" sourceRef="n" targetRef="end"/></process>'
        ),
    ),
    ("dangling-reference", "n", with_node(catch("n", MESSAGE_EVENT))),
    (
        "dangling-reference",
        "n",
        with_node('<endEvent id="n"><compensateEventDefinition activityRef="x"/></endEvent>'),
    ),
    ("dangling-reference", "n", with_node(extension("userTask", '<statewright:fourEyes node="x"/>'))),
    ("dangling-reference", "n", with_node(extension("userTask", '<statewright:fourEyes node="end"/>'))),
    (
        "lane-without-node",
        "l",
        process('<laneSet id="s"><lane id="l"><flowNodeRef>x</flowNodeRef></lane></laneSet><task id="t"/>'),
    ),
    # the whole
    ("no-process", "", file("<message id='m'/>")),
    (
        "unmarked-process",
        "q",
        file('<process id="q"><task id="t"/></process><process id="p" isExecutable="true"><task id="u"/></process>'),
    ),
    ("empty-process", "p", process("")),
    ("no-start", "p", process(f'<task id="a"/><task id="b"/>{flow("a", "b")}{flow("b", "a")}')),
    ("no-start", "n", with_node(f'<subProcess id="n"><task id="a"/>{flow("a", "a")}</subProcess>')),
    # flows
    ("dangling-flow", "a-x", process(f'<task id="a"/>{flow("a", "x")}')),
    ("dangling-flow", "x-a", process(f'<task id="a"/>{flow("x", "a")}')),
    (
        "flow-across-scopes",
        "start-i",
        process(f'<startEvent id="start"/><subProcess id="s"><task id="i"/></subProcess>{flow("start", "i")}'),
    ),
    (
        "flow-across-scopes",
        "a-b",
        file(
            f'<process id="p" isExecutable="true"><task id="a"/>{flow("a", "b")}</process><process id="q">'
            f'<task id="b"/></process>'
        ),
    ),
    (
        "start-with-incoming",
        "s",
        process(f'<startEvent id="s"/><task id="a"/>{flow("s", "a")}{flow("a", "s")}'),
    ),
    (
        "end-with-outgoing",
        "e",
        process(f'<startEvent id="s"/><endEvent id="e"/><task id="a"/>{flow("s", "e")}{flow("e", "a")}'),
    ),
    (
        "event-sub-process-with-flows",
        "n",
        with_node(f'<subProcess id="n" triggeredByEvent="true"><startEvent id="i">{TIMER}</startEvent></subProcess>'),
    ),
    ("handler-with-flows", "n", with_node('<task id="n" isForCompensation="true"/>')),
    ("default-not-outgoing", "n", with_node('<exclusiveGateway id="n" default="start-n"/>')),
    ("unreachable-node", "n", process(f'<startEvent id="s"/><task id="n"/><task id="a"/>{flow("s", "a")}')),
    (
        "dangling-message-flow",
        "n",
        with_node('<task id="n"/>').replace(
            "</process>",
            '</process><collaboration id="c"><messageFlow id="mf" sourceRef="n" targetRef="x"/></collaboration>',
        ),
    ),
    (
        "message-flow-inside",
        "n",
        with_node('<task id="n"/>').replace(
            "</process>",
            '</process><collaboration id="c"><messageFlow id="mf" sourceRef="n" targetRef="end"/></collaboration>',
        ),
    ),
    # events
    ("boundary-with-incoming", "b", boundary(TIMER).replace("</process>", flow("start", "b") + "</process>")),
    ("boundary-without-host", "b", boundary(TIMER).replace('attachedToRef="n"', 'attachedToRef="x"')),
    ("boundary-without-host", "b", boundary(TIMER).replace('attachedToRef="n"', 'attachedToRef="end"')),
    ("boundary-without-host", "b", boundary(TIMER).replace('attachedToRef="n"', "")),
    ("boundary-must-interrupt", "b", boundary("<errorEventDefinition/>", 'cancelActivity="false"')),
    (
        "boundary-must-interrupt",
        "i",
        process(
            '<task id="t"/><subProcess id="s" triggeredByEvent="true">'
            '<startEvent id="i" isInterrupting="false"><errorEventDefinition/></startEvent></subProcess>'
        ),
    ),
    (
        "compensation-with-flow",
        "b",
        boundary("<compensateEventDefinition/>").replace("</process>", flow("b", "end") + "</process>"),
    ),
    ("compensation-without-handler", "b", boundary("<compensateEventDefinition/>")),
    (
        "event-sub-process-start",
        "s",
        process('<task id="t"/><subProcess id="s" triggeredByEvent="true"><task id="i"/></subProcess>'),
    ),
    ("event-not-allowed", "start", process('<startEvent id="start"><errorEventDefinition/></startEvent>')),
    (
        "event-not-allowed",
        "i",
        with_node(f'<subProcess id="n"><startEvent id="i">{TIMER}</startEvent></subProcess>'),
    ),
    ("event-not-allowed", "n", with_node(f'<intermediateThrowEvent id="n">{TIMER}</intermediateThrowEvent>')),
    ("event-not-allowed", "n", with_node(catch("n", "<terminateEventDefinition/>"))),
    ("event-not-allowed", "b", boundary('<linkEventDefinition name="x"/>')),
    ("event-without-definition", "n", with_node(catch("n", ""))),
    ("event-without-definition", "b", boundary("")),
    ("cancel-outside-transaction", "b", boundary("<cancelEventDefinition/>", host="subProcess")),
    (
        "cancel-outside-transaction",
        "n",
        process(f'<startEvent id="s"/>{flow("s", "n")}<endEvent id="n"><cancelEventDefinition/></endEvent>'),
    ),
    ("missing-message", "n", with_node(catch("n", "<messageEventDefinition/>"))),
    ("missing-signal", "n", with_node(catch("n", "<signalEventDefinition/>"))),
    (
        "missing-signal",
        "n",
        process(f'<startEvent id="n">{SIGNAL_EVENT}</startEvent>', SIGNAL.replace('"S"', '"= unknown"')),
    ),
    (
        "missing-message",
        "n",
        process('<receiveTask id="n" messageRef="m" instantiate="true"/>', MESSAGE.replace('"M"', '"${unknown}"')),
    ),
    ("missing-condition", "n", with_node(catch("n", "<conditionalEventDefinition/>"))),
    (
        "throws-nothing",
        "n",
        with_node('<intermediateThrowEvent id="n"><messageEventDefinition/></intermediateThrowEvent>'),
    ),
    (
        "ambiguous-link",
        "b",
        process(
            '<startEvent id="start"/>'
            + catch("a", '<linkEventDefinition name="L"/>')
            + catch("b", '<linkEventDefinition name="L"/>')
        ),
    ),
    (
        "link-without-target",
        "n",
        process(
            f'<startEvent id="start"/>{flow("start", "n")}'
            f'<intermediateThrowEvent id="n"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        ),
    ),
    (
        "link-with-flow",
        "n",
        with_node('<intermediateThrowEvent id="n"><linkEventDefinition name="L"/></intermediateThrowEvent>'),
    ),
    ("link-with-flow", "n", with_node(catch("n", '<linkEventDefinition name="L"/>'))),
    # gateways
    (
        "gateway-direction",
        "x",
        process('<startEvent id="start"/>' + SPLIT.replace('id="x"', 'id="x" gatewayDirection="Converging"') + WAYS),
    ),
    (
        "gateway-direction",
        "n",
        process(
            f'<startEvent id="start"/>'
            f'<task id="a"/>{flow("start", "n")}{flow("a", "n")}'
            f'<parallelGateway id="n" gatewayDirection="Diverging"/>'
        ),
    ),
    ("gateway-direction", "n", with_node('<parallelGateway id="n" gatewayDirection="Sideways"/>')),
    ("event-gateway-without-targets", "n", event_gateway("")),
    ("event-gateway-alone", "n", event_gateway(catch("a") + flow("n", "a"))),
    (
        "event-gateway-target",
        "a",
        event_gateway(f'<task id="a"/>{catch("b")}{flow("n", "a")}{flow("n", "b")}'),
    ),
    (
        "event-gateway-target",
        "a",
        event_gateway(catch("a") + catch("b") + flow("n", "a") + flow("n", "b") + flow("b", "a")),
    ),
    (
        "instantiating-with-incoming",
        "n",
        event_gateway(catch("a") + catch("b") + flow("n", "a") + flow("n", "b"), 'instantiate="true"'),
    ),
    (
        "parallel-event-gateway",
        "n",
        event_gateway(catch("a") + catch("b") + flow("n", "a") + flow("n", "b"), 'eventGatewayType="Parallel"'),
    ),
    (
        "condition-ignored",
        "x-a",
        process('<startEvent id="start"/>' + SPLIT.replace("exclusive", "parallel") + WAYS),
    ),
    (
        "condition-ignored",
        "x-b",
        process('<startEvent id="start"/>' + SPLIT.replace('id="x"', 'id="x" default="x-b"') + WAYS),
    ),
    (
        "flow-always-taken",
        "x-a",
        process('<startEvent id="start"/>' + SPLIT + flow("start", "x") + flow("x", "a") + flow("x", "b")),
    ),
    # activities
    ("invalid-quantity", "n", with_node('<task id="n" completionQuantity="0"/>')),
    ("invalid-quantity", "n", with_node('<task id="n" startQuantity="-1"/>')),
    ("invalid-quantity", "n", with_node('<task id="n" startQuantity="two"/>')),
    ("invalid-loop", "n", with_node('<task id="n"><multiInstanceLoopCharacteristics/></task>')),
    ("invalid-loop", "n", with_node('<task id="n"><standardLoopCharacteristics loopMaximum="-1"/></task>')),
    ("invalid-loop", "n", with_node('<task id="n"><standardLoopCharacteristics loopMaximum="x"/></task>')),
    (
        "invalid-loop",
        "n",
        with_node(
            '<task id="n"><multiInstanceLoopCharacteristics behavior="Some">'
            "<loopCardinality>1</loopCardinality></multiInstanceLoopCharacteristics></task>"
        ),
    ),
    (
        "invalid-loop",
        "n",
        with_node(
            '<task id="n"><multiInstanceLoopCharacteristics><loopCardinality>1'
            '</loopCardinality><outputDataItem name="r"/></multiInstanceLoopCharacteristics></task>'
        ),
    ),
    ("loop-without-condition", "n", with_node('<task id="n"><standardLoopCharacteristics/></task>')),
    (
        "loop-without-event",
        "n",
        with_node(
            '<task id="n"><multiInstanceLoopCharacteristics behavior="One">'
            "<loopCardinality>1</loopCardinality></multiInstanceLoopCharacteristics></task>"
        ),
    ),
    ("unsupported-call", "n", with_node('<callActivity id="n" camunda:caseRef="c"/>')),
    (
        "unsupported-call",
        "n",
        with_node('<callActivity id="n" calledElement="x" camunda:variableMappingClass="c"/>'),
    ),
    ("missing-called-element", "n", with_node('<callActivity id="n"/>')),
    (
        "invalid-binding",
        "n",
        with_node('<callActivity id="n" calledElement="x" camunda:calledElementBinding="version"/>'),
    ),
    (
        "invalid-binding",
        "n",
        with_node('<callActivity id="n" calledElement="x" camunda:calledElementBinding="newest"/>'),
    ),
    ("unknown-process", "n", with_node('<callActivity id="n" calledElement="x"/>')),
    ("empty-sub-process", "n", with_node('<subProcess id="n"/>')),
    (
        "ad-hoc-with-event",
        "i",
        with_node('<adHocSubProcess id="n"><startEvent id="i"/><task id="j"/></adHocSubProcess>'),
    ),
    # expressions, dates and numbers
    (
        "invalid-expression",
        "x-a",
        process('<startEvent id="start"/>' + SPLIT + flow("start", "x") + flow("x", "a", when("1 +")) + flow("x", "b")),
    ),
    (
        "invalid-expression",
        "n",
        with_node(catch("n", "<conditionalEventDefinition><condition>(</condition></conditionalEventDefinition>")),
    ),
    (
        "invalid-expression",
        "n",
        with_node(
            extension("serviceTask", '<zeebe:ioMapping><zeebe:input source="=1 +" target="a"/></zeebe:ioMapping>')
        ),
    ),
    (
        "invalid-expression",
        "n",
        with_node(extension("userTask", '<zeebe:assignmentDefinition assignee="=1 +"/>')),
    ),
    (
        "invalid-expression",
        "n",
        with_node(
            extension(
                "task",
                "<camunda:inputOutput>"
                '<camunda:inputParameter name="a"><camunda:list><camunda:script scriptFormat="feel">1 +'
                "</camunda:script>"
                "</camunda:list></camunda:inputParameter></camunda:inputOutput>",
            )
        ),
    ),
    (
        "invalid-expression",
        "n",
        with_node(
            '<task id="n"><multiInstanceLoopCharacteristics>'
            "<loopCardinality>)</loopCardinality></multiInstanceLoopCharacteristics></task>"
        ),
    ),
    (
        "empty-expression",
        "x-a",
        process('<startEvent id="start"/>' + SPLIT + flow("start", "x") + flow("x", "a", when("")) + flow("x", "b")),
    ),
    (
        "unsupported-language",
        "x-a",
        process(
            '<startEvent id="start"/>'
            + SPLIT
            + flow("start", "x")
            + flow("x", "a", '<conditionExpression language="groovy">x</conditionExpression>')
            + flow("x", "b")
        ),
    ),
    ("invalid-timer", "n", with_node(catch("n", "<timerEventDefinition/>"))),
    ("invalid-timer", "n", with_node(catch("n", TIMER.replace("PT1H", "one hour")))),
    ("invalid-timer", "n", with_node(catch("n", TIMER.replace("timeDuration", "timeDate")))),
    (
        "invalid-number",
        "n",
        with_node(extension("serviceTask", '<zeebe:taskDefinition type="t" retries="many"/>')),
    ),
    ("invalid-date", "n", with_node('<userTask id="n" camunda:dueDate="tomorrow"/>')),
    (
        "invalid-retry-cycle",
        "n",
        with_node(extension("serviceTask", "<camunda:failedJobRetryTimeCycle>often</camunda:failedJobRetryTimeCycle>")),
    ),
    # work
    ("unknown-handler", "n", with_node('<serviceTask id="n" camunda:class="org.Missing"/>')),
    ("unknown-handler", "n", with_node('<serviceTask id="n" camunda:delegateExpression="${missing}"/>')),
    (
        "unknown-handler",
        "n",
        with_node(extension("userTask", '<camunda:taskListener event="create" class="org.Missing"/>')),
    ),
    (
        "unknown-handler",
        "s-t",
        process(
            '<startEvent id="s"/>'
            '<task id="t"/>'
            + flow(
                "s",
                "t",
                '<extensionElements><camunda:executionListener class="org.Missing"/></extensionElements>',
            )
        ),
    ),
    ("no-handler", "n", with_node(extension("serviceTask", '<zeebe:taskDefinition type="missing"/>'))),
    ("no-handler", "n", with_node(extension("task", zeebe_listener("missing")))),
    (
        "unsupported-script",
        "n",
        with_node('<scriptTask id="n" scriptFormat="groovy"><script>x</script></scriptTask>'),
    ),
    ("unsupported-script", "n", with_node('<scriptTask id="n"><script>x</script></scriptTask>')),
    ("empty-script", "n", with_node('<scriptTask id="n"/>')),
    (
        "listener-never-called",
        "n",
        with_node(extension("userTask", '<camunda:taskListener event="escalate" class="known"/>')),
    ),
    ("empty-listener", "n", with_node(extension("task", '<camunda:executionListener event="start"/>'))),
    ("unknown-decision", "n", with_node('<businessRuleTask id="n" camunda:decisionRef="missing"/>')),
    (
        "invalid-result-mapping",
        "n",
        with_node('<businessRuleTask id="n" camunda:decisionRef="known" camunda:mapDecisionResult="all"/>'),
    ),
    (
        "missing-form",
        "n",
        with_node(extension("userTask", '<zeebe:formDefinition formKey="camunda-forms:bpmn:f"/>')),
    ),
]


def check(text: str) -> list[Problem]:
    return check_diagram(read_diagram(text), handlers={"known"}, decisions={"known"}, processes={"known"})


@pytest.mark.parametrize(("code", "node", "text"), FOUND, ids=lambda value: value if len(value) < 30 else "")
def test_the_problem_is_found_at_its_element_and_no_other_error(code: str, node: str, text: str) -> None:
    found = check(text)
    assert (code, node) in [(problem.code, problem.node) for problem in found]
    assert {problem.code for problem in found if problem.severity == "error"} <= {code, *ALONG.get(code, ())}


# What cannot be wrong alone.
ALONG = {
    "missing-id": ("no-start",),
    "dangling-reference": ("missing-message", "end-with-outgoing"),
    "flow-across-scopes": ("no-start",),
    "dangling-flow": ("no-start",),
    "link-with-flow": ("link-without-target",),
    "unsupported-call": ("missing-called-element",),
}


@pytest.mark.parametrize("code", sorted(code for code in CODES if not code.startswith("xml-")))
def test_every_code_has_a_diagram_that_shows_it(code: str) -> None:
    elsewhere = {"not-bpmn", "deadlock", "possible-deadlock", "missing-synchronisation", "too-many-expressions"}
    assert code in {*elsewhere, *(found for found, _, _ in FOUND)}


@pytest.mark.parametrize(("code", "node", "text"), FOUND, ids=lambda value: value if len(value) < 30 else "")
def test_a_problem_has_the_line_of_its_element_and_a_sentence(code: str, node: str, text: str) -> None:
    (problem, *_) = [one for one in check(text.replace("<process", "\n<process")) if one.code == code]
    assert problem.line == (None if code == "no-process" else 2)
    assert problem.message.endswith(".")
    assert problem.severity == CODES[code][0]


GOOD = [
    with_node('<task id="n"/>'),
    with_node('<scriptTask id="n" scriptFormat="feel"><script>1 + 1</script></scriptTask>'),
    with_node('<serviceTask id="n" camunda:class="known"/>'),
    with_node('<businessRuleTask id="n" camunda:decisionRef="known"/>'),
    with_node('<callActivity id="n" calledElement="p"/>'),
    with_node('<callActivity id="n" calledElement="g"/>', '<globalTask id="g"/>'),
    with_node('<receiveTask id="n"/>'),
    with_node(catch("n", SIGNAL_EVENT), SIGNAL),
    with_node(catch("n", MESSAGE_EVENT + SIGNAL_EVENT + TIMER), SIGNAL + MESSAGE),
    with_node('<adHocSubProcess id="n"><task id="i"/><task id="j"/></adHocSubProcess>'),
    with_node('<subProcess id="n"><task id="i"/><task id="j"/></subProcess>'),
    with_node(
        f'<transaction id="n"><startEvent id="i"/>{flow("i", "e")}<endEvent id="e">'
        f"<cancelEventDefinition/></endEvent></transaction>"
    ).replace(
        "</process>",
        '<boundaryEvent id="b" attachedToRef="n"><cancelEventDefinition/></boundaryEvent></process>',
    ),
    boundary(TIMER).replace("</process>", flow("b", "end") + "</process>"),
    boundary("<errorEventDefinition/>"),
    boundary("<compensateEventDefinition/>").replace(
        "</process>",
        '<task id="h" isForCompensation="true"/><association sourceRef="b" targetRef="h"/></process>',
    ),
    process('<task id="a"/><task id="b"/>'),
    process(
        f'<receiveTask id="r" instantiate="true" messageRef="m"/><startEvent id="s"/>'
        f'<task id="t"/>{flow("r", "t")}{flow("s", "t")}',
        MESSAGE,
    ),
    process('<startEvent id="start"/>' + SPLIT + WAYS),
    process(
        '<startEvent id="start"/>'
        + SPLIT.replace('id="x"', 'id="x" default="x-a"')
        + flow("start", "x")
        + flow("x", "a")
        + flow("x", "b", when("b"))
    ),
    process(
        '<task id="t"/><subProcess id="s" triggeredByEvent="true">'
        '<startEvent id="i" isInterrupting="false"><escalationEventDefinition/></startEvent></subProcess>'
    ),
    process(
        f'<startEvent id="start"/>{flow("start", "n")}<intermediateThrowEvent id="n">'
        f'<linkEventDefinition name="L"/></intermediateThrowEvent>'
        + catch("c", '<linkEventDefinition name="L"/>')
        + f'<task id="t"/>{flow("c", "t")}'
    ),
    event_gateway(catch("a", MESSAGE_EVENT) + '<receiveTask id="b"/>' + flow("n", "a") + flow("n", "b")).replace(
        "</definitions>", MESSAGE + "</definitions>"
    ),
    process(
        f'<eventBasedGateway id="n" instantiate="true" '
        f'eventGatewayType="Parallel"/>{catch("a", MESSAGE_EVENT)}{catch("b", MESSAGE_EVENT)}'
        f"{flow('n', 'a')}{flow('n', 'b')}",
        MESSAGE,
    ),
]


@pytest.mark.parametrize("text", GOOD)
def test_nothing_is_said_of_a_good_diagram(text: str) -> None:
    assert check(text) == []


def test_all_problems_come_at_once_and_errors_refuse() -> None:
    found = check(process(f'<task id="a" startQuantity="0"/>{flow("a", "x")}<task/><fooTask id="f"/>'))
    assert {problem.code for problem in found} >= {
        "invalid-quantity",
        "dangling-flow",
        "missing-id",
        "unknown-element",
    }
    assert {problem.severity for problem in DiagramError(found).problems} == {"error"}


def test_processes_that_are_not_executable_are_accepted_as_they_are() -> None:
    broken = '<task id="a" startQuantity="0"/><endEvent id="e"/>' + flow("e", "a")
    text = file(
        f'<process id="p" isExecutable="true"><task id="t"/></process><process id="q" isExecutable="false">{broken}</process>'
    )
    assert check(text) == []


def test_without_a_registry_nothing_is_said_about_handlers_decisions_and_processes() -> None:
    text = process(
        '<serviceTask id="a" camunda:class="org.X"/><scriptTask id="b"><script>x</script></scriptTask>'
        '<businessRuleTask id="c" camunda:decisionRef="x"/><callActivity id="d" calledElement="x"/>'
    )
    assert check_diagram(read_diagram(text)) == []


def test_global_tasks_are_checked_too() -> None:
    found = check(file('<globalScriptTask id="g"><script>x</script></globalScriptTask>'))
    assert [(problem.code, problem.node) for problem in found] == [("unsupported-script", "g")]


def test_a_message_flow_says_what_an_event_leaves_open() -> None:
    text = file(
        '<collaboration id="c"><messageFlow id="mf" sourceRef="e" targetRef="s"/></collaboration>'
        f'<process id="p" isExecutable="true"><startEvent id="i"/>{flow("i", "e")}<endEvent id="e">'
        f"<messageEventDefinition/></endEvent></process>"
        '<process id="q" isExecutable="true"><startEvent id="s"><messageEventDefinition/></startEvent>'
        "</process>"
    )
    assert check(text) == []


def test_conditions_that_are_never_asked_need_not_parse() -> None:
    text = process('<startEvent id="start"/>' + SPLIT.replace("exclusive", "parallel") + WAYS.replace(">a<", ">1 +<"))
    assert {problem.severity for problem in check(text)} == {"warning"}


def test_expressions_that_are_too_many_together_are_said_once_where_they_begin_to_be():
    flows = "".join(flow("x", f"t{number}", when(f"a + {number} > 1")) for number in range(9))
    tasks = "".join(f'<task id="t{number}"/>' for number in range(9))
    text = process(f'<startEvent id="start"/>{flow("start", "x")}<exclusiveGateway id="x"/>{tasks}{flows}')
    assert check_diagram(read_diagram(text)) == []
    (problem,) = check_diagram(read_diagram(text), budget=Budget(total=10))
    assert (problem.code, problem.node) == ("too-many-expressions", "x-t5")
    assert problem.line is not None
    assert problem.severity == "error"
