"""Tells people once what concerns them: on the pages, by mail, as each wishes; from commits, comments and the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from engine.models import WorkItem
from engine.push.moved import send_moved
from engine.service import documents, worklist
from engine.service.audiences import members_of
from engine.service.rights import Actor
from engine.store.rows import ItemRow
from engine.store.writing import write_transaction
from inbox.models import FormDraft, Notice, NoticeKind, Wishes

logger = logging.getLogger(__name__)

USUAL: dict[str, list[str]] = {
    NoticeKind.ASSIGNED: ["page"],
    NoticeKind.GROUP: [],
    NoticeKind.MENTIONED: ["page"],
    NoticeKind.DUE: ["page"],
    NoticeKind.FOLLOW_UP: ["page"],
}
REMEMBERED_SECONDS = 15.0
MOST_AT_ONCE = 500
LOOK_BACK = timedelta(days=2)
FORGOTTEN = timedelta(days=180)  # a draft that nobody came back to


class News(NamedTuple):
    """Something for one person. Equal `about` of the same item is told once."""

    person: str
    kind: NoticeKind
    item: int
    actor: str = ""
    about: str = ""


def places_of(wishes: Wishes | None, kind: str) -> list[str]:
    """Where somebody wants notices of the kind."""
    chosen = wishes.notices.get(kind) if wishes is not None else None
    return chosen if isinstance(chosen, list) else USUAL[kind]


def tell(news: Sequence[News]) -> int:
    """Store what is new and wished; who is told by nobody but themselves is not told."""
    news = [one for one in news if one.person and one.person != one.actor]
    if not news:
        return 0
    people = get_user_model().objects.filter(username__in={one.person for one in news}, is_active=True)
    known = {person.get_username(): person for person in people.select_related("wishes")}
    items = WorkItem.objects.select_related("state").in_bulk({one.item for one in news})
    now = datetime.now(UTC)
    rows = []
    for one in news:
        person, item = known.get(one.person), items.get(one.item)
        places = places_of(getattr(person, "wishes", None), one.kind) if person is not None else []
        if item is None or not places:
            continue
        rows.append(
            Notice(
                person=person, kind=one.kind, item=one.item, actor=one.actor, about=one.about, at=now,
                subject=(item.name or item.state.name or item.state.node)[:300],
                is_shown="page" in places, mail_due="mail" in places,
            )
        )  # fmt: skip
    if rows:
        with write_transaction():
            Notice.objects.bulk_create(rows, ignore_conflicts=True)
        send_moved({}, (), is_inbox_changed=True)
    return len(rows)


def hear_of_work(opened: Sequence[ItemRow], handed: Iterable[Any], **_signal: Any) -> None:
    """Receiver of engine.push.signals.work_handed."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    news = [News(one.user, NoticeKind.ASSIGNED, one.item, one.actor, f"{one.how} {moment}") for one in handed]
    news += [News(row.assignee, NoticeKind.ASSIGNED, row.id, "", moment) for row in opened if row.assignee]
    free = [row for row in opened if not row.assignee and row.audience is not None]
    if free:
        wishers = _group_wishers.read()
        for row in free if wishers else ():
            members = members_of(row.audience)
            for name, groups in wishers.items() if members is not None else ():
                if name in members.users or not members.groups.isdisjoint(groups):  # type: ignore[union-attr]
                    news.append(News(name, NoticeKind.GROUP, row.id))
    tell(news)


class GroupWishers:
    """Who wants to hear of every task of their groups: few, and asked for with every commit."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.until, self.known = 0.0, {}  # type: float, dict[str, frozenset[str]]

    def read(self) -> dict[str, frozenset[str]]:
        with self.lock:
            if time.monotonic() >= self.until:
                rows = Wishes.objects.filter(person__is_active=True).exclude(notices={}).select_related("person")
                self.known = {
                    row.person.get_username(): frozenset(row.person.groups.values_list("name", flat=True))
                    for row in rows.prefetch_related("person__groups")
                    if places_of(row, NoticeKind.GROUP)
                }
                self.until = time.monotonic() + REMEMBERED_SECONDS
            return self.known


_group_wishers = GroupWishers()


def forget_wishers() -> None:
    _group_wishers.forget()


# what time alone makes due

_looked: dict[str, datetime] = {}


def do_chores(**_signal: Any) -> None:
    """Receiver of engine.push.signals.chores_due."""
    now = datetime.now(UTC)
    remind(now)
    send_mails()
    documents.drop_left_behind(now)
    FormDraft.objects.filter(saved_at__lt=now - FORGOTTEN).delete()


def remind(now: datetime) -> int:
    """Tasks of somebody's that became due, or came back, since the last look; workers look a little further back."""
    since = _looked.get("at", now - LOOK_BACK) - timedelta(minutes=2)
    news: list[News] = []
    for name, kind in (("due", NoticeKind.DUE), ("follow_up", NoticeKind.FOLLOW_UP)):
        window = Q(**{f"{name}__gt": since, f"{name}__lte": now, f"{name}__isnull": False})
        rows = WorkItem.objects.filter(window, status=WorkItem.Status.OPEN).exclude(assignee=None)
        for key, person, at in rows.order_by(F(name)).values_list("pk", "assignee", name)[:MOST_AT_ONCE]:
            news.append(News(person, kind, key, "", at.isoformat()))
    _looked["at"] = now
    return tell(_untold(news))


