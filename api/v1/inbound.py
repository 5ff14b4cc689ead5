"""Events from outside (CloudEvents 1.0), the mappings that say what they mean, and those that meant nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.events import mappings
from api.events.reading import BATCH, STRUCTURED, Event, read_events, read_structured
from api.models import EventMapping, UnmatchedEvent
from api.v1.base import PageQuery, View, operation, page, page_of, page_of_keys, read_body, read_key_cursor, read_query
from api.v1.fields import Body, Choice, Flag, Seconds, Text
from engine.service.inbound import Received

LONGEST_TEXT = 10_000
EVENT = {
    "type": "object",
    "description": "A CloudEvent. Attributes beyond these are its extensions.",
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": {"type": "string", "minLength": 1, "maxLength": 255},
        "source": {"type": "string", "minLength": 1, "maxLength": 1000},
        "type": {"type": "string", "minLength": 1, "maxLength": 255},
        "subject": {"type": ["string", "null"], "maxLength": 1000},
        "time": {"type": ["string", "null"], "format": "date-time"},
        "datacontenttype": {"type": ["string", "null"], "maxLength": 1000},
        "data": {},
    },
    "required": ["specversion", "id", "source", "type"],
    "additionalProperties": False,
}


class TakenEvent(TypedDict):
    """What an event did: `known` came before, the message of one that is `kept` waits for its receiver, `unmatched` is
    for a person, with the reasons."""

    id: str
    source: str
    status: Literal["done", "known", "kept", "unmatched"]
    instances: list[str]
    reasons: list[str]


class TakenEvents(TypedDict):
    """One entry for each event, in order."""

    events: list[TakenEvent]


class MappingAnswer(TypedDict):
    """What events mean: texts are FEEL over id, source, type, subject, time, data and extensions."""

    id: int
    name: str
    condition: str
    action: Literal["start", "message", "signal"]
    target: str
    key: str
    variables: str
    time_to_live: float
    is_enabled: bool


class UnmatchedAnswer(TypedDict):
    """An event that did nothing, whole, and why."""

    id: str
    received_at: datetime
    reason: str
    event: dict[str, Any]


class MappingBody(Body):
    name = Text(max_length=100)
    condition = Text(max_length=LONGEST_TEXT, help_text="FEEL; true where the mapping is for the event.")
    action = Choice([str(value) for value in EventMapping.Action.values])
    target = Text(help_text="Key of the process, or name of the message or signal.")
    key = Text(required=False, default="", max_length=LONGEST_TEXT, help_text="FEEL; correlation or business key.")
    variables = Text(required=False, default="", max_length=LONGEST_TEXT, help_text="FEEL; else what `data` holds.")
    time_to_live = Seconds(required=False, min_value=0, max_value=31_536_000, default=0.0)
    is_enabled = Flag(required=False, default=True)


class AnyParser(BaseParser):
    """The bytes: what they are is said by headers that the view reads."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        content: bytes = stream.read()
        return content


def describe_taken(event: Event, received: Received) -> TakenEvent:
    status = "known" if received.is_known else "done" if received.is_matched else "unmatched"
    status = "kept" if received.is_kept else status
    return {
        "id": event.id,
        "source": event.source,
        "status": status,  # type: ignore[typeddict-item]
        "instances": [str(instance) for instance in received.instances],
        "reasons": received.refusals,
    }


def describe_mapping(row: EventMapping) -> MappingAnswer:
    return {
        "id": row.pk,
        "name": row.name,
        "condition": row.condition,
        "action": row.action,  # type: ignore[typeddict-item]
        "target": row.target,
        "key": row.key,
        "variables": row.variables,
        "time_to_live": row.time_to_live,
        "is_enabled": row.is_enabled,
    }


def describe_unmatched(row: UnmatchedEvent) -> UnmatchedAnswer:
    return {"id": str(row.pk), "received_at": row.received_at, "reason": row.reason, "event": row.content}


