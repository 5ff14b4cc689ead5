"""Who calls: the session of the site, with CSRF protection; a call without one is answered with 401."""

from __future__ import annotations

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class SessionSignIn(SessionAuthentication):
    """Names its scheme: without one, DRF would answer 403 to a call that nobody has signed."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class SessionSignInScheme(SessionScheme):
    """The same in the words of the OpenAPI document."""

    target_class = "api.authentication.SessionSignIn"
    name = "session"
