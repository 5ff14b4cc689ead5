"""What is compared with itself or with lxml: growth with size, reading of files. Each question is asked of a process
that has done nothing else: memory that other works have left in pieces is not what is asked about."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.players.own import in_memory
from bench.players.protocol import serve
from bench.works import HEAD, line

READ_SIZES = (20, 200, 2_000, 20_000)


def linear(asked: dict[str, Any]) -> dict[str, Any]:
    """Cost of 10,000 over the cost of 1,000, in memory, one after the other so that both meet the same machine."""
    small, large = (in_memory(asked["of"], size) for size in (1_000, 10_000))
    costs = [(spent(small, 5), spent(large, 1)) for _ in range(3)]
    return {"ratio": min(large for _, large in costs) / min(small for small, _ in costs)}


def spent(act: Callable[[], Any], times: int) -> float:
    """Of the processor's time."""
    started = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - started) / times


def chain(nodes: int) -> bytes:
    """A straight process of so many nodes with a drawing, as a modeller writes it."""
    names = [f"t{number}" for number in range(nodes - 2)]
    tasks = "".join(f'<bpmn:task id="{name}" name="Task {name}"/>' for name in names)
    flows = line("s", *names, "e")
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}"><dc:Bounds x="{100 * place}" y="80" width="100" '
        'height="80"/></bpmndi:BPMNShape>'
        for place, name in enumerate(["s", *names, "e"])
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{a}-{b}_di" bpmnElement="{a}-{b}"><di:waypoint x="{100 * place}" y="120"/>'
        f'<di:waypoint x="{100 * place + 50}" y="120"/></bpmndi:BPMNEdge>'
        for place, (a, b) in enumerate(zip(["s", *names], [*names, "e"], strict=True))
    )
    head = HEAD.replace(
        'id="d"',
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d"',
    )
    body = f'<bpmn:startEvent id="s"/>{tasks}<bpmn:endEvent id="e"/>{flows}'
    plane = f'<bpmndi:BPMNPlane id="w" bpmnElement="p">{shapes}{edges}</bpmndi:BPMNPlane>'
    plane = f'<bpmndi:BPMNDiagram id="v">{plane}</bpmndi:BPMNDiagram>'
    text = f'{head}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process>{plane}</bpmn:definitions>'
    return text.encode()


def reading(asked: dict[str, Any]) -> dict[str, Any]:
    """Reading a file into a diagram over bare `lxml.etree.fromstring`, again and again: first one, then the other, for
    what one has built is not to stand in the processor's cache where the other begins. And 20,000 nodes over 2,000,
    each read for the first time."""
    from lxml import etree

    from engine.core.parse import read_diagram

    own, bare = {}, {}
    for size in READ_SIZES:
        data, times = chain(size), max(1, 4_000 // size)
        for costs, read in ((own, read_diagram), (bare, etree.fromstring)):
            costs[size] = min(spent(partial(read, data), times) for _ in range(5))
    ratios = {size: own[size] / bare[size] for size in READ_SIZES}
    again = {"own": own[20_000] / own[2_000], "lxml": bare[20_000] / bare[2_000]}
    return {
        "lxml": max(ratios.values()),
        "linear": growth(read_diagram),
        "by_size": ratios,
        "linear_of_lxml": growth(etree.fromstring),
        "linear_again": again,
    }


def growth(read: Callable[[bytes], Any]) -> float:
    """Of the first reading with the size of the file. A file is imported once; where it is read again and again, the
    memory of 2,000 nodes is still there and in the processor's cache, that of 20,000 is not."""
    small, large = (min(first_reading(read, chain(size)) for _ in range(9)) for size in (2_000, 20_000))
    return large / small


def first_reading(read: Callable[[bytes], Any], data: bytes) -> float:
    """In a process that has read other files, but not this one."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        spent(partial(read, chain(200)), 5)
        os.write(tell, repr(spent(partial(read, data), 1)).encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as answer:
        cost = float(answer.read())
    os.waitpid(child, 0)
    return cost


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()  # as wherever the engine runs
    serve(lambda work, batch: None, {"linear": linear, "reading": reading})


if __name__ == "__main__":
    main()
