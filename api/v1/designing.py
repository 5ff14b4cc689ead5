"""What the designer asks while somebody draws: what may be chosen, timers in words, decisions tried, a tidy layout."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypedDict, get_type_hints

from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import View, operation, read_body
from api.v1.deployments import MOST_FILES, FileBody, as_bytes
from api.v1.fields import Body, Choice, Number, Text, Variables
from engine.core.feel import to_json
from engine.core.model.problems import DiagramError
from engine.core.parse.xml import as_text
from engine.service import catalogue, previews
from engine.service.errors import Invalid
from engine.service.words import translate_all
from engine.worker import handlers
from engine.worker.connectors import CONNECTORS
from engine.worker.connectors.templates import make_templates
from engine.worker.inputs import name_of

# Templates offer these; a handler is what an application has registered itself.
BUILT_IN = {name for one in CONNECTORS.values() for name in (one.type, *one.aliases)}


class CatalogueAnswer(TypedDict):
    """What a diagram can name."""

    groups: list[Any]
    handlers: list[dict[str, Any]]
    processes: list[Any]
    decisions: list[Any]
    forms: list[Any]
    templates: list[dict[str, Any]]


class TriedAnswer(TypedDict):
    """What the decision gave; a hit has the id and the number of its rule."""

    value: Any
    hits: list[dict[str, Any]]
    records: list[dict[str, Any]]
    diagnostics: list[str]


class LayoutAnswer(TypedDict):
    """The diagram with a new drawing."""

    xml: str


class TimerBody(Body):
    kind = Choice(["date", "duration", "cycle"])
    text = Text(allow_blank=True, max_length=10_000)
    variables = Variables(required=False)


class PausesBody(Body):
    text = Text(allow_blank=True, max_length=1_000)
    retries = Number(min_value=0, max_value=1_000, required=False, default=3)


class TriedDecisionBody(Body):
    files = FileBody(many=True, max_length=MOST_FILES)
    decision = Text()
    variables = Variables(required=False)


class DiagramBody(Body):
    xml = Text(max_length=None)


class Catalogue(View):
    @operation("get_catalogue", answer=CatalogueAnswer)
    def get(self, request: Request) -> Response:
        """What a diagram can name: groups, handlers, connectors as templates, processes, decisions, forms."""
        names = catalogue.list_names(request.user)
        known = [one for one in handlers.list_handlers() if one.type not in BUILT_IN]
        described = {"handlers": [describe_handler(one) for one in known], "templates": make_templates()}
        return Response(names | described)


class Timers(View):
    @operation("preview_timer", body=TimerBody, answer=dict)
    def post(self, request: Request) -> Response:
        """A timer in words, and its next three firings if it began to wait now."""
        body = read_body(request, TimerBody)
        return Response(
            translate_all(previews.preview_timer(request.user, body["kind"], body["text"], body["variables"]))
        )


class Retries(View):
    @operation("preview_retries", body=PausesBody, answer=dict)
    def post(self, request: Request) -> Response:
        """The pauses between the attempts of a job, in words."""
        body = read_body(request, PausesBody)
        return Response(translate_all(previews.preview_retries(request.user, body["text"], body["retries"])))


class TryDecision(View):
    @operation("try_decision", body=TriedDecisionBody, answer=TriedAnswer)
    def post(self, request: Request) -> Response:
        """Evaluate a decision that is being drawn: its value, and the rules that hit by id and number."""
        body = read_body(request, TriedDecisionBody)
        files = [as_bytes(file["content"]) for file in body["files"]]
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


class Layout(View):
    @operation("lay_out_diagram", body=DiagramBody, answer=LayoutAnswer)
    def post(self, request: Request) -> Response:
        """The diagram with a new drawing: columns and rows, pools and lanes; nothing is stored."""
        body = read_body(request, DiagramBody)
        return Response({"xml": as_text(previews.tidy(request.user, as_bytes(body["xml"])))})


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
