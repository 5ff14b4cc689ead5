"""The events that an instance takes now, by name, and sending it one: what a program does with a state machine."""

from __future__ import annotations

from typing import TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import View, operation, read_body
from api.v1.fields import Body, Text, Variables
from engine.service import events


class EventAnswer(TypedDict):
    """An event that may be sent now. `place` is the state that takes it, `node` the event as drawn."""

    name: str
    place: str
    node: str
    correlation_key: str | None


class EventsAnswer(TypedDict):
    """All that may be sent now."""

    results: list[EventAnswer]


class EventBody(Body):
    name = Text()
    variables = Variables(required=False)


def describe_event(event: events.OpenEvent) -> EventAnswer:
    return {"name": event.name, "place": event.place, "node": event.node, "correlation_key": event.key}


class InstanceEvents(View):
    @operation("list_instance_events", answer=EventsAnswer)
    def get(self, request: Request, instance: int) -> Response:
        """The events that the instance takes now: the messages that its states wait for."""
        return Response({"results": [describe_event(event) for event in events.list_events(request.user, instance)]})

    @operation("send_instance_event", body=EventBody, scope="start")
    def post(self, request: Request, instance: int) -> Response:
        """Send an event to this instance. One that it does not take now is a 409 that names those it takes."""
        body = read_body(request, EventBody)
        events.send_event(request.user, instance, body["name"], body["variables"])
        return Response(status=204)
