"""Calls of the API, each a method. What the server refuses is raised as a Problem with its stable code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from api.client.shapes import Instance, Job, Start, Task, read

# What a long poll may take beyond the time that it asked for.
MARGIN_SECONDS = 10.0
MOST_STARTS = 1_000  # of one request


class Problem(Exception):
    """A refusal (RFC 9457). `code` is stable; `problems` has each finding."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(body.get("code") or "")
        self.detail = str(body.get("detail") or f"The server answered {status}.")
        self.problems: list[dict[str, Any]] = list(body.get("problems") or ())
        self.retry_after = retry_after
        super().__init__(f"{self.detail} [{status} {self.code}]".strip())


class Client:
    """`token`, or `user` and `password`. Safe to share between threads."""

    def __init__(
        self, url: str, *, token: str = "", user: str = "", password: str = "", timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        auth = (user, password) if user else None
        address = f"{url.rstrip('/')}/api/v1/"
        self.timeout = timeout
        self.http = httpx.Client(base_url=address, headers=headers, auth=auth, timeout=timeout, transport=transport)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def call(self, method: str, path: str, *, timeout: float | None = None, **more: Any) -> Any:
        """The body of the answer; Problem where the server refuses. For what has no method of its own here."""
        answer = self.http.request(method, path, timeout=timeout or self.timeout, **more)
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            body = answer.json()
        except ValueError:
            body = {}
        after = answer.headers.get("Retry-After", "")
        pause = float(after) if after.isascii() and after.isdigit() else None
        raise Problem(answer.status_code, body if isinstance(body, dict) else {}, pause)

    # processes

    def deploy(self, *files: str | Path, name: str = "") -> dict[str, Any]:
        """Deploy files as one; Problem `diagram-invalid` with every finding where something is wrong."""
        given = [{"name": Path(file).name, "content": Path(file).read_text(encoding="utf-8")} for file in files]
        answer: dict[str, Any] = self.call("POST", "deployments/", json={"files": given, "name": name})
        return answer

    def start(
        self, process: str, variables: Mapping[str, Any] | None = None, *, business_key: str = "",
        version: int | None = None, idempotency_key: str = "", wait: float = 0.0,
    ) -> Instance:  # fmt: skip
        """Start an instance. `wait` so many seconds at most until it ends or waits for somebody."""
        body: dict[str, Any] = {"process": process, "business_key": business_key, "version": version}
        body["variables"] = dict(variables or {})
        if wait:
            body["await"] = wait
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        answer = self.call("POST", "instances/", json=body, headers=headers, timeout=self.timeout + wait)
        return read(Instance, answer)

    def start_many(
        self, process: str, starts: Iterable[Start], *, version: int | None = None, idempotency_key: str = ""
    ) -> Iterator[str | Problem]:
        """For each start the id of its instance, or why there is none; a thousand with one request.

        The same starts under the same key start once, so that what was cut off can be sent again as a whole."""
        rest, number = iter(starts), 0
        while part := [one.to_json() for one in islice(rest, MOST_STARTS)]:
            headers = {"Idempotency-Key": f"{number}:{idempotency_key}"} if idempotency_key else {}
            body = {"process": process, "version": version, "starts": part}
            answer = self.call("POST", "instances/bulk/", json=body, headers=headers)
            for one in answer["results"]:
                yield Problem(one["status"], one["problem"]) if one["id"] is None else str(one["id"])
            number += 1

    def instance(self, id: str) -> Instance:
        return read(Instance, self.call("GET", f"instances/{id}/"))

    def instances(self, **filters: Any) -> Iterator[Instance]:
        """All that match, page by page: process, version, status, business_key, node, sort."""
        return (read(Instance, row) for row in self.pages("instances/", filters))

    def cancel(self, instance: str, reason: str = "") -> None:
        self.call("POST", f"instances/{instance}/cancel/", json={"reason": reason})

    def send_message(
        self, name: str, variables: Mapping[str, Any] | None = None, *, correlation_key: str | None = None,
        time_to_live: float = 0.0, message_id: str | None = None,
    ) -> list[str]:  # fmt: skip
        """The instances that were reached or started."""
        body = {
            "name": name, "correlation_key": correlation_key, "variables": dict(variables or {}),
            "time_to_live": time_to_live, "message_id": message_id,
        }  # fmt: skip
        reached: list[str] = self.call("POST", "messages/", json=body)["instances"]
        return reached

    # people's tasks

    def tasks(self, **filters: Any) -> Iterator[Task]:
        """All that match, page by page: view, process, search."""
        return (read(Task, row) for row in self.pages("tasks/", filters))

    def complete_task(self, task: str, variables: Mapping[str, Any] | None = None, outcome: str = "") -> None:
        self.call("POST", f"tasks/{task}/complete/", json={"variables": dict(variables or {}), "outcome": outcome})

    # jobs

    def fetch_jobs(
        self, worker: str, types: Sequence[str], *, lock: float = 60.0, limit: int = 1, wait: float = 0.0
    ) -> list[Job]:
        """Lock jobs for the worker; with `wait` the answer comes as soon as there is one."""
        body = {"worker": worker, "types": list(types), "lock": lock, "limit": limit, "wait": wait}
        answer = self.call("POST", "jobs/fetch/", json=body, timeout=wait + MARGIN_SECONDS + self.timeout)
        return [read(Job, row) for row in answer["jobs"]]

    def complete_job(self, worker: str, job: str, variables: Mapping[str, Any] | None = None) -> None:
        self.call("POST", f"jobs/{job}/complete/", json={"worker": worker, "variables": dict(variables or {})})

    def fail_job(
        self, worker: str, job: str, message: str, *, retries: int | None = None, retry_after: float | None = None
    ) -> None:
        body = {"worker": worker, "message": message or "no reason", "retries": retries, "retry_after": retry_after}
        self.call("POST", f"jobs/{job}/fail/", json=body)

    def throw_job_error(
        self, worker: str, job: str, code: str, message: str = "", variables: Mapping[str, Any] | None = None
    ) -> None:
        body = {"worker": worker, "code": code, "message": message, "variables": dict(variables or {})}
        self.call("POST", f"jobs/{job}/error/", json=body)

    def extend_job(self, worker: str, job: str, lock: float) -> None:
        self.call("POST", f"jobs/{job}/extend/", json={"worker": worker, "lock": lock})

    def unlock_job(self, job: str) -> None:
        self.call("POST", f"jobs/{job}/unlock/")

    def pages(self, path: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Every row of a list."""
        cursor: str | None = ""
        while cursor is not None:
            answer = self.call("GET", path, params={**filters, **({"cursor": cursor} if cursor else {})})
            yield from answer["results"]
            cursor = answer["next"]
