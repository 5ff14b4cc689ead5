"""What pages and programs may read, each with the actor's rights inside; lists are paged by key and load no values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max, Q

from engine.core.model.words import say
from engine.core.parse.layout import with_layout
from engine.core.parse.xml import as_text
from engine.models import (
    Delivery,
    DeployedFile,
    Incident,
    Instance,
    Job,
    Process,
    ProcessVersion,
    State,
    Step,
    Subscription,
    Timer,
    Token,
    WorkItem,
)
from engine.models.keys import instance_of, make_key, number_of, span
from engine.service.errors import NotFound
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of, require
from engine.service.starts import is_startable
from engine.store.known import KnownQuery

PAGE = 50


# processes


def list_processes(actor: Actor, *, search: str = "") -> list[Process]:
    """Those that the actor may see or start, with `running` and `open_incidents` counted in two queries."""
    visible = allowed_processes(actor, "see") | allowed_processes(actor, "start")
    rows = Process.objects.filter(pk__in=visible).select_related("latest__deployment")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(key__icontains=search))
    processes = list(rows.order_by("name", "key"))
    running = count_running(process.pk for process in processes)
    incidents = count_incidents(process.pk for process in processes)
    for process in processes:
        process.running = running.get(process.pk, 0)  # type: ignore[attr-defined]
        process.open_incidents = incidents.get(process.pk, 0)  # type: ignore[attr-defined]
    return processes


def list_startable(actor: Actor) -> list[Process]:
    """Deployed processes with a start that a person can use."""
    rows = Process.objects.filter(pk__in=allowed_processes(actor, "start"), latest__isnull=False)
    found = rows.filter(is_suspended=False).select_related("latest").order_by("name", "key")
    return [process for process in found if is_startable(process)]


def list_worked(actor: Actor) -> list[Process]:
    """Processes in which the actor may meet a task: works, sees or operates."""
    ids = allowed_processes(actor, "work") | allowed_processes(actor, "see") | allowed_processes(actor, "operate")
    return list(Process.objects.filter(pk__in=ids, latest__isnull=False).order_by("name", "key"))


def list_steps_of_work(process: str) -> list[tuple[str, str]]:
    """The user tasks of a process, of all its versions: node and name."""
    rows = State.objects.filter(version__process__key=process, kind="userTask").order_by("-version", "position")
    names: dict[str, str] = {}
    for node, name in rows.values_list("node", "name"):
        names.setdefault(node, name or node)
    return list(names.items())


def list_started(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[Instance]:
    """What the actor has started, newest first, whoever may see the process."""
    rows = Instance.objects.filter(started_by=name_of(actor))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("version__process").defer("variables", "data").order_by("-pk")[:limit])


def get_process(actor: Actor, key: str) -> Process:
    process = Process.objects.select_related("latest__deployment", "latest__file").filter(key=key).first()
    if process is None:
        raise NotFound("process-not-found", say("There is no such process, or you may not see it."))
    require(actor, "see", process)
    return process


def get_startable(actor: Actor, key: str) -> Process:
    process = Process.objects.select_related("latest").filter(key=key, latest__isnull=False).first()
    if process is None:
        raise NotFound("process-not-found", say("There is no such process, or you may not see it."))
    require(actor, "start", process)
    return process


def list_versions(actor: Actor, process: Process) -> list[ProcessVersion]:
    require(actor, "see", process)
    rows = process.versions.select_related("deployment").annotate(
        running=Count("instances", filter=Q(instances__status__in=OPEN))
    )
    return list(rows.order_by("-number"))


def list_steps_of(process: Process) -> list[State]:
    """The steps of the latest version at which something can stand, in the order of the diagram."""
    rows = State.objects.filter(version=process.latest_id).exclude(node="").exclude(key__startswith="#")
    return list(rows.exclude(key__endswith="#body").order_by("position"))


def get_version(actor: Actor, key: str, number: int) -> ProcessVersion:
    process = get_process(actor, key)
    version = ProcessVersion.objects.select_related("process").filter(process=process, number=number).first()
    if version is None:
        raise NotFound(
            "version-not-found", say("“%(process)s” has no version %(number)s.", process=process, number=number)
        )
    return version


def read_source(version: ProcessVersion) -> str:
    """The diagram's file as text, for the browser; one without a drawing is laid out. Its own comes first."""
    return as_text(with_layout(bytes(version.file.content), first=version.process.key))


def read_texts_beside(version: ProcessVersion) -> list[tuple[str, str]]:
    """Name and text of the forms and decisions that were deployed together with the version."""
    rows = DeployedFile.objects.filter(deployment=version.deployment_id).order_by("name")
    return [(row.name, as_text(bytes(row.content))) for row in rows if row.name.endswith((".form", ".dmn"))]


OPEN = (Instance.Status.ACTIVE, Instance.Status.SUSPENDED)


def count_running(processes: Iterable[int]) -> dict[int, int]:
    rows = Instance.objects.filter(version__process__in=list(processes), status__in=OPEN)
    return dict(rows.values_list("version__process").annotate(number=Count("id")))


def count_incidents(processes: Iterable[int]) -> dict[int, int]:
    rows = Incident.objects.filter(status=Incident.Status.OPEN)
    rows = rows.filter(state__version__process__in=list(processes))
    return dict(rows.values_list("state__version__process").annotate(number=Count("id")))


# instances


