"""What a token is for: its scopes narrow what its user may do and never widen it."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.models import AccessToken
from engine.core.model.words import say
from engine.service.errors import Forbidden


class TokenAllows(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, AccessToken):
            return True
        method = getattr(view, request.method.lower() if request.method != "HEAD" else "get", None)
        scope = getattr(method, "scope", None)
        if scope is None or scope in token.scopes:
            return True
        raise Forbidden(
            "scope-missing", say("This token is not for that: it needs the scope “%(scope)s”.", scope=scope)
        )
