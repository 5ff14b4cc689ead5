"""Links by which people without an account send a start form: signed, limited in time, ended when wished."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import F
from django.utils.translation import gettext as _

from engine.models import Process
from engine.service import forms, instances, reading
from engine.service.errors import Conflict, Invalid, NotFound
from engine.service.rights import Actor, may, require
from inbox.models import PublicLink

SALT = "statewright.public-start"
MOST_DAYS = 366
USUAL_DAYS = 30


def make_link(actor: Actor, key: str, days: int = 0) -> PublicLink:
    """For who may edit the process and start it."""
    process = reading.get_startable(actor, key)
    require(actor, "edit", process)
    if days < 0 or days > MOST_DAYS:
        raise Invalid("days-invalid", _("A link works for 1 to %(most)s days.") % {"most": MOST_DAYS})
    if forms.asks_for_files(forms.schema_of_start(process)):
        raise Conflict("files-not-public", _("The form asks for files; they are taken from signed-in people only."))
    now = datetime.now(UTC)
    return PublicLink.objects.create(
        process=process, created_by=actor, created_at=now, expires_at=now + timedelta(days=days or USUAL_DAYS)
    )


def list_links(actor: Actor, process: Process) -> list[PublicLink]:
    require(actor, "edit", process)
    rows = PublicLink.objects.filter(process=process, ended_at__isnull=True, expires_at__gt=datetime.now(UTC))
    return list(rows.select_related("created_by").order_by("created_at"))


def end_link(actor: Actor, link: uuid.UUID) -> PublicLink:
    row = PublicLink.objects.select_related("process").filter(pk=link).first()
    if row is None or not may(actor, "edit", row.process):
        raise NotFound("link-not-found", _("There is no such link, or you may not end it."))
    PublicLink.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=datetime.now(UTC))
    return row


def sign(row: PublicLink) -> str:
    return signing.Signer(salt=SALT).sign(row.pk.hex).replace(":", ".")


def open_link(token: str) -> PublicLink:
    """The link of a token. One that ended, was changed, or whose maker may not start any more, does not exist."""
    try:
        key = signing.Signer(salt=SALT).unsign(token.replace(".", ":"))
        row = PublicLink.objects.select_related("process", "created_by").filter(pk=uuid.UUID(key)).first()
    except (signing.BadSignature, ValueError):
        row = None
    if row is None or row.ended_at is not None or row.expires_at <= datetime.now(UTC):
        raise NotFound("link-not-found", _("This link does not work any more. Ask who gave it to you for a new one."))
    if not row.created_by.is_active or not may(row.created_by, "start", row.process):  # type: ignore[arg-type]
        raise NotFound("link-not-found", _("This link does not work any more. Ask who gave it to you for a new one."))
    return row


def start_by_link(token: str, values: dict[str, Any]) -> int:
    """The form is checked as for anybody; the instance is started by nobody in particular."""
    row = open_link(token)
    checked = forms.check_start(row.created_by, row.process.key, instances.check_variables(values))  # type: ignore[arg-type]
    instance = instances.start(row.process.key, None, variables=checked)
    PublicLink.objects.filter(pk=row.pk).update(starts=F("starts") + 1)
    return instance
