"""Webhooks: who hears of what happens, what was sent, and sending it again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import PageQuery, View, operation, page, page_of, page_of_keys, read_body, read_key_cursor, read_query
from api.v1.fields import Body, Choice, Flag, Text
from engine.models import Outbox, Webhook
from engine.service import reading, webhooks


class WebhookAnswer(TypedDict):
    """An address that hears of events. Without kinds it hears of all, without a process of every one."""

    id: int
    name: str
    url: str
    kinds: list[str]
    process: str | None
    is_active: bool
    reason: str


class SecretAnswer(TypedDict):
    """What the receiver checks signatures with, as Standard Webhooks says."""

    secret: str


class NewWebhookAnswer(WebhookAnswer):
    """A new webhook with its secret."""

    secret: str


class SendingAnswer(TypedDict):
    """One event for one webhook; `event` stays the same when it is sent again, and so do its bytes."""

    id: str
    event: str
    kind: str
    status: Literal["waiting", "sent", "failed"]
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None


class WebhookBody(Body):
    url = Text(max_length=2000)
    name = Text(required=False, default="")
    kinds = serializers.ListField(child=Text(), required=False, default=list, max_length=100)
    process = Text(required=False, default="", help_text="Key of the process; empty: every one.")


class ChangeBody(Body):
    url = Text(required=False, max_length=2000, allow_blank=False)
    name = Text(required=False)
    kinds = serializers.ListField(child=Text(), required=False, max_length=100)
    is_active = Flag(required=False)


class SendingsQuery(PageQuery):
    status = Choice(list(webhooks.STATUSES), required=False)


def describe_webhook(row: Webhook) -> WebhookAnswer:
    return {
        "id": row.pk,
        "name": row.name,
        "url": row.url,
        "kinds": row.kinds,
        "process": row.process.key if row.process is not None else None,
        "is_active": row.is_active,
        "reason": row.reason,
    }


def describe_sending(row: Outbox) -> SendingAnswer:
    return {
        "id": str(row.pk),
        "event": row.event,
        "kind": row.kind,
        "status": webhooks.status_of(row),  # type: ignore[typeddict-item]
        "attempts": row.attempts,
        "error": row.error,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
    }


class Webhooks(View):
    @operation("list_webhooks", query=PageQuery, answer=page_of(WebhookAnswer))
    def get(self, request: Request) -> Response:
        """The webhooks that you may change, by name."""
        query = read_query(request, PageQuery)
        return page_of_keys(webhooks.list_webhooks(request.user), query, describe_webhook, lambda row: str(row.pk))

    @operation("make_webhook", body=WebhookBody, answer=NewWebhookAnswer, status=201, scope="operate")
    def post(self, request: Request) -> Response:
        """Make a webhook. Its secret is in the answer."""
        body = read_body(request, WebhookBody)
        process = reading.get_process(request.user, body["process"]) if body["process"] else None
        row = webhooks.create_webhook(
            request.user, url=body["url"], name=body["name"], kinds=body["kinds"], process=process
        )
        secret = webhooks.read_secret(request.user, row.pk)
        return Response({**describe_webhook(row), "secret": secret}, status=201)


class OneWebhook(View):
    @operation("get_webhook", answer=WebhookAnswer)
    def get(self, request: Request, webhook: int) -> Response:
        """One webhook."""
        return Response(describe_webhook(webhooks.get_webhook(request.user, webhook)))

    @operation("change_webhook", body=ChangeBody, answer=WebhookAnswer, scope="operate")
    def patch(self, request: Request, webhook: int) -> Response:
        """Change what is named."""
        body = read_body(request, ChangeBody)
        return Response(describe_webhook(webhooks.change_webhook(request.user, webhook, **body)))

    @operation("delete_webhook", scope="operate")
    def delete(self, request: Request, webhook: int) -> Response:
        """Delete it, with what was to be sent to it."""
        webhooks.delete_webhook(request.user, webhook)
        return Response(status=204)


class RotateSecret(View):
    @operation("rotate_webhook_secret", answer=SecretAnswer, scope="operate")
    def post(self, request: Request, webhook: int) -> Response:
        """A new secret; for a day requests are signed with the old one too."""
        return Response({"secret": webhooks.rotate_secret(request.user, webhook)})


class TestWebhook(View):
    @operation("test_webhook", answer=SendingAnswer, status=201, scope="operate")
    def post(self, request: Request, webhook: int) -> Response:
        """Send an event of the kind `webhook.test`."""
        return Response(describe_sending(webhooks.send_test(request.user, webhook)), status=201)


class Sendings(View):
    @operation("list_webhook_sendings", query=SendingsQuery, answer=page_of(SendingAnswer))
    def get(self, request: Request, webhook: int) -> Response:
        """What was sent to it, or is to be, newest first."""
        query = read_query(request, SendingsQuery)
        found = webhooks.list_sendings(
            request.user,
            webhook,
            status=query.get("status", ""),
            before=read_key_cursor(query["cursor"]),
            limit=query["limit"] + 1,
        )
        return page(found, query["limit"], describe_sending, lambda row: str(row.pk))


class SendAgain(View):
    @operation("redeliver", scope="operate")
    def post(self, request: Request, webhook: int, sending: int) -> Response:
        """Send it again: the same bytes under the same id."""
        webhooks.send_again(request.user, webhook, sending)
        return Response(status=204)
