"""Deploying files, checking a diagram without storing anything, and drafts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict

from django.urls import reverse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.parsing import StrictJSONParser
from api.v1.base import View, operation, read_body
from api.v1.fields import Body, Flag, Number, Text
from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.models import DecisionVersion, Deployment, ProcessVersion
from engine.service import deploying, drafts
from engine.service.errors import Invalid

MOST_FILES = 100


class DeployedProcess(TypedDict):
    """A process of a deployment; `url` is its page."""

    key: str
    name: str
    version: int
    url: str
    warnings: list[dict[str, Any]]


class DeployedDecision(TypedDict):
    """A decision of a deployment."""

    key: str
    name: str
    number: int
    warnings: list[dict[str, Any]]


class DeployedForm(TypedDict):
    """A form of a deployment."""

    key: str
    number: int


class DeploymentAnswer(TypedDict):
    """Files that were deployed as one, and what is new by them."""

    id: int
    name: str
    created_at: datetime
    processes: list[DeployedProcess]
    decisions: list[DeployedDecision]
    forms: list[DeployedForm]


class ProblemsAnswer(TypedDict):
    """Findings: code, node, line, message, severity."""

    problems: list[dict[str, Any]]


class DraftAnswer(TypedDict):
    """A diagram that is being drawn. Saving it names the `revision` that was read."""

    key: str
    name: str
    xml: str
    files: list[dict[str, Any]]
    revision: int
    saved_at: datetime
    saved_by: str | None


class FileBody(Body):
    name = Text()
    content = Text(allow_blank=True, max_length=None)


class DraftBody(Body):
    xml = Text(allow_blank=True, max_length=None)
    revision = Number(min_value=0, max_value=2**31 - 1)
    name = Text(required=False, default="")
    files = FileBody(many=True, required=False, max_length=MOST_FILES)


class CheckBody(Body):
    xml = Text(allow_blank=True, max_length=None)
    files = FileBody(many=True, required=False, max_length=MOST_FILES, default=list)


class DeploymentWords(serializers.Serializer):
    name = Text(required=False, default="")
    note = Text(required=False, default="", max_length=10_000)
    accept_red = serializers.BooleanField(required=False, default=False)


class DeploymentBody(Body):
    files = FileBody(many=True, max_length=MOST_FILES)
    name = Text(required=False, default="")
    note = Text(required=False, default="", max_length=10_000)
    accept_red = Flag(required=False, default=False, help_text="Although scenarios do not go as expected.")


UPLOAD = {
    "type": "object",
    "description": "Files under any field names, with their words.",
    "properties": {
        "name": {"type": "string", "maxLength": 255},
        "note": {"type": "string", "maxLength": 10_000},
        "accept_red": {"type": "boolean"},
        "file": {"type": "string", "format": "binary"},
    },
    "required": ["file"],
}


def describe_deployed(version: ProcessVersion) -> DeployedProcess:
    process = version.process
    return {
        "key": process.key,
        "name": str(process),
        "version": version.number,
        "url": reverse("designer:process", args=[process.key]),
        "warnings": version.warnings,
    }


def describe_decided(row: DecisionVersion) -> DeployedDecision:
    return {"key": row.key, "name": row.name or row.key, "number": row.number, "warnings": row.warnings}


def describe_deployment(deployment: Deployment) -> DeploymentAnswer:
    return {
        "id": deployment.pk,
        "name": deployment.name,
        "created_at": deployment.created_at,
        "processes": [describe_deployed(version) for version in deployment.versions.select_related("process")],
        "decisions": [describe_decided(row) for row in deployment.decisions.order_by("pk")],
        "forms": [{"key": row.key, "number": row.number} for row in deployment.forms.all()],
    }


def describe_draft(draft: Any) -> DraftAnswer:
    return {
        "key": draft.key,
        "name": draft.name,
        "xml": draft.xml,
        "files": draft.files,
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "saved_by": draft.saved_by.get_username() if draft.saved_by else None,
    }


class Deployments(View):
    parser_classes = (StrictJSONParser, MultiPartParser)

    @operation(
        "deploy",
        body={"application/json": DeploymentBody, "multipart/form-data": UPLOAD},
        answer=DeploymentAnswer,
        status=201,
        scope="deploy",
    )
    def post(self, request: Request) -> Response:
        """Deploy BPMN, DMN and form files as one; a problem in any of them stores nothing.

        The scenarios of the processes run before: a red one refuses the deployment with 409 unless `accept_red`."""
        files, words = self._read(request)
        deployment = deploying.deploy(
            files, request.user, name=words["name"], note=words["note"], accepts_red=words["accept_red"]
        )
        return Response(describe_deployment(deployment), status=201)

    def _read(self, request: Request) -> tuple[list[deploying.File], dict[str, Any]]:
        if request.FILES:
            uploads = [upload for field in request.FILES for upload in request.FILES.getlist(field)]
            files = [deploying.File(upload.name or "file.bpmn", upload.read()) for upload in uploads]
            return files, read_body(request, DeploymentWords)
        body = read_body(request, DeploymentBody)
        return read_files(body["files"]), body


class Check(View):
    @operation("check_diagram", body=CheckBody, answer=ProblemsAnswer)
    def post(self, request: Request) -> Response:
        """Everything that is wrong with a diagram and its files, as deployment would say it; nothing is stored."""
        body = read_body(request, CheckBody)
        files = [{"name": "diagram.bpmn", "content": body["xml"]}, *body["files"]]
        try:
            found = deploying.check_files(read_files(files)).warnings
        except DiagramError as error:
            found = list(error.problems)
        return Response({"problems": [asdict(problem) for problem in found]})


class OneDraft(View):
    @operation("get_draft", answer=DraftAnswer)
    def get(self, request: Request, key: str) -> Response:
        """The draft of a process, or its latest version where there is none."""
        return Response(describe_draft(drafts.get_draft(request.user, key)))

    @operation("save_draft", body=DraftBody, answer=DraftAnswer, scope="deploy")
    def put(self, request: Request, key: str) -> Response:
        """Save the draft; refused when somebody has saved since the revision was read."""
        body = read_body(request, DraftBody)
        draft = drafts.save_draft(
            request.user, key, body["xml"], body["revision"], name=body["name"], files=body.get("files")
        )
        return Response(describe_draft(draft))


def read_files(files: list[dict[str, str]]) -> list[deploying.File]:
    return [deploying.File(file["name"], as_bytes(file["content"])) for file in files]


def as_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid("text-invalid", say("The text holds half a character (a lone surrogate).")) from None
