"""Blocks that wait for events, throw them, call and race; and how a whole file is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.core.run.blocks import DEFINITIONS, Block, Reaction, Scope, Writer, draw_scope
from tests.core.run.oracle import Live, Path
from tests.core.run.oracle_events import LiveCall, LiveChoice, LiveEnd, LiveHost, LiveRace, LiveThrow, LiveUndo


@dataclass
class Host(Block):
    """An activity and its boundary events. An interrupting one joins the way behind the activity."""

    activity: Any  # Task, Scope, Multi or Call
    events: list[Reaction]

    def draw(self, writer: Writer) -> tuple[str, str]:
        first, last = self.activity.draw(writer)
        join = writer.name("j")
        writer.node("exclusiveGateway", join)
        writer.flow(last, join)
        for event in self.events:
            name = f"b_{event.name}"
            writer.node(
                "boundaryEvent", name, event.definition(),
                attachedToRef=first, cancelActivity=str(event.interrupts).lower(),
            )  # fmt: skip
            inner_first, inner_last = event.body.draw(writer)
            writer.flow(name, inner_first)
            if event.interrupts:
                writer.flow(inner_last, join)
        return first, join

    def live(self, parent: Live, path: Path) -> Live:
        return LiveHost(parent, path, self)


@dataclass
class Choice(Block):
    """An event gateway, or with one branch a plain catch event; a message may be waited for by a task."""

    events: list[Reaction]
    has_tasks: bool = False

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("c")
        join = f"{name}j"
        writer.node("exclusiveGateway", join)
        is_many = len(self.events) > 1
        if is_many:
            writer.node("eventBasedGateway", name)
        for event in self.events:
            catch = f"w_{event.name}"
            if event.cause == "message" and self.has_tasks:
                writer.node("receiveTask", catch, messageRef=event.name)
            else:
                writer.node("intermediateCatchEvent", catch, event.definition())
            first, last = event.body.draw(writer)
            if is_many:
                writer.flow(name, catch)
            writer.flow(catch, first)
            writer.flow(last, join)
        return (name if is_many else f"w_{self.events[0].name}"), join

    def live(self, parent: Live, path: Path) -> Live:
        return LiveChoice(parent, path, self)


@dataclass
class End(Block):
    """Ends its scope, or leaves it by an error."""

    kind: str  # terminate, error
    code: str = ""
    ends = True

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("x")
        code = f' errorRef="{self.code}"' if self.code else ""
        writer.node("endEvent", name, f"<{self.kind}EventDefinition{code}/>")
        return name, name

    def live(self, parent: Live, path: Path) -> Live:
        return LiveEnd(parent, path, self)


@dataclass
class Throw(Block):
    """`cause` is signal, escalation, message, or nothing at all; `name` is found when the tree is complete."""

    cause: str
    name: str = ""

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("h")
        if self.cause == "escalation":
            definition = f'<escalationEventDefinition escalationRef="{self.name}"/>'
        else:
            definition = DEFINITIONS[self.cause].format(name=self.name) if self.cause else ""
        writer.node("intermediateThrowEvent", name, definition)
        return name, name

    def live(self, parent: Live, path: Path) -> Live:
        return LiveThrow(parent, path, self)


@dataclass
class Undo(Block):
    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("u")
        writer.node("intermediateThrowEvent", name, "<compensateEventDefinition/>")
        return name, name

    def live(self, parent: Live, path: Path) -> Live:
        return LiveUndo(parent, path)


@dataclass
class Call(Block):
    """A process of its own; it sees all variables and gives none back."""

    name: str
    body: Block
    reactions: list[Reaction]

    def draw(self, writer: Writer, inside: str = "") -> tuple[str, str]:
        called = f'<zeebe:calledElement processId="{self.name}" propagateAllChildVariables="false"/>'
        writer.node("callActivity", f"call_{self.name}", f"<extensionElements>{called}</extensionElements>{inside}")
        inner = writer.inner()
        draw_scope(inner, self.name, self.body, self.reactions)
        writer.others.append(f'<process id="{self.name}" isExecutable="true">{inner.text()}</process>')
        return f"call_{self.name}", f"call_{self.name}"

    def live(self, parent: Live, path: Path) -> Live:
        return LiveCall(parent, path, self)

    live_instance = live


@dataclass
class Race(Block):
    """Branches into a complex gateway that goes on with the first of them and is reset by the last."""

    branches: list[Block]

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("r")
        join = f"{name}j"
        writer.node("parallelGateway", name)
        for branch in self.branches:
            first, last = branch.draw(writer)
            writer.flow(name, first)
            writer.flow(last, join)
        writer.node("complexGateway", join, "<activationCondition>activationCount &gt;= 1</activationCondition>")
        return name, join

    def live(self, parent: Live, path: Path) -> Live:
        return LiveRace(parent, path, self.branches)


def write(process: Scope, names: dict[str, list[str]]) -> tuple[str, dict[str, Any]]:
    """The BPMN text and the variables that make the choices. `names` are those of each cause."""
    writer = Writer({}, {})
    draw_scope(writer, process.name, process.body, process.reactions)
    known = "".join(f'<{kind} id="{name}" name="{name}"/>' for kind in ("signal", "message") for name in names[kind])
    coded = "".join(f'<{kind} id="{name}" {kind}Code="{name}"/>' for kind in CODES for name in CODES[kind])
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="random">'
        f'{known}{coded}<process id="p" isExecutable="true">{writer.text()}</process>{"".join(writer.others)}'
        "</definitions>"
    )
    return text, writer.variables | {f"c_{name}": False for name in names["condition"]}


CODES = {"error": ("E1", "E2"), "escalation": ("X1", "X2")}
