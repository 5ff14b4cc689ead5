"""What workers outside ask for: jobs under a lock, and what became of them; who may serve a process is asked here.

A lock belongs to a worker of a principal: two who call their workers the same do not get at each other's jobs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from engine.core.model.words import say
from engine.models import Incident, Job, Process, State
from engine.models.keys import span
from engine.service import jobs
from engine.service.advance import in_unit
from engine.service.errors import Conflict, Forbidden, NotFound, ServiceError
from engine.service.jobs import Done, LeasedJob
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of, role_rights
from engine.service.unit import Unit
from engine.service.versions import get_version
from engine.store import open_store
from engine.store.contract import Store
from engine.store.rows import EndedItem, JobRow, Loaded

MOST_COUNTED = 200
LONGEST_OWNER = 255


class Topic(NamedTuple):
    """What a worker asks for: a type of job, for so long, of these processes (of all it may serve where None)."""

    type: str
    seconds: float
    processes: tuple[str, ...] | None = None


def name_owner(actor: Actor, worker: str) -> str:
    owner = f"{name_of(actor)}/{worker}"
    if len(owner) <= LONGEST_OWNER:
        return owner
    return f"{name_of(actor)}/{hashlib.sha256(worker.encode()).hexdigest()}"[:LONGEST_OWNER]


def require_worker(actor: Actor) -> None:
    """Refuse who may serve no process at all."""
    if not is_all_powerful(actor) and "serve" not in role_rights(actor) and not allowed_processes(actor, "serve"):
        raise Forbidden("not-a-worker", say("You may not take jobs: ask for the role “workers”."))


def fetch(actor: Actor, worker: str, topics: Sequence[Topic], limit: int) -> list[LeasedJob]:
    """Up to `limit` jobs of the topics, from now on the worker's; the topics in their order."""
    require_worker(actor)
    owner = name_owner(actor, worker)
    found: list[LeasedJob] = []
    groups: dict[tuple[float, tuple[str, ...] | None], list[str]] = {}
    for topic in topics:
        groups.setdefault((topic.seconds, topic.processes), []).append(topic.type)
    for (seconds, processes), types in groups.items():
        if len(found) >= limit:
            break
        states = states_for(actor, processes)
        if states is None or states:
            found += jobs.lease(types, owner, seconds=seconds, limit=limit - len(found), states=states)
    return found


def give_back(actor: Actor, worker: str, found: Collection[LeasedJob]) -> None:
    """Nobody has got them: they are free at once, and no attempt is counted."""
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        store.release_jobs([job.id for job in found], name_owner(actor, worker), now)


def count_available(types: Collection[str]) -> dict[str, int]:
    """How many jobs of each type can be taken now, counted up to a few; types without one are left out."""
    now = datetime.now(UTC)
    rows = Job.objects.filter(type__in=types, available_at__lte=now)
    return dict(Counter(rows.values_list("type", flat=True)[:MOST_COUNTED]))


def complete(actor: Actor, worker: str, job: int, variables: dict[str, Any]) -> None:
    jobs.complete(job, name_owner(actor, worker), variables, actor=actor)


def complete_many(actor: Actor, worker: str, done: Sequence[Done]) -> list[ServiceError | None]:
    """As `complete` for each; each stands for itself."""
    require_worker(actor)
    answers: list[ServiceError | None] = []
    for one in done:
        try:
            complete(actor, worker, one.job, one.variables)
        except ServiceError as error:
            answers.append(error)
        else:
            answers.append(None)
    return answers


def throw_error(actor: Actor, worker: str, job: int, code: str, message: str, variables: dict[str, Any]) -> None:
    jobs.throw_error(job, name_owner(actor, worker), code, message, variables, actor=actor)


def fail(
    actor: Actor, worker: str, job: int, message: str, *, retries: int | None = None, retry_after: float | None = None
) -> None:
    jobs.fail(job, name_owner(actor, worker), message, retries=retries, retry_after=retry_after, actor=actor)


def extend(actor: Actor, worker: str, job: int, seconds: float) -> None:
    """The lock lasts from now on so long."""
    row, _ = get_job_row(actor, job)
    if row.owner != name_owner(actor, worker):
        raise Conflict("lease-lost", say("The job is not yours any more."))
    jobs.extend(job, row.owner, seconds=seconds)


