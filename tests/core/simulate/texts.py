"""Small BPMN files from their inner parts; no assertion."""

from itertools import pairwise

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)
ROOTS = (
    '<message id="m_go" name="go"/><message id="m_reply" name="reply">'
    '<extensionElements><zeebe:subscription correlationKey="=order"/></extensionElements></message>'
    '<signal id="sig" name="alarm"/><error id="err" errorCode="E1"/>'
)


def process(body: str, key: str = "p", name: str = "") -> str:
    return f'<process id="{key}" name="{name or key}" isExecutable="true">{body}</process>'


def bpmn(body: str, key: str = "p", roots: str = ROOTS) -> str:
    """A file with one executable process."""
    return f"{HEAD}{roots}{process(body, key)}</definitions>"


def flows(*pairs: str) -> str:
    """`"a b c"` are the flows a → b → c, with the ids a_b and b_c."""
    written = []
    for pair in pairs:
        names = pair.split()
        for source, target in pairwise(names):
            written.append(f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>')
    return "".join(written)


def line(*nodes: str, start: str = '<startEvent id="s"/>') -> str:
    """Start, the nodes one after the other, end."""
    ids = ["s", *(node.split('id="', 1)[1].split('"', 1)[0] for node in nodes), "e"]
    return start + "".join(nodes) + '<endEvent id="e"/>' + flows(" ".join(ids))


def job(key: str, kind: str = "", attributes: str = "", inner: str = "") -> str:
    extension = f'<extensionElements><zeebe:taskDefinition type="{kind or key}"/></extensionElements>'
    return f'<serviceTask id="{key}" {attributes}>{extension}{inner}</serviceTask>'


def user(key: str, inner: str = "") -> str:
    return f'<userTask id="{key}">{inner}</userTask>'


def timer(kind: str, text: str) -> str:
    name = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[kind]
    return f"<timerEventDefinition><{name}>{text}</{name}></timerEventDefinition>"


def catch(key: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{key}">{definition}</intermediateCatchEvent>'


def boundary(key: str, host: str, definition: str, is_interrupting: bool = True) -> str:
    text = str(is_interrupting).lower()
    return f'<boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="{text}">{definition}</boundaryEvent>'


GO = '<messageEventDefinition messageRef="m_go"/>'
REPLY = '<messageEventDefinition messageRef="m_reply"/>'
ALARM = '<signalEventDefinition signalRef="sig"/>'
ERROR = '<errorEventDefinition errorRef="err"/>'
