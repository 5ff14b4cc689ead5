"""Calls, loops, decisions and whole files as Camunda 7 and its forebears write them."""

from engine.core.simulate import Simulation
from tests.semantics.drawing import (
    boundary,
    camunda,
    definitions,
    draw,
    entered,
    extensions,
    flows,
    line,
    node,
    play,
    process,
    service,
    start,
    user,
    waiting,
)  # fmt: skip


def test_a_call_activity_passes_what_its_in_and_out_say_and_the_business_key():
    about = extensions(
        camunda("in", source="a", target="x"),
        camunda("in", sourceExpression="${a * 2}", target="y"),
        camunda("in", businessKey="#{execution.processBusinessKey}"),
        camunda("out", source="z", target="r"),
    )
    text = definitions(
        process(
            start("s1"), node("callActivity", "c", about, calledElement="q"), user("u"), flows("s1->c->u"), name="p"
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p", variables={"a": 2, "secret": 1}, business_key="K1")
    (child,) = run.children
    assert (child.variables, child.business_key) == ({"x": 2, "y": 4}, "K1")
    child.complete("v", {"z": 9, "other": 1})
    assert run.variables == {"a": 2, "secret": 1, "r": 9}


def test_in_variables_all_passes_everything():
    about = extensions(camunda("in", variables="all"), camunda("out", variables="all"))
    text = definitions(
        process(
            start("s1"), node("callActivity", "c", about, calledElement="q"), user("u"), flows("s1->c->u"), name="p"
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p", variables={"a": 2})
    assert run.children[0].variables == {"a": 2}
    run.children[0].complete("v", {"z": 9})
    assert run.variables == {"a": 2, "z": 9}


def test_a_call_activity_without_mappings_passes_nothing_in_camunda_7():
    about = extensions(camunda("in", businessKey="#{execution.processBusinessKey}"))
    text = definitions(
        process(
            start("s1"), node("callActivity", "c", about, calledElement="q"), user("u"), flows("s1->c->u"), name="p"
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    assert sim.start("p", variables={"a": 2}).children[0].variables == {}


def test_multi_instance_over_a_collection_in_camunda_words():
    loop = '<multiInstanceLoopCharacteristics camunda:collection="${people}" camunda:elementVariable="person"/>'
    _, run = play(line(user("u", loop, camunda_assignee="${person}"), names="u"), {"people": ["ann", "bob"]})
    assert [found.assignee for found in run.tasks] == ["ann", "bob"]


def test_a_collection_may_be_named_without_an_expression():
    loop = '<multiInstanceLoopCharacteristics isSequential="true" camunda:collection="people" camunda:elementVariable="person"/>'
    _, run = play(line(user("u", loop, camunda_assignee="${person}"), names="u"), {"people": ["ann", "bob"]})
    assert [found.assignee for found in run.tasks] == ["ann"]
    run.complete("u")
    assert [found.assignee for found in run.tasks] == ["bob"]


def test_a_completion_condition_in_juel_counts_instances():
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality><completionCondition>"
        "${nrOfCompletedInstances/nrOfInstances >= 0.5}</completionCondition></multiInstanceLoopCharacteristics>"
    )
    _, run = play(line(user("u", loop), names="u"))
    run.complete(run.tasks[0].id)
    assert run.status == "active"
    run.complete(run.tasks[0].id)
    assert run.status == "completed"


ACTIVITI = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:activiti="http://activiti.org/bpmn" typeLanguage="http://www.w3.org/2001/XMLSchema"
  expressionLanguage="http://www.w3.org/1999/XPath" targetNamespace="Examples">
  <process id="vacationRequest" name="Vacation request">
    <startEvent id="request" activiti:initiator="employeeName">
      <extensionElements>
        <activiti:formProperty id="numberOfDays" name="Number of days" type="long" value="${numberOfDays}" required="true"/>
        <activiti:formProperty id="vacationMotivation" name="Motivation" type="string"/>
      </extensionElements>
    </startEvent>
    <sequenceFlow id="flow1" sourceRef="request" targetRef="handleRequest"/>
    <userTask id="handleRequest" name="Handle vacation request">
      <documentation>${employeeName} would like to take ${numberOfDays} day(s) of vacation.</documentation>
      <extensionElements>
        <activiti:formProperty id="vacationApproved" name="Do you approve this vacation" type="enum" required="true">
          <activiti:value id="true" name="Approve"/><activiti:value id="false" name="Reject"/>
        </activiti:formProperty>
      </extensionElements>
      <potentialOwner><resourceAssignmentExpression><formalExpression>management</formalExpression>
      </resourceAssignmentExpression></potentialOwner>
    </userTask>
    <sequenceFlow id="flow2" sourceRef="handleRequest" targetRef="requestApprovedDecision"/>
    <exclusiveGateway id="requestApprovedDecision" name="Request approved?"/>
    <sequenceFlow id="flow3" sourceRef="requestApprovedDecision" targetRef="sendApprovalMail">
      <conditionExpression xsi:type="tFormalExpression">${vacationApproved == 'true'}</conditionExpression>
    </sequenceFlow>
    <serviceTask id="sendApprovalMail" activiti:delegateExpression="${mailer}"/>
    <sequenceFlow id="flow4" sourceRef="sendApprovalMail" targetRef="theEnd1"/>
    <endEvent id="theEnd1"/>
    <sequenceFlow id="flow5" sourceRef="requestApprovedDecision" targetRef="adjust">
      <conditionExpression xsi:type="tFormalExpression">${vacationApproved == 'false'}</conditionExpression>
    </sequenceFlow>
    <userTask id="adjust" name="Adjust" activiti:assignee="${employeeName}"/>
    <sequenceFlow id="flow6" sourceRef="adjust" targetRef="theEnd2"/>
    <endEvent id="theEnd2"/>
  </process>
</definitions>"""


def test_the_vacation_request_of_the_activiti_user_guide():
    mails: list[str] = []
    sim = Simulation(ACTIVITI, handlers={"${mailer}": lambda found: mails.append(found.key)})
    run = sim.submit_start("vacationRequest", {"numberOfDays": "4", "vacationMotivation": "tired"})
    assert run.variables["numberOfDays"] == 4
    assert run.tasks[0].candidate_groups == ["management"]
    run.submit("handleRequest", {"vacationApproved": "true"})
    assert (run.status, mails) == ("completed", ["sendApprovalMail"])


def test_the_vacation_request_is_refused():
    sim = Simulation(ACTIVITI, handlers={"${mailer}": lambda found: None})
    run = sim.start("vacationRequest", variables={"numberOfDays": 4, "employeeName": "kermit"})
    run.complete("handleRequest", {"vacationApproved": "false"})
    assert [(found.node, found.assignee) for found in run.tasks] == [("adjust", "kermit")]


def test_a_decision_with_a_mapped_result():
    dmn = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
      <decision id="rate" name="rate"><decisionTable id="t"><input id="i"><inputExpression id="ie" typeRef="number">
      <text>amount</text></inputExpression></input><output id="o" name="level" typeRef="string"/>
      <rule id="r1"><inputEntry id="a"><text>&lt; 100</text></inputEntry><outputEntry id="b"><text>"low"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="c"><text>&gt;= 100</text></inputEntry><outputEntry id="f"><text>"high"</text></outputEntry></rule>
      </decisionTable></decision></definitions>"""
    text = line(
        node(
            "businessRuleTask",
            "t",
            camunda_decisionRef="rate",
            camunda_resultVariable="level",
            camunda_mapDecisionResult="singleEntry",
        ),
        names="t",
    )
    assert play(text, {"amount": 200}, decisions=[dmn])[1].variables["level"] == "high"


def test_a_conditional_event_may_name_the_variables_that_it_hears():
    about = (
        '<conditionalEventDefinition camunda:variableName="x"><condition xsi:type="tFormalExpression">${y == 1}'
        "</condition></conditionalEventDefinition>"
    )
    _, run = play(draw(start(), user("h"), boundary("b", "h", about), user("u"), flows("s->h", "b->u")), {"y": 0})
    run.set_variables({"y": 1})
    assert waiting(run) == ["h"]
    run.set_variables({"x": 5})
    assert waiting(run) == ["u"]


def test_entered_is_told_for_a_service_task_that_runs_inline():
    _, run = play(line(service("t", camunda_class="C"), names="t"), handlers={"C": lambda found: None})
    assert entered(run) == ["s", "t", "e"]
