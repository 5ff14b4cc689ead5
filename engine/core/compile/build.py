"""A diagram into graphs: every node becomes a state, every flow and event edge a transition; nothing is checked here."""

from __future__ import annotations

from typing import Any

from engine.core.compile.reach import reachable_flows
from engine.core.elements import ELEMENTS
from engine.core.model.diagram import Definition, Diagram, Flow, Listener, Node, Process
from engine.core.model.encoding import encode, encode_mappings
from engine.core.model.graph import COMPLETE, END, PROCESS, Graph, State, Transition
from engine.core.triggers import TRIGGERS

GUARDED = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
ACTIVITIES = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
        "subProcess", "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip


def compile_diagram(diagram: Diagram) -> list[Graph]:
    """One graph for each executable process. The diagram has passed its checks."""
    return [_Draft(process, diagram).build() for process in diagram.processes if process.is_executable]


class _Draft:
    """The graph of one process while it is built."""

    def __init__(self, process: Process, diagram: Diagram) -> None:
        self.process = process
        self.diagram = diagram
        self.graph = Graph(process.id, process.name, process.settings.version_tag)
        self.attached: dict[str, list[Node]] = {}
        self.within: dict[str, list[Node]] = {}
        for node in process.nodes.values():
            self.within.setdefault(node.scope, []).append(node)
            if node.kind == "boundaryEvent":
                self.attached.setdefault(node.attached_to, []).append(node)
        self.messages_to = {
            flow.source: flow.target for flow in diagram.message_flows if flow.source in process.nodes
        }

    def build(self) -> Graph:
        root = State(PROCESS, "process", self.process.id, PROCESS, self.process.name)
        self.graph.states[PROCESS] = root
        self.graph.states[END] = State(END, "end", "")
        root.config["events"] = []
        if self.process.properties or self.process.data:
            root.config["data"] = self._data(self.process.id, self.process.properties)
        self._starts(root)
        for node in self.process.nodes.values():
            self._node(node)
        for key, state in self.graph.states.items():
            if state.kind in ("inclusiveGateway", "complexGateway") and "incoming" in state.config:
                state.config["reach"] = reachable_flows(self.graph, key)
        return self.graph

    # starts

    def _starts(self, root: State) -> None:
        starts: list[dict[str, Any]] = []
        nodes = self.within.get(self.process.id, [])
        for node in nodes:
            if node.kind == "startEvent":
                self._start_transition(f"start:{node.id}", node.id)
                starts += self._start_entries(node)
            elif _is_instantiating(node):
                self._start_transition(f"start:{node.id}", f"{node.id}#caught")
                starts += self._instantiating_entries(node)
        plain = [node.id for node in nodes if node.kind == "startEvent" and not node.definitions]
        if plain:
            self._start_transition("start", plain[0])
        elif not starts:
            for key in self._openers(self.process.id):
                self._start_transition("start", key)
        root.config["starts"] = starts

    def _start_transition(self, trigger: str, born: str) -> None:
        self._add(Transition(PROCESS, trigger, None, born=born, is_inside=True))

    def _start_entries(self, node: Node) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {"node": node.id, "trigger": f"start:{node.id}", "name": node.name}
        if node.settings.form is not None:
            entry["form"] = ELEMENTS["userTask"].encode(node, self.process).get("form")
        if node.settings.initiator:
            entry["initiator"] = node.settings.initiator
        if not node.definitions:
            return [entry | {"kind": "none"}]
        return [
            entry | TRIGGERS[definition.kind].encode(definition, node) | {"kind": definition.kind}
            for definition in node.definitions
        ]

    def _instantiating_entries(self, node: Node) -> list[dict[str, Any]]:
        """A receive task or event gateway that starts the process: each of its messages is a start."""
        if node.kind == "receiveTask":
            entry = {"node": node.id, "trigger": f"start:{node.id}", "name": node.name, "kind": "message"}
            return [entry | TRIGGERS["message"].encode(d, node) for d in node.definitions]
        entries = []
        for flow in self._flows(node):
            target = self.process.nodes[flow.target]
            self._start_transition(f"start:{target.id}", f"{target.id}#caught")
            for d in target.definitions:
                entry = {"node": target.id, "trigger": f"start:{target.id}", "name": target.name, "kind": d.kind}
                entries.append(entry | TRIGGERS[d.kind].encode(d, target))
        return entries

    def _openers(self, scope: str) -> list[str]:
        """Where a scope begins: its plain start event, else everything without incoming flow."""
        nodes = self.within.get(scope, [])
        starts = [node.id for node in nodes if node.kind == "startEvent"]
        if starts:
            return starts[:1]
        return [
            self._entry(node.id)
            for node in nodes
            if not node.incoming
            and node.kind != "boundaryEvent"
            and not node.is_event_sub_process
            and not node.is_for_compensation
            and not (node.kind == "intermediateCatchEvent" and _is_link(node))
        ]

    # nodes

    def _node(self, node: Node) -> None:
        is_body = node.loop is not None and node.kind in ACTIVITIES
        key = self._entry(node.id)
        state = State(node.id, node.kind, node.id, self._scope(node.scope), node.name, self._config(node))
        state.config.update(ELEMENTS[node.kind].encode(node, self.process))
        outer = state
        self.graph.states[state.key] = state
        if is_body:
            outer = self._body(node, state, key)
        if node.kind in ACTIVITIES:
            self._boundaries(node, outer)
        if node.kind in ("subProcess", "transaction", "adHocSubProcess"):
            self._event_sub_processes(node.id, state)
            state.config["opens"] = self._openers(node.id)
            if node.is_event_sub_process:
                state.config["is_event_sub_process"] = True
            if node.properties:
                state.config["properties"] = self._data(node.id, node.properties)
        if node.kind in ("intermediateCatchEvent", "receiveTask"):
            self._waits(node, state)
        elif node.kind == "eventBasedGateway":
            self._gateway_events(node, state)
            return
        self._outgoing(node, outer.key)
        if is_body:
            self._add(Transition(state.key, COMPLETE, END))

    def _body(self, node: Node, state: State, key: str) -> State:
        """The looping activity as a state of its own around its instances."""
        assert node.loop is not None
        kind = "multiInstance" if node.loop.kind == "multi" else "standardLoop"
        config: dict[str, Any] = {"inner": state.key, "is_hidden": True} | ELEMENTS[kind].encode(node, self.process)
        for name, asked in (("async_before", node.loop.async_before), ("async_after", node.loop.async_after)):
            if state.config.pop(name, None):
                config[name] = True
            if asked:
                state.config[name] = True
        body = State(key, kind, node.id, state.scope, node.name, config)
        state.scope = key
        self.graph.states[key] = body
        return body

    def _config(self, node: Node) -> dict[str, Any]:
        settings = node.settings
        config: dict[str, Any] = {}
        if settings.inputs:
            config["inputs"] = encode_mappings(settings.inputs)
        if settings.outputs:
            config["outputs"] = encode_mappings(settings.outputs)
        if settings.async_before:
            config["async_before"] = True
        if settings.async_after:
            config["async_after"] = True
        if not settings.is_exclusive:
            config["is_exclusive"] = False
        listeners = [_listener(listener) for listener in settings.listeners if not listener.is_task_listener]
        if listeners:
            config["listeners"] = listeners
        if node.documentation:
            config["documentation"] = node.documentation
        return config

    def _boundaries(self, node: Node, host: State) -> None:
        for boundary in self.attached.get(node.id, ()):
            for index, definition in enumerate(boundary.definitions):
                trigger = f"fire:{boundary.id}" + (f":{index}" if index else "")
                event = self._event(definition, boundary, trigger)
                if boundary.settings.outputs:
                    event["outputs"] = encode_mappings(boundary.settings.outputs)
                if definition.kind == "compensate":
                    host.config["is_compensable"] = True
                    host.config["compensation"] = self._handler(boundary)
                    continue
                host.config.setdefault("events", []).append(event)
                if boundary.is_interrupting or definition.kind in ("error", "cancel"):
                    self._add(Transition(host.key, trigger, boundary.id))
                else:
                    self._add(Transition(host.key, trigger, None, born=boundary.id))

    def _handler(self, boundary: Node) -> str | None:
        for source, target in self.process.associations:
            if source == boundary.id and target in self.process.nodes:
                return self._entry(target)
        return None

    def _event_sub_processes(self, scope: str, owner: State) -> None:
        for node in self.within.get(scope, ()):
            if not node.is_event_sub_process:
                continue
            for start in self.within.get(node.id, ()):
                if start.kind != "startEvent":
                    continue
                for index, definition in enumerate(start.definitions):
                    trigger = f"fire:{start.id}" + (f":{index}" if index else "")
                    event = self._event(definition, start, trigger) | {"is_inside": True, "sub_process": node.id}
                    if start.settings.outputs:
                        event["outputs"] = encode_mappings(start.settings.outputs)
                    clears = start.is_interrupting or definition.kind == "error"
                    event["is_interrupting"] = clears
                    owner.config.setdefault("events", []).append(event)
                    born = self._entry(node.id)
                    self._add(Transition(owner.key, trigger, None, born=born, is_inside=True, clears=clears))

    def _waits(self, node: Node, state: State) -> None:
        """A catch event's own waits come back as `complete`; the same node behind an event gateway, or as the
        start of the process, has already happened: a second state that only goes on."""
        is_many = len(node.definitions) > 1
        for index, definition in enumerate(node.definitions):
            if definition.kind == "link":
                continue
            trigger = f"fire:{node.id}:{index}" if is_many else COMPLETE
            event = self._event(definition, node, trigger)
            state.config.setdefault("events", []).append(event)
            if is_many:
                self._add(Transition(state.key, trigger, f"{node.id}#caught", config={"leaves": True}))
        if is_many or self._is_behind_gateway(node) or _is_instantiating(node):
            caught = State(f"{node.id}#caught", "caught", node.id, state.scope, node.name)
            caught.config = {name: value for name, value in self._config(node).items() if name != "async_before"}
            if is_many:
                caught.config["is_hidden"] = True
            self.graph.states[caught.key] = caught
            self._outgoing(node, caught.key)

    def _is_behind_gateway(self, node: Node) -> bool:
        nodes, flows = self.process.nodes, self.process.flows
        return any(nodes[flows[flow].source].kind == "eventBasedGateway" for flow in node.incoming if flow in flows)

    def _gateway_events(self, node: Node, state: State) -> None:
        for flow in self._flows(node):
            target = self.process.nodes[flow.target]
            for index, definition in enumerate(target.definitions):
                trigger = f"fire:{target.id}" + (f":{index}" if index else "")
                state.config.setdefault("events", []).append(self._event(definition, target, trigger))
                caught = f"{target.id}#caught"
                self._add(Transition(state.key, trigger, caught, flow=flow.id, config={"leaves": True}))

    def _event(self, definition: Definition, node: Node, trigger: str) -> dict[str, Any]:
        event = {"kind": definition.kind, "trigger": trigger, "node": node.id}
        return event | TRIGGERS[definition.kind].encode(definition, node)

    # flows

    def _outgoing(self, node: Node, source: str) -> None:
        if node.kind == "intermediateThrowEvent" and _is_link(node):
            target = self._link_target(node)
            if target is not None:
                self._add(Transition(source, COMPLETE, target))
                return
        flows = self._flows(node)
        is_guarded = node.kind in GUARDED or node.kind in ACTIVITIES
        for position, flow in enumerate(flows):
            is_default = is_guarded and flow.id == node.default_flow
            condition = flow.condition if is_guarded and not is_default else None
            guard = (condition.language, condition.text) if condition is not None else None
            config: dict[str, Any] = {"name": flow.name} if flow.name else {}
            self._add(
                Transition(source, COMPLETE, self._entry(flow.target), flow.id, guard, position, is_default, config=config)
            )
        if not flows:
            self._add(Transition(source, COMPLETE, END))

    def _link_target(self, node: Node) -> str | None:
        name = node.definitions[0].name
        for other in self.within.get(node.scope, ()):
            if other.kind == "intermediateCatchEvent" and _is_link(other) and other.definitions[0].name == name:
                return other.id
        return None

    def _flows(self, node: Node) -> list[Flow]:
        return [self.process.flows[flow] for flow in node.outgoing if flow in self.process.flows]

    def _add(self, transition: Transition) -> None:
        self.graph.transitions.append(transition)

    def _entry(self, node_id: str) -> str:
        """Where a token enters the node: a looping activity by its body."""
        node = self.process.nodes[node_id]
        return f"{node_id}#body" if node.loop is not None and node.kind in ACTIVITIES else node_id

    def _scope(self, scope: str) -> str:
        return PROCESS if scope == self.process.id else scope

    def _data(self, scope: str, properties: dict[str, Any]) -> dict[str, Any]:
        data = {name: encode(formula) for name, formula in properties.items() if formula is not None}
        for item in self.process.data.values():
            if item.scope == scope and item.initial is not None:
                data[item.name or item.id] = encode(item.initial)
        return data


def _is_link(node: Node) -> bool:
    return bool(node.definitions) and node.definitions[0].kind == "link"


def _is_instantiating(node: Node) -> bool:
    return node.kind in ("receiveTask", "eventBasedGateway") and node.attributes.get("instantiate") == "true"


def _listener(listener: Listener) -> dict[str, Any]:
    entry: dict[str, Any] = {"on": listener.on, "handler": listener.handler or "script"}
    if listener.script:
        entry["script"] = listener.script
    if listener.fields:
        entry["fields"] = {name: formula.text for name, formula in listener.fields.items()}
    return entry