def write_event(event: Event) -> dict[str, Any]:
    """As it is kept: structured, whatever way it came."""
    members = {**event.extensions, **event._asdict(), "specversion": "1.0"}
    return {name: value for name, value in members.items() if name != "extensions" and value is not None}


class Events(View):
    parser_classes = (AnyParser,)

    @operation(
        "receive_events",
        body={STRUCTURED: EVENT, BATCH: {"type": "array", "items": EVENT, "maxItems": 100}},
        answer=TakenEvents,
        scope="start",
    )
    def post(self, request: Request) -> Response:
        """Take CloudEvents 1.0: structured, as a batch, or binary with `ce-` headers and any body.

        Mappings say what they start, correlate or signal. The same source and id counts once. One that does nothing is
        kept as unmatched; so is one whose message was kept for a receiver that did not come."""
        body = request.data if isinstance(request.data, bytes) else b""
        events = read_events(request.content_type or "", request.headers, body)
        taken = [describe_taken(one, mappings.receive(request.user, one, write_event(one))) for one in events]
        return Response({"events": taken})


class Mappings(View):
    @operation("list_event_mappings", query=PageQuery, answer=page_of(MappingAnswer))
    def get(self, request: Request) -> Response:
        """What events mean here."""
        query = read_query(request, PageQuery)
        return page_of_keys(mappings.list_mappings(request.user), query, describe_mapping, lambda row: str(row.pk))

    @operation("make_event_mapping", body=MappingBody, answer=MappingAnswer, status=201, scope="deploy")
    def post(self, request: Request) -> Response:
        """Declare what events mean."""
        return Response(
            describe_mapping(mappings.save_mapping(request.user, read_body(request, MappingBody))), status=201
        )


class OneMapping(View):
    @operation("get_event_mapping", answer=MappingAnswer)
    def get(self, request: Request, mapping: int) -> Response:
        """One mapping."""
        return Response(describe_mapping(mappings.get_mapping(request.user, mapping)))

    @operation("change_event_mapping", body=MappingBody, answer=MappingAnswer, scope="deploy")
    def put(self, request: Request, mapping: int) -> Response:
        """The mapping as it shall be from now on."""
        found = mappings.save_mapping(request.user, read_body(request, MappingBody), mapping)
        return Response(describe_mapping(found))

    @operation("delete_event_mapping", scope="deploy")
    def delete(self, request: Request, mapping: int) -> Response:
        """From now on events do not mean this."""
        mappings.delete_mapping(request.user, mapping)
        return Response(status=204)


class Unmatched(View):
    @operation("list_unmatched_events", query=PageQuery, answer=page_of(UnmatchedAnswer))
    def get(self, request: Request) -> Response:
        """Events that did nothing and that nobody has dealt with, newest first."""
        query = read_query(request, PageQuery)
        found = mappings.list_unmatched(request.user, read_key_cursor(query["cursor"]), query["limit"] + 1)
        return page(found, query["limit"], describe_unmatched, lambda row: str(row.pk))


class OneUnmatched(View):
    @operation("get_unmatched_event", answer=UnmatchedAnswer)
    def get(self, request: Request, event: int) -> Response:
        """One event that did nothing."""
        return Response(describe_unmatched(mappings.get_unmatched(request.user, event)))

    @operation("dismiss_unmatched_event", scope="operate")
    def delete(self, request: Request, event: int) -> Response:
        """Nobody has to look at it any more."""
        mappings.dismiss_unmatched(request.user, event)
        return Response(status=204)


class RetryUnmatched(View):
    @operation("retry_unmatched_event", answer=TakenEvents, scope="operate")
    def post(self, request: Request, event: int) -> Response:
        """Try the event again with the mappings as they are now; 409 where it still does nothing."""
        row = mappings.get_unmatched(request.user, event)
        received = mappings.retry_unmatched(request.user, event)
        return Response({"events": [describe_taken(read_structured(row.content, "The event"), received)]})
