"""Who calls the API: a session with CSRF protection, a token, or name and password; without one the answer is 401."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from drf_spectacular.authentication import BasicScheme, SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, BasicAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from api.access.throttle import address_of, forgive, seconds_locked
from api.access.tokens import find_token

MOST_REMEMBERED = 1000
WRONG = "Name or password is wrong."


class TokenSignIn(BaseAuthentication):
    """`Authorization: Bearer swt_…`. Cookies do not count beside it, and no CSRF token is needed."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        word, _, secret = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer":
            return None
        token = find_token(secret.strip())
        if token is None:
            raise AuthenticationFailed("The token is not valid: it is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PasswordSignIn(BasicAuthentication):
    """`Authorization: Basic …`, for clients that know nothing else. Nobody is asked for it: there is no challenge.

    Hashing a password is slow on purpose; the last ones that were right are remembered by a digest of theirs."""

    remembered: ClassVar[OrderedDict[bytes, tuple[int, str]]] = OrderedDict()
    lock = threading.Lock()

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.headers.get("Authorization", "")
        if header[:6].lower() != "basic ":
            return None
        digest = hmac.digest(settings.SECRET_KEY.encode(), header.encode(errors="replace"), hashlib.sha256)
        known = self.remembered.get(digest)
        if known is not None:
            user = get_user_model().objects.filter(pk=known[0], is_active=True).first()
            if user is not None and user.password == known[1]:
                return user, None
        found = super().authenticate(request)
        if found is not None:
            forgive(found[0].get_username(), address_of(request))
            with self.lock:
                self.remembered[digest] = (found[0].pk, found[0].password)
                while len(self.remembered) > MOST_REMEMBERED:
                    self.remembered.popitem(last=False)
        return found

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[Any, Any]:
        seconds = seconds_locked(userid, address_of(request))
        if seconds:
            raise Throttled(seconds, "Too many wrong passwords.")
        if "\0" in userid:
            raise AuthenticationFailed(WRONG)
        try:
            return super().authenticate_credentials(userid, password, request)
        except AuthenticationFailed:
            raise AuthenticationFailed(WRONG) from None


class SessionSignIn(SessionAuthentication):
    """The session of the site; what changes something needs its CSRF token in `X-CSRFToken`."""


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenSignIn
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PasswordScheme(BasicScheme):
    target_class = PasswordSignIn
    name = "password"


class SessionSignInScheme(SessionScheme):
    target_class = SessionSignIn
    name = "session"
