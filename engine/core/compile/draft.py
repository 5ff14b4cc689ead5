"""The graph of one process while it is built: what every part of the building needs; no part of its own."""

from __future__ import annotations

from typing import Any

from engine.core.model.diagram import DataObject, Definition, Diagram, Flow, MessageFlow, Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import PROCESS, Graph, State, Transition
from engine.core.triggers import TRIGGERS

ACTIVITIES = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
        "subProcess", "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})


class Ends:
    """What the message flows of a diagram lead to and from, for all its processes."""

    def __init__(self, diagram: Diagram) -> None:
        self.outgoing: dict[str, MessageFlow] = {}
        self.incoming: dict[str, MessageFlow] = {}
        for flow in diagram.message_flows:
            self.outgoing.setdefault(flow.source, flow)
            self.incoming.setdefault(flow.target, flow)
        processes = [process for process in diagram.processes if process.is_executable]
        ids = {process.id for process in processes}
        self._receivers = {pool: [process, ""] for pool, process in diagram.participants.items() if process in ids}
        self._receivers |= {name: [process.id, name] for process in processes for name in process.nodes}

    def receiver(self, target: str) -> list[str] | None:
        """[process, node] at the end of a message flow; the node is empty where the flow ends at a pool."""
        found = self._receivers.get(target)
        return list(found) if found is not None else None


class Draft:
    def __init__(self, process: Process, diagram: Diagram, ends: Ends) -> None:
        self.process = process
        self.diagram = diagram
        self.ends = ends
        self.graph = Graph(process.id, process.name, process.settings.version_tag)
        self.event_handlers: dict[str, Node] | None = None  # scope → its compensation event sub-process, see undoing
        self.undoes: set[str] | None = None  # the sub-processes that hold something that can be undone
        self.handlers: dict[str, str] = {}  # compensation boundary event → the activity associated with it
        for source, target in process.associations:
            if target in process.nodes and process.nodes[target].kind in ACTIVITIES:
                self.handlers.setdefault(source, target)
        self.attached: dict[str, list[Node]] = {}
        self.within: dict[str, list[Node]] = {}
        for node in process.nodes.values():
            self.within.setdefault(node.scope, []).append(node)
            if node.kind == "boundaryEvent":
                self.attached.setdefault(node.attached_to, []).append(node)
        self._links: dict[tuple[str, str], str] = {}  # scope, and name or id of a link → where it is caught
        for node in process.nodes.values():
            if node.kind == "intermediateCatchEvent" and is_link(node):
                caught = node.definitions[0]
                self._links.setdefault((node.scope, f"id:{caught.id}"), node.id)
                if caught.name is not None:
                    self._links.setdefault((node.scope, f"name:{caught.name.text}"), node.id)
        self._data: dict[str, list[DataObject]] = {}
        for item in process.data.values():
            self._data.setdefault(item.scope, []).append(item)

    # what is asked of the process

    def flows(self, node: Node) -> list[Flow]:
        return [self.process.flows[flow] for flow in node.outgoing if flow in self.process.flows]

    def scope(self, scope: str) -> str:
        return PROCESS if scope == self.process.id else scope

    def inner_entry(self, node_id: str) -> str:
        """Where a token enters the node once enough have come: a looping activity by its body."""
        node = self.process.nodes[node_id]
        return f"{node_id}#body" if node.loop is not None and node.kind in ACTIVITIES else node_id

    def entry(self, node_id: str) -> str:
        """Where a token enters the node."""
        node = self.process.nodes[node_id]
        if node.kind in ACTIVITIES and node.start_quantity > 1:
            return f"{node_id}#gather"
        return self.inner_entry(node_id)

    def openers(self, scope: str) -> list[str]:
        """Where a scope begins: its plain start event, else everything without incoming flow."""
        nodes = self.within.get(scope, [])
        starts = [node.id for node in nodes if node.kind == "startEvent"]
        if starts:
            return starts[:1]
        return [
            self.entry(node.id)
            for node in nodes
            if not node.incoming
            and node.kind != "boundaryEvent"
            and not node.is_event_sub_process
            and not node.is_for_compensation
            and not (node.kind == "intermediateCatchEvent" and is_link(node))
        ]

    def link_target(self, node: Node) -> str | None:
        """Where the link that the node throws is caught, in its own scope."""
        thrown = node.definitions[0]
        named = self._links.get((node.scope, f"name:{thrown.name.text}")) if thrown.name is not None else None
        return named or self._links.get((node.scope, f"id:{thrown.reference}"))

    # what is written

    def add_state(
        self, key: str, kind: str, node: str, scope: str, name: str = "", config: dict[str, Any] | None = None
    ) -> State:
        state = State(key, kind, node, scope, name, config if config is not None else {})
        self.graph.states[key] = state
        return state

    def add(self, transition: Transition) -> None:
        self.graph.transitions.append(transition)

    def event(self, definition: Definition, node: Node, trigger: str) -> dict[str, Any]:
        """An event that is waited for. A message without a name has that of the message flow that brings it."""
        event: dict[str, Any] = {"kind": definition.kind, "trigger": trigger, "node": node.id}
        event |= TRIGGERS[definition.kind].encode(definition, node)
        if definition.kind == "message" and definition.name is None and node.id in self.ends.incoming:
            event["name"] = ["static", message_of(self.ends.incoming[node.id])]
        return event

    def properties(self, node: Node) -> dict[str, Any]:
        """The variables that belong to the node: declared, even where nothing says what they are at first."""
        found: dict[str, Any] = {name: encode(formula) for name, formula in node.properties.items()}
        for item in self._data.get(node.id, ()):
            if item.kind == "dataObject":
                found[item.name or item.id] = encode(item.initial)
        return found

    def root_properties(self) -> dict[str, Any]:
        """Variables of the process: one without an initial value is no variable yet."""
        found: dict[str, Any] = {name: encode(value) for name, value in self.process.properties.items() if value}
        for item in self._data.get(self.process.id, ()):
            if item.initial is not None:
                found[item.name or item.id] = encode(item.initial)
        return found


def message_of(flow: MessageFlow) -> str:
    return flow.message or flow.name or flow.id


def is_link(node: Node) -> bool:
    return bool(node.definitions) and node.definitions[0].kind == "link"
