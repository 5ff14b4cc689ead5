"""The engine in memory against SpiffWorkflow: whole instances a second, in interleaved rounds of one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from engine.core.compile import compile_diagram
from engine.core.machine import build_machine
from engine.core.model.runtime import Delivery, Delta, Instance, Snapshot
from engine.core.parse import read_diagram
from engine.core.run import advance

ROUNDS = 3
SECONDS = 0.7
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
Work = Callable[[], None]


def chain(*nodes: str) -> str:
    """Nodes one after the other, as the body of a process."""
    ids = [node.split()[1].removeprefix('id="').rstrip('"/>') for node in nodes]
    flows = (
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(ids))
    )
    return "".join(nodes) + "".join(flows)


def file(body: str) -> str:
    process = f'<process id="p" isExecutable="true">{body}</process>'
    return f'<definitions xmlns="{BPMN}" targetNamespace="bench">{process}</definitions>'


def straight_through() -> str:
    tasks = [f'<task id="t{number}"/>' for number in range(5)]
    return file(chain('<startEvent id="s"/>', *tasks, '<endEvent id="e"/>'))


def fork_join() -> str:
    nodes = ['<startEvent id="s"/>', '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>']
    nodes += ['<endEvent id="e"/>'] + [f'<task id="t{number}"/>' for number in range(4)]
    pairs = [("s", "fork"), ("join", "e")]
    pairs += [pair for number in range(4) for pair in (("fork", f"t{number}"), (f"t{number}", "join"))]
    flows = [f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs)]
    return file("".join(nodes + flows))


def own(text: str) -> Work:
    graph = compile_diagram(read_diagram(text))[0]
    machine = build_machine(graph.states.values(), graph.transitions)
    start = [Delivery(0, "start", {"variables": {"amount": 1}})]

    def work() -> None:
        snapshot = Snapshot(Instance("1", "p", "1"), is_new=True)
        result = advance(machine, snapshot, start, NOW)
        assert isinstance(result, Delta)
        assert result.instance.status == "completed"

    return work


def spiff(text: str) -> Work | None:
    try:
        from SpiffWorkflow.bpmn import BpmnWorkflow
        from SpiffWorkflow.bpmn.parser import BpmnParser
    except ImportError:
        return None
    parser: Any = BpmnParser()
    parser.add_bpmn_str(text.encode())
    spec = parser.get_spec("p")

    def work() -> None:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        while not workflow.is_completed():
            for task in workflow.get_tasks(manual=True):
                task.run()
            workflow.do_engine_steps()

    return work


def rate(work: Work) -> float:
    work()
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < SECONDS:
        for _ in range(20):
            work()
        done += 20
    return done / spent


def main() -> int:
    for name, text in (("W1 straight-through, 5 tasks", straight_through()), ("W3 fork 4, join", fork_join())):
        mine, other = own(text), spiff(text)
        rates: list[float] = []
        ratios: list[float] = []
        for _ in range(ROUNDS):
            rates.append(rate(mine))
            if other is not None:
                ratios.append(rates[-1] / rate(other))
        against = f"SpiffWorkflow {median(ratios):.0f}x" if ratios else "SpiffWorkflow -"
        print(f"{median(rates):12,.0f}/s  {name}: {against}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
