"""A client of the API for programs in Python: typed calls, and workers that do the jobs of service tasks.

Needs httpx and nothing of the server: no Django is imported.

    from api.client import BpmnError, Client, Job, Worker

    worker = Worker(Client("https://flow.example.org", token="swt_…"))

    @worker("charge-card")
    def charge(job: Job) -> dict[str, object]:
        if job.variables["amount"] < 0:
            raise BpmnError("DECLINED")
        return {"reference": pay(job.idempotency_key, job.variables["amount"])}

    worker.run()
"""

from api.client.client import Client, Problem
from api.client.shapes import Instance, Job, Start, Task
from api.client.worker import BpmnError, Failure, Worker

__all__ = ["BpmnError", "Client", "Failure", "Instance", "Job", "Problem", "Start", "Task", "Worker"]
