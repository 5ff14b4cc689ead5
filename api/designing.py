"""What the designer asks while somebody draws: what may be chosen, timers in words, decisions tried, a tidy layout."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.requests import FileBody
from engine.core.feel import to_json
from engine.core.model.problems import DiagramError
from engine.core.parse.xml import as_text
from engine.service import catalogue, previews
from engine.service.errors import Invalid
from engine.worker import handlers
from engine.worker.inputs import name_of

ANSWER = {200: dict}


class TimerBody(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["date", "duration", "cycle"])
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=10_000)
    variables = serializers.DictField(required=False, default=dict)


class RetriesBody(serializers.Serializer):
    text = serializers.CharField(allow_blank=True, max_length=1_000)
    retries = serializers.IntegerField(min_value=0, max_value=1_000, required=False, default=3)


class DecisionBody(serializers.Serializer):
    files = FileBody(many=True)
    decision = serializers.CharField(max_length=255)
    variables = serializers.DictField(required=False, default=dict)


class DiagramBody(serializers.Serializer):
    xml = serializers.CharField(trim_whitespace=False)


def read_body(request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    body: dict[str, Any] = serializer.validated_data
    return body


class Catalogue(APIView):
    @extend_schema(operation_id="get_catalogue", responses=ANSWER)
    def get(self, request: Request) -> Response:
        """What a diagram can name: groups, handlers with their inputs, processes, decisions, forms."""
        names = catalogue.list_names(request.user)
        return Response(names | {"handlers": [describe_handler(one) for one in handlers.list_handlers()]})


class Timers(APIView):
    @extend_schema(operation_id="preview_timer", request=TimerBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """A timer in words, and its next three firings if it began to wait now."""
        body = read_body(request, TimerBody)
        return Response(previews.preview_timer(request.user, body["kind"], body["text"], body["variables"]))


class Retries(APIView):
    @extend_schema(operation_id="preview_retries", request=RetriesBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """The pauses between the attempts of a job, in words."""
        body = read_body(request, RetriesBody)
        return Response(previews.preview_retries(request.user, body["text"], body["retries"]))


class TryDecision(APIView):
    @extend_schema(operation_id="try_decision", request=DecisionBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """Evaluate a decision that is being drawn: its value, and the rules that hit by id and number."""
        body = read_body(request, DecisionBody)
        files = [_encode(file["content"]) for file in body["files"]]
        try:
            result, rules = previews.try_decision(request.user, files, body["decision"], body["variables"])
        except DiagramError as error:
            raise Invalid("decision-invalid", error.problems[0].message) from None
        hits = [rule for record in result.records if record.id == body["decision"] for rule in record.rules]
        return Response(
            {
                "value": to_json(result.value),
                "hits": [{"id": rule, "number": rules.index(rule) + 1 if rule in rules else None} for rule in hits],
                "records": [record.to_json() for record in result.records],
                "diagnostics": [finding.message for finding in result.diagnostics],
            }
        )


class Layout(APIView):
    @extend_schema(operation_id="lay_out_diagram", request=DiagramBody, responses=ANSWER)
    def post(self, request: Request) -> Response:
        """The diagram with a new drawing: columns and rows, pools and lanes; nothing is stored."""
        body = read_body(request, DiagramBody)
        return Response({"xml": as_text(previews.tidy(request.user, _encode(body["xml"])))})


def describe_handler(one: handlers.Handler) -> dict[str, Any]:
    return {
        "type": one.type,
        "description": one.description,
        "retry": one.retry,
        "timeout": one.timeout,
        "inputs": _describe_inputs(one.input) if one.input is not None else [],
    }


def _describe_inputs(shape: type[Any]) -> list[dict[str, Any]]:
    hints = get_type_hints(shape)
    return [
        {
            "name": field.name,
            "type": name_of(hints[field.name]),
            "is_required": field.default is MISSING and field.default_factory is MISSING,
            "default": None if field.default is MISSING else field.default,
        }
        for field in fields(shape)
    ]


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid("text-invalid", "The text holds half a character (a lone surrogate).") from None
