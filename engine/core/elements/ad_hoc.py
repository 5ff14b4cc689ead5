"""The ad-hoc sub-process: whatever has no flow into it may begin, all at once or one after the other, until a
condition says that it is enough (10.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Fault, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class AdHocSubProcess:
    kind = "adHocSubProcess"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        attributes, settings = node.attributes, node.settings
        return {
            "is_sequential": attributes.get("ordering", "").lower() == "sequential",
            "cancels": attributes.get("cancelRemainingInstances", "true") not in ("false", "0"),
            "completion": encode(node.completion),
            "active": encode(settings.active_elements),
            "output_collection": settings.output_collection,
            "output_element": encode(settings.output_element),
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        scope = _Scope(state.config, kit)
        return Behaviour(
            enter=scope.enter, wait="scope", drained=scope.drained, child_done=scope.child_done, owns_scope=True
        )


class _Scope:
    """One ad-hoc sub-process. Its token remembers what is `left` to begin and whether it `is_over`."""

    def __init__(self, config: Mapping[str, Any], kit: Kit) -> None:
        self.opens, self.is_sequential, self.cancels = config["opens"], config["is_sequential"], config["cancels"]
        self.entries: dict[str, str] = config["entries"]  # node → the state where a token enters it
        self.active_of = kit.value(config["active"]) if config["active"] else None
        self.is_enough = kit.condition(config["completion"]) if config["completion"] else None
        self.output_of = kit.value(config["output_element"]) if config["output_element"] else None
        self.collection: str = config["output_collection"] if self.output_of else ""

    def enter(self, run: Run, token: Token) -> None:
        keys = self.chosen(run, token)
        data = run.remember(token)
        data["left"] = keys[1:] if self.is_sequential else []
        if self.collection:
            data["results"] = []
        if not keys:
            run.finish(token, self.collected(data))
        for key in keys[:1] if self.is_sequential else keys:
            if token.data is not data or data.get("is_over"):
                return
            run.bear(key, token.id)

    def chosen(self, run: Run, token: Token) -> list[str]:
        if self.active_of is None:
            return list(self.opens)
        names = self.active_of(run, token)
        if not isinstance(names, list) or any(name not in self.entries for name in names):
            raise Fault("ad-hoc-elements", f"The active elements must be a list of ids of nodes in it, not {names!r}.")
        return [self.entries[name] for name in names]

    def child_done(self, run: Run, token: Token, child: Token) -> bool:
        data = run.remember(token)
        if self.output_of is not None and self.collection:
            data["results"].append(self.output_of(run, child))
        if not data.get("is_over") and (self.is_enough is None or not self.is_enough(run, child)):
            return True
        data.update(is_over=True, left=[])
        if self.cancels:
            run.clear(token, spare=child)
        run.consume(child)
        return False

    def drained(self, run: Run, token: Token) -> None:
        data = run.remember(token)
        if data["left"]:
            run.bear(data["left"].pop(0), token.id)
        else:
            run.finish(token, self.collected(data))

    def collected(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {self.collection: data["results"]} if self.collection else {}
