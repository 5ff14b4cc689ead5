"""How often somebody may be wrong: by name and address together, and by address alone, in all processes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import F
from django.dispatch import receiver

from api.models import SignInFailure
from engine.store.writing import write_transaction

FIRST_LOCK, LONGEST_LOCK = 60, 3600
FORGET = timedelta(hours=1)


def seconds_locked(name: str, address: str) -> int:
    """How long nobody may sign in under this name from this address; the same for names that do not exist."""
    now = datetime.now(UTC)
    rows = {row.key: row for row in SignInFailure.objects.filter(key__in=_keys(name, address).values())}
    longest = 0.0
    for kind, key in _keys(name, address).items():
        row = rows.get(key)
        free = settings.SIGN_IN_TRIES * (1 if kind == "name" else 5)
        if row is not None and row.failures >= free and now - row.last_at < FORGET:
            lock = min(FIRST_LOCK * 2 ** min(row.failures - free, 10), LONGEST_LOCK)
            longest = max(longest, lock - (now - row.last_at).total_seconds())
    return max(0, int(longest + 0.999))


@receiver(user_login_failed)
def note_failure(sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    name, address = str(credentials.get("username") or ""), address_of(request)
    if request is None or seconds_locked(name, address):
        return
    now = datetime.now(UTC)
    with write_transaction():
        SignInFailure.objects.filter(last_at__lt=now - FORGET).delete()
        for key in _keys(name, address).values():
            if not SignInFailure.objects.filter(key=key).update(failures=F("failures") + 1, last_at=now):
                SignInFailure.objects.get_or_create(key=key, defaults={"failures": 1, "last_at": now})


@receiver(user_logged_in)
def note_success(sender: Any, user: Any, request: Any = None, **_: Any) -> None:
    if request is not None:
        forgive(user.get_username(), address_of(request))


def forgive(name: str, address: str) -> None:
    """The right password: the wrong ones before it were somebody's slips."""
    SignInFailure.objects.filter(key=_keys(name, address)["name"]).delete()


def address_of(request: Any) -> str:
    return str(request.META.get("REMOTE_ADDR") or "") if request is not None else ""


def _keys(name: str, address: str) -> dict[str, str]:
    """Digests: neither names nor addresses are kept."""
    return {
        "name": hashlib.sha256(f"name {address} {name.casefold()}".encode(errors="replace")).hexdigest(),
        "address": hashlib.sha256(f"address {address}".encode()).hexdigest(),
    }
