"""The version, deployments, and process definitions with their starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.engine_rest.base import EngineView, Members, missing, read_filter, read_members, scoped, slice_of
from api.engine_rest.values import (
    DEPLOYMENT,
    INSTANCE,
    read_definition,
    read_variables,
    write_date,
    write_definition,
    write_id,
    write_variables,
)
from engine.models import Deployment, ProcessVersion
from engine.service import deploying, deployments, instances, reading
from engine.service.errors import Invalid, NotFound
from engine.service.starts import is_startable

# Of the API that is spoken here, not of the product: modelers compare it with what a diagram is made for.
VERSION = "7.24.0"
READABLE = (".bpmn", ".bpmn20.xml", ".xml", ".dmn", ".form", ".json")


class Version(EngineView):
    def get(self, request: Request) -> Response:
        return Response({"version": VERSION})


class Engines(EngineView):
    def get(self, request: Request) -> Response:
        return Response([{"name": "default"}])


class Deployments(EngineView):
    KNOWN = ("id", "name", "nameLike", "source")

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        found = deployments.list_deployments(request.user, name=members.text("name", "") or "")
        return Response([describe_deployment(row) for row in slice_of(members, found)])


class CreateDeployment(EngineView):
    parser_classes = (MultiPartParser,)

    @scoped("deploy")
    def post(self, request: Request) -> Response:
        members = Members({name: value for name, value in request.data.items() if name not in request.FILES})
        if members.text("tenant-id"):
            raise Invalid("tenant-unknown", "There are no tenants here: leave “tenant-id” out.")
        uploads = [upload for field in request.FILES for upload in request.FILES.getlist(field)]
        files = [deploying.File(upload.name or "resource.bpmn", upload.read()) for upload in uploads]
        for file in files:
            if not file.name.lower().endswith(READABLE):
                message = f"“{file.name}” is not supported: a resource is a BPMN, DMN or form file."
                raise Invalid("resource-unknown", message)
        name = members.text("deployment-name", "") or ""
        if members.flag("enable-duplicate-filtering") or members.flag("deploy-changed-only"):
            known = deployments.find_same(request.user, files, name)
            if known is not None:
                return Response(describe_deployment(known) | EMPTY)
        deployment = deploying.deploy(files, request.user, name=name, note=members.text("deployment-source", "") or "")
        return Response(describe_deployment(deployment) | describe_deployed(deployment))


EMPTY: dict[str, Any] = {
    "deployedProcessDefinitions": None,
    "deployedCaseDefinitions": None,
    "deployedDecisionDefinitions": None,
    "deployedDecisionRequirementsDefinitions": None,
}


def describe_deployment(row: Deployment) -> dict[str, Any]:
    return {
        "links": [],
        "id": write_id(DEPLOYMENT, row.pk),
        "name": row.name or None,
        "source": row.note or None,
        "deploymentTime": write_date(row.created_at),
        "tenantId": None,
    }


def describe_deployed(deployment: Deployment) -> dict[str, Any]:
    versions = [describe_definition(row) for row in deployment.versions.select_related("process", "file", "deployment")]
    decisions = [
        {"id": f"{row.key}:{row.number}", "key": row.key, "name": row.name or None, "version": row.number}
        for row in deployment.decisions.all()
    ]
    return EMPTY | {
        "deployedProcessDefinitions": {row["id"]: row for row in versions} or None,
        "deployedDecisionDefinitions": {row["id"]: row for row in decisions} or None,
    }


def describe_definition(version: ProcessVersion) -> dict[str, Any]:
    return {
        "id": write_definition(version),
        "key": version.process.key,
        "category": None,
        "description": None,
        "name": version.name or None,
        "version": version.number,
        "resource": version.file.name,
        "deploymentId": write_id(DEPLOYMENT, version.deployment_id),
        "diagram": None,
        "suspended": version.process.is_suspended,
        "tenantId": None,
        "versionTag": version.tag or None,
        "historyTimeToLive": None,
        "startableInTasklist": is_startable(version.process),
    }


class Definitions(EngineView):
    KNOWN = ("key", "keyLike", "name", "latestVersion", "version", "versionTag", "versionTagLike")

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        return Response([describe_definition(row) for row in slice_of(members, self.find(request, members))])

    def find(self, request: Request, members: Members) -> list[ProcessVersion]:
        rows = deployments.list_versions(request.user, members.text("key", "") or "")
        number = members.number("version")
        if number is not None:
            rows = [row for row in rows if row.number == number]
        tag = members.text("versionTag") or members.text("versionTagLike")
        if tag is not None:
            rows = [row for row in rows if row.tag == tag or (tag.endswith("%") and row.tag.startswith(tag[:-1]))]
        if members.flag("latestVersion"):
            rows = [row for row in rows if row.process.latest_id == row.pk]
        is_ascending = members.text("sortOrder") != "desc"
        return sorted(rows, key=lambda row: (row.process.key, row.number), reverse=not is_ascending)


class CountDefinitions(Definitions):
    def get(self, request: Request) -> Response:
        return Response({"count": len(self.find(request, read_filter(request, self.KNOWN)))})


def find_version(request: Request, key: str = "", id: str = "") -> ProcessVersion:
    """One that may be seen, of its key the latest."""
    if key:
        process = reading.get_process(request.user, key)
        number = process.latest.number if process.latest is not None else 0
        return reading.get_version(request.user, key, number)
    with _unseen_as_missing(id):
        return reading.get_version(request.user, *_numbered(id))


class OneDefinition(EngineView):
    def get(self, request: Request, key: str = "", id: str = "") -> Response:
        return Response(describe_definition(find_version(request, key, id)))


class DefinitionXml(EngineView):
    def get(self, request: Request, key: str = "", id: str = "") -> Response:
        version = find_version(request, key, id)
        return Response({"id": write_definition(version), "bpmn20Xml": reading.read_source(version)})


class Start(EngineView):
    @scoped("start")
    def post(self, request: Request, key: str = "", id: str = "", tenant: str = "") -> Response:
        if tenant:
            raise missing("Process definition of tenant", tenant)
        members = read_members(request)
        if members.given.get("startInstructions"):
            message = "“startInstructions” are not supported: a process begins at its start."
            raise Invalid("instructions-unknown", message)
        process, number = (key, None) if key else _numbered(id)
        with _unseen_as_missing(id):
            instance = instances.start(
                process, request.user, version=number, business_key=(members.text("businessKey", "") or "")[:255],
                variables=read_variables(members.given.get("variables")),
            )  # fmt: skip
        row = reading.read_instance(instance)
        answer = describe_instance(row)
        if members.flag("withVariablesInReturn"):
            answer["variables"] = write_variables(row.variables)
        return Response(answer)


@contextmanager
def _unseen_as_missing(id: str) -> Iterator[None]:
    """A definition that may not be seen is told apart from none at all by nothing."""
    try:
        yield
    except NotFound:
        if id:
            raise missing("Process definition", id) from None
        raise


def _numbered(id: str) -> tuple[str, int]:
    found = read_definition(id)
    row = ProcessVersion.objects.select_related("process").filter(pk=found).first() if found is not None else None
    if row is None:
        raise missing("Process definition", id)
    return row.process.key, row.number


def describe_instance(row: Any) -> dict[str, Any]:
    return {
        "links": [],
        "id": write_id(INSTANCE, row.pk),
        "definitionId": write_definition(row.version),
        "definitionKey": row.version.process.key,
        "businessKey": row.business_key or None,
        "caseInstanceId": None,
        "ended": row.ended_at is not None,
        "suspended": row.status == row.Status.SUSPENDED,
        "tenantId": None,
    }
