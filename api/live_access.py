"""Who is at the other end of a WebSocket, asked again every few seconds; what they follow is in live."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.models import AbstractUser

from api.access.tokens import find_token

SCOPE = "read"


def _secret_of(scope: dict[str, Any]) -> str:
    """The token of a program; a browser cannot send one and has its session."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return str(value[7:].decode(errors="replace")).strip()
    return ""


@database_sync_to_async
def identify(scope: dict[str, Any]) -> AbstractUser | None:
    """A fresh user, with the groups of this moment; None once signed out, revoked, expired or switched off."""
    secret = _secret_of(scope)
    if secret:
        token = find_token(secret)
        return token.user if token is not None and SCOPE in token.scopes else None
    known = scope.get("user")
    if known is None or not known.is_authenticated:
        return None
    session = scope["session"]
    if not session.exists(session.session_key):
        return None
    user = get_user_model().objects.filter(pk=known.pk, is_active=True).first()
    # A changed password signs out everywhere.
    if user is None or user.get_session_auth_hash() != session.get(HASH_SESSION_KEY):
        return None
    return user  # type: ignore[return-value]