def lock(actor: Actor, worker: str, job: int, seconds: float) -> None:
    """Lock one job by its id; refused while it is somebody else's."""
    owner, now = name_owner(actor, worker), datetime.now(UTC)
    row, _ = get_job_row(actor, job)

    def act(store: Store, unit: Unit) -> None:
        (fresh, loaded), *_ = store.load_jobs([row.id]) or _missing()
        if fresh.available_at is None or (fresh.available_at > now and fresh.owner not in (None, owner)):
            raise Conflict("job-locked", say("The job is somebody else's, or may not be taken now."))
        unit.batch.jobs.append(fresh._replace(owner=owner, available_at=unit.now + timedelta(seconds=seconds)))
        unit.open(loaded).note("locked", fresh.token, fresh.id)

    in_unit(act)


def unlock(actor: Actor, job: int) -> None:
    """Take the lock away, whoever has it: somebody else may take the job at once."""
    row, _ = get_job_row(actor, job)
    store, now = open_store(), datetime.now(UTC)
    if row.owner is not None:
        with store.unit():
            store.release_jobs([job], row.owner, now)


def set_retries(actor: Actor, job: int, retries: int) -> None:
    """How many attempts are left; more than none closes the incident of a job that had none, none opens one."""
    row, _ = get_job_row(actor, job)

    def act(store: Store, unit: Unit) -> None:
        (fresh, loaded), *_ = store.load_jobs([row.id]) or _missing()
        case = unit.open(loaded)
        if retries == 0:
            if fresh.retries > 0 or fresh.available_at is not None:
                jobs.exhaust(unit, case, fresh, say("The retries were set to 0."))
            return
        open_incidents = Incident.objects.of(loaded.row.id).filter(job=job, status=Incident.Status.OPEN)
        incidents = list(open_incidents.values_list("id", flat=True))
        unit.batch.resolved_incidents += [EndedItem(incident, name_of(actor)) for incident in incidents]
        available = unit.now if fresh.available_at is None and not case.is_suspended else fresh.available_at
        unit.batch.jobs.append(fresh._replace(retries=retries, lapses=0, available_at=available))
        case.note("retried", fresh.token, fresh.id, name_of(actor))

    in_unit(act)


def read_job_row(actor: Actor, job: int) -> tuple[JobRow, Loaded]:
    """One of those that `list_jobs` lists."""
    row, loaded = _load(job)
    process = get_version(loaded.row.version).process_id
    if not is_all_powerful(actor) and process not in allowed_processes(actor, "operate", [process]):
        jobs.require_job_right(actor, loaded, "serve")
    return row, loaded


def get_job_row(actor: Actor, job: int) -> tuple[JobRow, Loaded]:
    """One of a process that the actor serves."""
    row, loaded = _load(job)
    if not is_all_powerful(actor):
        jobs.require_job_right(actor, loaded, "serve")
    return row, loaded


def _load(job: int) -> tuple[JobRow, Loaded]:
    found = open_store().load_jobs([job])
    return found[0] if found else _missing()


def list_jobs(
    actor: Actor,
    *,
    types: Collection[str] = (),
    instance: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs of the processes that the actor serves or operates, newest first; continuations are nobody's."""
    processes = allowed_processes(actor, "serve") | allowed_processes(actor, "operate")
    rows = Job.objects.exclude(kind=Job.Kind.ASYNC).filter(state__version__process__in=processes)
    if types:
        rows = rows.filter(type__in=types)
    if instance is not None:
        rows = rows.filter(id__range=span(instance))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.select_related("state__version__process").order_by("-id")[:limit])


def states_for(actor: Actor, processes: tuple[str, ...] | None) -> list[int] | None:
    """The states whose jobs the actor may take (of these processes); None for all there are."""
    allowed = allowed_processes(actor, "serve")
    if processes is None and (is_all_powerful(actor) or len(allowed) == Process.objects.count()):
        return None
    rows = State.objects.filter(version__process__in=allowed)
    if processes is not None:
        rows = rows.filter(version__process__key__in=processes)
    return list(rows.values_list("pk", flat=True))


def _missing() -> Any:
    raise NotFound("job-not-found", jobs.MISSING)


def has_outputs(actor: Actor, job: int) -> bool:
    """Whether what the job gives goes through a mapping of its element."""
    row, loaded = get_job_row(actor, job)
    version = get_version(loaded.row.version)
    return bool(version.machine.states[version.state_keys[row.state]].config.get("outputs"))
