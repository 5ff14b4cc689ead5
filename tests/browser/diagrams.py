"""Diagrams that tests of the designer open."""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:statewright="https://statewright.dev/schema/bpmn/1.0"
    id="file" targetNamespace="test">"""


def order(key: str) -> str:
    """A task, a gateway whose ways have guards, a handler's task, and a timer on it; without a drawing."""
    return f"""{HEAD}
  <bpmn:process id="{key}" name="Order" isExecutable="true">
    <bpmn:startEvent id="begin" name="Order came" />
    <bpmn:sequenceFlow id="to_check" sourceRef="begin" targetRef="check" />
    <bpmn:userTask id="check" name="Check the order" />
    <bpmn:sequenceFlow id="to_split" sourceRef="check" targetRef="split" />
    <bpmn:exclusiveGateway id="split" name="In stock?" default="no" />
    <bpmn:sequenceFlow id="yes" name="yes" sourceRef="split" targetRef="pay">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount &gt; 100</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" name="no" sourceRef="split" targetRef="refused" />
    <bpmn:serviceTask id="pay" name="Pay">
      <bpmn:extensionElements><zeebe:taskDefinition type="pay-expense" /></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="late" name="Late" attachedToRef="pay">
      <bpmn:timerEventDefinition id="late_timer">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT2H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_given_up" sourceRef="late" targetRef="given_up" />
    <bpmn:endEvent id="given_up" name="Given up" />
    <bpmn:sequenceFlow id="to_done" sourceRef="pay" targetRef="done" />
    <bpmn:endEvent id="done" name="Done" />
    <bpmn:endEvent id="refused" name="Refused" />
  </bpmn:process>
</bpmn:definitions>"""


def chain(key: str, steps: int) -> str:
    """Many tasks in rows, with a drawing."""
    nodes, flows, shapes, edges = [], [], [], []
    for number in range(steps):
        x, y = 160 + number % 25 * 150, 80 + number // 25 * 120
        nodes.append(f'<bpmn:task id="t{number}" name="Step {number}" />')
        shapes.append(
            f'<bpmndi:BPMNShape id="t{number}_di" bpmnElement="t{number}">'
            f'<dc:Bounds x="{x}" y="{y}" width="100" height="80" /></bpmndi:BPMNShape>'
        )
        if number:
            flows.append(f'<bpmn:sequenceFlow id="f{number}" sourceRef="t{number - 1}" targetRef="t{number}" />')
            edges.append(
                f'<bpmndi:BPMNEdge id="f{number}_di" bpmnElement="f{number}">'
                f'<di:waypoint x="{x - 50}" y="{y + 40}" /><di:waypoint x="{x}" y="{y + 40}" /></bpmndi:BPMNEdge>'
            )
    return (
        f'{HEAD}<bpmn:process id="{key}" isExecutable="true">{"".join(nodes)}{"".join(flows)}</bpmn:process>'
        f'<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="p" bpmnElement="{key}">{"".join(shapes)}{"".join(edges)}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )


HOSTILE = "&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(2)&lt;/script&gt;"


def looped(key: str) -> str:
    """A handler's task for each item of a list, with an error event on it; without a drawing."""
    return f"""{HEAD}
  <bpmn:process id="{key}" name="Loop" isExecutable="true">
    <bpmn:startEvent id="begin" />
    <bpmn:sequenceFlow id="to_each" sourceRef="begin" targetRef="each" />
    <bpmn:serviceTask id="each" name="Pay each">
      <bpmn:extensionElements><zeebe:taskDefinition type="pay-expense" /></bpmn:extensionElements>
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:extensionElements>
          <zeebe:loopCharacteristics inputCollection="=items" inputElement="item" />
        </bpmn:extensionElements>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_done" sourceRef="each" targetRef="done" />
    <bpmn:endEvent id="done" />
    <bpmn:boundaryEvent id="failed" name="Failed" attachedToRef="each"><bpmn:errorEventDefinition /></bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_not_done" sourceRef="failed" targetRef="not_done" />
    <bpmn:endEvent id="not_done" />
  </bpmn:process>
</bpmn:definitions>"""


def hostile(key: str) -> str:
    """Names, documentation, comments, groups and handlers that would run if anything took them for markup."""
    return f"""{HEAD}
  <bpmn:process id="{key}" name="{HOSTILE}" isExecutable="true">
    <bpmn:documentation>{HOSTILE}</bpmn:documentation>
    <bpmn:startEvent id="begin" name="{HOSTILE}" />
    <bpmn:sequenceFlow id="to_task" name="{HOSTILE}" sourceRef="begin" targetRef="task" />
    <bpmn:userTask id="task" name="{HOSTILE}">
      <bpmn:documentation>{HOSTILE}</bpmn:documentation>
      <bpmn:extensionElements>
        <zeebe:assignmentDefinition candidateGroups="{HOSTILE}" />
        <zeebe:formDefinition formId="{HOSTILE}" />
        <statewright:outcome value="{HOSTILE}" label="{HOSTILE}" />
        <statewright:comment author="{HOSTILE}" at="{HOSTILE}">{HOSTILE}</statewright:comment>
        <zeebe:properties><zeebe:property name="{HOSTILE}" value="javascript:alert(3)" /></zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_work" sourceRef="task" targetRef="work" />
    <bpmn:serviceTask id="work" name="{HOSTILE}">
      <bpmn:extensionElements><zeebe:taskDefinition type="{HOSTILE}" retries="{HOSTILE}" /></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_end" sourceRef="work" targetRef="end" />
    <bpmn:endEvent id="end" name="{HOSTILE}" />
  </bpmn:process>
</bpmn:definitions>"""
