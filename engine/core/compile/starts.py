"""How a process is started: one entry for each start, and the internal transitions that bear the first tokens."""

from __future__ import annotations

from typing import Any

from engine.core.compile.draft import Draft
from engine.core.compile.findings import is_instantiating
from engine.core.elements import ELEMENTS
from engine.core.feel import BudgetError, ExpressionError, compile_expression
from engine.core.model.diagram import Formula, Node
from engine.core.model.encoding import encode
from engine.core.model.graph import COMPLETE, PROCESS, State, Transition


def add_starts(draft: Draft, root: State) -> None:
    entries: list[dict[str, Any]] = []
    nodes = draft.within.get(draft.process.id, [])
    for node in nodes:
        if node.kind == "startEvent":
            entries += _start_event(draft, node)
        elif is_instantiating(node):
            entries += _receive_task(draft, node) if node.kind == "receiveTask" else _event_gateway(draft, node)
    plain = [node for node in nodes if node.kind == "startEvent" and not node.definitions]
    if plain:
        _start(draft, "start", plain[0].id)
    elif not entries:
        for key in draft.openers(draft.process.id):
            _start(draft, "start", key)
    root.config["starts"] = [_with_plain_name(entry) for entry in entries]
    triggers = {transition.trigger for transition in draft.graph.transitions if transition.source == PROCESS}
    root.config["start_triggers"] = sorted(trigger for trigger in triggers if trigger.startswith("start"))
    keys = {node.id: encode(node.settings.business_key) for node in nodes if node.settings.business_key is not None}
    if keys:
        root.config["business_keys"] = {f"start:{node}": formula for node, formula in keys.items()}
        if plain and plain[0].id in keys:
            root.config["business_keys"]["start"] = keys[plain[0].id]
    initiators = {node.id: node.settings.initiator for node in nodes if node.settings.initiator}
    if initiators:
        root.config["initiators"] = {f"start:{node}": name for node, name in initiators.items()}
        if plain and plain[0].id in initiators:
            root.config["initiators"]["start"] = initiators[plain[0].id]


def _with_plain_name(entry: dict[str, Any]) -> dict[str, Any]:
    """Before there is an instance there are no variables: the name of what starts it is computed here, once."""
    if entry["kind"] not in ("message", "signal") or entry["name"][0] == "static":
        return entry
    return entry | {"name": ["static", plain_name(Formula(entry["name"][1], entry["name"][0])) or ""]}


def plain_name(name: Formula) -> str | None:
    """What a name is without any variable; None where it needs some."""
    if name.language == "static":
        return name.text
    try:
        found = compile_expression(name.text, language="juel" if name.language == "juel" else "feel").value({})
    except (ExpressionError, BudgetError):
        return None
    return found if isinstance(found, str) and found else None


def _start(draft: Draft, trigger: str, born: str, data: dict[str, Any] | None = None) -> None:
    config = {"data": data} if data else {}
    draft.add(Transition(PROCESS, trigger, None, born=born, is_inside=True, config=config))


def _start_event(draft: Draft, node: Node) -> list[dict[str, Any]]:
    trigger = f"start:{node.id}"
    entry: dict[str, Any] = {"node": node.id, "name": node.name}
    if node.settings.form is not None:
        entry["form"] = ELEMENTS["userTask"].encode(node, draft.process).get("form")
    if node.settings.initiator:
        entry["initiator"] = node.settings.initiator
    if not node.definitions:
        _start(draft, trigger, node.id)
        return [entry | {"kind": "none", "trigger": trigger}]
    if node.is_parallel_multiple and len(node.definitions) > 1:
        return [entry | event for event in _parallel_multiple(draft, node)]
    _start(draft, trigger, node.id)
    if node.settings.run_date:
        entry["run_date"] = node.settings.run_date
    return [entry | draft.event(definition, node, trigger) for definition in node.definitions]


def _parallel_multiple(draft: Draft, node: Node) -> list[dict[str, Any]]:
    """The first event makes the instance, which waits for the others before it begins."""
    waiting = f"{node.id}#together"
    number = len(node.definitions)
    events = [
        draft.event(definition, node, f"fire:{node.id}:{index}") | {"together": number}
        for index, definition in enumerate(node.definitions)
    ]
    draft.add_state(
        waiting, "intermediateCatchEvent", node.id, PROCESS, node.name, {"events": events, "is_hidden": True}
    )
    entries = []
    for index, event in enumerate(events):
        draft.add(Transition(waiting, event["trigger"], node.id))
        trigger = f"start:{node.id}:{index}"
        _start(draft, trigger, waiting, {"seen": {node.id: [event["trigger"]]}})
        entries.append({**event, "trigger": trigger, "together": 0})
    return entries


def _receive_task(draft: Draft, node: Node) -> list[dict[str, Any]]:
    trigger = f"start:{node.id}"
    _start(draft, trigger, f"{node.id}#caught")
    entry = {"node": node.id, "name": node.name}
    return [entry | draft.event(definition, node, trigger) for definition in node.definitions]


def _event_gateway(draft: Draft, node: Node) -> list[dict[str, Any]]:
    """Each event behind the gateway is a start. A parallel gateway goes on to wait for the others as well."""
    is_parallel = node.attributes.get("eventGatewayType", "").lower() == "parallel"
    entries: list[dict[str, Any]] = []
    flows = draft.flows(node)
    for flow in flows:
        target = draft.process.nodes[flow.target]
        passed = draft.add_state(f"{node.id}#{target.id}", "caught", node.id, PROCESS, node.name)
        draft.add(Transition(passed.key, COMPLETE, f"{target.id}#caught", flow.id))
        for position, other in enumerate(flows if is_parallel else (), start=1):
            if other is not flow:
                draft.add(Transition(passed.key, COMPLETE, draft.entry(other.target), other.id, position=position))
        trigger = f"start:{target.id}"
        _start(draft, trigger, passed.key)
        entry = {"name": target.name}
        entries += [entry | draft.event(definition, target, trigger) for definition in target.definitions]
    return entries
