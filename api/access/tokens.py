"""Tokens of people and of programs: made and shown once, found by their digest, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group
from django.db.models import Q
from django.utils.translation import gettext_lazy

from api.models import AccessToken, ServiceAccount
from engine.core.model.words import say
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.rights import groups_of, is_all_powerful
from engine.store.known import KnownQuery
from engine.store.writing import write_transaction

PREFIX = "swt_"
HINT_CHARACTERS = 10
USED_SECONDS = 60  # the moment of the last use is kept this exactly
SCOPES = {
    "read": gettext_lazy("read everything that you may see"),
    "start": gettext_lazy("start processes, send messages, signals and events"),
    "work": gettext_lazy("work on tasks"),
    "jobs": gettext_lazy("take jobs as a worker"),
    "operate": gettext_lazy("cancel, suspend, retry and change variables"),
    "deploy": gettext_lazy("deploy and save drafts"),
    "tokens": gettext_lazy("make and revoke tokens"),
}


# Each call of a program asks it.
by_digest = KnownQuery(lambda: AccessToken.objects.select_related("user").filter(digest="", revoked_at=None))


class Made(NamedTuple):
    """A new token. `secret` is nowhere else: it is shown once."""

    token: AccessToken
    secret: str


def digest_of(secret: str) -> str:
    """The secret has 256 bits of chance, so a fast digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_token(
    actor: AbstractUser,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    *,
    account: str = "",
    groups: Collection[str] = (),
    by: AccessToken | None = None,
) -> Made:
    """A token of the actor, or of a service account that is made where there is none. A token gives no scope that
    it does not have itself."""
    now = datetime.now(UTC)
    _check(actor, scopes, expires_at, now, by)
    secret = PREFIX + secrets.token_urlsafe(32)
    with write_transaction():
        user = _account(actor, account, groups, now) if account else actor
        token = AccessToken.objects.create(
            user=user, made_by=actor, name=name, digest=digest_of(secret), hint=secret[:HINT_CHARACTERS],
            scopes=sorted(scopes), created_at=now, expires_at=expires_at,
        )  # fmt: skip
    return Made(token, secret)


def _check(
    actor: AbstractUser, scopes: Collection[str], expires_at: datetime | None, now: datetime, by: AccessToken | None
) -> None:
    unknown = set(scopes) - SCOPES.keys()
    if unknown or not scopes:
        raise Invalid(
            "scope-unknown", say("A token has one or more of these scopes: %(scopes)s.", scopes=", ".join(SCOPES))
        )
    if by is not None and not set(scopes) <= set(by.scopes):
        raise Forbidden("scope-too-wide", say("A token makes no token that may do more than itself."))
    if expires_at is not None and expires_at <= now:
        raise Invalid("expired-already", say("The token would have expired already."))
    if by is not None and by.expires_at is not None and (expires_at is None or expires_at > by.expires_at):
        raise Forbidden("expires-too-late", say("A token makes no token that lasts longer than itself."))


def _account(actor: AbstractUser, name: str, groups: Collection[str], now: datetime) -> AbstractUser:
    if not may_make_accounts(actor):
        raise Forbidden("not-allowed", say("Only administrators make tokens for service accounts."))
    known = get_user_model().objects.filter(username=name).first()
    if known is not None:
        if not ServiceAccount.objects.filter(user=known).exists():
            raise Conflict(
                "not-a-service-account", say("“%(name)s” is a person's account; they make their own tokens.", name=name)
            )
        return known  # type: ignore[return-value]
    found = list(Group.objects.filter(name__in=groups))
    missing = set(groups) - {group.name for group in found}
    if missing:
        raise Invalid("group-unknown", say("There is no group “%(missing)s”.", missing=min(missing)))
    user = get_user_model()(username=name)
    user.set_unusable_password()
    user.save()
    user.groups.set(found)
    ServiceAccount.objects.create(user=user, made_by=actor, created_at=now)
    return user  # type: ignore[return-value]


def may_make_accounts(actor: AbstractUser) -> bool:
    return is_all_powerful(actor) or "administrators" in groups_of(actor)


def find_token(secret: str) -> AccessToken | None:
    """One that is valid now, with its user; when it was last used is noted."""
    if not secret.startswith(PREFIX):
        return None
    now = datetime.now(UTC)
    token = by_digest.find(digest_of(secret))
    if token is None or not token.user.is_active or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at > timedelta(seconds=USED_SECONDS):
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def list_tokens(actor: AbstractUser) -> list[AccessToken]:
    """The actor's own, and those of service accounts for who makes them; revoked ones are gone."""
    rows = AccessToken.objects.select_related("user", "made_by").filter(_own(actor), revoked_at=None)
    return list(rows.order_by("-pk"))


def revoke_token(actor: AbstractUser, token: int) -> None:
    """From now on it is no token."""
    if not AccessToken.objects.filter(_own(actor), pk=token, revoked_at=None).update(revoked_at=datetime.now(UTC)):
        raise NotFound("token-not-found", say("There is no such token, or it is not yours."))


def _own(actor: AbstractUser) -> Q:
    mine = Q(user=actor)
    if may_make_accounts(actor):
        mine |= Q(user__in=ServiceAccount.objects.values("user"))
    return mine
