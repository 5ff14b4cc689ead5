"""The body of a multi-instance activity: bears one child per item and completes when enough are done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Fault, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class MultiInstance:
    kind = "multiInstance"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        loop = node.loop
        assert loop is not None
        return {
            "is_sequential": loop.is_sequential,
            "cardinality": encode(loop.cardinality),
            "collection": encode(loop.collection),
            "element": loop.element,
            "output_collection": loop.output_collection,
            "output_element": encode(loop.output_element),
            "completion": encode(loop.completion),
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        inner, is_sequential = config["inner"], config["is_sequential"]
        element, output_collection = config["element"], config["output_collection"]
        cardinality_of, collection_of = kit.value(config["cardinality"]), kit.value(config["collection"])
        output_of = kit.value(config["output_element"]) if config["output_element"] else None
        is_enough = kit.condition(config["completion"]) if config["completion"] else None
        limit = kit.limits.multi_instance

        def count_items(run: Run, token: Token) -> tuple[int, list[Any] | None]:
            if config["collection"] is not None:
                items = collection_of(run, token)
                if not isinstance(items, list):
                    raise Fault("collection-invalid", "The collection of the multi-instance activity is not a list.")
                return len(items), items
            number = cardinality_of(run, token)
            if isinstance(number, str) and number.strip().isdigit():
                number = int(number)
            if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number) or number < 0:
                raise Fault("cardinality-invalid", f"The number of instances must be a whole number, not {number!r}.")
            return int(number), None

        def enter(run: Run, token: Token) -> None:
            total, items = count_items(run, token)
            if total > limit:
                raise Fault("multi-instance-limit", f"{total} instances are more than the limit of {limit}.")
            data = run.remember(token)
            data.update(total=total, begun=0, done=0)
            if items is not None and is_sequential:
                data["items"] = items
            if output_of is not None:
                data["results"] = [None] * total
            if not total:
                run.finish(token, collected(data))
                return
            for index in range(1 if is_sequential else total):
                if token.is_gone or token.data is not data:
                    return
                begin(run, token, data, index, items)

        def begin(run: Run, token: Token, data: dict[str, Any], index: int, items: list[Any] | None) -> None:
            data["begun"] = index + 1
            total = data["total"]
            variables: dict[str, Any] = {"loopCounter": index + 1}
            if element and items is not None:
                variables[element] = items[index]
            if is_enough is not None or is_sequential:
                variables.update(counts(data))
            else:
                variables["nrOfInstances"] = total
            run.bear(inner, token.id, index=index, variables=variables)

        def child_gone(run: Run, token: Token, child: Token) -> None:
            data = token.data
            if data is None or child.state != inner and child.index is None:
                return
            data = run.remember(token)
            data["done"] += 1

        def drained(run: Run, token: Token) -> None:
            data = run.remember(token)
            if data["done"] < data["total"] and is_sequential and not data.get("is_over"):
                begin(run, token, data, data["begun"], data.get("items"))
            else:
                run.finish(token, collected(data))

        def collected(data: Mapping[str, Any]) -> dict[str, Any]:
            return {output_collection: data["results"]} if output_of is not None and output_collection else {}

        def after_child(run: Run, token: Token, child: Token) -> None:
            """While the child still has its variables: its result, and whether that was enough."""
            data = run.remember(token)
            if output_of is not None and child.index is not None:
                data["results"][child.index] = output_of(run, child)
            child_gone(run, token, child)
            if is_enough is not None:
                kept = child.variables
                child.variables = {**(kept or {}), **counts(data)}
                try:
                    is_over = is_enough(run, child)
                finally:
                    child.variables = kept
                if is_over:
                    data["is_over"] = True
                    run.clear(token, spare=child)

        return Behaviour(enter=enter, wait="scope", child_gone=after_child, drained=drained, owns_scope=True)


def counts(data: Mapping[str, Any]) -> dict[str, int]:
    return {
        "nrOfInstances": data["total"],
        "nrOfCompletedInstances": data["done"],
        "nrOfActiveInstances": max(data["begun"] - data["done"], 0),
        "nrOfTerminatedInstances": 0,
    }
