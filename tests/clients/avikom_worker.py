"""A worker on avikom-camunda-client, which asks with aiohttp."""

import asyncio
import os

import aiohttp
from camunda.external_task.external_task import ExternalTask
from camunda.external_task.external_task_result import ExternalTaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker


async def work(task: ExternalTask) -> ExternalTaskResult:
    amount = task.context_variables["amount"]
    if amount < 0:
        return task.bpmn_error("DECLINED")
    task.global_variables["doubled"] = amount * 2
    return task.complete()


async def main() -> None:
    auth = aiohttp.BasicAuth("admin", "admin-demo")
    async with aiohttp.ClientSession(auth=auth) as session:
        config = {"maxTasks": 1, "lockDuration": 10000, "asyncResponseTimeout": 5000}
        worker = ExternalTaskWorker("avikom", session, os.environ["ENGINE_URL"], config)
        print("subscribed", flush=True)
        await worker.subscribe("avikom-work", work)


asyncio.run(main())
