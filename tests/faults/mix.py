"""The mix of processes that runs while something fails, and what each instance must have come to in the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, NamedTuple

from tests.runtime.diagrams import (
    boundary,
    catch,
    end,
    flow,
    line,
    make_file,
    make_process,
    message,
    service,
    simple,
    start,
    user,
)

FORK, JOIN = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
BRANCHES = ("a", "b", "c", "d")


class Kind(NamedTuple):
    """One process of the mix: what a person or a program has to do for it, and which effects it leaves."""

    process: str
    share: int
    effects: tuple[str, ...]
    needs: str = ""  # "task" or "message"


KINDS = (
    Kind("chain", 6, ("one", "two", "three")),
    Kind("fan", 4, (*BRANCHES, "after")),
    Kind("paid", 3, ("ship",), "message"),
    Kind("pause", 3, ("wake",)),
    Kind("trip", 2, ("book", "unbook", "sorry")),
    Kind("asked", 2, ("file",), "task"),
)
ROUND = [kind for kind in KINDS for _ in range(kind.share)]


def effect(node: str, more: str = "") -> str:
    return service(node, "effect", retries=5, more=more)


def fan() -> str:
    ways = (line("fork", branch, "join") for branch in BRANCHES)
    tasks = map(effect, (*BRANCHES, "after"))
    return make_process("fan", start(), FORK, JOIN, end(), line("start", "fork"), line("join", "after", "end"), *tasks, *ways)  # fmt: skip


def trip() -> str:
    """A sub-process fails after its first task: the boundary event catches it, and what was done is undone."""
    undo = definition_of_undo("book-undo", "book")
    inner = (
        '<subProcess id="travel"><startEvent id="begin"/>',
        effect("book"),
        undo,
        effect("unbook").replace("<serviceTask ", '<serviceTask isForCompensation="true" '),
        '<association id="undo" associationDirection="One" sourceRef="book-undo" targetRef="unbook"/>',
        service("fly", "refuse"),
        end("arrived"),
        line("begin", "book", "fly", "undoing", "arrived"),
        '<intermediateThrowEvent id="undoing"><compensateEventDefinition/></intermediateThrowEvent>',
        boundary("refused", "fly", "error", "refused"),
        flow("refused", "undoing"),
        "</subProcess>",
    )
    return make_process("trip", start(), *inner, effect("sorry"), end(), line("start", "travel", "sorry", "end"))


def definition_of_undo(node: str, host: str) -> str:
    return f'<boundaryEvent id="{node}" attachedToRef="{host}"><compensateEventDefinition/></boundaryEvent>'


def mix_files() -> dict[str, bytes]:
    """A file for each process, as one deployment."""
    roots = message("paid", key="number") + '<error id="error-refused" errorCode="REFUSED"/>'
    processes = {
        "chain": simple("chain", *((node, effect(node)) for node in ("one", "two", "three"))),
        "fan": fan(),
        "paid": simple("paid", ("wait", catch("wait", "message", "paid")), ("ship", effect("ship"))),
        "pause": simple("pause", ("rest", catch("rest", "duration", "PT1S")), ("wake", effect("wake"))),
        "trip": trip(),
        "asked": simple("asked", ("ask", user("ask")), ("file", effect("file"))),
    }
    return {f"{name}.bpmn": make_file(process, roots=roots) for name, process in processes.items()}


def plan(count: int) -> Iterator[Kind]:
    """The kinds of so many instances, in turn."""
    spread = sorted(range(len(ROUND)), key=lambda place: (place * 7) % len(ROUND))
    return islice(cycle([ROUND[place] for place in spread]), count)


def final_variables(kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
    answered = {"answer": "yes"} if kind.needs == "task" else {"sum": 9} if kind.needs == "message" else {}
    return given | answered | dict.fromkeys(kind.effects, True)
