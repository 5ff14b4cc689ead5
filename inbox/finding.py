"""What the command palette finds beside the page's own commands: tasks, processes, instances one may open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from engine.service import reading, worklist
from engine.service.finding import Search, find_instances
from engine.service.rights import Actor, may
from engine.service.workfilter import Narrow
from inbox.describe import describe_items

MOST_OF_A_KIND = 5
SHORTEST = 2


def find(actor: Actor, words: str) -> list[dict[str, Any]]:
    words = words.strip()
    if len(words) < SHORTEST:
        return []
    return [*_tasks(actor, words), *_processes(actor, words), *_instances(actor, words)]


def _tasks(actor: Actor, words: str) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found = worklist.read_page(actor, "", now=now, narrow=Narrow(search=words), limit=MOST_OF_A_KIND).items
    return [
        _line(
            " · ".join(filter(None, (task["name"], task["business_key"]))), task["process_name"], "inbox", task["url"]
        )
        for task in describe_items(found, now)
    ]


def _processes(actor: Actor, words: str) -> list[dict[str, Any]]:
    visible = reading.list_processes(actor, search=words)[:MOST_OF_A_KIND]
    startable = {process.key for process in reading.list_startable(actor)}
    lines = []
    for process in visible:
        if may(actor, "see", process):
            lines.append(_line(str(process), _("Process"), "process", reverse("designer:process", args=[process.key])))
        if process.key in startable:
            words_of = _("Start %(name)s") % {"name": process}
            lines.append(_line(words_of, _("Start"), "start", reverse("inbox:start", args=[process.key])))
    return lines


def _instances(actor: Actor, words: str) -> list[dict[str, Any]]:
    found = find_instances(actor, Search(text=words), limit=MOST_OF_A_KIND).instances
    return [
        _line(f"{row.version.process} {row.business_key or row.pk}", _("Instance"), "instance",
              reverse("monitor:instance", args=[row.pk]))
        for row in found
    ]  # fmt: skip


def _line(label: str, hint: str, icon: str, url: str) -> dict[str, Any]:
    return {"label": label, "hint": hint, "icon": icon, "url": url}
