"""Statewright itself: in memory through `advance`, durable through the service as the API and the workers use it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from bench.players.protocol import Act, serve
from bench.works import Dialect, draw, variables_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def many(size: int) -> str:
    loop = '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/>'
    return (
        '<bpmn:task id="m"><bpmn:multiInstanceLoopCharacteristics>'
        f"<bpmn:extensionElements>{loop}</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:task>"
    )


OWN = Dialect(
    task=lambda name: f'<bpmn:task id="{name}"/>',
    guard=lambda name, test: f"={name} {test.replace('<', '&lt;')}",
    many=many,
    step=(
        '<bpmn:scriptTask id="step"><bpmn:extensionElements>'
        '<zeebe:script expression="=i + 1" resultVariable="i"/></bpmn:extensionElements></bpmn:scriptTask>'
    ),
)


def in_memory(work: str, size: int = 1000) -> Act:
    from engine.core.compile import compile_diagram
    from engine.core.machine import build_machine
    from engine.core.model.limits import Limits
    from engine.core.model.runtime import Delivery, Delta, Instance, Snapshot
    from engine.core.parse import read_diagram
    from engine.core.run import advance

    limits = Limits(steps=1_000_000, tokens=100_000, multi_instance=100_000)
    graph = compile_diagram(read_diagram(draw(work, OWN, size)))[0]
    machine = build_machine(graph.states.values(), graph.transitions, limits=limits)
    start = [Delivery(0, "start", {"variables": variables_of(work, size)})]

    def act() -> int:
        result = advance(machine, Snapshot(Instance("1", work, "1"), is_new=True), start, NOW, limits)
        assert isinstance(result, Delta)
        if work == "W2":
            (token,) = result.born
            token.is_new = False
            done = [Delivery(token.id, "complete", {"variables": {"outcome": "approve"}})]
            result = advance(machine, Snapshot(result.instance, [token]), done, NOW, limits)
            assert isinstance(result, Delta)
        assert result.instance.status == "completed", result
        return 1

    return act


def durable(work: str, batch: int) -> Act:
    from engine.models import Process
    from engine.service import instances, items
    from engine.service.deploying import File, deploy

    if not Process.objects.filter(key=work).exists():
        deploy([File(f"{work}.bpmn", draw(work, OWN).encode())], None)
    given: dict[str, Any] = variables_of(work)
    done = {"outcome": "approve"}

    def one() -> int:
        instance = instances.start(work, None, variables=given)
        if work == "W2":
            items.complete(instance << 24 | 1, None, dict(done))
        return 1

    def together() -> int:
        started = instances.start_many(work, None, [instances.Start(given)] * batch)
        if work == "W2":
            answers = items.complete_many([items.Completion(one << 24 | 1, dict(done)) for one in started], None)  # type: ignore[operator]
            assert answers == started, answers[:3]
        return batch

    return one if batch == 1 else together


def prepare(work: str, batch: int | None) -> Act | None:
    if batch is None:
        return in_memory(work)
    if work in ("W4", "W5") and batch > 1:
        return None
    return durable(work, batch)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from bench.players.own_more import MORE

    serve(prepare, MORE)


if __name__ == "__main__":
    main()
