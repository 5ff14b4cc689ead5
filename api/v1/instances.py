"""Instances: started, found, read, changed and stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import describe_refusal
from api.v1.base import (
    PageQuery,
    Query,
    View,
    idempotency_key,
    operation,
    page,
    page_before,
    page_of,
    read_body,
    read_key_cursor,
    read_query,
)
from api.v1.fields import Body, Choice, Instant, Number, Seconds, Text, Variables, VariablesText, Whole
from api.waiting import wait_for_rest
from engine.models import Instance
from engine.service import bulk, history, instances, reading
from engine.service.attempts import Attempt
from engine.service.bulk import Started
from engine.service.finding import Search, find_instances
from engine.service.history import status_word

LONGEST_AWAIT = 60
STATUSES = {str(label): int(value) for value, label in Instance.Status.choices}
Status = Literal["active", "completed", "terminated", "cancelled", "failed", "suspended"]
LARGEST_REVISION = 2**24 - 1


class InstanceAnswer(TypedDict):
    """One run of a process. `error` is the code of a failed end."""

    id: str
    process: str
    version: int
    business_key: str
    status: Status
    error: str | None
    started_at: datetime
    ended_at: datetime | None


class InstanceWithVariables(InstanceAnswer):
    """An instance with the variables of its root scope."""

    variables: dict[str, Any]


class OneStartedAnswer(TypedDict):
    """What became of one start of many: `id` of the instance with 201, else the refusal."""

    id: str | None
    status: int
    problem: dict[str, Any] | None


class StartedManyAnswer(TypedDict):
    """One entry for each start, in the same order."""

    results: list[OneStartedAnswer]


class VariablesAnswer(TypedDict):
    """The variables of the root scope."""

    variables: dict[str, Any]


class PlaceAnswer(TypedDict):
    """Where a thread of the instance stands."""

    id: str
    node: str


class VisitedAnswer(TypedDict):
    """How often a node was entered."""

    node: str
    count: int


class OpenIncidentAnswer(TypedDict):
    """An open incident as the page of its instance shows it."""

    id: str
    node: str
    message: str
    token: str


class StateOfInstance(TypedDict):
    """Where tokens are, what was passed, left unfinished, failed. `sequence` is the revision to subscribe from."""

    id: str
    tokens: list[PlaceAnswer]
    visited: list[VisitedAnswer]
    flows: list[str]
    interrupted: list[str]
    incidents: list[OpenIncidentAnswer]
    attempts: list[Attempt]
    sequence: int
    status: Status


class StepsAnswer(TypedDict):
    """Units of work in order; each entry is [what, node, token, flow]."""

    steps: list[dict[str, Any]]


def describe_instance(instance: Instance) -> InstanceAnswer:
    return {
        "id": str(instance.pk),
        "process": instance.version.process.key,
        "version": instance.version.number,
        "business_key": instance.business_key,
        "status": status_word(instance),  # type: ignore[typeddict-item]
        "error": instance.error,
        "started_at": instance.started_at,
        "ended_at": instance.ended_at,
    }


def describe_started(started: Started) -> OneStartedAnswer:
    if started.refusal is not None:
        return {"id": None, "status": started.refusal.status, "problem": describe_refusal(started.refusal)}
    return {"id": str(started.instance), "status": 201, "problem": None}


def describe_with_variables(row: Instance) -> InstanceWithVariables:
    return {**describe_instance(row), "variables": row.variables}


class InstancesQuery(PageQuery):
    process = Text(required=False, default="", help_text="Key of the process.")
    version = Whole(required=False, min_value=1, max_value=2**31 - 1, help_text="Number of the version.")
    status = Choice(list(STATUSES), required=False)
    business_key = Text(required=False, default="", help_text="The business key, or its beginning.")
    node = Text(required=False, default="", help_text="Only those with a token on this node.")
    incident = Choice(["open"], required=False, help_text="Only those with an open incident.")
    variables = VariablesText(required=False, default=dict, help_text="Values of the root scope, all of them, as JSON.")
    started_by = Text(required=False, default="", help_text="Name of who started it.")
    started_from = Instant(required=False, default=None, help_text="Started then or later.")
    started_to = Instant(required=False, default=None, help_text="Started before.")
    sort = Choice(["-started_at", "started_at"], required=False, default="-started_at")


class StartBody(Body):
    process = Text()
    variables = Variables(required=False)
    business_key = Text(required=False, default="")
    version = Number(required=False, min_value=1, max_value=2**31 - 1, allow_null=True, default=None)

    def get_fields(self) -> dict[str, Any]:
        """With `await`, which no attribute can be called."""
        help_text = "Answer when it ends or waits for somebody, after so many seconds at the latest."
        seconds = Seconds(required=False, min_value=0, max_value=LONGEST_AWAIT, default=0.0, help_text=help_text)
        return {**super().get_fields(), "await": seconds}


class OneStart(Body):
    variables = Variables(required=False)
    business_key = Text(required=False, default="")
    idempotency_key = Text(required=False, default="", help_text="As the header of a single start: counts once.")


class StartManyBody(Body):
    process = Text()
    version = Number(required=False, min_value=1, max_value=2**31 - 1, allow_null=True, default=None)
    starts = OneStart(many=True, max_length=bulk.MOST)


class VariablesBody(Body):
    variables = Variables()


class ReasonBody(Body):
    reason = Text(required=False, default="", max_length=1000)


class HistoryQuery(Query):
    after = Whole(
        required=False, min_value=0, max_value=LARGEST_REVISION, default=0, help_text="The revision that is known."
    )


class Instances(View):
    @operation("list_instances", query=InstancesQuery, answer=page_of(InstanceAnswer))
    def get(self, request: Request) -> Response:
        """Instances, newest first. A page may be short, even empty, and have a `next`: the search goes on there."""
        query = read_query(request, InstancesQuery)
        search = Search(
            process=query["process"],
            version=query.get("version"),
            status=[STATUSES[query["status"]]] if query.get("status") else (),
            business_key=query["business_key"],
            node=query["node"],
            has_incident="incident" in query,
            variables=query["variables"],
            started_by=query["started_by"],
            started_from=query["started_from"],
            started_to=query["started_to"],
            is_oldest_first=query["sort"] == "started_at",
        )
        limit = query["limit"]
        found = find_instances(request.user, search, place=read_key_cursor(query["cursor"]), limit=limit + 1)
        if len(found.instances) > limit:
            return page(found.instances, limit, describe_instance, lambda row: str(row.pk))
        return page_before(found.instances, None if found.next is None else str(found.next), describe_instance)

    @operation(
        "start_instance",
        body=StartBody,
        answer=InstanceWithVariables,
        status=201,
        scope="start",
    )
    def post(self, request: Request) -> Response:
        """Start an instance. The same `Idempotency-Key` header starts it once."""
        body = read_body(request, StartBody)
        instance = instances.start(
            body["process"],
            request.user,
            variables=body["variables"],
            business_key=body["business_key"],
            version=body["version"],
            idempotency_key=idempotency_key(request),
        )

        def answer() -> InstanceWithVariables:
            return describe_with_variables(reading.read_instance(instance))

        wait_for_rest(request, instance, body["await"], answer)
        return Response(answer(), status=201)


class StartMany(View):
    @operation("start_instances", body=StartManyBody, answer=StartedManyAnswer, scope="start")
    def post(self, request: Request) -> Response:
        """Start many instances of one process. Each stands for itself: the answer says which have started.

        The same `Idempotency-Key` header with the same starts starts each of them once; so does a key of its own."""
        body = read_body(request, StartManyBody)
        found = bulk.start_all(
            body["process"],
            request.user,
            [instances.Start(**one) for one in body["starts"]],
            version=body["version"],
            idempotency_key=idempotency_key(request),
        )
        return Response({"results": [describe_started(one) for one in found]})


class OneInstance(View):
    @operation("get_instance", answer=InstanceWithVariables)
    def get(self, request: Request, instance: int) -> Response:
        """One instance with its variables."""
        return Response(describe_with_variables(reading.get_instance(request.user, instance)))


class InstanceState(View):
    @operation("get_instance_state", answer=StateOfInstance)
    def get(self, request: Request, instance: int) -> Response:
        """Where its tokens are, what it has passed and what failed."""
        return Response(history.read_state(reading.get_instance(request.user, instance)))


class InstanceHistory(View):
    @operation("get_instance_history", query=HistoryQuery, answer=StepsAnswer)
    def get(self, request: Request, instance: int) -> Response:
        """What happened after the revision, unit of work by unit of work."""
        query = read_query(request, HistoryQuery)
        row = reading.get_instance(request.user, instance)
        return Response({"steps": history.frames_after(row, query["after"])})


class InstanceVariables(View):
    @operation("get_instance_variables", answer=VariablesAnswer)
    def get(self, request: Request, instance: int) -> Response:
        """The variables of the instance."""
        return Response({"variables": reading.get_instance(request.user, instance).variables})

    @operation("set_instance_variables", body=VariablesBody, scope="operate")
    def post(self, request: Request, instance: int) -> Response:
        """Set variables; conditions that read them are asked."""
        body = read_body(request, VariablesBody)
        instances.set_variables(instance, request.user, body["variables"])
        return Response(status=204)


class CancelInstance(View):
    @operation("cancel_instance", body=ReasonBody, scope="operate")
    def post(self, request: Request, instance: int) -> Response:
        """End the instance now."""
        body = read_body(request, ReasonBody)
        instances.cancel(instance, request.user, reason=body["reason"])
        return Response(status=204)


class SuspendInstance(View):
    @operation("suspend_instance", scope="operate")
    def post(self, request: Request, instance: int) -> Response:
        """Nothing of the instance moves until it is resumed."""
        instances.suspend(instance, request.user)
        return Response(status=204)


class ResumeInstance(View):
    @operation("resume_instance", scope="operate")
    def post(self, request: Request, instance: int) -> Response:
        """Go on after a suspension."""
        instances.resume(instance, request.user)
        return Response(status=204)
