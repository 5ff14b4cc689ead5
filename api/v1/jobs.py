"""Jobs for workers outside: fetched under a lock, extended, and brought back as a result, a failure or an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import describe_refusal
from api.v1.base import (
    PageQuery,
    View,
    operation,
    page,
    page_of,
    read_body,
    read_key_cursor,
    read_query,
)
from api.v1.fields import Body, Key, Number, Seconds, Text, Variables, Whole
from api.waiting import Wait, wait_for
from engine.models import Job
from engine.service import external
from engine.service.errors import ServiceError
from engine.service.external import Topic
from engine.service.jobs import Done, LeasedJob

LONGEST_WAIT = 300
LONGEST_LOCK = 7 * 24 * 3600
MOST_JOBS = 100
MOST_TYPES = 50


class JobAnswer(TypedDict):
    """A job under the worker's lock. `idempotency_key` is the same for every attempt."""

    id: str
    type: str
    node: str
    instance: str
    process: str
    version: int
    business_key: str
    variables: dict[str, Any]
    headers: dict[str, Any]
    retries: int
    attempts: int
    idempotency_key: str
    locked_until: datetime


class JobsAnswer(TypedDict):
    """The jobs that are the worker's now; none where nothing came in the time."""

    jobs: list[JobAnswer]


class WaitingJobAnswer(TypedDict):
    """A job as an operator sees it. `available_at` is null while an incident is open or the instance suspended."""

    id: str
    type: str
    node: str
    instance: str
    process: str
    retries: int
    attempts: int
    worker: str | None
    available_at: datetime | None
    failures: list[dict[str, Any]]


class BroughtBack(TypedDict):
    """What became of one job of many."""

    id: str
    status: int
    problem: dict[str, Any] | None


class BroughtBackAnswer(TypedDict):
    """One entry for each job, in the same order."""

    results: list[BroughtBack]


class JobsQuery(PageQuery):
    type = Text(required=False, default="")
    instance = Whole(required=False, min_value=0, max_value=2**39 - 1, help_text="Only those of this instance.")


class JobOrder(Body):
    worker = Text(max_length=100, help_text="The name that the lock is under.")
    types = serializers.ListField(child=Text(), min_length=1, max_length=MOST_TYPES)
    processes = serializers.ListField(child=Text(), required=False, max_length=MOST_TYPES)
    lock = Seconds(required=False, min_value=1, max_value=LONGEST_LOCK, default=60.0, help_text="Seconds.")
    limit = Number(required=False, min_value=1, max_value=MOST_JOBS, default=1)
    wait = Seconds(
        required=False, min_value=0, max_value=LONGEST_WAIT, default=0.0, help_text="Seconds to wait for a job."
    )


class WorkerBody(Body):
    worker = Text(max_length=100)


class JobCompletion(WorkerBody):
    variables = Variables(required=False)


class JobFailure(WorkerBody):
    message = Text(max_length=10_000)
    retries = Number(required=False, min_value=0, max_value=1000, allow_null=True, default=None)
    retry_after = Seconds(required=False, min_value=0, max_value=LONGEST_LOCK, allow_null=True, default=None)


class JobError(WorkerBody):
    code = Text()
    message = Text(required=False, default="", max_length=10_000)
    variables = Variables(required=False)


class JobExtension(WorkerBody):
    lock = Seconds(min_value=1, max_value=LONGEST_LOCK, help_text="Seconds from now.")


class JobRetriesBody(Body):
    retries = Number(min_value=0, max_value=1000)


class OneJobCompletion(Body):
    id = Key()
    variables = Variables(required=False)


class JobCompletions(WorkerBody):
    jobs = OneJobCompletion(many=True, max_length=MOST_JOBS)


def describe_job(job: LeasedJob, until: datetime) -> JobAnswer:
    return {
        "id": str(job.id),
        "type": job.type,
        "node": job.key,
        "instance": str(job.instance),
        "process": job.process,
        "version": job.version,
        "business_key": job.business_key,
        "variables": dict(job.variables),
        "headers": dict(job.headers),
        "retries": job.retries,
        "attempts": job.attempts,
        "idempotency_key": job.idempotency_key,
        "locked_until": until,
    }


def describe_waiting(job: Job) -> WaitingJobAnswer:
    return {
        "id": str(job.pk),
        "type": job.type,
        "node": job.state.node,
        "instance": str(job.instance_id),
        "process": job.state.version.process.key,
        "retries": job.retries,
        "attempts": job.attempts,
        "worker": job.owner,
        "available_at": job.available_at,
        "failures": job.failures or [],
    }


