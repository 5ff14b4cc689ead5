"""Signing in with a password: on the site's page, in the administration and by Basic, all under one throttle."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from api.access.throttle import address_of, seconds_locked


class Throttle:
    """Asked before the backend that knows the users: while a name is locked not even its password is looked at."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, **_: Any) -> None:
        if request is not None and username is not None and seconds_locked(username, address_of(request)):
            raise PermissionDenied


class SignInForm(AuthenticationForm):
    """Says how long it is locked, for names that exist and for those that do not."""

    def clean(self) -> dict[str, Any]:
        seconds = self.seconds_locked()
        if seconds:
            minutes = -(-seconds // 60)
            message = _("Too many wrong passwords. Try again in %(minutes)s min.") % {"minutes": minutes}
            raise ValidationError(message, code="locked")
        return super().clean()  # type: ignore[return-value]

    def seconds_locked(self) -> int:
        return seconds_locked(str(self.cleaned_data.get("username") or ""), address_of(self.request))


class SignInView(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if form.has_error("__all__", "locked"):
            answer.status_code = 429
            answer["Retry-After"] = str(form.seconds_locked())  # type: ignore[attr-defined]
        return answer
