"""Two diagrams compared by what they mean: elements by their ids, each with everything that it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.compare.change import Change
from engine.core.compare.facts import Facts, compare_facts, read_facts
from engine.core.compare.forms import compare_forms
from engine.core.compare.words import kind_words
from engine.core.model.diagram import Diagram, Flow, Node, Process

_OF_PROCESS = frozenset({"nodes", "flows", "lanes", "data", "associations"})
_KIND = frozenset({"kind"})
_ENDS = frozenset({"source", "target"})

Parts = Mapping[str, tuple[str, Facts]]


def compare_diagrams(before: Diagram, after: Diagram) -> list[Change]:
    """Everything but where it is drawn, in the order of the newer file, what is gone last."""
    old = {process.id: process for process in before.processes}
    new = {process.id: process for process in after.processes}
    changes: list[Change] = []
    renamed = _renamed(old, new)
    if renamed is not None:
        was, now = renamed
        label = f"Process {quoted(new[now].name, now)}"
        changes.append(Change("changed", "process", now, now, label, "id", was, now))
        old = {now if key == was else key: process for key, process in old.items()}
    for key, process in new.items():
        if key in old:
            changes += _Pair(old[key], process).compare()
        else:
            changes.append(Change("added", "process", key, key, f"Process {quoted(process.name, key)}"))
    for key, process in old.items():
        if key not in new:
            changes.append(Change("removed", "process", key, key, f"Process {quoted(process.name, key)}"))
    owner = next(iter(new or old), "")
    changes += _compare_parts(owner, _shared_parts(before), _shared_parts(after))
    return changes


def _renamed(old: Mapping[str, Process], new: Mapping[str, Process]) -> tuple[str, str] | None:
    """The ids of the one process that has another id now: one is gone, one has come, and they have steps in common."""
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    if len(gone) != 1 or len(come) != 1:
        return None
    (was,), (now,) = gone, come
    return (was, now) if old[was].nodes.keys() & new[now].nodes.keys() else None


def _shared_parts(diagram: Diagram) -> Parts:
    """What belongs to no process: message flows and global tasks."""
    flows = {
        flow.id: (f"Message flow {quoted(flow.name, flow.id)}", read_facts(flow)) for flow in diagram.message_flows
    }
    return flows | {task.id: (label_of(task.node), read_facts(task.node)) for task in diagram.global_tasks}


class _Pair:
    """The same process before and after. What is named in a fact has the same name on both sides, the newer one: the
    new name of a step is no change of the flows that lead to it."""

    def __init__(self, before: Process, after: Process) -> None:
        self.before, self.after = before, after
        self.nodes = before.nodes | after.nodes

    def compare(self) -> Iterator[Change]:
        before, after, key = self.before, self.after, self.after.id
        label = f"Process {quoted(after.name, key)}"
        own = read_facts(before, without=_OF_PROCESS), read_facts(after, without=_OF_PROCESS)
        yield from compare_facts("process", key, key, label, *own)
        yield from self.compare_nodes()
        yield from _compare_parts(key, self.flows_of(before), self.flows_of(after))
        yield from _compare_parts(key, _data_of(before), _data_of(after))
        old, new = self.ties_of(before), self.ties_of(after)
        for tie in sorted(new - old):
            yield Change("added", "process", key, key, f"Association {tie}")
        for tie in sorted(old - new):
            yield Change("removed", "process", key, key, f"Association {tie}")

    def compare_nodes(self) -> Iterator[Change]:
        owner = self.after.id
        for node in self.after.nodes.values():
            old = self.before.nodes.get(node.id)
            label = label_of(node)
            if old is None:
                yield Change("added", "process", owner, node.id, label)
                continue
            if old.kind != node.kind:
                what = "kind", kind_words(old.kind).lower(), kind_words(node.kind).lower()
                yield Change("changed", "process", owner, node.id, label, *what)
            yield from self.moves(old, node)
            facts = self.facts_of(self.before, old), self.facts_of(self.after, node)
            yield from compare_facts("process", owner, node.id, label, *facts)
            forms = _form_of(old), _form_of(node)
            if forms != (None, None):
                yield from compare_forms("process", owner, node.id, f"{label}, form", *forms)
        for node in self.before.nodes.values():
            if node.id not in self.after.nodes:
                yield Change("removed", "process", owner, node.id, label_of(node))

    def moves(self, old: Node, new: Node) -> Iterator[Change]:
        for was, now in (
            (self.name(old.scope), self.name(new.scope)),
            (self.name(old.attached_to), self.name(new.attached_to)),
            (f"lane “{old.lane}”" if old.lane else "no lane", f"lane “{new.lane}”" if new.lane else "no lane"),
        ):
            if was != now:
                yield Change("moved", "process", self.after.id, new.id, label_of(new), "", was, now)

    def facts_of(self, process: Process, node: Node) -> Facts:
        """The node's own, and the order in which its guards are asked, which decides where two of them hold."""
        facts = read_facts(node, without=_KIND)
        if node.default_flow in process.flows:
            facts["default flow"] = self.way(process.flows[node.default_flow])
        flows = [process.flows[flow] for flow in node.outgoing if flow in process.flows]
        guarded = [flow for flow in flows if flow.condition is not None]
        if node.kind == "exclusiveGateway" and len(guarded) > 1:
            facts["order of the guards"] = ", ".join(self.way(flow) for flow in guarded)
        return facts

    def flows_of(self, process: Process) -> Parts:
        return {
            flow.id: (
                f"Flow {self.way(flow)}",
                read_facts(flow, without=_ENDS) | {"start": self.name(flow.source), "end": self.name(flow.target)},
            )
            for flow in process.flows.values()
        }

    def ties_of(self, process: Process) -> set[str]:
        """Of compensation events with their handlers."""
        return {f"from {self.name(source)} to {self.name(target)}" for source, target in process.associations}

    def way(self, flow: Flow) -> str:
        return f"from {self.name(flow.source)} to {self.name(flow.target)}"

    def name(self, node: str) -> str:
        if node in (self.before.id, self.after.id):
            return f"process {quoted(self.after.name, self.after.id)}"
        found = self.nodes.get(node)
        if found is None:
            return quoted("", node) if node else "no activity"
        label = label_of(found)
        return label[:1].lower() + label[1:]


def _compare_parts(owner: str, before: Parts, after: Parts) -> Iterator[Change]:
    for key, (label, facts) in after.items():
        if key in before:
            yield from compare_facts("process", owner, key, label, before[key][1], facts)
        else:
            yield Change("added", "process", owner, key, label)
    for key, (label, _) in before.items():
        if key not in after:
            yield Change("removed", "process", owner, key, label)


def _data_of(process: Process) -> Parts:
    return {
        data.id: (f"{kind_words(data.kind)} {quoted(data.name, data.id)}", read_facts(data))
        for data in process.data.values()
    }


def _form_of(node: Node) -> Mapping[str, Any] | None:
    """The schema that the step carries within the diagram, as far as it is one."""
    text = node.settings.form.schema if node.settings.form is not None else ""
    try:
        schema = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {"text": text}
    return schema if isinstance(schema, dict) else None


def label_of(node: Node) -> str:
    return f"{kind_words(node.kind)} {quoted(node.name, node.id)}"


def quoted(name: str, key: str) -> str:
    return f"“{' '.join(name.split()) or key}”"
