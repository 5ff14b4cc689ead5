"""Tokens: made, listed, revoked. The secret is in the answer that makes it, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import tokens
from api.models import AccessToken
from api.v1.base import PageQuery, View, operation, page_of, page_of_keys, read_body, read_query
from api.v1.fields import Body, Choice, Instant, Text


class TokenAnswer(TypedDict):
    """A token without its secret; `hint` is its beginning."""

    id: int
    name: str
    user: str
    hint: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewTokenAnswer(TokenAnswer):
    """A new token. Keep `secret` now: it is not shown again."""

    secret: str


class TokenBody(Body):
    name = Text(max_length=100)
    scopes = serializers.ListField(child=Choice(list(tokens.SCOPES)), min_length=1, max_length=len(tokens.SCOPES))
    expires_at = Instant(required=False, allow_null=True, default=None)
    account = Text(required=False, default="", max_length=150, help_text="A service account; made if there is none.")
    groups = serializers.ListField(child=Text(max_length=150), required=False, default=list, max_length=50)


def describe_token(token: AccessToken) -> TokenAnswer:
    return {
        "id": token.pk,
        "name": token.name,
        "user": token.user.get_username(),
        "hint": token.hint,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


class Tokens(View):
    @operation("list_tokens", query=PageQuery, answer=page_of(TokenAnswer))
    def get(self, request: Request) -> Response:
        """Your tokens, newest first; for administrators those of service accounts too."""
        query = read_query(request, PageQuery)
        return page_of_keys(tokens.list_tokens(request.user), query, describe_token, lambda token: str(token.pk))

    @operation("make_token", body=TokenBody, answer=NewTokenAnswer, status=201, scope="tokens")
    def post(self, request: Request) -> Response:
        """Make a token. Its `secret` is in this answer only."""
        body = read_body(request, TokenBody)
        made = tokens.make_token(
            request.user,
            body["name"],
            body["scopes"],
            body["expires_at"],
            account=body["account"],
            groups=body["groups"],
            by=request.auth if isinstance(request.auth, AccessToken) else None,
        )
        return Response({**describe_token(made.token), "secret": made.secret}, status=201)


class OneToken(View):
    @operation("revoke_token", scope="tokens")
    def delete(self, request: Request, token: int) -> Response:
        """Revoke the token: from now on it is none."""
        tokens.revoke_token(request.user, token)
        return Response(status=204)
