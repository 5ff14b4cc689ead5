"""Incidents: found, read and retried."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import PageQuery, View, operation, page, page_of, read_body, read_key_cursor, read_query
from api.v1.fields import Body, Choice, Text, Variables, Whole
from engine.models import Incident
from engine.service import incidents, instances


class IncidentAnswer(TypedDict):
    """A failure. `job` is the job whose attempts are used up."""

    id: str
    instance: str
    process: str
    version: int
    node: str
    code: str
    message: str
    job: str | None
    status: Literal["open", "resolved", "obsolete"]
    created_at: datetime
    closed_at: datetime | None
    closed_by: str | None


class IncidentsQuery(PageQuery):
    status = Choice(list(incidents.WORDS), required=False, default="open")
    process = Text(required=False, default="", help_text="Key of the process.")
    instance = Whole(required=False, min_value=0, max_value=2**39 - 1, help_text="Only those of this instance.")


class RetryBody(Body):
    variables = Variables(required=False)


def describe_incident(incident: Incident) -> IncidentAnswer:
    version = incident.state.version
    return {
        "id": str(incident.pk),
        "instance": str(incident.instance_id),
        "process": version.process.key,
        "version": version.number,
        "node": incident.node or incident.state.node,
        "code": incident.code,
        "message": incident.message,
        "job": str(incident.job) if incident.job is not None else None,
        "status": str(Incident.Status(incident.status).label),  # type: ignore[typeddict-item]
        "created_at": incident.created_at,
        "closed_at": incident.closed_at,
        "closed_by": incident.closed_by,
    }


class Incidents(View):
    @operation("list_incidents", query=IncidentsQuery, answer=page_of(IncidentAnswer))
    def get(self, request: Request) -> Response:
        """Incidents of the processes that you may see, newest first."""
        query = read_query(request, IncidentsQuery)
        found = incidents.list_incidents(
            request.user,
            status=query["status"],
            process=query["process"],
            instance=query.get("instance"),
            before=read_key_cursor(query["cursor"]),
            limit=query["limit"] + 1,
        )
        return page(found, query["limit"], describe_incident, lambda row: str(row.pk))


class OneIncident(View):
    @operation("get_incident", answer=IncidentAnswer)
    def get(self, request: Request, incident: int) -> Response:
        """One incident."""
        return Response(describe_incident(incidents.get_incident(request.user, incident)))


class RetryIncident(View):
    @operation("retry_incident", body=RetryBody, scope="operate")
    def post(self, request: Request, incident: int) -> Response:
        """Change variables if given, then try the failed step again."""
        body = read_body(request, RetryBody)
        instances.retry_incident(incident, request.user, variables=body["variables"])
        return Response(status=204)
