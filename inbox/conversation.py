"""What people say about a case at its tasks; whoever is named with @ and may see the task is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from engine.models import WorkItem
from engine.push.moved import send_moved
from engine.service import worklist
from engine.service.errors import Invalid
from engine.service.rights import Actor, name_of
from inbox.models import Comment, NoticeKind
from inbox.notices import News, may_be_told, tell

MOST_CHARACTERS = 5000
MOST_SHOWN = 200
MENTION = re.compile(r"(?<![\w@])@([\w.+-]*\w)")


def add_comment(actor: Actor, task: int, text: str) -> Comment:
    item = worklist.get_item(actor, task)
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > MOST_CHARACTERS or "\0" in text:
        raise Invalid("comment-invalid", _("A comment has 1 to %(most)s characters.") % {"most": MOST_CHARACTERS})
    comment = Comment.objects.create(
        instance=item.instance_id, item=task, author=name_of(actor), text=text, at=datetime.now(UTC)
    )
    named = get_user_model().objects.filter(username__in=set(MENTION.findall(text)), is_active=True)
    told = [person for person in named if may_be_told(person, task)]  # type: ignore[arg-type]
    tell([News(p.get_username(), NoticeKind.MENTIONED, task, name_of(actor), str(comment.pk)) for p in told])
    send_moved({}, (), is_inbox_changed=True)
    return comment


def list_comments(instance: int) -> list[dict[str, Any]]:
    """Those of the whole case, the oldest first, each in pieces of plain text and names."""
    rows = list(Comment.objects.filter(instance=instance).order_by("-id")[:MOST_SHOWN])[::-1]
    items = WorkItem.objects.select_related("state").in_bulk({row.item for row in rows})
    return [
        {
            "id": row.pk,
            "author": row.author,
            "at": row.at,
            "task": _name(items.get(row.item)),
            "task_id": row.item,
            "pieces": split_mentions(row.text),
        }
        for row in rows
    ]


def split_mentions(text: str) -> list[dict[str, Any]]:
    pieces: list[dict[str, Any]] = []
    end = 0
    for match in MENTION.finditer(text):
        pieces.append({"text": text[end : match.start()], "is_name": False})
        pieces.append({"text": match.group(), "is_name": True})
        end = match.end()
    pieces.append({"text": text[end:], "is_name": False})
    return [piece for piece in pieces if piece["text"]]


def _name(item: WorkItem | None) -> str:
    return (item.name or item.state.name or item.state.node) if item is not None else ""