def get_instance(actor: Actor, instance: int) -> Instance:
    row = Instance.objects.select_related("version__process", "version__file").filter(pk=instance).first()
    if row is None or (
        not is_all_powerful(actor)
        and row.version.process_id not in allowed_processes(actor, "see", [row.version.process_id])
    ):
        raise NotFound("instance-not-found", say("There is no such instance, or you may not see it."))
    return row


by_id = KnownQuery(lambda: Instance.objects.select_related("version__process").filter(pk=0))


def read_instance(instance: int) -> Instance:
    """One that the actor has just started: who may start need not be allowed to see."""
    row = by_id.find(instance)
    if row is None:
        raise Instance.DoesNotExist
    return row


def is_at_rest(instance: int) -> bool:
    """Whether it has ended, or waits for somebody or something outside: no job and no delivery moves it on."""
    row = Instance.objects.only("status").get(pk=instance)
    return row.status not in OPEN or not (
        Job.objects.filter(id__range=span(instance), available_at__isnull=False).exists()
        or Delivery.objects.filter(instance=instance, is_held=False).exists()
    )


def list_tokens(instance: int) -> list[Token]:
    return list(Token.objects.filter(id__range=span(instance)).select_related("state").order_by("id"))


def list_steps(instance: int, *, after: int = 0, limit: int = 1000) -> list[Step]:
    """Units of work whose last entry is later than the sequence number, the oldest first."""
    rows = Step.objects.filter(id__range=span(instance), sequence__gt=after)
    return list(rows.order_by("id")[:limit])


def list_incidents(instance: int) -> list[Incident]:
    rows = Incident.objects.filter(id__range=span(instance), status=Incident.Status.OPEN)
    return list(rows.select_related("state").order_by("id"))


def count_open_incidents(instances: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    found = Incident.objects.of_any(instances).filter(status=Incident.Status.OPEN)
    for key in found.values_list("id", flat=True):
        counts[instance_of(key)] = counts.get(instance_of(key), 0) + 1
    return counts


def list_waits(instance: int) -> list[dict[str, Any]]:
    """What the instance waits for, in words a page can show: kind, node and what."""
    within = {"id__range": span(instance)}
    waits: list[dict[str, Any]] = []
    items = WorkItem.objects.filter(**within, status=WorkItem.Status.OPEN).select_related("state")
    waits += [{"kind": "user", "state": item.state, "item": item} for item in items]
    jobs = Job.objects.filter(**within).select_related("state")
    waits += [{"kind": "job", "state": job.state, "job": job} for job in jobs]
    timers = Timer.objects.filter(**within).select_related("state")
    waits += [{"kind": "timer", "state": timer.state, "timer": timer} for timer in timers]
    subscriptions = Subscription.objects.filter(**within).select_related("state")
    waits += [{"kind": one.get_kind_display(), "state": one.state, "subscription": one} for one in subscriptions]
    return waits


def list_open_children(actor: Actor, instance: int, limit: int) -> tuple[list[Instance], int]:
    """Called instances that go on, the oldest first, and how many there are of those that the actor may see."""
    rows = Instance.objects.filter(parent__range=span(instance), status__in=OPEN)
    rows = rows.filter(version__process__in=allowed_processes(actor, "see"))
    shown = rows.select_related("version__process").defer("variables", "data").order_by("pk")[:limit]
    return list(shown), rows.count()


def list_children(actor: Actor, instance: int) -> list[Instance]:
    rows = Instance.objects.filter(parent__range=span(instance)).select_related("version__process")
    allowed = allowed_processes(actor, "see")
    return [row for row in rows.defer("variables", "data").order_by("pk") if row.version.process_id in allowed]


# pieces


def names_of(instances: Iterable[int]) -> dict[int, str]:
    """What people call them: the business key, else the number. Whoever asks has been let see them."""
    known = list(instances)
    keys = dict(Instance.objects.filter(pk__in=known).exclude(business_key="").values_list("pk", "business_key"))
    return {one: keys.get(one, str(one)) for one in known}


def states_of(version: int) -> dict[str, State]:
    return {state.key: state for state in State.objects.filter(version=version)}


def last_sequence(instance: int) -> int:
    return Step.objects.filter(id__range=span(instance)).aggregate(last=Max("sequence"))["last"] or 0


def key_of(instance: int, number: int) -> int:
    return make_key(instance, number)


def read_instance_of(item: WorkItem) -> Instance:
    """The instance of an item that the actor was given already."""
    return Instance.objects.select_related("version__process", "version__file").get(pk=item.instance_id)


def visible_variables_of(instance: Instance, token: int) -> dict[str, Any]:
    """What a token of the instance sees."""
    tokens = {number_of(row.pk): row for row in list_tokens(instance.pk)}
    chain: list[dict[str, Any]] = []
    walker = tokens.get(token)
    while walker is not None:
        chain.append(walker.variables or {})
        walker = tokens.get(walker.scope)
    visible = dict(instance.variables)
    for variables in reversed(chain):
        visible.update(variables)
    return visible


def find_example(actor: Actor) -> Instance | None:
    """A running instance to look at, for who has not seen one yet."""
    rows = Instance.objects.filter(version__process__in=allowed_processes(actor, "see"), status__in=OPEN)
    return rows.select_related("version__process").defer("variables", "data").order_by("pk").first()


def places_of(instances: Iterable[int]) -> dict[int, list[str]]:
    """The names of the steps at which each instance stands."""
    places: dict[int, list[str]] = {}
    rows = Token.objects.of_any(instances).values_list("id", "state__name", "state__node").order_by("id")
    for key, name, node in rows:
        own = places.setdefault(instance_of(key), [])
        if (name or node) not in own:
            own.append(name or node)
    return places
