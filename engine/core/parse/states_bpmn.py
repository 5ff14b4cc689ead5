"""A BPMN file, laid out, for a process that is told as states and transitions.

A state is an event-based gateway that waits for the messages and timers of its transitions; with one way out only it
is a receive task or a timer, as BPMN 2.0.2 (10.6.6) wants two events behind such a gateway. Guards become an exclusive
gateway behind the event whose default flow leads back to the state: an event that no guard lets pass changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import SubElement, _Element

from engine.core.model.spans import tell_written
from engine.core.model.states import NamedState, NamedTransition, StateMachine
from engine.core.parse.layout import with_layout
from engine.core.parse.names import BPMN, ZEEBE, tag

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


def write_states(machine: StateMachine, key: str = "") -> bytes:
    """The file; `key` is the id of its process."""
    return with_layout(_Writer(machine, key or machine.id).write())


class _Writer:
    def __init__(self, machine: StateMachine, key: str) -> None:
        self.machine = machine
        self.root = etree.Element(tag("definitions"), nsmap={"bpmn": BPMN, "zeebe": ZEEBE, "xsi": _XSI})
        self.root.set("id", "Definitions_1")
        self.root.set("targetNamespace", "http://bpmn.io/schema/bpmn")
        self.process = SubElement(self.root, tag("process"), id=key, name=machine.name, isExecutable="true")
        self.taken = {key, "Definitions_1"}
        self.nodes = {state: self.name(state) for state in machine.states}
        self.messages: dict[str, str] = {}
        self.flows: list[tuple[str, str, str, str]] = []  # source, target, name, guard
        self.defaults: list[tuple[_Element, int]] = []

    def name(self, wanted: str) -> str:
        """An id that nothing in the file has yet."""
        found, number = wanted, 1
        while found in self.taken:
            number += 1
            found = f"{wanted}_{number}"
        self.taken.add(found)
        return found

    def write(self) -> bytes:
        start = self.name("begin")
        SubElement(self.process, tag("startEvent"), id=start, name="Begin")
        self.flow(start, self.nodes[self.machine.initial])
        for state in self.machine.states.values():
            self.add_state(state)
        self.add_flows()
        return etree.tostring(self.root, encoding="UTF-8", xml_declaration=True)

    def add_state(self, state: NamedState) -> None:
        causes = _by_cause(way for way in self.machine.transitions if way.source == state.id)
        node = self.nodes[state.id]
        if state.is_final:
            SubElement(self.process, tag("endEvent"), id=node, name=state.name)
            return
        if len(causes) == 1:
            (ways,) = causes
            self.listen(self.add_wait(ways[0], node, state.name, is_alone=True), ways[0])
            self.add_ways(node, node, ways, _words(ways[0]))
            return
        SubElement(self.process, tag("eventBasedGateway"), id=node, name=state.name)
        for ways in causes:
            way = ways[0]
            caught = self.name(f"{node}_{_as_id(way.event or 'after')}")
            self.listen(self.add_wait(way, caught, _words(way)), way)
            self.flow(node, caught)
            self.add_ways(caught, node, ways)

    def add_wait(self, way: NamedTransition, node: str, name: str, *, is_alone: bool = False) -> _Element:
        kind = "receiveTask" if is_alone and way.event else "intermediateCatchEvent"
        return SubElement(self.process, tag(kind), id=node, name=name)

    def listen(self, element: _Element, way: NamedTransition) -> None:
        if way.event and element.tag == tag("receiveTask"):
            element.set("messageRef", self.message(way.event))
        elif way.event:
            SubElement(element, tag("messageEventDefinition"), messageRef=self.message(way.event))
        else:
            timer = SubElement(element, tag("timerEventDefinition"))
            duration = SubElement(timer, tag("timeDuration"))
            duration.text = way.after
            duration.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")

    def message(self, event: str) -> str:
        if event not in self.messages:
            self.messages[event] = self.name(f"event_{_as_id(event)}")
        return self.messages[event]

    def add_ways(self, source: str, state: str, ways: list[NamedTransition], words: str = "") -> None:
        """What follows once the event has happened."""
        if not ways[0].guard:
            self.flow(source, self.way_to(ways[0], source), words)
            return
        choice = self.name(f"{source}_choice")
        guards = [way.guard for way in ways if way.guard]
        is_question = len(guards) == 1
        asked = f"{guards[0]}?" if is_question else f"{_words(ways[0])}: which way?"
        gateway = SubElement(self.process, tag("exclusiveGateway"), id=choice, name=asked)
        self.flow(source, choice, words)
        for way in ways:
            if not way.guard:
                self.defaults.append((gateway, len(self.flows)))
            name = ("yes" if way.guard else "no") if is_question else way.guard or "otherwise"
            self.flow(choice, self.way_to(way, choice), name, way.guard)
        if ways[-1].guard:
            self.defaults.append((gateway, len(self.flows)))
            self.flow(choice, state, "no" if is_question else "otherwise")

    def way_to(self, way: NamedTransition, source: str) -> str:
        """The node that a way leads to: the state, or the job that is done before it."""
        target = self.nodes[way.target]
        if not way.does:
            return target
        job = self.name(f"{source}_{_as_id(way.does)}")
        task = SubElement(self.process, tag("serviceTask"), id=job, name=way.name or _as_name(way.does))
        extensions = SubElement(task, tag("extensionElements"))
        SubElement(extensions, tag("taskDefinition", ZEEBE), type=way.does)
        self.flow(job, target)
        return job

    def flow(self, source: str, target: str, name: str = "", guard: str = "") -> None:
        self.flows.append((source, target, name, guard))

    def add_flows(self) -> None:
        names = [self.name(f"{source}_to_{target}") for source, target, _, _ in self.flows]
        for key, (source, target, words, guard) in zip(names, self.flows, strict=True):
            flow = SubElement(self.process, tag("sequenceFlow"), id=key, sourceRef=source, targetRef=target)
            if words:
                flow.set("name", words)
            if guard:
                condition = SubElement(flow, tag("conditionExpression"))
                condition.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")
                condition.text = f"={guard}"
        for gateway, number in self.defaults:
            gateway.set("default", names[number])
        for event, key in self.messages.items():
            SubElement(self.root, tag("message"), id=key, name=event)


def _by_cause(ways: Iterator[NamedTransition]) -> list[list[NamedTransition]]:
    causes: dict[tuple[str, str], list[NamedTransition]] = {}
    for way in ways:
        causes.setdefault((way.event, way.after), []).append(way)
    return list(causes.values())


def _words(way: NamedTransition) -> str:
    return way.event or f"after {tell_written(way.after)}"


def _as_name(job: str) -> str:
    """The type of a job as words: “send-mail” is “Send mail”."""
    words = re.sub(r"[-_.:\s]+", " ", job).strip() or job
    return words[0].upper() + words[1:]


def _as_id(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text).strip("_") or "event"
