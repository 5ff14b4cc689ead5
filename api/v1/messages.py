"""Messages to one instance and signals to all."""

from __future__ import annotations

from typing import TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import View, idempotency_key, operation, read_body
from api.v1.fields import Body, Seconds, Text, Variables
from engine.service import instances

LONGEST_LIFE = 31_536_000


class MessageAnswer(TypedDict):
    """The instance that was reached or started; none where the message is kept."""

    instances: list[str]


class SignalAnswer(TypedDict):
    """How many instances were reached or started."""

    reached: int


class MessageBody(Body):
    name = Text()
    correlation_key = Text(required=False, allow_null=True, default=None)
    business_key = Text(required=False, allow_null=True, default=None)
    variables = Variables(required=False)
    time_to_live = Seconds(required=False, min_value=0, max_value=LONGEST_LIFE, default=0.0)
    message_id = Text(required=False, allow_null=True, default=None)


class SignalBody(Body):
    name = Text()
    variables = Variables(required=False)


class Messages(View):
    @operation("send_message", body=MessageBody, answer=MessageAnswer, scope="start")
    def post(self, request: Request) -> Response:
        """Give a message to the one instance that waits for it, or start one.

        `time_to_live` (seconds) keeps it until somebody waits. The same `message_id` of the same name, or the same
        `Idempotency-Key` header, counts once."""
        body = read_body(request, MessageBody)
        reached = instances.send_message(
            body["name"],
            request.user,
            key=body["correlation_key"],
            business_key=body["business_key"],
            variables=body["variables"],
            time_to_live=body["time_to_live"],
            message_id=body["message_id"] or idempotency_key(request) or None,
        )
        return Response({"instances": [str(instance) for instance in reached]})


class Signals(View):
    @operation("send_signal", body=SignalBody, answer=SignalAnswer, scope="start")
    def post(self, request: Request) -> Response:
        """Give a signal to everyone who waits for it. The same `Idempotency-Key` header counts once."""
        body = read_body(request, SignalBody)
        reached = instances.send_signal(
            body["name"], request.user, variables=body["variables"], idempotency_key=idempotency_key(request)
        )
        return Response({"reached": reached})
