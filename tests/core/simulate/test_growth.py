"""What many instances of an activity cost: counted in operations of the interpreter, which no busy machine changes."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest

from engine.core.simulate import Simulation

FEW, MANY = 60, 240
MULTIPLE = (
    '<multiInstanceLoopCharacteristics {mode}><extensionElements><zeebe:loopCharacteristics inputCollection="=items" '
    'inputElement="item" outputCollection="results" outputElement="=result"/></extensionElements>'
    "</multiInstanceLoopCharacteristics>"
)
FEW_AT_ONCE = MULTIPLE.replace("</extensionElements>", '<statewright:concurrency limit="5"/></extensionElements>')
LATER = MULTIPLE.replace("{mode}", 'camunda:asyncBefore="true"')
JOB = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
INNER = '<startEvent id="is"/><parallelGateway id="fork"/><task id="x"/><task id="y"/><parallelGateway id="join"/>' + (
    "".join(
        f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in (("is", "fork"), ("fork", "x"), ("fork", "y"), ("x", "join"), ("y", "join"))
    )
)
JOINING = (INNER.replace('<task id="x"/>', f'<serviceTask id="x">{JOB}</serviceTask>')).replace(
    '<parallelGateway id="join"/>', '<inclusiveGateway id="join"/>'
)
ACTIVITIES = {
    "task": f'<task id="m">{MULTIPLE}</task>',
    "job": f'<serviceTask id="m">{JOB}{MULTIPLE}</serviceTask>',
    "timer": f'<subProcess id="m">{MULTIPLE}<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>PT1H'
    "</timeDuration></timerEventDefinition></intermediateCatchEvent></subProcess>",
    "continuation": f'<task id="m">{LATER}</task>',
    "job, few at once": f'<serviceTask id="m">{JOB}{FEW_AT_ONCE}</serviceTask>',
    "inclusive join": f'<subProcess id="m">{MULTIPLE}{JOINING}</subProcess>',
    "sub-process": f'<subProcess id="m">{MULTIPLE}{INNER}</subProcess>',
}


SEQUENTIAL = 'isSequential="true"'
CASES = [(activity, "") for activity in ACTIVITIES] + [(activity, SEQUENTIAL) for activity in ("job", "sub-process")]


def draw(activity: str, mode: str) -> str:
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
        xmlns:statewright="https://statewright.dev/schema/bpmn/1.0" targetNamespace="t">
      <process id="p" isExecutable="true"><startEvent id="s"/>{ACTIVITIES[activity].replace("{mode}", mode)}
        <sequenceFlow id="f" sourceRef="s" targetRef="m"/></process></definitions>"""


def count_operations(text: str, instances: int) -> int:
    simulation = Simulation(text, handlers={"work": lambda job: {"result": job.variables.get("item")}})
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        run = simulation.start(variables={"items": list(range(instances))})
        while run.status == "active":
            simulation.run_jobs()
            simulation.advance(timedelta(hours=1))
    finally:
        sys.settrace(before)
    assert run.status == "completed"
    return counted


@pytest.mark.parametrize(("activity", "mode"), CASES)
def test_four_times_the_instances_take_four_times_the_operations(activity: str, mode: str) -> None:
    text = draw(activity, mode)
    few = count_operations(text, FEW)
    assert count_operations(text, MANY) < few * MANY / FEW * 1.05


def draw_beside(joins: int) -> str:
    """As many inclusive joins in one scope, each waiting for a job of its own."""
    parts = []
    for name in range(joins):
        own = JOINING.replace('<startEvent id="is"/>', "").replace('sourceRef="is"', 'sourceRef="all"')
        parts.append(re.sub(r'((?:id|sourceRef|targetRef)="(?!all))', rf"\g<1>n{name}_", own))
    fork = '<parallelGateway id="all"/><sequenceFlow id="all_f" sourceRef="s" targetRef="all"/>'
    return re.sub(
        r"(?<=<startEvent id=\"s\"/>).*(?=</process>)", fork + "".join(parts), draw("task", ""), flags=re.DOTALL
    )


def test_four_times_the_joins_beside_one_another_take_four_times_the_operations() -> None:
    few = count_operations(draw_beside(20), 0)
    assert count_operations(draw_beside(80), 0) < few * 4 * 1.05
