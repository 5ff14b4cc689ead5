"""What an instance waits for, in words that an operator can act on."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.models import Instance, Job, Subscription
from engine.models.waits import CONTINUATION
from engine.service import reading, worklist
from engine.service.errors import NotFound
from engine.service.rights import Actor

MOST_CALLS = 10
MOST_LOOKED = 100  # for those that stand still


def describe_waits(actor: Actor, instance: Instance, names: dict[str, str]) -> list[dict[str, Any]]:
    waits = [_describe(actor, wait, names) for wait in reading.list_waits(instance.pk)]
    return _describe_loops(instance, names) + waits + _describe_calls(actor, instance)


def _describe_loops(instance: Instance, names: dict[str, str]) -> list[dict[str, Any]]:
    """How far each multi-instance activity is."""
    found = []
    for token in reading.list_tokens(instance.pk):
        data = token.data or {}
        if "total" in data and "done" in data:
            words = _("%(done)s of %(total)s instances are done") % {"done": data["done"], "total": data["total"]}
            node = token.state.node
            found.append({"icon": "active", "words": words, "node_name": names.get(node, node), "url": "", "at": None})
    return found


def _describe_calls(actor: Actor, instance: Instance) -> list[dict[str, Any]]:
    """The called instances that go on; those first that somebody has to repair."""
    children, number = reading.list_open_children(actor, instance.pk, MOST_LOOKED)
    troubled = reading.count_open_incidents([child.pk for child in children])
    children.sort(key=lambda child: child.pk not in troubled)
    found = []
    for child in children[:MOST_CALLS]:
        words = _("the called instance “%s”") % (child.business_key or child.pk)
        icon, note = "instance", str(child.version.process)
        if child.pk in troubled:
            icon, note = "incident", _("%s: it stands still, repair it there") % note
        url = reverse("monitor:instance", args=[child.pk])
        found.append({"icon": icon, "words": words, "node_name": note, "url": url, "at": None})
    if number > MOST_CALLS:
        words = ngettext("%s more called instance", "%s more called instances", number - MOST_CALLS)
        rest = words % (number - MOST_CALLS)
        found.append({"icon": "more", "words": rest, "node_name": "", "url": "?tab=related", "at": None})
    return found


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
