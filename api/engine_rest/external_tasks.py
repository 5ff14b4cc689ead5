"""External tasks: fetched and locked, brought back, unlocked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.engine_rest.base import EngineView, Members, missing, read_filter, read_members, scoped, slice_of
from api.engine_rest.values import (
    INSTANCE,
    JOB,
    TOKEN,
    read_definition,
    read_id,
    read_variables,
    write_date,
    write_definition,
    write_id,
    write_variables,
)
from api.waiting import Wait, wait_for
from engine.models import ProcessVersion
from engine.models.keys import make_key
from engine.service import external, matching
from engine.service.errors import Invalid
from engine.service.jobs import LeasedJob, describe_job
from engine.service.matching import Where

LONGEST_WAIT = 1_800_000
LONGEST_LOCK = 2**42
MOST_TASKS = 1000
MOST_TOPICS = 50
DETAILS = "\n\n"  # between the message of a failure and its details


class Topic(NamedTuple):
    type: str
    milliseconds: int
    variables: list[str] | None
    processes: tuple[str, ...] | None
    where: Where


class FetchAndLock(EngineView):
    @scoped("jobs")
    def post(self, request: Request) -> Response:
        members = read_members(request)
        worker = members.needed("workerId")
        limit = members.number("maxTasks", 10, least=1, most=MOST_TASKS) or 1
        wait = members.number("asyncResponseTimeout", 0) or 0
        if wait > LONGEST_WAIT:
            message = f"The asynchronous response timeout is at most {LONGEST_WAIT} milliseconds."
            raise Invalid("timeout-invalid", message)
        topics = read_topics(members)
        actor = request.user
        taken: list[LeasedJob] = []

        def ask() -> list[dict[str, Any]] | None:
            taken.clear()
            answers: list[dict[str, Any]] = []
            for topic in topics:
                if len(taken) < limit:
                    found = fetch(actor, worker, topic, limit - len(taken))
                    taken.extend(found)
                    answers += describe_all(found, worker, topic)
            return answers or None

        def give_back(_: Any) -> None:
            external.give_back(actor, worker, taken)

        at_once = ask()
        if at_once is None:
            types = frozenset(topic.type for topic in topics)
            wait_for(request, Wait(wait / 1000, ask, types, give_back=give_back))
        return Response(at_once or [])


def fetch(actor: Any, worker: str, topic: Topic, limit: int) -> list[LeasedJob]:
    seconds = topic.milliseconds / 1000
    if topic.where.is_anywhere:
        return external.fetch(actor, worker, [external.Topic(topic.type, seconds, topic.processes)], limit)
    return matching.fetch_some(actor, worker, topic.type, seconds, topic.processes, topic.where, limit)


def read_topics(members: Members) -> list[Topic]:
    given = members.given.get("topics")
    if given is None:
        given = []
    if not isinstance(given, list) or len(given) > MOST_TOPICS:
        raise Invalid("topics-invalid", f"“topics” must be a list of at most {MOST_TOPICS} objects.")
    return [read_topic(Members(one)) for one in given]


def read_topic(members: Members) -> Topic:
    members.refuse_others([
        "topicName", "lockDuration", "variables", "localVariables", "businessKey", "processDefinitionId",
        "processDefinitionIdIn", "processDefinitionKey", "processDefinitionKeyIn", "processDefinitionVersionTag",
        "processVariables", "deserializeValues", "includeExtensionProperties", "withoutTenantId", "tenantIdIn",
    ])  # fmt: skip
    milliseconds = members.number("lockDuration", None, least=1, most=LONGEST_LOCK)
    if milliseconds is None:
        raise Invalid("lock-invalid", "lockDuration is missing: it must be greater than 0.")
    processes = members.words("processDefinitionKeyIn")
    key = members.text("processDefinitionKey")
    if key is not None:
        processes = [key]
    ids = members.words("processDefinitionIdIn")
    one = members.text("processDefinitionId")
    if one is not None:
        ids = [one]
    where = Where(
        business_key=members.text("businessKey"),
        variables=plain(members.map("processVariables")),
        version_tag=members.text("processDefinitionVersionTag"),
        versions=None if ids is None else {found for found in map(read_definition, ids) if found is not None},
    )
    return Topic(
        members.needed("topicName"), milliseconds, members.words("variables"),
        None if processes is None else tuple(processes), where,
    )  # fmt: skip


def plain(given: dict[str, Any]) -> dict[str, Any]:
    """Clients write these as plain values or as typed ones."""
    return {
        name: value["value"] if isinstance(value, dict) and "value" in value else value for name, value in given.items()
    }


def describe_all(found: list[LeasedJob], worker: str, topic: Topic) -> list[dict[str, Any]]:
    versions = ProcessVersion.objects.select_related("process").in_bulk({job.version_id for job in found})
    until = datetime.now(UTC) + timedelta(milliseconds=topic.milliseconds)
    return [describe(job, versions[job.version_id], worker, until, topic.variables) for job in found]


def describe(
    job: LeasedJob, version: ProcessVersion, worker: str | None, until: datetime | None, names: list[str] | None = None
) -> dict[str, Any]:
    token = write_id(TOKEN, make_key(job.instance, job.token))
    shown = {name: value for name, value in job.variables.items() if names is None or name in names}
    return {
        "activityId": job.key,
        "activityInstanceId": f"{job.key}:{token}",
        "errorMessage": job.last_failure.partition(DETAILS)[0] or None,
        "executionId": token,
        "id": write_id(JOB, job.id),
        "lockExpirationTime": write_date(until),
        "processDefinitionId": write_definition(version),
        "processDefinitionKey": version.process.key,
        "processDefinitionVersionTag": version.tag or None,
        "processInstanceId": write_id(INSTANCE, job.instance),
        # Null until a worker has said something: clients then begin with a number of their own.
        "retries": job.retries if job.last_failure else None,
        "suspended": False,
        "workerId": worker,
        "topicName": job.type,
        "tenantId": None,
        "variables": write_variables(shown),
        "priority": job.priority,
        "businessKey": job.business_key or None,
        "extensionProperties": {name: str(value) for name, value in job.headers.items()},
    }


def key_of(id: str) -> int:
    key = read_id(JOB, id)
    if key is None:
        raise missing("External task", id)
    return key


class ExternalTasks(EngineView):
    KNOWN = ("topicName", "processInstanceId", "workerId")

    def get(self, request: Request) -> Response:
        return Response(self.find(request))

    def find(self, request: Request) -> list[dict[str, Any]]:
        members = read_filter(request, self.KNOWN)
        instance = members.text("processInstanceId")
        key = None if instance is None else read_id(INSTANCE, instance)
        if instance is not None and key is None:
            return []
        topic = members.text("topicName")
        rows = external.list_jobs(request.user, types=[topic] if topic else (), instance=key, limit=MOST_TASKS)
        return [describe_row(request.user, row.pk) for row in slice_of(members, rows)]

    post = get


class CountExternalTasks(ExternalTasks):
    def get(self, request: Request) -> Response:
        return Response({"count": len(self.find(request))})

    post = get


def describe_row(actor: Any, key: int) -> dict[str, Any]:
    row, loaded = external.read_job_row(actor, key)
    job = describe_job(row, loaded)
    version = ProcessVersion.objects.select_related("process").get(pk=job.version_id)
    is_locked = row.owner is not None and row.available_at is not None
    worker = row.owner.partition("/")[2] if row.owner else None
    described = describe(job, version, worker, row.available_at if is_locked else None)
    return {name: value for name, value in described.items() if name not in ("variables", "extensionProperties")}


class OneExternalTask(EngineView):
    def get(self, request: Request, id: str) -> Response:
        return Response(describe_row(request.user, key_of(id)))


class ErrorDetails(EngineView):
    def get(self, request: Request, id: str) -> HttpResponse:
        job = describe_job(*external.read_job_row(request.user, key_of(id)))
        details = job.last_failure.partition(DETAILS)[2]
        return HttpResponse(details, content_type="text/plain", status=200 if details else 204)


class Complete(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        members, key = read_members(request), key_of(id)
        variables = read_variables(members.given.get("variables"))
        local = read_variables(members.given.get("localVariables"), "localVariables")
        # Variables of the task alone are for its output mapping; without one they end with the task.
        given = {**local, **variables} if local and external.has_outputs(request.user, key) else variables
        external.complete(request.user, members.needed("workerId"), key, given)
        return Response(status=204)


class Failure(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        members = read_members(request)
        message = members.text("errorMessage", "") or "The worker gave no reason."
        details = members.text("errorDetails")
        if details:
            message = f"{message}{DETAILS}{details}"
        pause = members.number("retryTimeout", 0, most=LONGEST_LOCK) or 0
        external.fail(
            request.user, members.needed("workerId"), key_of(id), message,
            retries=members.number("retries", 0), retry_after=pause / 1000,
        )  # fmt: skip
        return Response(status=204)


class BpmnError(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        members = read_members(request)
        external.throw_error(
            request.user, members.needed("workerId"), key_of(id), members.needed("errorCode"),
            members.text("errorMessage", "") or "", read_variables(members.given.get("variables")),
        )  # fmt: skip
        return Response(status=204)


class ExtendLock(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        members = read_members(request)
        duration = members.number("newDuration", None, least=1, most=LONGEST_LOCK)
        if duration is None:
            raise Invalid("lock-invalid", "newDuration is missing: it must be greater than 0.")
        external.extend(request.user, members.needed("workerId"), key_of(id), duration / 1000)
        return Response(status=204)


class Lock(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        members = read_members(request)
        duration = members.number("lockDuration", None, least=1, most=LONGEST_LOCK)
        if duration is None:
            raise Invalid("lock-invalid", "lockDuration is missing: it must be greater than 0.")
        external.lock(request.user, members.needed("workerId"), key_of(id), duration / 1000)
        return Response(status=204)


class Unlock(EngineView):
    @scoped("jobs")
    def post(self, request: Request, id: str) -> Response:
        external.unlock(request.user, key_of(id))
        return Response(status=204)


class Retries(EngineView):
    @scoped("jobs")
    def put(self, request: Request, id: str) -> Response:
        retries = read_members(request).number("retries")
        if retries is None:
            raise Invalid("retries-invalid", "The number of retries cannot be null")
        external.set_retries(request.user, key_of(id), retries)
        return Response(status=204)
