"""SpiffWorkflow: in memory, and with each instance as one row of JSON, the way its documentation stores it."""

from __future__ import annotations

import os
import uuid
from typing import Any

from bench.players.protocol import Act, serve
from bench.works import Dialect, draw, variables_of


def many(size: int) -> str:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>" + str(size) + "</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    return f'<bpmn:scriptTask id="m"><bpmn:script>pass</bpmn:script>{loop}</bpmn:scriptTask>'


SPIFF = Dialect(
    task=lambda name: f'<bpmn:task id="{name}"/>',
    guard=lambda name, test: f"{name} {test.replace('= ', '== ').replace('<', '&lt;')}",
    many=many,
    step='<bpmn:scriptTask id="step"><bpmn:script>i = i + 1</bpmn:script></bpmn:scriptTask>',
)


def read(work: str) -> Any:
    from SpiffWorkflow.bpmn.parser import BpmnParser

    parser: Any = BpmnParser()
    parser.add_bpmn_str(draw(work, SPIFF).encode())
    return parser.get_spec(work)


def begin(spec: Any, work: str) -> Any:
    from SpiffWorkflow.bpmn import BpmnWorkflow

    workflow: Any = BpmnWorkflow(spec)
    workflow.data.update(variables_of(work))
    workflow.task_tree.data.update(variables_of(work))
    run(workflow, work != "W2")
    return workflow


def run(workflow: Any, is_through: bool) -> None:
    from SpiffWorkflow import TaskState

    workflow.do_engine_steps()
    while is_through and not workflow.is_completed():
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        assert ready, workflow.get_tasks()
        for task in ready:
            task.run()
        workflow.do_engine_steps()


def approve(workflow: Any) -> None:
    from SpiffWorkflow import TaskState

    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    task.data["outcome"] = "approve"
    task.run()
    run(workflow, True)


def prepare(work: str, batch: int | None) -> Act | None:
    spec = read(work)
    if batch is not None:
        return durable(work, spec) if batch == 1 else None

    def act() -> int:
        workflow = begin(spec, work)
        if work == "W2":
            approve(workflow)
        assert workflow.is_completed()
        return 1

    return act


def durable(work: str, spec: Any) -> Act:
    import psycopg
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    connection = psycopg.connect(os.environ["DATABASE_URL"])
    connection.execute("CREATE TABLE IF NOT EXISTS instance (id uuid PRIMARY KEY, state text NOT NULL)")
    connection.commit()
    serializer: Any = BpmnWorkflowSerializer()

    def act() -> int:
        workflow, key = begin(spec, work), uuid.uuid4()
        connection.execute("INSERT INTO instance VALUES (%s, %s)", (key, serializer.serialize_json(workflow)))
        connection.commit()
        if work == "W2":
            query = "SELECT state FROM instance WHERE id = %s FOR UPDATE"
            found: Any = connection.execute(query, (key,)).fetchone()
            workflow = serializer.deserialize_json(found[0])
            approve(workflow)
            change = "UPDATE instance SET state = %s WHERE id = %s"
            connection.execute(change, (serializer.serialize_json(workflow), key))
            connection.commit()
        assert workflow.is_completed()
        return 1

    return act


if __name__ == "__main__":
    serve(prepare)
