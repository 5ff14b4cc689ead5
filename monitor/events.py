"""Moments and actions of an instance in words and icons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.service.chronicle import Action
from engine.service.moments import Moment

ICONS = {
    "entered": "arrow-right",
    "left": "done",
    "cancelled": "cancelled",
    "set": "variables",
    "delivery": "play",
    "ended": "done",
    "incident": "incident",
    "guard": "warning",
    "decision": "decision",
    "attempt": "warning",
    "locked": "suspended",
    "retried": "history",
    "assigned": "user",
    "suspended": "suspended",
    "resumed": "active",
    "reason": "info",
}

PHRASES = {
    "entered": gettext_lazy("reached"),
    "left": gettext_lazy("left"),
    "cancelled": gettext_lazy("was cancelled"),
    "ended": gettext_lazy("The instance ended: %(status)s"),
    "guard": gettext_lazy("has a way that was not taken: %(message)s"),
    "decision": gettext_lazy("asked the decision “%(decision)s”"),
    "attempt": gettext_lazy("An attempt failed: %(message)s"),
    "locked": gettext_lazy("A worker took the job"),
    "incident": gettext_lazy("%(message)s"),
    "reason": gettext_lazy("Reason: %(text)s"),
}

TRIGGERS = {
    "start": gettext_lazy("started it"),
    "complete": gettext_lazy("completed"),
    "cancel": gettext_lazy("cancelled the instance"),
    "variables": gettext_lazy("changed variables"),
    "error": gettext_lazy("reported an error"),
    "retried": gettext_lazy("tried again"),
    "assigned": gettext_lazy("assigned a task"),
    "suspended": gettext_lazy("suspended the instance"),
    "resumed": gettext_lazy("resumed the instance"),
    "enter": gettext_lazy("tried again"),
}


def tell_moment(moment: Moment, names: dict[str, str]) -> dict[str, Any] | None:
    """One line of the events; None for what is of no use to a reader."""
    if moment.kind in ("closed", "delivery") and not moment.actor:
        return None
    words = _tell(moment)
    if not words:
        return None
    return {
        "sequence": moment.sequence,
        "at": moment.at,
        "icon": ICONS.get(moment.kind, "info"),
        "words": words,
        "node_name": names.get(moment.node, moment.node),
        "actor": moment.actor if moment.kind not in ("entered", "left", "cancelled") else "",
        "is_bad": moment.kind == "incident",
    }


def _tell(moment: Moment) -> str:
    detail = moment.detail or {}
    if moment.kind == "set":
        return _("%s set") % ", ".join(detail)
    if moment.kind == "delivery":
        return tell_trigger(detail["trigger"])
    if moment.kind == "assigned":
        return _("assigned to %s") % detail["assignee"] if detail["assignee"] else _("is nobody’s any more")
    if moment.kind in PHRASES:
        return str(PHRASES[moment.kind]) % detail
    return tell_trigger(moment.kind) if moment.kind in TRIGGERS else ""


def tell_action(action: Action, names: dict[str, str]) -> dict[str, Any]:
    words = tell_trigger(action.kind)
    if action.kind == "assigned":
        assignee = action.detail["assignee"]
        words = _("gave the task to %s") % assignee if assignee else _("released the task")
    return {
        "sequence": action.sequence,
        "at": action.at,
        "actor": action.actor,
        "words": words,
        "node_name": names.get(action.node, action.node),
        "reason": action.reason,
    }


def tell_trigger(trigger: str) -> str:
    """A message or signal is told by its own name."""
    return str(TRIGGERS.get(trigger, trigger.partition(":")[2] or trigger))
