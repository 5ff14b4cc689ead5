"""Draws small BPMN texts in one expression and reads runs back in one word; what they should do is the tests'."""

from __future__ import annotations

import itertools
import re
from html import escape
from typing import Any

from engine.core.simulate import Simulation

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="http://example.org/t"'
)
# A file says which dialect it speaks by the namespaces that it declares.
_DIALECTS = {"camunda": "http://camunda.org/schema/1.0/bpmn", "zeebe": "http://camunda.org/schema/zeebe/1.0"}
_SHARED = {"message": "", "signal": "", "error": "errorCode", "escalation": "escalationCode"}
_ATTRIBUTES = {"async_before": "camunda:asyncBefore", "async_after": "camunda:asyncAfter"}


def attributes(given: dict[str, Any]) -> str:
    """`camunda_x` is `camunda:x`; None is left out."""
    found = []
    for name, value in given.items():
        name = name.rstrip("_").replace("camunda_", "camunda:")
        text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        if value is not None:
            found.append(f' {name}="{escape(str(text))}"')
    return "".join(found)


def node(kind: str, name: str, /, *inner: str, **given: Any) -> str:
    return f'<{kind} id="{name}"{attributes(given)}>{"".join(inner)}</{kind}>'


def flow(path: str, when: str = "") -> str:
    """`flow("a -> b -> c")`; each flow is called a-b. A condition is as written: FEEL with =, JUEL with ${}."""
    names = [name.strip() for name in path.split("->")]
    condition = (
        f'<conditionExpression xsi:type="tFormalExpression">{escape(when)}</conditionExpression>' if when else ""
    )
    return "".join(
        f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}">{condition}</sequenceFlow>'
        for a, b in itertools.pairwise(names)
    )


def flows(*paths: str) -> str:
    return "".join(flow(path) for path in paths)


# events and what they are caused by


def start(name: str = "s", /, *inner: str, **given: Any) -> str:
    return node("startEvent", name, *inner, **given)


def end(name: str = "e", /, *inner: str, **given: Any) -> str:
    return node("endEvent", name, *inner, **given)


def catch(name: str, /, *inner: str, **given: Any) -> str:
    return node("intermediateCatchEvent", name, *inner, **given)


def throw(name: str, /, *inner: str, **given: Any) -> str:
    return node("intermediateThrowEvent", name, *inner, **given)


def boundary(name: str, host: str, /, *inner: str, interrupts: bool = True, **given: Any) -> str:
    cancel = None if interrupts else False
    return node("boundaryEvent", name, *inner, attachedToRef=host, cancelActivity=cancel, **given)


def message(name: str, *inner: str) -> str:
    return f'<messageEventDefinition messageRef="{name}">{"".join(inner)}</messageEventDefinition>'


def signal(name: str) -> str:
    return f'<signalEventDefinition signalRef="{name}"/>'


def error(name: str = "") -> str:
    return f'<errorEventDefinition errorRef="{name}"/>' if name else "<errorEventDefinition/>"


def escalation(name: str = "") -> str:
    return f'<escalationEventDefinition escalationRef="{name}"/>' if name else "<escalationEventDefinition/>"


def timer(text: str, kind: str = "timeDuration") -> str:
    return f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{escape(text)}</{kind}></timerEventDefinition>'


def condition(text: str) -> str:
    inner = f'<condition xsi:type="tFormalExpression">{escape(text)}</condition>'
    return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


def compensate(activity: str = "", waits: bool = True) -> str:
    about = f' activityRef="{activity}"' if activity else ""
    return f"<compensateEventDefinition{about}{'' if waits else ' waitForCompletion=' + chr(34) + 'false' + chr(34)}/>"


TERMINATE = "<terminateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
COMPENSATE = "<compensateEventDefinition/>"


# activities and gateways


def user(name: str, /, *inner: str, **given: Any) -> str:
    return node("userTask", name, *inner, **given)


def task(name: str, /, *inner: str, **given: Any) -> str:
    return node("task", name, *inner, **given)


def job(name: str, *inner: str, type_: str = "", retries: str = "", kind: str = "serviceTask", **given: Any) -> str:
    """A Zeebe job of the type; the type is the id where none is given."""
    tries = f' retries="{retries}"' if retries else ""
    definition = f'<zeebe:taskDefinition type="{type_ or name}"{tries}/>'
    return node(kind, name, extensions(definition), *inner, **given)


def sub(name: str, /, *inner: str, **given: Any) -> str:
    return node("subProcess", name, *inner, **given)


def event_sub(name: str, *inner: str) -> str:
    return node("subProcess", name, *inner, triggeredByEvent=True)


def xor(name: str, /, **given: Any) -> str:
    return node("exclusiveGateway", name, **given)


