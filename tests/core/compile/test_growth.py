"""What large diagrams cost to read, check, compile and build: counted in operations of the interpreter."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from itertools import pairwise
from threading import Barrier, Thread
from types import FrameType
from typing import Any

import pytest

from engine.core.compile.build import compile_diagram
from engine.core.compile.check import check_diagram
from engine.core.machine.build import build_machine
from engine.core.model.collector import collector_at_rest
from engine.core.parse import read_diagram

FEW, MANY = 20, 80
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
    '<message id="m" name="m"/><signal id="n" name="n"/>'
)
SIGNAL = '<signalEventDefinition signalRef="n"/>'
Draw = Callable[[int], str]


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def line(*nodes: str) -> str:
    return "".join(flow(source, target) for source, target in pairwise(nodes))


def process(body: str) -> str:
    return f'<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>{body}</process>'


def draw_line(size: int) -> str:
    tasks = [f"t{number}" for number in range(size)]
    return process("".join(f'<task id="{task}"/>' for task in tasks) + line("s", *tasks, "e"))


def draw_split(kind: str) -> Draw:
    def draw(size: int) -> str:
        tasks = [f"t{number}" for number in range(size)]
        ways = "".join(f'<task id="{task}"/>{line("f", task, "j")}' for task in tasks)
        return process(f'<{kind} id="f"/><{kind} id="j"/>{ways}{flow("s", "f")}{flow("j", "e")}')

    return draw


def draw_each(one: str) -> Draw:
    """So many of the same beside each other; `#` is its number."""

    def draw(size: int) -> str:
        return process("".join(one.replace("#", str(number)) for number in range(size)) + flow("s", "e"))

    return draw


def draw_links(size: int) -> str:
    ways = [
        f'<intermediateThrowEvent id="a{number}"><linkEventDefinition name="l{number}"/></intermediateThrowEvent>'
        f'<intermediateCatchEvent id="b{number}"><linkEventDefinition name="l{number}"/></intermediateCatchEvent>'
        + flow("s" if number == 0 else f"b{number - 1}", f"a{number}")
        for number in range(size)
    ]
    return process("".join(ways) + flow(f"b{size - 1}", "e"))


def draw_pools(size: int) -> str:
    pools = "".join(f'<participant id="q{number}" processRef="p{number}"/>' for number in range(size))
    ways = "".join(
        f'<messageFlow id="w{number}" sourceRef="t{number}" targetRef="r{number + 1}"/>' for number in range(size - 1)
    )
    processes = "".join(
        f'<process id="p{number}" isExecutable="true"><sendTask id="t{number}" messageRef="m"/>'
        f'<receiveTask id="r{number}" messageRef="m"/>{line(f"t{number}", f"r{number}")}</process>'
        for number in range(size)
    )
    return f'<collaboration id="c">{pools}{ways}</collaboration>{processes}'


def draw_nested(size: int) -> str:
    """Blocks, each of it twenty deep."""
    blocks = []
    for block in range(size // 20):
        inner = f'<task id="t{block}"/>'
        for depth in range(20):
            inner = f'<subProcess id="x{block}_{depth}">{inner}</subProcess>'
        blocks.append(inner)
    return process("".join(blocks) + flow("s", "e"))


COMPENSATED = (
    '<task id="t#"/><boundaryEvent id="b#" attachedToRef="t#"><compensateEventDefinition/></boundaryEvent>'
    '<task id="h#" isForCompensation="true"/><association id="a#" sourceRef="b#" targetRef="h#"/>'
)
LISTENING = (
    f'<subProcess id="x#" triggeredByEvent="true"><startEvent id="a#" isInterrupting="false">{SIGNAL}</startEvent>'
    "</subProcess>"
)
ATTACHED = f'<task id="t#"/><boundaryEvent id="b#" attachedToRef="t#">{SIGNAL}</boundaryEvent>'
WRITING = (
    '<dataObject id="o#"/><dataObjectReference id="r#" dataObjectRef="o#"/><task id="t#"><dataOutputAssociation '
    'id="z#"><targetRef>r#</targetRef></dataOutputAssociation></task>'
)
SHAPES: dict[str, Draw] = {
    "a long line": draw_line,
    "a wide parallel split": draw_split("parallelGateway"),
    "a wide inclusive split": draw_split("inclusiveGateway"),
    "links": draw_links,
    "pools with message flows": draw_pools,
    "sub-processes in sub-processes": draw_nested,
    "compensation handlers": draw_each(COMPENSATED),
    "compensation throws": draw_each('<intermediateThrowEvent id="t#"><compensateEventDefinition/></intermediateThrowEvent>'),
    "event sub-processes": draw_each(LISTENING),
    "boundary events": draw_each(ATTACHED),
    "data objects": draw_each(WRITING),
}  # fmt: skip


def count_operations(text: str) -> int:
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        diagram = read_diagram(text)
        problems = check_diagram(diagram)
        machines = [build_machine(graph.states.values(), graph.transitions) for graph in compile_diagram(diagram)]
    finally:
        sys.settrace(before)
    assert machines
    assert not [found for found in problems if found.severity == "error"]
    return counted


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_nodes_take_four_times_the_operations(shape: str) -> None:
    few, many = (count_operations(f"{HEAD}{SHAPES[shape](size)}</definitions>") for size in (FEW, MANY))
    assert many < few * MANY / FEW * 1.1


def test_the_collector_rests_until_the_last_who_asks_is_done() -> None:
    with collector_at_rest():
        with collector_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), collector_at_rest():
        raise ValueError("broken")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_collector_rests_while_any_thread_asks() -> None:
    inside, outside = Barrier(2), Barrier(2)

    def ask() -> None:
        with collector_at_rest():
            inside.wait()
            outside.wait()

    thread = Thread(target=ask)
    thread.start()
    inside.wait()
    with collector_at_rest():
        pass
    assert not gc.isenabled()
    outside.wait()
    thread.join()
    assert gc.isenabled()
