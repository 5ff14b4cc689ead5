"""Installing an example: files deployed, scenarios kept, events mapped, rights given, and a few instances started.

Installing again changes nothing; what people have changed since is left alone until they reset the example.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from api.events.mappings import save_mapping
from api.models import EventMapping
from engine.core.model.words import say
from engine.models import Backfill, Instance, Process
from engine.service import backfill, dates, deploying, granting, instances, scenarios
from engine.service.backfill import Wish
from engine.service.errors import Conflict, NotFound
from engine.service.rights import ROLES, Actor, name_of, require, require_any
from engine.service.translate import ACTIVE, SUSPENDED
from engine.store.writing import write_transaction
from gallery.models import Effect, Installed, Switch
from gallery.reading import Catching, Example, get_example
from gallery.services import services_of


class Outcome(StrEnum):
    INSTALLED = "installed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left alone"  # its processes were deployed by people since


def install(slug: str, actor: Actor) -> Outcome:
    """Make the example run here. Conflict where one of its processes is there already and is somebody's own."""
    require_any(actor, "edit")
    example = get_example(slug)
    known = Installed.objects.filter(pk=example.slug).first()
    if known is None:
        _refuse_foreign(example)
        _deploy(example, actor)
        start_examples(example, actor)
        return Outcome.INSTALLED
    if known.checksum == example.checksum:
        return Outcome.UNCHANGED
    if _deployed_by_others(example):
        return Outcome.LEFT
    _deploy(example, actor)
    return Outcome.UPDATED


def reset(slug: str, actor: Actor) -> None:
    """As if installed just now: what runs is cancelled, switches are well, the ledger is empty."""
    require_any(actor, "edit")
    example = get_example(slug)
    if not Installed.objects.filter(pk=example.slug).exists():
        raise NotFound("example-not-installed", say("“%(slug)s” is not installed.", slug=example.slug))
    for process in Process.objects.filter(key__in=example.processes):
        require(actor, "operate", process)
    for row in Backfill.objects.filter(process__key__in=example.processes, ended_at=None):
        backfill.cancel(actor, row.pk)
    for instance in _running(example):
        instances.cancel(instance, actor, reason=say("The example was reset."))
    services = [service.key for service in services_of(example.slug)]
    with write_transaction():
        Switch.objects.filter(service__in=services).delete()
        Effect.objects.filter(service__in=services).delete()
    _deploy(example, actor)
    start_examples(example, actor)


def start_examples(example: Example, actor: Actor) -> list[int]:
    """In the actor's name; from the shell in the names of the demo's people, where they are there."""
    names = [start.by for start in example.starts] if actor is None else []
    people = {user.get_username(): user for user in get_user_model().objects.filter(username__in=names)}
    if example.backfill is not None:
        _catch_up(example, example.backfill)
    return [
        instances.start(
            start.process,
            people.get(start.by, actor),
            variables=dict(start.variables),
            business_key=start.business_key,
        )
        for start in example.starts
    ]


def start_one(example: Example, actor: Actor, process: str = "") -> int:
    """One more of the process, the first one where none is named, in the actor's own name."""
    if example.slug not in installed():
        raise NotFound("example-not-installed", say("“%(slug)s” is not installed.", slug=example.slug))
    key = process if process in example.processes else example.process
    if example.backfill is not None and key == example.process:
        return dates.start_for(actor, key, timezone.localdate(), is_again=True)
    first = next((start for start in example.starts if start.process == key), None)
    return instances.start(
        key,
        actor,
        variables=dict(first.variables) if first is not None else {},
        business_key=first.business_key if first is not None else "",
    )


def _catch_up(example: Example, asked: Catching) -> None:
    """The last days, by the engine itself."""
    today = timezone.localdate()
    first, last = today - timedelta(days=asked.days), today - timedelta(days=1)
    backfill.start_backfill(None, example.process, Wish(first, last, limit=asked.limit, is_again=True))


def installed() -> Mapping[str, Installed]:
    """What is installed, by the name of the example."""
    return {one.example: one for one in Installed.objects.all()}


def label_of(example: Example) -> str:
    """The name of the example's deployments."""
    return f"Gallery: {example.slug}"


def _refuse_foreign(example: Example) -> None:
    """Somebody's own process is never given a new version because it has the name of an example."""
    taken = _deployed_by_others(example)
    if taken:
        raise Conflict(
            "process-exists", say("There is a process “%(taken)s” already that is not of the gallery.", taken=taken[0])
        )


def _deployed_by_others(example: Example) -> list[str]:
    rows = Process.objects.filter(key__in=example.processes).exclude(latest__deployment__name=label_of(example))
    return list(rows.order_by("key").values_list("key", flat=True))


def _deploy(example: Example, actor: Actor) -> None:
    deploying.deploy(example.files, actor, name=label_of(example), accepts_red=True)
    for said in example.scenarios:
        scenarios.save_scenario(
            actor, said["process"], said["name"], example.files, said["actions"], said.get("mocks"), is_replacing=True
        )
    for event in example.events:
        known = EventMapping.objects.filter(name=event["name"]).first()
        save_mapping(actor, dict(event), known.pk if known is not None else None)
    _give_rights(example)
    with write_transaction():
        Installed.objects.update_or_create(
            pk=example.slug, defaults={"checksum": example.checksum, "installed_by": name_of(actor)}
        )


def _give_rights(example: Example) -> None:
    """The roles keep what they have; participants have what the example says, group by group."""
    if not example.rights:
        return
    roles = {name: set(rights) for name, rights in ROLES.items() if name not in ("participants", *example.rights)}
    given = roles | {name: set(rights) for name, rights in example.rights.items()}
    for name in given:
        Group.objects.get_or_create(name=name)
    for process in Process.objects.filter(key__in=example.processes):
        granting.grant(None, process, given)


def _running(example: Example) -> list[int]:
    rows = Instance.objects.filter(version__process__key__in=example.processes, status__in=(ACTIVE, SUSPENDED))
    return list(rows.filter(parent=None).order_by("pk").values_list("pk", flat=True))
