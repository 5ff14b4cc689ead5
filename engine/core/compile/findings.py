"""What the checks of one diagram have found, and the process as they look at it; no check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from engine.core.feel import DEFAULT_BUDGET, Allowance, AllowanceError, Budget, compile_expression
from engine.core.model.codes import problem
from engine.core.model.diagram import Definition, Diagram, Flow, Node, Process
from engine.core.model.problems import Problem
from engine.core.model.words import say

ACTIVITIES: Final = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask",
        "receiveTask", "subProcess", "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)


@dataclass(slots=True)
class Known:
    """What the deployment offers beyond the diagram itself; None: not known, so nothing is said about it."""

    handlers: Collection[str] | None = None
    decisions: Collection[str] | None = None
    processes: Collection[str] | None = None
    budget: Budget = DEFAULT_BUDGET
    allowance: Allowance = field(default_factory=lambda: Allowance(DEFAULT_BUDGET))


@dataclass(slots=True)
class Findings:
    """The problems of one diagram, in the order in which they are found."""

    diagram: Diagram
    known: Known
    problems: list[Problem] = field(default_factory=list)
    nodes: set[str] = field(init=False)  # of all its processes
    runnable: set[str] = field(init=False)  # its processes and global tasks that can be called
    message_flows: dict[str, list[int]] = field(init=False)  # node → the message flows there, by their place
    is_exhausted: bool = False  # more expressions than may be deployed together: the rest is not read

    def __post_init__(self) -> None:
        diagram = self.diagram
        self.nodes = {name for process in diagram.processes for name in process.nodes}
        self.runnable = {process.id for process in diagram.processes if process.is_executable}
        self.runnable |= {task.id for task in diagram.global_tasks}
        self.message_flows = {}
        for place, flow in enumerate(diagram.message_flows):
            for name in {flow.source, flow.target}:
                self.message_flows.setdefault(name, []).append(place)

    def read(self, element: Node | Flow | Process, text: str, language: str, line: int | None = None) -> None:
        """Compile an expression of the diagram; ExpressionError if it is none."""
        if self.is_exhausted:
            return
        try:
            compile_expression(text, language=language, budget=self.known.budget, allowance=self.known.allowance)
        except AllowanceError as error:
            self.is_exhausted = True
            message = say("From here on %(reason)s; simplify them or deploy the files apart.", reason=error)
            self.add("too-many-expressions", element, message, line)

    def add(self, code: str, element: Node | Flow | Process, message: str, line: int | None = None) -> None:
        self.problems.append(problem(code, element.id, line or element.line, message))


class Plan:
    """A process by scopes: the nodes of each, its boundary events and what is reached without a flow."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.nodes = process.nodes
        self.inside: dict[str, list[Node]] = {process.id: []}
        self.boundaries: dict[str, list[Node]] = {}
        for node in process.nodes.values():
            self.inside.setdefault(node.scope, []).append(node)
            if node.kind in SUB_PROCESSES:
                self.inside.setdefault(node.id, [])
            if node.kind == "boundaryEvent" and node.attached_to:
                self.boundaries.setdefault(node.attached_to, []).append(node)
        self.handlers = {target for _, target in process.associations}
        self.undone = {source for source, _ in process.associations}
        self._caught: dict[tuple[str, str | None], list[Node]] = {}  # scope, and name or id of a link → its catches
        for node in process.nodes.values():
            link = link_of(node)
            if link is not None and node.kind == "intermediateCatchEvent":
                for key in (f"id:{link.id}", f"name:{link.name.text}" if link.name is not None else None):
                    self._caught.setdefault((node.scope, key), []).append(node)

    def flows_in(self, node: Node) -> list[Flow]:
        return [self.process.flows[name] for name in node.incoming]

    def flows_out(self, node: Node) -> list[Flow]:
        return [self.process.flows[name] for name in node.outgoing]

    def caught(self, thrower: Node) -> list[Node]:
        """Where the link that the node throws goes on, in its own scope."""
        link = link_of(thrower)
        if link is None or thrower.kind != "intermediateThrowEvent":
            return []
        by_name = self._caught.get((thrower.scope, f"name:{link.name.text}" if link.name is not None else None), [])
        return by_name + self._caught.get((thrower.scope, f"id:{link.reference}"), [])

    def target(self, flow: Flow) -> Node | None:
        return self.nodes.get(flow.target)

    def starts(self, scope: str) -> list[Node]:
        """What begins by itself when the scope begins: its start events, else what no flow leads to."""
        nodes = self.inside[scope]
        starts = [node for node in nodes if node.kind == "startEvent"]
        return starts or [node for node in nodes if is_loose(node)]

    def is_ad_hoc(self, scope: str) -> bool:
        holder = self.nodes.get(scope)
        return holder is not None and holder.kind == "adHocSubProcess"

    def is_event_scope(self, scope: str) -> bool:
        holder = self.nodes.get(scope)
        return holder is not None and holder.is_event_sub_process


def is_loose(node: Node) -> bool:
    """A node that no flow leads to and that nothing else wakes up."""
    return not (
        node.incoming
        or node.kind == "boundaryEvent"
        or node.is_event_sub_process
        or node.is_for_compensation
        or (node.kind == "intermediateCatchEvent" and link_of(node) is not None)
    )


def is_instantiating(node: Node) -> bool:
    """A receive task or event gateway that starts a process."""
    starts = node.kind in ("receiveTask", "eventBasedGateway")
    return starts and node.attributes.get("instantiate", "").strip().lower() in {"true", "1"}


def kinds_of(node: Node) -> set[str]:
    return {definition.kind for definition in node.definitions}


def link_of(node: Node) -> Definition | None:
    return next((definition for definition in node.definitions if definition.kind == "link"), None)


def title(node: Node) -> str:
    """The words for a kind of node in a message: `start event` for startEvent."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in node.kind)