def _untold(news: list[News]) -> list[News]:
    told = Notice.objects.filter(item__in={one.item for one in news}).values_list("item", "kind", "about")
    known = set(told)
    return [one for one in news if (one.item, str(one.kind), one.about) not in known]


def send_mails(limit: int = 50) -> int:
    """Notices that somebody wants by mail. One that cannot be sent is tried again with the next chores."""
    sent = 0
    for notice in Notice.objects.filter(mail_due=True).select_related("person__wishes").order_by("id")[:limit]:
        if not Notice.objects.filter(pk=notice.pk, mail_due=True).update(mail_due=False) or not notice.person.email:
            continue
        try:
            _send(notice)
            sent += 1
        except OSError as error:
            logger.warning("a notice could not be mailed, it is tried again: %s", error)
            Notice.objects.filter(pk=notice.pk).update(mail_due=True)
            break
    return sent


def _send(notice: Notice) -> None:
    wishes = getattr(notice.person, "wishes", None)
    with translation.override((wishes.language if wishes else "") or settings.LANGUAGE_CODE):
        words = words_of(notice)
        address = settings.BASE_URL.rstrip("/") + address_of(notice)
        footer = _("You decide which notices you get: %(address)s") % {
            "address": settings.BASE_URL.rstrip("/") + reverse("inbox:settings")
        }
        send_mail(words, f"{words}\n\n{address}\n\n-- \n{footer}\n", None, [notice.person.email])


def address_of(notice: Notice) -> str:
    anchor = "#comments" if notice.kind == NoticeKind.MENTIONED else ""
    return reverse("inbox:task", args=[notice.item]) + anchor


def words_of(notice: Notice) -> str:
    names = {"task": notice.subject, "actor": notice.actor}
    if notice.kind == NoticeKind.MENTIONED:
        return _("%(actor)s mentioned you in “%(task)s”") % names
    if notice.kind == NoticeKind.DUE:
        return _("“%(task)s” is overdue") % names
    if notice.kind == NoticeKind.FOLLOW_UP:
        return _("“%(task)s” is back: you had put it off until now") % names
    if notice.kind == NoticeKind.GROUP:
        return _("“%(task)s” came in for one of your groups") % names
    if notice.about.startswith("returned"):
        return _("%(actor)s handed “%(task)s” back to you") % names
    if notice.about.startswith("delegated"):
        return _("%(actor)s delegated “%(task)s” to you") % names
    if notice.actor:
        return _("%(actor)s gave you “%(task)s”") % names
    return _("“%(task)s” is yours to do") % names


# what pages show


def list_notices(actor: Actor, limit: int = 100) -> list[Notice]:
    return list(Notice.objects.filter(person=actor, is_shown=True).order_by("-id")[:limit])


def count_unread(actor: Actor) -> int:
    return Notice.objects.filter(person=actor, is_shown=True, read_at__isnull=True)[:100].count()


def mark_read(actor: Actor, item: int | None = None) -> int:
    """All of the person's, or those about one task: whoever has opened it knows."""
    rows = Notice.objects.filter(person=actor, read_at__isnull=True)
    if item is not None:
        rows = rows.filter(item=item)
        if not rows.exists():
            return 0
    return rows.update(read_at=datetime.now(UTC))


def may_be_told(person: Actor, item: int) -> bool:
    """Whether somebody may see the task that they would be told of."""
    try:
        worklist.get_item(person, item)
    except worklist.NotFound:
        return False
    return True
