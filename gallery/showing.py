"""What the pages say of an example: how its services behave, what runs, what failed, what was done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from engine.core.model.words import say
from engine.models import Instance, Process, State
from engine.models.keys import span
from engine.service import breakers, history, reading
from engine.service.attempts import list_attempts
from engine.service.errors import NotFound
from engine.service.occupancy import read_occupancy
from engine.service.rights import Actor
from gallery.models import Effect, Switch
from gallery.reading import Example
from gallery.services import Service, services_of

LATEST = 8
MOST_CALLED = 20  # of those that go on
LEDGER = 30
LONGEST = 80  # of a value in the ledger

MODES = {
    Switch.Mode.WELL: gettext_lazy("Well"),
    Switch.Mode.SLOW: gettext_lazy("Slow"),
    Switch.Mode.FAILING: gettext_lazy("Failing"),
    Switch.Mode.REFUSING: gettext_lazy("Refusing"),
    Switch.Mode.DUPLICATE: gettext_lazy("Duplicate"),
}


def find_instance(actor: Actor, example: Example, instance: int) -> Instance:
    """As missing where it is none of the example's."""
    row = reading.get_instance(actor, instance)
    if row.version.process.key not in example.processes:
        raise NotFound("instance-not-found", say("There is no such instance, or you may not see it."))
    return row


def describe_diagram(process: Process, instance: Instance | None) -> dict[str, Any]:
    """The properties of the instance island: one instance, or all of the process at once."""
    if instance is not None:
        return history.read_state(instance) | {
            "xml": reading.read_source(instance.version),
            "state_url": reverse("api:instance-state", args=[instance.pk]),
        }
    assert process.latest is not None
    return read_occupancy(process, None) | {
        "id": None,
        "xml": reading.read_source(process.latest),
        "state_url": reverse("monitor:process-state", args=[process.key]),
        "step_url": reverse("monitor:instances") + "?" + urlencode({"process": process.key}) + "&node=",
    }


def describe_services(example: Example) -> list[dict[str, Any]]:
    return [_describe_service(service) for service in services_of(example.slug)]


def _describe_service(service: Service) -> dict[str, Any]:
    switch = service.get_switch()
    return {
        "key": service.key,
        "name": service.name,
        "mode": switch.mode,
        "seconds": f"{switch.seconds:g}",
        "changed_by": switch.changed_by,
        "changed_at": switch.changed_at if switch.changed_by else None,
        "words": _tell(service.name, switch),
        "modes": [{"value": mode.value, "label": label, "is_on": mode == switch.mode} for mode, label in MODES.items()],
    }


def _tell(name: str, switch: Switch) -> str:
    words = {
        Switch.Mode.WELL: _("answers at once"),
        Switch.Mode.SLOW: _("takes %s seconds for each call") % f"{switch.seconds:g}",
        Switch.Mode.FAILING: _("gives no answer: tried again, then an incident"),
        Switch.Mode.REFUSING: _("refuses: a business error, which the diagram may catch"),
        Switch.Mode.DUPLICATE: _("is called twice each time; it is done once"),
    }
    return words[Switch.Mode(switch.mode)]


def family_of(actor: Actor, instance: Instance) -> list[Instance]:
    """The instance and those called by it that go on: their failures are seen where the whole is followed."""
    return [instance, *reading.list_open_children(actor, instance.pk, MOST_CALLED)[0]]


def describe_attempts(instances: Iterable[Instance], followed: Instance | None) -> list[dict[str, Any]]:
    """Jobs that have failed and are tried again, with the name of the instance where it is not the followed one."""
    return [
        {**attempt, "of": _name_beside(row, followed)}
        for row in instances
        for attempt in list_attempts(row.pk)
        if attempt["failed"] and not attempt["called"]
    ]


def describe_incidents(instances: Iterable[Instance], followed: Instance | None) -> list[dict[str, Any]]:
    return [
        {
            "name": incident.state.name or incident.node or incident.state.node,
            "of": _name_beside(instance, followed),
            "message": incident.message,
            "at": incident.created_at,
            "instance": str(instance.pk),
            "retry_url": reverse("gallery:retry", args=[incident.pk]),
        }
        for instance in instances
        for incident in reading.list_incidents(instance.pk)
    ]


def _name_beside(row: Instance, followed: Instance | None) -> str:
    return "" if row is followed else name_of_run(row)


def name_of_run(row: Instance) -> str:
    return row.business_key or str(row.version.process)


def describe_ledger(example: Example, instance: Instance | None) -> list[dict[str, Any]]:
    """What the services were asked, the latest first: how often they were called, and whether it was done."""
    names = {service.key: service.name for service in services_of(example.slug)}
    rows = Effect.objects.filter(service__in=names)
    if instance is not None:
        called = Instance.objects.filter(parent__range=span(instance.pk)).values("pk")
        rows = rows.filter(Q(instance=instance.pk) | Q(instance__in=called))
    return [
        {
            "service": names[row.service],
            "action": row.action,
            "asked": _pairs(row.asked),
            "answer": _pairs(row.answer or {}),
            "is_done": row.done_at is not None,
            "words": _tell_calls(row),
            "at": row.done_at or row.called_at,
        }
        for row in rows.order_by("-pk")[:LEDGER]
    ]


def _tell_calls(row: Effect) -> str:
    called = ngettext("called once", "called %(n)s times", row.calls) % {"n": row.calls}
    done = _("done once") if row.done_at else _("not done")
    return f"{called}, {done}"


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {_shorten(value)}" for name, value in values.items())


def _shorten(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def list_runs(processes: Iterable[Process]) -> list[Instance]:
    """The latest instances of the example's processes; who asks may see these."""
    rows = Instance.objects.filter(version__process__in=list(processes)).select_related("version__process")
    return list(rows.defer("variables", "data").order_by("-pk")[:LATEST])


def describe_run(example: Example, row: Instance, shown: Instance | None) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "url": reverse("gallery:example", args=[example.slug]) + f"?instance={row.pk}",
        "name": name_of_run(row),
        "process": str(row.version.process),
        "status": history.status_word(row),
        "at": row.ended_at or row.started_at,
        "is_shown": shown is not None and shown.pk == row.pk,
    }


def describe_breakers(actor: Actor, processes: Iterable[Process]) -> list[dict[str, Any]]:
    """The kinds of job of these processes that rest because they fail again and again."""
    open_now = {row.type: row for row in breakers.list_breakers(actor)}
    if not open_now:
        return []
    states = State.objects.filter(version__in=[process.latest_id for process in processes])
    types = {config["job"]["type"][1] for config in states.values_list("config", flat=True) if "job" in config}
    now = datetime.now(UTC)
    return [
        {"type": name, "until": row.open_until, "seconds": ceil((row.open_until - now).total_seconds())}
        for name, row in open_now.items()
        if name in types
    ]
