"""Process instances and their variables, history, messages, signals and incidents."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.engine_rest.base import MOST_RESULTS, EngineView, Members, missing, read_filter, read_members, scoped, slice_of
from api.engine_rest.definitions import describe_instance
from api.engine_rest.values import (
    FILE_KEYS,
    INCIDENT,
    INSTANCE,
    JOB,
    TOKEN,
    VARIABLE,
    read_id,
    read_variables,
    write_date,
    write_definition,
    write_id,
    write_value,
    write_variables,
)
from engine.models import Incident, Instance
from engine.models.keys import instance_of, make_key, number_of
from engine.service import finding, incidents, instances, matching, reading
from engine.service.errors import Invalid, NotFound
from engine.service.finding import Search
from engine.service.matching import Reached, Where

STATES = {
    Instance.Status.ACTIVE: "ACTIVE",
    Instance.Status.SUSPENDED: "SUSPENDED",
    Instance.Status.COMPLETED: "COMPLETED",
    Instance.Status.TERMINATED: "COMPLETED",
    Instance.Status.CANCELLED: "EXTERNALLY_TERMINATED",
    Instance.Status.FAILED: "INTERNALLY_TERMINATED",
}
OPEN = (Instance.Status.ACTIVE, Instance.Status.SUSPENDED)


def get_instance(request: Request, id: str, *, is_running: bool = True) -> Instance:
    key = read_id(INSTANCE, id)
    try:
        row = reading.get_instance(request.user, key if key is not None else -1)
    except NotFound:
        raise missing("Process instance", id) from None
    if is_running and row.status not in OPEN:
        raise missing("Process instance", id)
    return row


def find_instances(request: Request, members: Members, *, is_running: bool) -> list[Instance]:
    key = members.text("businessKey") or members.text("processInstanceBusinessKey")
    process = members.text("processDefinitionKey", "") or ""
    ids = members.words("processInstanceIds")
    one = members.text("processInstanceId")
    if one is not None:
        ids = [one]
    search = Search(process=process, status=OPEN if is_running else (), business_key=key or "")
    found = finding.find_all(request.user, search, most=MOST_RESULTS)
    if key is not None:
        found = [row for row in found if row.business_key == key]
    if ids is not None:
        wanted = {read_id(INSTANCE, one_id) for one_id in ids}
        found = [row for row in found if row.pk in wanted]
    return found


class Instances(EngineView):
    KNOWN = ("businessKey", "processDefinitionKey", "processInstanceIds", "active", "suspended")

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        return Response([describe_instance(row) for row in slice_of(members, self.find(request, members))])

    post = get

    def find(self, request: Request, members: Members) -> list[Instance]:
        found = find_instances(request, members, is_running=True)
        for word, status in (("active", Instance.Status.ACTIVE), ("suspended", Instance.Status.SUSPENDED)):
            if members.flag(word):
                found = [row for row in found if row.status == status]
        return found


class CountInstances(Instances):
    def get(self, request: Request) -> Response:
        return Response({"count": len(self.find(request, read_filter(request, self.KNOWN)))})

    post = get


class OneInstance(EngineView):
    def get(self, request: Request, id: str) -> Response:
        return Response(describe_instance(get_instance(request, id)))

    @scoped("operate")
    def delete(self, request: Request, id: str) -> Response:
        instances.cancel(get_instance(request, id).pk, request.user, reason="Deleted by a client.")
        return Response(status=204)


class InstanceVariables(EngineView):
    def get(self, request: Request, id: str) -> Response:
        return Response(write_variables(get_instance(request, id).variables))

    @scoped("operate")
    def post(self, request: Request, id: str) -> Response:
        members = read_members(request)
        if members.given.get("deletions"):
            raise Invalid("deletions-unknown", "Variables are not deleted; set them to null.")
        row = get_instance(request, id)
        instances.set_variables(row.pk, request.user, read_variables(members.given.get("modifications")))
        return Response(status=204)


class OneVariable(EngineView):
    def get(self, request: Request, id: str, name: str) -> Response:
        variables = get_instance(request, id).variables
        if name not in variables:
            raise missing("Variable", name)
        return Response(write_value(variables[name]))


class SuspendInstance(EngineView):
    @scoped("operate")
    def put(self, request: Request, id: str) -> Response:
        row = get_instance(request, id)
        act = instances.suspend if read_members(request).flag("suspended") else instances.resume
        act(row.pk, request.user)
        return Response(status=204)


class VariableData(EngineView):
    """The bytes of a file variable that an execution sees."""

    def get(self, request: Request, id: str, name: str) -> HttpResponse:
        key = read_id(TOKEN, id)
        instance = instance_of(key) if key is not None else read_id(INSTANCE, id)
        row = matching.get_served_instance(request.user, instance)
        if row is None:
            raise missing("Execution", id)
        value = reading.visible_variables_of(row, number_of(key) if key is not None else 0).get(name)
        if not isinstance(value, dict) or value.keys() != FILE_KEYS:
            raise missing("File variable", name)
        # Never shown by a browser as a page of this site.
        answer = HttpResponse(base64.b64decode(value["content"]), content_type="application/octet-stream")
        answer["Content-Disposition"] = "attachment"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


def describe_history(row: Instance) -> dict[str, Any]:
    took = None if row.ended_at is None else int((row.ended_at - row.started_at).total_seconds() * 1000)
    return {
        "id": write_id(INSTANCE, row.pk),
        "rootProcessInstanceId": write_id(INSTANCE, row.pk),
        "superProcessInstanceId": None if row.parent is None else write_id(INSTANCE, instance_of(row.parent)),
        "superCaseInstanceId": None,
        "caseInstanceId": None,
        "processDefinitionName": row.version.name or None,
        "processDefinitionKey": row.version.process.key,
        "processDefinitionVersion": row.version.number,
        "processDefinitionId": write_definition(row.version),
        "businessKey": row.business_key or None,
        "startTime": write_date(row.started_at),
        "endTime": write_date(row.ended_at),
        "removalTime": None,
        "durationInMillis": took,
        "startUserId": row.started_by or None,
        "startActivityId": None,
        "deleteReason": "cancelled" if row.status == Instance.Status.CANCELLED else None,
        "tenantId": None,
        "state": STATES[Instance.Status(row.status)],
    }


class HistoryInstances(EngineView):
    KNOWN = (
        "processInstanceId", "processInstanceIds", "processInstanceBusinessKey", "processDefinitionKey",
        "finished", "unfinished", "completed", "active",
    )  # fmt: skip

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        found = find_instances(request, members, is_running=False)
        if members.flag("finished") or members.flag("completed"):
            found = [row for row in found if row.ended_at is not None]
        if members.flag("unfinished") or members.flag("active"):
            found = [row for row in found if row.ended_at is None]
        return Response([describe_history(row) for row in slice_of(members, found)])

    post = get


class OneHistoryInstance(EngineView):
    def get(self, request: Request, id: str) -> Response:
        return Response(describe_history(get_instance(request, id, is_running=False)))


class VariableInstances(EngineView):
    KNOWN = ("processInstanceId", "processInstanceIdIn", "variableName", "variableNameIn")
    is_running = True

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        ids = members.words("processInstanceIdIn") or []
        one = members.text("processInstanceId")
        if one is not None:
            ids.append(one)
        if not ids:
            raise Invalid("filter-missing", "Variables are found by “processInstanceId” or “processInstanceIdIn”.")
        names = members.words("variableNameIn")
        name = members.text("variableName")
        if name is not None:
            names = [name]
        found: list[dict[str, Any]] = []
        for one_id in ids:
            try:
                row = get_instance(request, one_id, is_running=self.is_running)
            except NotFound:
                continue
            shown = {key: value for key, value in row.variables.items() if names is None or key in names}
            found += [describe_variable(row, number, *one) for number, one in enumerate(shown.items())]
        return Response(slice_of(members, found))

    post = get


class HistoryVariables(VariableInstances):
    is_running = False


def describe_variable(row: Instance, number: int, name: str, value: Any) -> dict[str, Any]:
    instance = write_id(INSTANCE, row.pk)
    return {
        "id": write_id(VARIABLE, make_key(row.pk, number)),
        "name": name,
        **write_value(value),
        "processDefinitionKey": row.version.process.key,
        "processDefinitionId": write_definition(row.version),
        "processInstanceId": instance,
        "executionId": instance,
        "activityInstanceId": instance,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "taskId": None,
        "batchId": None,
        "tenantId": None,
        "errorMessage": None,
        "state": "CREATED",
    }


class Messages(EngineView):
    @scoped("start")
    def post(self, request: Request) -> Response:
        members = read_members(request)
        instance = members.text("processInstanceId")
        where = Where(
            business_key=members.text("businessKey"),
            variables=read_variables(members.map("correlationKeys"), "correlationKeys"),
            instance=None if instance is None else read_id(INSTANCE, instance) or -1,
        )
        variables = read_variables(members.map("processVariables"), "processVariables")
        local = read_variables(members.map("processVariablesLocal"), "processVariablesLocal")
        reached = matching.correlate(
            members.needed("messageName"), request.user, where, {**local, **variables}, is_for_all=members.flag("all")
        )
        if not members.flag("resultEnabled"):
            return Response(status=204)
        return Response([describe_reached(one) for one in reached])


def describe_reached(one: Reached) -> dict[str, Any]:
    instance = write_id(INSTANCE, one.instance)
    if one.token is None:
        row = reading.read_instance(one.instance)
        return {"resultType": "ProcessDefinition", "execution": None, "processInstance": describe_instance(row)}
    token = write_id(TOKEN, make_key(one.instance, one.token))
    execution = {"id": token, "processInstanceId": instance, "ended": False, "tenantId": None}
    return {"resultType": "Execution", "execution": execution, "processInstance": None}


class Signals(EngineView):
    @scoped("start")
    def post(self, request: Request) -> Response:
        members = read_members(request)
        if members.text("executionId"):
            raise Invalid("execution-unknown", "A signal goes to all who wait for it: leave “executionId” out.")
        variables = read_variables(members.map("variables"))
        instances.send_signal(members.needed("name"), request.user, variables=variables)
        return Response(status=204)


class Incidents(EngineView):
    KNOWN = ("incidentId", "incidentType", "processInstanceId", "processDefinitionKeyIn", "configuration")

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        return Response([describe_incident(row) for row in slice_of(members, self.find(request, members))])

    def find(self, request: Request, members: Members) -> list[Incident]:
        wanted_id = members.text("processInstanceId")
        instance = None if wanted_id is None else read_id(INSTANCE, wanted_id)
        if wanted_id is not None and instance is None:
            return []
        found = incidents.list_incidents(request.user, instance=instance, limit=MOST_RESULTS)
        for name, value_of in (
            ("incidentType", type_of), ("configuration", configuration_of),
            ("incidentId", lambda row: write_id(INCIDENT, row.pk)),
        ):  # fmt: skip
            wanted = members.text(name)
            if wanted is not None:
                found = [row for row in found if value_of(row) == wanted]
        keys = members.words("processDefinitionKeyIn")
        return [row for row in found if keys is None or row.state.version.process.key in keys]


class CountIncidents(Incidents):
    def get(self, request: Request) -> Response:
        return Response({"count": len(self.find(request, read_filter(request, self.KNOWN)))})


def type_of(row: Incident) -> str:
    return "failedExternalTask" if row.job is not None else "failedJob"


def configuration_of(row: Incident) -> str | None:
    return None if row.job is None else write_id(JOB, row.job)


def describe_incident(row: Incident) -> dict[str, Any]:
    node = row.node or row.state.node
    return {
        "id": write_id(INCIDENT, row.pk),
        "processDefinitionId": write_definition(row.state.version),
        "processInstanceId": write_id(INSTANCE, row.instance_id),
        "executionId": write_id(TOKEN, make_key(row.instance_id, row.token)),
        "incidentTimestamp": write_date(row.created_at),
        "incidentType": type_of(row),
        "activityId": node,
        "failedActivityId": node,
        "causeIncidentId": write_id(INCIDENT, row.pk),
        "rootCauseIncidentId": write_id(INCIDENT, row.pk),
        "configuration": configuration_of(row),
        "tenantId": None,
        "incidentMessage": row.message,
        "jobDefinitionId": None,
        "annotation": None,
    }
