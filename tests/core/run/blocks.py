"""Blocks of random processes: each draws itself as BPMN and knows its counterpart in the oracle. Those that are about
events, calls and races are in blocks_events.py."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from tests.core.run.oracle import Live, LiveMulti, LiveParallel, LiveScope, LiveSequence, LiveTask, Path


@dataclass
class Writer:
    """The text of one scope. All but the nodes is shared by all scopes of a file; `others` are called processes."""

    counts: dict[str, int]
    variables: dict[str, Any]
    nodes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def inner(self) -> Writer:
        return Writer(self.counts, self.variables, others=self.others)

    def name(self, kind: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def node(self, kind: str, name: str, inside: str = "", **attributes: str) -> str:
        text = "".join(f' {key}="{value}"' for key, value in attributes.items())
        self.nodes.append(f'<{kind} id="{name}"{text}>{inside}</{kind}>')
        return name

    def flow(self, source: str, target: str, condition: str = "") -> str:
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        name = self.name("f")
        return self.node("sequenceFlow", name, inside, sourceRef=source, targetRef=target)

    def text(self) -> str:
        return "".join(self.nodes)


class Block(ABC):
    """`draw` adds the block to a scope and gives its first and last node; `live` is the block as it runs."""

    ends = False

    @abstractmethod
    def draw(self, writer: Writer) -> tuple[str, str]: ...

    @abstractmethod
    def live(self, parent: Live, path: Path) -> Live: ...


def is_end(branch: Block) -> bool:
    """Nothing follows it."""
    return isinstance(branch, Sequence) and branch.blocks[-1].ends


@dataclass
class Task(Block):
    name: str
    is_compensable: bool = False

    def draw(self, writer: Writer, inside: str = "") -> tuple[str, str]:
        writer.node("userTask", self.name, inside)
        if self.is_compensable:
            boundary, handler = f"c_{self.name}", f"undo_{self.name}"
            writer.node("boundaryEvent", boundary, "<compensateEventDefinition/>", attachedToRef=self.name)
            writer.node("userTask", handler, isForCompensation="true")
            writer.node("association", f"a_{self.name}", sourceRef=boundary, targetRef=handler)
        return self.name, self.name

    def live(self, parent: Live, path: Path) -> Live:
        return LiveTask(parent, path, self)

    live_instance = live


@dataclass
class Sequence(Block):
    blocks: list[Block]

    def draw(self, writer: Writer) -> tuple[str, str]:
        drawn = [block.draw(writer) for block in self.blocks]
        for (_, source), (target, _) in itertools.pairwise(drawn):
            writer.flow(source, target)
        return drawn[0][0], drawn[-1][1]

    def live(self, parent: Live, path: Path) -> Live:
        return LiveSequence(parent, path, self.blocks)


@dataclass
class Split(Block):
    """Gateways around branches; `chosen` are the ones that the variables choose."""

    kind: str  # exclusiveGateway, parallelGateway, inclusiveGateway
    branches: list[Block]
    chosen: list[int]
    default: int | None = None  # taken when nothing else is: the only one chosen, or one that is not

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("g")
        join = f"{name}j"
        flows = []
        for index, branch in enumerate(self.branches):
            first, last = branch.draw(writer)
            variable = f"v_{name}_{index}"
            is_default = self.default == index
            is_guarded = self.kind != "parallelGateway" and not is_default
            if is_guarded:
                writer.variables[variable] = index in self.chosen
            flow = writer.flow(name, first, variable if is_guarded else "")
            if is_default:
                flows.append(flow)
            if not is_end(branch):
                writer.flow(last, join)
        writer.node(self.kind, name, **({"default": flows[0]} if flows else {}))
        writer.node(self.kind, join)
        return name, join

    def live(self, parent: Live, path: Path) -> Live:
        return LiveParallel(parent, path, [self.branches[index] for index in self.chosen])


@dataclass
class Loop(Block):
    """A loop of flows around its body, counted by a script."""

    body: Block
    rounds: int

    def draw(self, writer: Writer) -> tuple[str, str]:
        name = writer.name("l")
        first, last = self.body.draw(writer)
        writer.node("scriptTask", f"{name}r", self.script(name, "0"))
        writer.node("exclusiveGateway", name)
        writer.node("scriptTask", f"{name}s", self.script(name, f"n_{name} + 1"))
        writer.flow(f"{name}r", name)
        writer.flow(name, first)
        writer.flow(last, f"{name}s")
        writer.flow(f"{name}s", f"{name}x")
        writer.flow(f"{name}x", name, f"n_{name} &lt; {self.rounds}")
        default = writer.flow(f"{name}x", f"{name}e")
        writer.node("exclusiveGateway", f"{name}x", default=default)
        writer.node("exclusiveGateway", f"{name}e")
        return f"{name}r", f"{name}e"

    def script(self, name: str, value: str) -> str:
        script = f'<zeebe:script expression="={value}" resultVariable="n_{name}"/>'
        return f"<extensionElements>{script}</extensionElements>"

    def live(self, parent: Live, path: Path) -> Live:
        return LiveSequence(parent, path, [self.body] * self.rounds)


DEFINITIONS = {
    "signal": '<signalEventDefinition signalRef="{name}"/>',
    "message": '<messageEventDefinition messageRef="{name}"/>',
    "condition": "<conditionalEventDefinition><condition>c_{name}</condition></conditionalEventDefinition>",
}


@dataclass
class Reaction:
    """What an event leads to: at a boundary, as an event sub-process, or behind a gateway. A timer happens `times`
    times; an error or escalation without a code is any."""

    name: str
    body: Block
    interrupts: bool = True
    cause: str = "signal"
    code: str = ""
    times: int = 1

    def definition(self) -> str:
        if self.cause in ("error", "escalation"):
            code = f' {self.cause}Ref="{self.code}"' if self.code else ""
            return f"<{self.cause}EventDefinition{code}/>"
        if self.cause == "timer" and self.times > 1:
            return f"<timerEventDefinition><timeCycle>R{self.times}/PT1H</timeCycle></timerEventDefinition>"
        if self.cause == "timer":
            return "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
        return DEFINITIONS[self.cause].format(name=self.name)


@dataclass
class Scope(Block):
    name: str
    body: Block
    reactions: list[Reaction] = field(default_factory=list)

    def draw(self, writer: Writer, inside: str = "") -> tuple[str, str]:
        inner = writer.inner()
        draw_scope(inner, self.name, self.body, self.reactions)
        writer.node("subProcess", self.name, inside + inner.text())
        return self.name, self.name

    def live(self, parent: Live, path: Path) -> Live:
        return LiveScope(parent, path, self.body, self.reactions)

    live_instance = live


def draw_scope(writer: Writer, name: str, body: Block, reactions: list[Reaction]) -> None:
    first, last = body.draw(writer)
    writer.node("startEvent", f"{name}_s")
    writer.node("endEvent", f"{name}_e")
    writer.flow(f"{name}_s", first)
    writer.flow(last, f"{name}_e")
    for reaction in reactions:
        inner = writer.inner()
        first, last = reaction.body.draw(inner)
        start = f"s_{reaction.name}"
        inner.node("startEvent", start, reaction.definition(), isInterrupting=str(reaction.interrupts).lower())
        inner.flow(start, first)
        writer.node("subProcess", f"e_{reaction.name}", inner.text(), triggeredByEvent="true")


@dataclass
class Multi(Block):
    """Several instances of an activity: multi-instance over items, or a standard loop."""

    body: Any  # Task or Scope
    number: int
    is_sequential: bool = False
    has_items: bool = True

    def draw(self, writer: Writer) -> tuple[str, str]:
        if not self.has_items:
            loop = f'<standardLoopCharacteristics loopMaximum="{self.number}"/>'
        else:
            loop = (
                f'<multiInstanceLoopCharacteristics isSequential="{str(self.is_sequential).lower()}">'
                "<extensionElements>"
                f'<zeebe:loopCharacteristics inputCollection="={list(range(self.number))}" '
                f'inputElement="i_{self.body.name}"/></extensionElements></multiInstanceLoopCharacteristics>'
            )
        drawn: tuple[str, str] = self.body.draw(writer, loop)
        return drawn

    def live(self, parent: Live, path: Path) -> Live:
        return LiveMulti(parent, path, self)
