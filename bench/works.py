"""W1 to W5 as BPMN: one drawing for all, with the task, guard and script of each engine's own dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="bench">'
)
WORKS = {
    "W1": "straight-through, 5 no-op tasks",
    "W2": "approval: start, then complete in a second request",
    "W3": "fork 4, join",
    "W4": "multi-instance over 1,000",
    "W5": "loop of 1,000 turns",
}


@dataclass(frozen=True)
class Dialect:
    """How an engine wants to be told. `many` is the body of a multi-instance task, `step` the loop's script."""

    task: Callable[[str], str]
    guard: Callable[[str, str], str]  # of a variable that is compared: name and operator with value
    many: Callable[[int], str]
    step: str
    form: str = '<bpmn:userTask id="approve" name="Approve"/>'
    attributes: str = ""


def draw(work: str, dialect: Dialect, size: int = 1000) -> str:
    body = DRAWINGS[work](dialect, size)
    process = f'<bpmn:process id="{work}" isExecutable="true" {dialect.attributes}>{body}</bpmn:process>'
    return f"{HEAD}{process}</bpmn:definitions>"


def straight(dialect: Dialect, size: int) -> str:
    tasks = [f"t{number}" for number in range(5)]
    return events() + "".join(map(dialect.task, tasks)) + line("s", *tasks, "e")


def approval(dialect: Dialect, size: int) -> str:
    gateway = '<bpmn:exclusiveGateway id="g" default="g-no"/>'
    ways = flow("g", "yes", dialect.guard("outcome", '= "approve"')) + flow("g", "no")
    tasks = dialect.task("yes") + dialect.task("no")
    more = '<bpmn:endEvent id="e2"/>' + flow("yes", "e") + flow("no", "e2")
    return events() + dialect.form + gateway + tasks + line("s", "approve", "g") + ways + more


def fork(dialect: Dialect, size: int) -> str:
    branches = [f"b{number}" for number in range(4)]
    gateways = '<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>'
    ways = "".join(line("f", branch, "j") for branch in branches)
    return events() + gateways + "".join(map(dialect.task, branches)) + line("s", "f") + ways + line("j", "e")


def many(dialect: Dialect, size: int) -> str:
    return events() + dialect.many(size) + line("s", "m", "e")


def loop(dialect: Dialect, size: int) -> str:
    gateways = '<bpmn:exclusiveGateway id="again"/><bpmn:exclusiveGateway id="g" default="g-e"/>'
    back = flow("g", "again", dialect.guard("i", f"< {size}"))
    return events() + gateways + dialect.step + line("s", "again", "step", "g", "e") + back


DRAWINGS = {"W1": straight, "W2": approval, "W3": fork, "W4": many, "W5": loop}


def events() -> str:
    return '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'


def line(*nodes: str) -> str:
    return "".join(flow(a, b) for a, b in pairwise(nodes))


def flow(source: str, target: str, condition: str = "") -> str:
    ends = f'id="{source}-{target}" sourceRef="{source}" targetRef="{target}"'
    if not condition:
        return f"<bpmn:sequenceFlow {ends}/>"
    test = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
    return f"<bpmn:sequenceFlow {ends}>{test}</bpmn:sequenceFlow>"


def variables_of(work: str, size: int = 1000) -> dict[str, object]:
    return {"W4": {"items": list(range(size))}, "W5": {"i": 0}}.get(work, {"amount": 1})  # type: ignore[return-value]
