"""The whole way on camunda-client, whose models refuse what is not as Camunda 7 answers it."""

import asyncio
import os
from datetime import timedelta

import httpx
from camunda_client import CamundaEngineClient, ExternalTaskClient, ExternalTaskConfig, ExternalTaskWorker
from camunda_client.clients.dto import AuthData
from camunda_client.clients.engine.schemas import GetTasksFilterSchema, ProcessInstanceQuerySchema
from camunda_client.types_ import VariableValueSchema
from camunda_client.utils import deserialize

URL = os.environ["ENGINE_URL"]
AUTH = AuthData("admin", "admin-demo")
KEY = "client-work"


async def work_one(worker: ExternalTaskWorker) -> None:
    async with worker.subscribe(KEY) as tasks:
        async for context in tasks:
            async with context as task:
                amount = task.variables["amount"].value
                await context.complete({"doubled": deserialize(amount * 2), "list": deserialize([1])})
            return


async def main() -> None:
    engine = CamundaEngineClient(URL, AUTH, httpx.AsyncHTTPTransport(), timeout=httpx.Timeout(30))
    started = await engine.start_process(KEY, "order-7", {"amount": VariableValueSchema(value=21, type="Integer")})
    found = await engine.get_process_instances(ProcessInstanceQuerySchema(process_definition_key=KEY))
    assert started.id in [one.id for one in found], found
    config = ExternalTaskConfig(
        lock_duration=timedelta(seconds=10), retry_timeout=timedelta(0), async_response_timeout=timedelta(seconds=5)
    )
    client = ExternalTaskClient("client", URL, AUTH, httpx.AsyncHTTPTransport(), config)
    worker = ExternalTaskWorker(client, timedelta(milliseconds=100))
    async with worker:
        await work_one(worker)
    ended = await engine.get_history_process_instance(started.id)
    assert ended is not None
    assert ended.state.value == "COMPLETED", ended
    assert ended.end_time is not None
    (task, *_) = await engine.get_tasks(GetTasksFilterSchema(process_definition_key="client-task"))
    assert task.name == "Review it"
    await engine.claim_task(task.id, "admin")
    await engine.submit_task_form(task.id, {"note": deserialize("fine")})
    assert await engine.get_task(task.id) is None
    print("done", flush=True)


asyncio.run(main())
