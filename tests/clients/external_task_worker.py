"""A worker on camunda-external-task-client-python3, as its documentation shows it."""

import os

from camunda.external_task.external_task import ExternalTask, TaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker

CONFIG = {
    "auth_basic": {"username": "admin", "password": "admin-demo"},
    "maxTasks": 1,
    "lockDuration": 10000,
    "asyncResponseTimeout": 5000,
    "retries": 2,
    "retryTimeout": 0,
    "sleepSeconds": 30,
}


def work(task: ExternalTask) -> TaskResult:
    amount = task.get_variable("amount")
    if amount < 0:
        return task.bpmn_error("DECLINED", "below nothing", {"why": "it is below nothing"})
    if amount == 13:
        return task.failure("unlucky", "a trace", max_retries=2, retry_timeout=0)
    return task.complete({"doubled": amount * 2, "list": [1, 2], "by": task.get_worker_id()}, {"only": "here"})


print("subscribed", flush=True)
ExternalTaskWorker("python3", os.environ["ENGINE_URL"], CONFIG).subscribe("python-work", work)
