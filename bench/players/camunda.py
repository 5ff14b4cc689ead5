"""camunda-python, a rewrite of Camunda 7's engine: in memory, and with its own store."""

from __future__ import annotations

import os
from typing import Any

from bench.players.protocol import Act, serve
from bench.works import Dialect, draw, variables_of

# Its engine keeps every instance that it has run: a new one now and then, so that it does not slow down.
KEPT = 10_000


def service(name: str, delegate: str = "noop", more: str = "") -> str:
    return f'<bpmn:serviceTask id="{name}" camunda:delegateExpression="${{{delegate}}}">{more}</bpmn:serviceTask>'


def many(size: int) -> str:
    over = 'camunda:collection="items" camunda:elementVariable="item"'
    return service("m", more=f'<bpmn:multiInstanceLoopCharacteristics isSequential="false" {over}/>')


CAMUNDA = Dialect(
    task=service,
    guard=lambda name, test: f"${{{name} {test.replace('= ', '== ').replace('<', '&lt;')}}}",
    many=many,
    step=service("step", "count"),
)


def make_engine(work: str, store: Any = None) -> Any:
    from camunda.engine import ProcessEngine
    from camunda.parser import parse_bpmn_xml

    engine: Any = ProcessEngine(store=store)
    engine.register_delegate("noop", lambda variables: None)
    engine.register_delegate("count", lambda variables: variables.update(i=variables["i"] + 1))
    engine.deploy(parse_bpmn_xml(draw(work, CAMUNDA)))
    return engine


def run(engine: Any, work: str) -> None:
    instance = engine.start_process_instance_by_key(work, dict(variables_of(work)))
    if work == "W2":
        (task,) = engine.create_task_query(process_instance_id=instance.id)
        engine.complete_task(task.id, {"outcome": "approve"})
    state = str(engine.get_process_instance(instance.id).state)
    assert "COMPLETED" in state.upper(), state


def prepare(work: str, batch: int | None) -> Act | None:
    if batch is not None and batch > 1:
        return None
    store: Any = None
    if batch is not None:
        from camunda.persistence.store import Store

        url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
        store = Store(url)
    engines = [make_engine(work, store)]
    done = [0]

    def act() -> int:
        done[0] += 1
        if done[0] % KEPT == 0:
            engines[0] = make_engine(work, store)
        run(engines[0], work)
        return 1

    return act


if __name__ == "__main__":
    serve(prepare)
