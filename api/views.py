"""The REST API, version 1: each view reads the request, calls one function of the service and describes the answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from api import pages, requests
from api.describe import (
    describe_deployed,
    describe_instance,
    describe_item,
    describe_process,
    describe_state,
    describe_transition,
    describe_version,
)
from api.parsing import StrictJSONParser
from engine.core.feel import to_json
from engine.core.model.problems import DiagramError
from engine.models import Instance, ProcessVersion
from engine.service import decisions, deploying, documents, drafts, forms, history, instances, items, reading, worklist
from engine.service.errors import Invalid, NotFound
from engine.service.expressions import try_expression
from engine.worker.handlers import list_handlers

ANSWER = {200: dict}
LONGEST_KEY = 255


def read_body(request: Request, shape: type[Serializer]) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    body: dict[str, Any] = serializer.validated_data
    return body


def read_number(text: str | None, name: str, default: int | None = None, *, most: int = 2**63 - 1) -> int | None:
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > most:
        raise Invalid("parameter-invalid", f"“{name}” must be a whole number up to {most}.")
    return int(text)


class Processes(APIView):
    @extend_schema(operation_id="list_processes", responses=ANSWER, parameters=[OpenApiParameter("search", str)])
    def get(self, request: Request) -> Response:
        """The processes that you may see or start."""
        found = reading.list_processes(request.user, search=request.query_params.get("search", "")[:200])
        return Response({"results": [describe_process(process) for process in found]})


class OneProcess(APIView):
    @extend_schema(operation_id="get_process", responses=ANSWER)
    def get(self, request: Request, key: str) -> Response:
        """One process with its versions."""
        process = reading.get_process(request.user, key)
        versions = reading.list_versions(request.user, process)
        return Response(describe_process(process) | {"versions": [describe_version(v) for v in versions]})


class OneVersion(APIView):
    @extend_schema(operation_id="get_version", responses=ANSWER)
    def get(self, request: Request, key: str, number: int) -> Response:
        """A version with what the engine executes: its states and transitions."""
        process = reading.get_process(request.user, key)
        version = ProcessVersion.objects.select_related("process").filter(process=process, number=number).first()
        if version is None:
            raise NotFound("version-not-found", f"“{process}” has no version {number}.")
        transitions = version.transitions.select_related("source", "target").order_by("number")
        return Response(
            describe_version(version)
            | {
                "states": [describe_state(state) for state in version.states.order_by("position")],
                "transitions": [describe_transition(row) for row in transitions],
            }
        )


class Deployments(APIView):
    parser_classes = (StrictJSONParser, MultiPartParser, FormParser)

    @extend_schema(operation_id="deploy", request=requests.DeploymentBody, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Deploy BPMN, DMN and form files as one; a problem in any of them stores nothing."""
        files, name, note = self._read(request)
        deployment = deploying.deploy(files, request.user, name=name, note=note)
        versions = deployment.versions.select_related("process")
        answer = {
            "id": deployment.pk,
            "name": deployment.name,
            "created_at": deployment.created_at,
            "processes": [describe_deployed(version) for version in versions],
            "decisions": [{"key": row.key, "number": row.number} for row in deployment.decisions.all()],
            "forms": [{"key": row.key, "number": row.number} for row in deployment.forms.all()],
        }
        return Response(answer, status=201)

    def _read(self, request: Request) -> tuple[list[deploying.File], str, str]:
        if request.FILES:
            uploads = [upload for field in request.FILES for upload in request.FILES.getlist(field)]
            files = [deploying.File(upload.name or "file.bpmn", upload.read()) for upload in uploads]
            words = read_body(request, requests.DeploymentWords)
            return files, words["name"], words["note"]
        body = read_body(request, requests.DeploymentBody)
        files = [deploying.File(file["name"], _as_bytes(file["content"])) for file in body["files"]]
        return files, body["name"], body["note"]


