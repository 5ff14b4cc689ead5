"""The top bar of every page: what the signed-in person may open; the pages themselves are in their rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from engine.service import granting, worklist
from engine.service.rights import is_all_powerful, may_any, role_rights
from inbox import notices


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: lazily nothing for people who are not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    rights = role_rights(user)
    sees = is_all_powerful(user) or bool(rights & {"see", "operate", "edit"})
    operates = may_any(user, "operate")
    entries = [(_("Inbox"), "inbox:list", "inbox", "i", True), (_("Start"), "inbox:starts", "start", "s", True)]
    entries += [
        (_("Processes"), "designer:processes", "process", "p", sees),
        (_("Decisions"), "designer:decisions", "decision", "d", sees),
        (_("Instances"), "monitor:instances", "instance", "n", sees),
        (_("Incidents"), "monitor:incidents", "problems", "e", operates),
        (_("Insights"), "monitor:insights", "insights", "r", sees),
        (_("Operations"), "monitor:operations", "operations", "o", operates),
        (_("Gallery"), "gallery:gallery", "gallery", "g", sees),
    ]
    items = []
    for label, name, icon, go, is_shown in entries:
        if is_shown:
            url = reverse(name)
            items.append({
                "label": label, "url": url, "icon": icon, "go": go,
                "is_current": request.path.startswith(url),
            })  # fmt: skip
    return {
        "navigation": items,
        "inbox_count": SimpleLazyObject(lambda: count_tasks(user)),
        "notice_count": SimpleLazyObject(lambda: notices.count_unread(user)),
        "may_grant": granting.may_grant(user),
        "may_edit": may_any(user, "edit"),
    }


def count_tasks(user: Any) -> int:
    return worklist.count_items(user, "", datetime.now(UTC))
