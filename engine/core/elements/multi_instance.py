"""The body of a multi-instance activity: bears one child per item and completes when enough are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Encoded, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Formula, Loop, Node, Process
from engine.core.model.digits import read_whole
from engine.core.model.encoding import encode
from engine.core.model.graph import PLACE, State
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS

CHANGING = ("CompletedInstances", "ActiveInstances")
Fires = Callable[[Run, Token, int], bool]


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
            **({"at_once": encode(loop.at_once)} if loop.at_once is not None else {}),
            "throws": _encode_throws(node, loop),
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        body = _Body(state.config, kit)
        return Behaviour(
            enter=body.enter, wait="scope", child_gone=body.child_gone, drained=body.drained, owns_scope=True
        )


class _Body:
    """One multi-instance activity. The body's token remembers `total`, `begun` and `done`, the results, and the items
    where not all go at once."""

    def __init__(self, config: Mapping[str, Any], kit: Kit) -> None:
        self.inner, self.is_sequential = config["inner"], config["is_sequential"]
        self.element, self.output_collection = config["element"], config["output_collection"]
        self.has_collection = config["collection"] is not None
        self.collection_of, self.cardinality_of = kit.value(config["collection"]), kit.value(config["cardinality"])
        self.output_of = kit.value(config["output_element"]) if config["output_element"] else None
        self.result_name = _name_of(config["output_element"])
        self.is_enough = kit.condition(config["completion"]) if config["completion"] else None
        self.throws = [(_when(event, kit), _thrower(event, config, kit)) for event in config["throws"]]
        self.at_once_of = kit.value(config["at_once"]) if config.get("at_once") else None
        self.only_counts = not (self.throws or self.is_enough or self.output_of)
        self.limit = kit.limits.multi_instance
        # Camunda 7 has words of its own; those of the standard (and Camunda 8) are told to whoever asks for them.
        asked = str([config["completion"], config["throws"], config["output_element"]])
        self.words = ("nrOf", "numberOf") if "numberOf" in asked else ("nrOf",)
        self.counted = [word + name for word in self.words for name in CHANGING]

    def enter(self, run: Run, token: Token) -> None:
        total, items = self.count_items(run, token)
        if total > self.limit:
            raise Fault("multi-instance-limit", f"{total} instances are more than the limit of {self.limit}.")
        first = self.count_first(run, token, total)
        data = run.remember(token)
        data.update(total=total, begun=0, done=0)
        if items is not None and first < total:
            data["items"] = items
        if self.output_of is not None:
            data["results"] = [None] * total
        if not total:
            run.finish(token, self.collected(data))
            return
        self.tell(run, token, total, 0, first)
        data["begun"] = first
        if (
            first == total
            and self.only_counts
            and run.pass_all(self.inner, token, total, self.columns(items), self.counted)
        ):
            data["done"] = total
            return
        if first > 1 and run.bear_all(self.inner, token.id, [self.given(index, items) for index in range(first)]):
            return
        for index in range(first):
            if token.is_gone or token.data is not data:
                return
            self.begin(run, token, data, index, items)

    def count_first(self, run: Run, token: Token, total: int) -> int:
        """How many begin at once; each that ends is followed by one more."""
        if self.is_sequential:
            return min(1, total)
        if self.at_once_of is None:
            return total
        return min(_read_number(self.at_once_of(run, token), 1, "concurrency-invalid", "instances at once"), total)

    def count_items(self, run: Run, token: Token) -> tuple[int, list[Any] | None]:
        if self.has_collection:
            items = self.collection_of(run, token)
            if not isinstance(items, list):
                raise Fault("collection-invalid", "The collection of the multi-instance activity is not a list.")
            return len(items), items
        return _read_number(self.cardinality_of(run, token), 0, "cardinality-invalid", "instances"), None

    def begin(self, run: Run, token: Token, data: dict[str, Any], index: int, items: list[Any] | None) -> None:
        data["begun"] = index + 1
        run.bear(self.inner, token.id, index=index, variables=self.given(index, items))

    def given(self, index: int, items: list[Any] | None) -> dict[str, Any]:
        """What an instance has of its own."""
        variables: dict[str, Any] = {PLACE: index + 1}
        if self.result_name:
            variables[self.result_name] = None
        if self.element and items is not None:
            variables[self.element] = items[index]
        return variables

    def columns(self, items: list[Any] | None) -> dict[str, list[Any]]:
        """As `given`, of all at once; their numbers apart."""
        return {self.element: items} if self.element and items is not None else {}

    def child_gone(self, run: Run, token: Token, child: Token) -> None:
        """While the child still has its variables: its result, what its end throws, and whether that is enough. All
        that may fail comes first: a retry must find the count as it was."""
        if child.index is None or token.data is None:
            return
        data = run.remember(token)
        done = data["done"] + 1
        if self.only_counts and data["begun"] == data["total"]:
            data["done"] = done
            run.put_all(token, self.progress(done, data["begun"] - done))
            return
        result = self.output_of(run, child) if self.output_of is not None else None
        run.put_all(token, self.progress(done, data["begun"] - done))
        thrown = [throw for fires, throw in self.throws if fires(run, child, done)] if self.throws else ()
        is_enough = self.is_enough is not None and self.is_enough(run, child)
        data["done"] = done
        if self.output_of is not None:
            data["results"][child.index] = result
        for throw in thrown:
            throw(run, token)
        if is_enough and not token.is_gone:
            data["is_over"] = True
            run.clear(token, spare=child)
        elif not self.is_sequential and data["begun"] < data["total"] and not token.is_gone and token.data is data:
            run.put_all(token, self.progress(done, data["begun"] + 1 - done))
            self.begin(run, token, data, data["begun"], data.get("items"))

    def drained(self, run: Run, token: Token) -> None:
        data = run.remember(token)
        if data["done"] < data["total"] and self.is_sequential and not data.get("is_over"):
            self.tell(run, token, data["total"], data["done"], 1)
            self.begin(run, token, data, data["begun"], data.get("items"))
        else:
            run.finish(token, self.collected(data))

    def tell(self, run: Run, token: Token, total: int, done: int, active: int) -> None:
        """What conditions and instances may read of the whole (10.3.8, table 10.31)."""
        numbers = self.progress(done, active)
        for word in self.words:
            numbers |= {f"{word}Instances": total, f"{word}TerminatedInstances": 0}
        run.put_all(token, numbers)

    def progress(self, done: int, active: int) -> dict[str, Any]:
        """Those of the numbers that change while the instances end."""
        if len(self.words) == 1:
            return {"nrOfCompletedInstances": done, "nrOfActiveInstances": active}
        return dict(zip(self.counted, (done, active) * len(self.words), strict=True))

    def collected(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {self.output_collection: data["results"]} if "results" in data and self.output_collection else {}


def _read_number(number: Any, least: int, code: str, what: str) -> int:
    if isinstance(number, str) and (written := read_whole(number.strip())) is not None:
        number = written
    if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number) or number < least:
        raise Fault(code, f"The number of {what} must be a whole number from {least}, not {number!r}.")
    return int(number)


def _name_of(formula: Encoded | None) -> str:
    """The variable that a result is: each instance has its own, lest those that run beside one another mix theirs."""
    if formula is None or formula[0] != "feel":
        return ""
    name = str(formula[1]).partition(".")[0].strip()
    is_other = name in ("true", "false", "null") or name.startswith(("nrOf", "numberOf"))
    return name if name.isidentifier() and not is_other else ""


def _encode_throws(node: Node, loop: Loop) -> list[dict[str, Any]]:
    """What the end of an instance throws: `none` means every end, `one` the first, `complex` as conditions say."""
    chosen: Iterable[tuple[str, Formula | None, Definition | None]] = ()
    if loop.behavior == "none":
        chosen = [("each", None, loop.none_event)]
    elif loop.behavior == "one":
        chosen = [("first", None, loop.one_event)]
    elif loop.behavior == "complex":
        chosen = [("", condition, event) for condition, event in loop.complex_events]
    return [
        TRIGGERS[event.kind].encode(event, node)
        | {"kind": event.kind, "node": node.id, "at": at, "condition": encode(condition)}
        for at, condition, event in chosen
        if event is not None
    ]


def _thrower(event: Mapping[str, Any], config: Mapping[str, Any], kit: Kit) -> Throw:
    """What an instance throws is for the boundary of the whole, at once (10.3.8); what that does not wait for goes
    out like any other event."""
    own = [
        waited["trigger"]
        for waited in config.get("events", ())
        if "name" in event and waited["kind"] == event["kind"] and waited.get("name") == event["name"]
    ]
    if not own:
        return TRIGGERS[event["kind"]].throw(event, kit)

    def throw(run: Run, token: Token) -> bool:
        for trigger in own:
            run.trigger(token, trigger, is_next=True)
        return True

    return throw


def _when(event: Mapping[str, Any], kit: Kit) -> Fires:
    condition: Encoded | None = event["condition"]
    if condition is not None:
        holds = kit.condition(condition)
        return lambda run, child, done: holds(run, child)
    is_first = event["at"] == "first"
    return lambda run, child, done: done == 1 or not is_first