def both(name: str, /, **given: Any) -> str:
    return node("parallelGateway", name, **given)


def some(name: str, /, **given: Any) -> str:
    return node("inclusiveGateway", name, **given)


def first(name: str, /, **given: Any) -> str:
    return node("eventBasedGateway", name, **given)


def extensions(*inner: str) -> str:
    return f"<extensionElements>{''.join(inner)}</extensionElements>"


def times(number: str, *inner: str, sequential: bool = False, **given: Any) -> str:
    """Multi-instance by cardinality."""
    inside = f"<loopCardinality>{escape(number)}</loopCardinality>{''.join(inner)}"
    return node_without_id("multiInstanceLoopCharacteristics", inside, isSequential=sequential, **given)


def each(collection: str, element: str, *inner: str, output: tuple[str, str] | None = None, **given: Any) -> str:
    """Multi-instance over a collection, in Zeebe's words."""
    collects = f' outputCollection="{output[0]}" outputElement="{escape(output[1])}"' if output else ""
    about = f'<zeebe:loopCharacteristics inputCollection="{escape(collection)}" inputElement="{element}"{collects}/>'
    return node_without_id("multiInstanceLoopCharacteristics", extensions(about) + "".join(inner), **given)


def until(text: str) -> str:
    return f'<completionCondition xsi:type="tFormalExpression">{escape(text)}</completionCondition>'


def loop(while_: str = "", test_before: bool = False, maximum: int | None = None) -> str:
    about = f"<loopCondition>{escape(while_)}</loopCondition>" if while_ else ""
    return node_without_id("standardLoopCharacteristics", about, testBefore=test_before or None, loopMaximum=maximum)


def node_without_id(kind: str, inner: str, **given: Any) -> str:
    return f"<{kind}{attributes(given)}>{inner}</{kind}>"


def undo(name: str, host: str, handler: str) -> str:
    """A compensation boundary event and the association to its handler."""
    return (
        f'<boundaryEvent id="{name}" attachedToRef="{host}">{COMPENSATE}</boundaryEvent>'
        f'<association id="{name}-{handler}" sourceRef="{name}" targetRef="{handler}" associationDirection="One"/>'
    )


# whole texts


def process(*parts: str, name: str = "p", executable: bool | None = True, **given: Any) -> str:
    return node("process", name, *parts, isExecutable=executable, **given)


def definitions(*parts: str) -> str:
    """The messages, signals, errors and escalations that are referred to and not declared get what
    they are referred to by for a name and code."""
    text = "".join(parts)
    declared = set(re.findall(r'<(?:message|signal|error|escalation) id="([^"]+)"', text))
    shared = []
    for kind, code in _SHARED.items():
        for name in sorted(set(re.findall(rf'{kind}Ref="([^"]+)"', text)) - declared):
            coded = f' {code}="{name}"' if code else ""
            shared.append(f'<{kind} id="{kind}.{name}" name="{name}"{coded}/>')
            text = text.replace(f'{kind}Ref="{name}"', f'{kind}Ref="{kind}.{name}"')
    spoken = "".join(f' xmlns:{word}="{uri}"' for word, uri in _DIALECTS.items() if f"{word}:" in text)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions {NAMESPACES}{spoken}>{"".join(shared)}{text}</definitions>'
    )


def draw(*parts: str, **given: Any) -> str:
    """One file with one executable process `p`."""
    return definitions(process(*parts, **given))


def message_with_key(name: str, key: str) -> str:
    about = extensions(f'<zeebe:subscription correlationKey="{escape(key)}"/>')
    return f'<message id="{name}" name="{name}">{about}</message>'


# in the words of Camunda 7


def service(name: str, /, *inner: str, **given: Any) -> str:
    return node("serviceTask", name, *inner, **given)


def camunda(name: str, /, *inner: str, **given: Any) -> str:
    return node_without_id(f"camunda:{name}", "".join(inner), **given)


def line(*nodes: str, names: str) -> str:
    return draw(start(), *nodes, end(), flow(f"s->{names}->e"))


# reading runs


def play(text: str, variables: dict[str, Any] | None = None, **given: Any) -> tuple[Simulation, Any]:
    sim = Simulation(text, **given)
    return sim, sim.start(variables=variables or {})


def waiting(run: Any) -> list[str]:
    """The nodes of tokens that wait for the world, not for others of their own run."""
    return sorted(wait.node for wait in run.waits if wait.kind not in ("scope", "join"))


def entered(run: Any, *names: str) -> list[str]:
    found = [name for _, what, name, _ in run.trace if what == "entered"]
    return [name for name in found if not names or name in names]


def cancelled(run: Any) -> list[str]:
    return [name for _, what, name, _ in run.trace if what == "cancelled"]