def describe_answer(done: Done, error: ServiceError | None) -> BroughtBack:
    if error is None:
        return {"id": str(done.job), "status": 204, "problem": None}
    return {"id": str(done.job), "status": error.status, "problem": describe_refusal(error)}


class Jobs(View):
    @operation("list_jobs", query=JobsQuery, answer=page_of(WaitingJobAnswer))
    def get(self, request: Request) -> Response:
        """Jobs of the processes that you serve or operate, newest first."""
        query = read_query(request, JobsQuery)
        found = external.list_jobs(
            request.user,
            types=[query["type"]] if query["type"] else (),
            instance=query.get("instance"),
            before=read_key_cursor(query["cursor"]),
            limit=query["limit"] + 1,
        )
        return page(found, query["limit"], describe_waiting, lambda job: str(job.pk))


class FetchJobs(View):
    @operation("fetch_jobs", body=JobOrder, answer=JobsAnswer, scope="jobs")
    def post(self, request: Request) -> Response:
        """Lock jobs for a worker. With `wait` the answer comes as soon as there is one, or empty when time is up.

        A worker that goes away while it waits gets nothing locked."""
        body = read_body(request, JobOrder)
        processes = tuple(body["processes"]) if "processes" in body else None
        topics = [Topic(name, body["lock"], processes) for name in dict.fromkeys(body["types"])]
        actor, worker = request.user, body["worker"]
        found: list[LeasedJob] = []

        def ask() -> JobsAnswer | None:
            found[:] = external.fetch(actor, worker, topics, body["limit"])
            return answer(found) if found else None

        def answer(jobs: list[LeasedJob]) -> JobsAnswer:
            until = datetime.now(UTC) + timedelta(seconds=body["lock"])
            return {"jobs": [describe_job(job, until) for job in jobs]}

        at_once = ask()
        if at_once is None:
            types = frozenset(body["types"])
            wait_for(
                request, Wait(body["wait"], ask, types, give_back=lambda _: external.give_back(actor, worker, found))
            )
        return Response(at_once or answer([]))


class CompleteJobs(View):
    @operation("complete_jobs", body=JobCompletions, answer=BroughtBackAnswer, scope="jobs")
    def post(self, request: Request) -> Response:
        """Complete many jobs. Each stands for itself: the answer says which were taken."""
        body = read_body(request, JobCompletions)
        given = [Done(int(one["id"]), one.get("variables", {})) for one in body["jobs"]]
        answers = external.complete_many(request.user, body["worker"], given)
        return Response({"results": [describe_answer(*pair) for pair in zip(given, answers, strict=True)]})


class CompleteJob(View):
    @operation("complete_job", body=JobCompletion, scope="jobs")
    def post(self, request: Request, job: int) -> Response:
        """The job is done; the process goes on with the variables."""
        body = read_body(request, JobCompletion)
        external.complete(request.user, body["worker"], job, body["variables"])
        return Response(status=204)


class FailJob(View):
    @operation("fail_job", body=JobFailure, scope="jobs")
    def post(self, request: Request, job: int) -> Response:
        """The attempt failed. Without `retries` one less is left than before; with none left it is an incident."""
        body = read_body(request, JobFailure)
        external.fail(
            request.user, body["worker"], job, body["message"],
            retries=body["retries"], retry_after=body["retry_after"],
        )  # fmt: skip
        return Response(status=204)


class ThrowJobError(View):
    @operation("throw_job_error", body=JobError, scope="jobs")
    def post(self, request: Request, job: int) -> Response:
        """A business error: it goes to whoever catches its code in the diagram."""
        body = read_body(request, JobError)
        external.throw_error(request.user, body["worker"], job, body["code"], body["message"], body["variables"])
        return Response(status=204)


class ExtendJob(View):
    @operation("extend_job", body=JobExtension, scope="jobs")
    def post(self, request: Request, job: int) -> Response:
        """Keep the lock so many seconds from now on."""
        body = read_body(request, JobExtension)
        external.extend(request.user, body["worker"], job, body["lock"])
        return Response(status=204)


class UnlockJob(View):
    @operation("unlock_job", scope="jobs")
    def post(self, request: Request, job: int) -> Response:
        """Take the lock away, whoever has it: another worker may take the job at once."""
        external.unlock(request.user, job)
        return Response(status=204)


class JobRetries(View):
    @operation("set_job_retries", body=JobRetriesBody, scope="jobs")
    def put(self, request: Request, job: int) -> Response:
        """How many attempts are left: more than none closes the job's incident, none opens one."""
        external.set_retries(request.user, job, read_body(request, JobRetriesBody)["retries"])
        return Response(status=204)
