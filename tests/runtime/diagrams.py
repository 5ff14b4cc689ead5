"""BPMN for the tests of the service, put together from short lines."""

from itertools import pairwise
from xml.sax.saxutils import quoteattr

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="tests">'
)


def make_file(*processes: str, roots: str = "") -> bytes:
    """A file of these processes; `roots` holds messages, signals and errors."""
    return f"{HEAD}{roots}{''.join(processes)}</definitions>".encode()


def make_process(key: str, *parts: str) -> str:
    return f'<process id="{key}" name={quoteattr(key.title())} isExecutable="true">{"".join(parts)}</process>'


def line(*nodes: str) -> str:
    """Sequence flows from each of the ids to the next."""
    return "".join(flow(a, b) for a, b in pairwise(nodes))


def flow(source: str, target: str, condition: str = "") -> str:
    name = f"{source}-{target}"
    if not condition:
        return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>'
    test = f'<conditionExpression xsi:type="tFormalExpression">={condition}</conditionExpression>'
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{test}</sequenceFlow>'


def start(name: str = "start") -> str:
    return f'<startEvent id="{name}"/>'


def end(name: str = "end") -> str:
    return f'<endEvent id="{name}"/>'


def user(name: str, *, group: str = "", person: str = "", more: str = "") -> str:
    parts = []
    if group:
        parts.append(f"candidateGroups={quoteattr(group)}")
    if person:
        parts.append(f"assignee={quoteattr(person)}")
    who = f"<extensionElements><zeebe:assignmentDefinition {' '.join(parts)}/></extensionElements>" if parts else ""
    return f'<userTask id="{name}" name="Do {name}">{who}{more}</userTask>'


def service(name: str, job: str, *, retries: int = 3, more: str = "") -> str:
    definition = f'<zeebe:taskDefinition type="{job}" retries="{retries}"/>'
    return f'<serviceTask id="{name}"><extensionElements>{definition}{more}</extensionElements></serviceTask>'


def call(name: str, process: str) -> str:
    called = f'<zeebe:calledElement processId="{process}"/>'
    return f'<callActivity id="{name}"><extensionElements>{called}</extensionElements></callActivity>'


def message(name: str, *, key: str = "") -> str:
    """A root element; the caught messages refer to it as message-<name>."""
    inner = f'<extensionElements><zeebe:subscription correlationKey="={key}"/></extensionElements>' if key else ""
    return f'<message id="message-{name}" name="{name}">{inner}</message>'


def signal(name: str) -> str:
    return f'<signal id="signal-{name}" name="{name}"/>'


def catch(node: str, kind: str, name: str) -> str:
    return f'<intermediateCatchEvent id="{node}">{definition(kind, name)}</intermediateCatchEvent>'


def throw(node: str, kind: str, name: str) -> str:
    return f'<intermediateThrowEvent id="{node}">{definition(kind, name)}</intermediateThrowEvent>'


def start_on(node: str, kind: str, name: str) -> str:
    return f'<startEvent id="{node}">{definition(kind, name)}</startEvent>'


def boundary(node: str, host: str, kind: str, name: str, *, is_interrupting: bool = True) -> str:
    cancels = str(is_interrupting).lower()
    inner = definition(kind, name)
    return f'<boundaryEvent id="{node}" attachedToRef="{host}" cancelActivity="{cancels}">{inner}</boundaryEvent>'


def definition(kind: str, name: str) -> str:
    if kind in ("message", "signal", "error"):
        return f'<{kind}EventDefinition {kind}Ref="{kind}-{name}"/>'
    tag = {"duration": "timeDuration", "cycle": "timeCycle", "date": "timeDate"}[kind]
    return f'<timerEventDefinition><{tag} xsi:type="tFormalExpression">{name}</{tag}></timerEventDefinition>'


def simple(key: str, *nodes: tuple[str, str]) -> str:
    """A straight process: start, the given nodes (id, XML) one after the other, end."""
    ids = ["start", *(name for name, _ in nodes), "end"]
    return make_process(key, start(), *(xml for _, xml in nodes), end(), line(*ids))