class Check(APIView):
    @extend_schema(operation_id="check_diagram", request=requests.CheckBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """Everything that is wrong with a diagram and its files, as deployment would say it; nothing is stored."""
        body = read_body(request, requests.CheckBody)
        files = [{"name": "diagram.bpmn", "content": body["xml"]}, *body["files"]]
        try:
            found = deploying.check_files(
                [deploying.File(file["name"], _as_bytes(file["content"])) for file in files],
                [one.type for one in list_handlers()],
            ).warnings
        except DiagramError as error:
            found = list(error.problems)
        return Response({"problems": [asdict(problem) for problem in found]})


class OneDraft(APIView):
    @extend_schema(operation_id="get_draft", responses=ANSWER)
    def get(self, request: Request, key: str) -> Response:
        """The draft of a process, or its latest version where there is none."""
        return Response(_describe_draft(drafts.get_draft(request.user, key)))

    @extend_schema(operation_id="save_draft", request=requests.DraftBody, responses={200: dict, 409: dict})
    def put(self, request: Request, key: str) -> Response:
        """Save the draft; refused when somebody has saved since the revision was read."""
        body = read_body(request, requests.DraftBody)
        try:
            draft = drafts.save_draft(
                request.user, key, body["xml"], body["revision"], name=body.get("name", ""), files=body.get("files")
            )
        except drafts.DraftConflict as conflict:
            answer = {
                "type": "about:blank",
                "code": conflict.code,
                "detail": conflict.message,
                "title": conflict.message,
                "status": 409,
            }
            saved_by = conflict.draft.saved_by
            answer["saved_by"] = saved_by.get_username() if saved_by else None
            return Response(answer, status=409, content_type="application/problem+json")
        return Response(_describe_draft(draft))


class Instances(APIView):
    @extend_schema(
        operation_id="list_instances",
        responses=ANSWER,
        parameters=[
            OpenApiParameter("process", str),
            OpenApiParameter("status", str, enum=[label for _, label in Instance.Status.choices]),
            OpenApiParameter("business_key", str),
            OpenApiParameter("before", str),
        ],
    )
    def get(self, request: Request) -> Response:
        """Instances, newest first; `next` is the value of `before` for the page after."""
        query = request.query_params
        words = {str(label): value for value, label in Instance.Status.choices}
        status = query.get("status", "")
        if status and status not in words:
            raise Invalid("parameter-invalid", f"“status” is one of {', '.join(words)}.")
        found = reading.list_instances(
            request.user,
            process=query.get("process", "")[:255],
            status=[words[status]] if status else (),
            search=query.get("business_key", "")[:255],
            before=read_number(query.get("before"), "before"),
        )
        following = str(found[-1].pk) if len(found) == reading.PAGE else None
        return Response({"results": [describe_instance(row) for row in found], "next": following})

    @extend_schema(operation_id="start_instance", request=requests.StartBody, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Start an instance. The same `Idempotency-Key` header starts it once."""
        body = read_body(request, requests.StartBody)
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > LONGEST_KEY:
            raise Invalid("header-invalid", f"“Idempotency-Key” has at most {LONGEST_KEY} characters.")
        instance = instances.start(
            body["process"],
            request.user,
            variables=body["variables"],
            business_key=body["business_key"],
            version=body["version"],
            idempotency_key=key,
        )
        row = Instance.objects.select_related("version__process").get(pk=instance)
        return Response(describe_instance(row), status=201)


class StartProcess(APIView):
    @extend_schema(operation_id="submit_start_form", request=requests.StartFormBody, responses={201: dict})
    def post(self, request: Request, key: str) -> Response:
        """Start an instance from its start form; `next` is the page to show then."""
        body = read_body(request, requests.StartFormBody)
        variables = forms.check_start(request.user, key, instances.check_variables(body["variables"]))
        instance = instances.start(key, request.user, variables=variables, business_key=body["business_key"])
        documents.claim_files(request.user, forms.files_in(variables), instance)
        return Response({"instance": str(instance), "next": pages.after_start(request.user, instance)}, status=201)


class OneInstance(APIView):
    @extend_schema(operation_id="get_instance", responses=ANSWER)
    def get(self, request: Request, instance: int) -> Response:
        """One instance with its variables."""
        row = reading.get_instance(request.user, instance)
        return Response(describe_instance(row) | {"variables": row.variables})


class InstanceState(APIView):
    @extend_schema(operation_id="get_instance_state", responses=ANSWER)
    def get(self, request: Request, instance: int) -> Response:
        """Where its tokens are, what it has passed and what failed."""
        return Response(history.read_state(reading.get_instance(request.user, instance)))


class InstanceHistory(APIView):
    @extend_schema(operation_id="get_instance_history", responses=ANSWER, parameters=[OpenApiParameter("after", str)])
    def get(self, request: Request, instance: int) -> Response:
        """What happened after the revision, unit of work by unit of work."""
        row = reading.get_instance(request.user, instance)
        after = read_number(request.query_params.get("after"), "after", 0, most=2**24 - 1) or 0
        return Response({"steps": history.frames_after(row, after)})


class InstanceVariables(APIView):
    @extend_schema(operation_id="set_instance_variables", request=requests.VariablesBody, responses={204: None})
    def post(self, request: Request, instance: int) -> Response:
        """Set variables; conditions that read them are asked."""
        body = read_body(request, requests.VariablesBody)
        instances.set_variables(instance, request.user, body["variables"])
        return Response(status=204)


class CancelInstance(APIView):
    @extend_schema(operation_id="cancel_instance", request=requests.ReasonBody, responses={204: None})
    def post(self, request: Request, instance: int) -> Response:
        """End the instance now."""
        body = read_body(request, requests.ReasonBody)
        instances.cancel(instance, request.user, reason=body["reason"])
        return Response(status=204)


class SuspendInstance(APIView):
    @extend_schema(operation_id="suspend_instance", request=None, responses={204: None})
    def post(self, request: Request, instance: int) -> Response:
        """Nothing of the instance moves until it is resumed."""
        instances.suspend(instance, request.user)
        return Response(status=204)


class ResumeInstance(APIView):
    @extend_schema(operation_id="resume_instance", request=None, responses={204: None})
    def post(self, request: Request, instance: int) -> Response:
        """Go on after a suspension."""
        instances.resume(instance, request.user)
        return Response(status=204)


class RetryIncident(APIView):
    @extend_schema(operation_id="retry_incident", request=requests.RetryBody, responses={204: None})
    def post(self, request: Request, incident: int) -> Response:
        """Change variables if given, then try the failed step again."""
        body = read_body(request, requests.RetryBody)
        instances.retry_incident(incident, request.user, variables=body["variables"])
        return Response(status=204)


class Tasks(APIView):
    @extend_schema(
        operation_id="list_tasks",
        responses=ANSWER,
        parameters=[OpenApiParameter("view", str), OpenApiParameter("process", str), OpenApiParameter("search", str)],
    )
    def get(self, request: Request) -> Response:
        """Your tasks and those of your groups, soonest due first."""
        query = request.query_params
        found = worklist.list_items(
            request.user,
            query.get("view", ""),
            now=datetime.now(UTC),
            process=query.get("process", "")[:255],
            search=query.get("search", "")[:255],
        )
        return Response({"results": [describe_item(item) for item in found]})


class OneTask(APIView):
    @extend_schema(operation_id="get_task", responses=ANSWER)
    def get(self, request: Request, task: int) -> Response:
        """One task with its form."""
        return Response(describe_item(worklist.get_item(request.user, task)))


class ClaimTask(APIView):
    @extend_schema(operation_id="claim_task", request=None, responses={204: None})
    def post(self, request: Request, task: int) -> Response:
        """Make the task yours."""
        items.claim(task, request.user)
        return Response(status=204)


class ReleaseTask(APIView):
    @extend_schema(operation_id="release_task", request=None, responses={204: None})
    def post(self, request: Request, task: int) -> Response:
        """Give the task back to its candidates."""
        items.release(task, request.user)
        return Response(status=204)


class AssignTask(APIView):
    @extend_schema(operation_id="assign_task", request=requests.AssignBody, responses={204: None})
    def post(self, request: Request, task: int) -> Response:
        """Give the task to somebody."""
        items.assign(task, request.user, read_body(request, requests.AssignBody)["user"])
        return Response(status=204)


class CompleteTask(APIView):
    @extend_schema(operation_id="complete_task", request=requests.CompleteBody, responses=ANSWER)
    def post(self, request: Request, task: int) -> Response:
        """Complete the task; the process goes on with the variables."""
        body = read_body(request, requests.CompleteBody)
        items.complete(task, request.user, body["variables"], outcome=body["outcome"] or "")
        return Response({"next": pages.after_task(request.user)})


class SubmitTask(APIView):
    @extend_schema(operation_id="submit_task_form", request=requests.CompleteBody, responses=ANSWER)
    def post(self, request: Request, task: int) -> Response:
        """Complete the task with what its form gave: every field is checked; `next` is the page to show then."""
        body = read_body(request, requests.CompleteBody)
        outcome = body["outcome"] or ""
        variables = forms.check_task(request.user, task, instances.check_variables(body["variables"]), outcome)
        instance = items.complete(task, request.user, variables, outcome=outcome)
        documents.claim_files(request.user, forms.files_in(variables), instance)
        return Response({"next": pages.after_task(request.user)})


class Messages(APIView):
    @extend_schema(operation_id="send_message", request=requests.MessageBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """Give a message to the one instance that waits for it, or start one."""
        body = read_body(request, requests.MessageBody)
        reached = instances.send_message(
            body["name"],
            request.user,
            key=body["correlation_key"],
            variables=body["variables"],
            time_to_live=body["time_to_live"],
            message_id=body["message_id"],
        )
        return Response({"instances": [str(instance) for instance in reached]})


class Signals(APIView):
    @extend_schema(operation_id="send_signal", request=requests.SignalBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """Give a signal to everyone who waits for it."""
        body = read_body(request, requests.SignalBody)
        return Response({"reached": instances.send_signal(body["name"], request.user, variables=body["variables"])})


class Decisions(APIView):
    @extend_schema(operation_id="list_decisions", responses=ANSWER, parameters=[OpenApiParameter("search", str)])
    def get(self, request: Request) -> Response:
        """The latest version of each decision."""
        found = decisions.list_decisions(request.user, search=request.query_params.get("search", "")[:200])
        return Response({"results": [{"key": row.key, "name": row.name, "version": row.number} for row in found]})


class OneDecision(APIView):
    @extend_schema(operation_id="get_decision", responses=ANSWER)
    def get(self, request: Request, key: str) -> Response:
        """One decision with its versions and what it needs."""
        row = decisions.get_decision(request.user, key)
        versions = [version.number for version in decisions.list_versions(request.user, key)]
        answer = {"key": key, "name": row.name, "version": row.number, "versions": versions}
        return Response(answer | {"inputs": decisions.inputs_of(row), "table": decisions.describe_table(row)})


class EvaluateDecision(APIView):
    @extend_schema(operation_id="evaluate_decision", request=requests.EvaluateBody, responses=ANSWER)
    def post(self, request: Request, key: str) -> Response:
        """Evaluate the decision on variables: its value and every rule that hit; nothing is stored."""
        body = read_body(request, requests.EvaluateBody)
        result = decisions.evaluate(request.user, key, body["variables"], body["version"])
        return Response(
            {
                "value": to_json(result.value),
                "records": [record.to_json() for record in result.records],
                "diagnostics": [finding.message for finding in result.diagnostics],
            }
        )


class Feel(APIView):
    @extend_schema(operation_id="evaluate_expression", request=requests.FeelBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """Evaluate an expression or unary tests on sample data: value, type, findings with places, warnings."""
        body = read_body(request, requests.FeelBody)
        answer = try_expression(
            body["expression"],
            instances.check_variables(body["variables"]),
            language=body["language"],
            is_unary=body["unary"],
            input_value=instances.check_variables({"?": body["input"]})["?"],
        )
        return Response(answer)


@extend_schema(exclude=True)
class Nowhere(APIView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("not-found", "There is nothing at this address; /api/schema/ has the whole API.")


def _describe_draft(draft: Any) -> dict[str, Any]:
    return {
        "key": draft.key,
        "name": draft.name,
        "xml": draft.xml,
        "files": draft.files,
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "saved_by": draft.saved_by.get_username() if draft.saved_by else None,
    }


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid("text-invalid", "The text holds half a character (a lone surrogate).") from None
