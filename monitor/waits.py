"""What an instance waits for, in words that an operator can act on."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from engine.models import Instance, Job, Subscription
from engine.models.waits import CONTINUATION
from engine.service import reading, worklist
from engine.service.errors import NotFound
from engine.service.rights import Actor


def describe_waits(actor: Actor, instance: Instance, names: dict[str, str]) -> list[dict[str, Any]]:
    return [_describe(actor, wait, names) for wait in reading.list_waits(instance.pk)]


def _describe(actor: Actor, wait: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    node = wait["state"].node
    line = {"node_name": names.get(node, node), "url": "", "at": None}
    if wait["kind"] == "user":
        return line | _describe_item(actor, wait["item"])
    if wait["kind"] == "job":
        return line | {"icon": "operations", "words": tell_job(wait["job"]), "at": wait["job"].available_at}
    if wait["kind"] == "timer":
        return line | {"icon": "clock", "words": _("a moment in time"), "at": wait["timer"].due}
    return line | {"icon": "inbox", "words": _tell_subscription(wait["subscription"])}


def _describe_item(actor: Actor, item: Any) -> dict[str, Any]:
    who = item.assignee or worklist.words_of_audience(item.audience) or _("anybody")
    try:
        worklist.get_item(actor, item.pk)
        url = reverse("inbox:task", args=[item.pk])
    except NotFound:
        url = ""
    return {"icon": "user", "words": _("a task for %(who)s") % {"who": who}, "url": url, "at": item.due}


def tell_job(job: Job) -> str:
    kind = _("the engine’s own next step") if job.type == CONTINUATION else _("a worker for “%s”") % job.type
    if job.available_at is None:
        return _("%s; it rests") % kind
    if job.owner:
        return _("%(kind)s; %(owner)s has it") % {"kind": kind, "owner": job.owner}
    if job.progress:
        return _("%s; it is put off until there is more to do") % kind
    return kind


def _tell_subscription(subscription: Subscription) -> str:
    name = subscription.name
    if subscription.kind == Subscription.Kind.SIGNAL:
        return _("the signal “%s”") % name
    if subscription.key is None:
        return _("the message “%s”") % name
    return _("the message “%(name)s” with the key “%(key)s”") % {"name": name, "key": subscription.key}
