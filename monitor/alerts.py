"""Mail to those who keep it running when something new stands still; what a person is told of tasks is the inbox's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError
from django.db.models import Count, F, Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.models import Counter, Incident
from engine.service.concealing import conceal
from engine.store.writing import write_transaction

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=5)  # between two mails, however much happens
LATE = timedelta(seconds=10)  # an incident is seen so long after its moment: when its transaction has committed
TOLD = "alerted"  # up to which moment: its name among the stored numbers
MOST_KINDS = 20
LONGEST_MESSAGE = 200


class Kind(NamedTuple):
    """Incidents of one process with one cause; the message is that of one of them."""

    process: str
    code: str
    number: int
    message: str


def do_chores(**_signal: Any) -> None:
    """Receiver of engine.push.signals.chores_due."""
    if settings.ALERT_MAIL:
        tell_operators(datetime.now(UTC))


def tell_operators(now: datetime) -> bool:
    """One mail of all that has come since the last one. Of several workers one sends it; what cannot be sent is told
    again with the next chores."""
    last, until = _read_told(), now - LATE
    if until - last < PAUSE:
        return False
    rows = Incident.objects.filter(status=Incident.Status.OPEN, created_at__gt=last, created_at__lte=until)
    kinds = rows.values("code", process=F("state__version__process__name"))
    found = [Kind(**kind) for kind in kinds.annotate(number=Count("pk"), message=Max("message")).order_by("-number")]
    if not found or not _move_told(last, until):
        return False
    try:
        _send(found)
    except OSError as error:
        logger.warning("operators could not be told by mail, it is tried again: %s", error)
        _move_told(until, last)
        return False
    return True


def _send(kinds: Sequence[Kind]) -> None:
    number = sum(kind.number for kind in kinds)
    with translation.override(settings.LANGUAGE_CODE):
        words = ngettext("Statewright: %(number)s new incident", "Statewright: %(number)s new incidents", number)
        lines = [
            f"{kind.number} × {kind.process}: {kind.code}\n    {conceal(kind.message)[:LONGEST_MESSAGE]}"
            for kind in kinds[:MOST_KINDS]
        ]
        if len(kinds) > MOST_KINDS:
            lines.append(_("and %(number)s other kinds") % {"number": len(kinds) - MOST_KINDS})
        address = settings.BASE_URL.rstrip("/") + reverse("monitor:incidents")
        send_mail(words % {"number": number}, "\n\n".join([*lines, address]) + "\n", None, settings.ALERT_MAIL)


def _read_told() -> datetime:
    value = Counter.objects.filter(name=TOLD).values_list("value", flat=True).first()
    return datetime.fromtimestamp((value or 0) / 1000, UTC)


def _move_told(last: datetime, until: datetime) -> bool:
    """False where somebody else was first."""
    before, after = (round(moment.timestamp() * 1000) for moment in (last, until))
    try:
        with write_transaction():
            if Counter.objects.filter(name=TOLD, value=before).update(value=after):
                return True
            if before:
                return False
            Counter.objects.create(name=TOLD, value=after)
    except IntegrityError:
        return False
    return True
