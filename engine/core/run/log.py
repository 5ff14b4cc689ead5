"""The history entries that an advance writes, and how to read them back as a trace; storage packs them as they are.

An entry is a short list, in the order of what happened:
    [token, edge]                     the token went over the edge with that number
    ["born", token, state, scope]     a fresh token entered the state
    ["fork", token, edge, from]       a fresh token came over the edge out of token `from`
    ["fired", token, edge]            an internal transition of the token
    ["gone", token, state]            the token left the state for good
    ["cancelled", token, state]       the token was taken away
    ["set", scope, variables]         variables of the scope that the token owns got these values
    ["delivery", token, trigger, actor]
    ["ended", status, error]
    ["incident", token, code, message]
    ["guard", token, edge, message]   why the guard of the edge is null, so that it was not taken
    ["decision", token, node, decision, records, version, findings]

What comes in a row is told together, and stored so; `unfold` makes of it what would have been written for each:
    [token, edge, edge, …]            the token went over one after the other
    ["crowd", first, state, edge, end, scope, count, words, given]      instances of a multi-instance activity passed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.core.machine.hooks import ProcessMachine
from engine.core.model.graph import PLACE

ENTRIES_OF_AN_INSTANCE = 5  # of a crowd
Trace = tuple[str, str, int, str | None]  # what, node, token, flow


def unfold(log: Iterable[Any]) -> Iterator[Any]:
    """Every entry by itself: one for each sequence number."""
    for entry in log:
        if entry[0] == "crowd":
            yield from _unfold_crowd(*entry[1:])
        elif len(entry) > 2 and entry[0].__class__ is int:
            for edge in entry[1:]:
                yield [entry[0], edge]
        else:
            yield entry


def _unfold_crowd(
    first: int, state: Any, edge: int, end: Any, scope: int, count: int, words: Sequence[str],
    given: Mapping[str, Sequence[Any]],
) -> Iterator[Any]:  # fmt: skip
    for place in range(count):
        yield ["born", first + place, state, scope]
        yield ["set", first + place, {PLACE: place + 1} | {name: values[place] for name, values in given.items()}]
    for place in range(count):
        done, active = place + 1, count - place - 1
        yield [first + place, edge]
        yield ["gone", first + place, end]
        yield ["set", scope, dict(zip(words, (done, active) * (len(words) // 2), strict=True))]


def read_trace(machine: ProcessMachine, log: Iterable[Any]) -> Iterator[tuple[int, Trace]]:
    """(index in the log, what happened to whom) for every entered, left and cancelled node.

    A flow that leads to a loop's body, which is never shown, is told with the first instance that it bears."""
    edges, states = machine.edges, machine.states
    unseen: dict[int, str] = {}  # token → the flow by which it came to a hidden state
    for index, entry in enumerate(log):
        head = entry[0]
        if not isinstance(head, str):
            edge = edges[entry[1]]
            yield from _passed(index, edge, head)
            _note(unseen, edge, head)
        elif head == "born":
            state = states[entry[2]]
            if not state.is_hidden:
                yield index, ("entered", state.node, entry[1], unseen.pop(entry[3], None))
        elif head == "fork":
            edge = edges[entry[2]]
            target = edge.target_state
            if target is not None and not target.is_hidden:
                yield index, ("entered", target.node, entry[1], edge.flow)
            _note(unseen, edge, entry[1])
        elif head in ("gone", "cancelled"):
            state = states[entry[2]]
            if not state.is_hidden:
                yield index, ("left" if head == "gone" else "cancelled", state.node, entry[1], None)


def _note(unseen: dict[int, str], edge: Any, token: int) -> None:
    if edge.flow is not None and edge.target_state is not None and edge.target_state.is_hidden:
        unseen[token] = edge.flow


def _passed(index: int, edge: Any, token: int) -> Iterator[tuple[int, Trace]]:
    source, target = edge.source_state, edge.target_state
    if not source.is_hidden:
        what = "left" if edge.row.trigger == "complete" or edge.row.config.get("leaves") else "cancelled"
        yield index, (what, source.node, token, None)
    if target is not None and not target.is_hidden:
        yield index, ("entered", target.node, token, edge.flow)
