"""Jobs: leased by a worker, done outside the transaction, and brought back as a result, a failure or an error."""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from engine.core.model.runtime import ROOT, Delivery, Failure
from engine.core.model.words import say
from engine.core.run.failing import find_error
from engine.core.triggers.schedule import ScheduleError, read_cycle, read_duration
from engine.models import ProcessVersion
from engine.models.keys import instance_of, number_of
from engine.service import allowances, telemetry
from engine.service.advance import in_unit
from engine.service.case import Case
from engine.service.concealing import conceal
from engine.service.errors import Conflict, NotFound
from engine.service.expressions import expression_budget
from engine.service.instances import check_variables, note_reason
from engine.service.outbox import Event
from engine.service.rights import Actor, Right, name_of, require
from engine.service.translate import ACTIVE, JOB_KINDS, pack, to_snapshot, unpack, unpack_variables, view
from engine.service.unit import Unit
from engine.service.versions import Version, get_version
from engine.store import open_store
from engine.store.contract import Store
from engine.store.rows import JobRow, Loaded, PutOff
from engine.store.writing import write_transaction

logger = logging.getLogger(__name__)

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 3600.0
MOST_LAPSES = 3
MOST_FAILURES = 20  # attempts that the log of a job keeps
MISSING = say("There is no such job: it is done, or its step has been left.")


class LeasedJob(NamedTuple):
    """A job as whoever works on it sees it. `idempotency_key` is the same for every attempt."""

    id: int
    type: str
    key: str
    instance: int
    process: str
    version: int
    business_key: str
    variables: Mapping[str, Any]
    headers: Mapping[str, Any]
    script: str | None
    retries: int
    attempts: int
    has_retry_cycle: bool = False
    token: int = 0
    version_id: int = 0
    priority: int = 0
    last_failure: str = ""
    inputs: Mapping[str, Any] = {}  # what the step's input mappings gave, without the variables around it
    trace: str | None = None  # the traceparent of the instance's start
    progress: Mapping[str, Any] = {}  # what its handler has left when it put the job off

    @property
    def idempotency_key(self) -> str:
        return f"statewright-{self.id:x}"


class Done(NamedTuple):
    """`events` are (kind, data): webhooks hear of them if the process goes on."""

    job: int
    variables: dict[str, Any]
    events: Sequence[tuple[str, dict[str, Any]]] = ()


class Thrown(NamedTuple):
    """A business error."""

    job: int
    code: str
    message: str
    variables: dict[str, Any]


class Failed(NamedTuple):
    """`retries` is how many are left now; None: one less than before. `retry_after` is in seconds, `kind` the class
    of the failure: transient, permanent or unknown."""

    job: int
    message: str
    retries: int | None = None
    retry_after: float | None = None
    kind: str = "unknown"


class NotYet(NamedTuple):
    """What was looked for is not there yet: the job comes back after so many seconds, with its retries and without an
    attempt, and nobody holds it meanwhile. `progress` is what whoever takes it then finds."""

    job: int
    seconds: float
    progress: dict[str, Any]


Settled = Done | Thrown | Failed
Outcome = Settled | NotYet


def lease(
    types: Collection[str], owner: str, *, seconds: float, limit: int = 10, states: Collection[int] | None = None
) -> list[LeasedJob]:
    """Available jobs of these types, from now on the owner's until the lease ends or is extended. Of types with a
    rate no more than may begin now."""
    store, now = open_store(), datetime.now(UTC)
    until = now + timedelta(seconds=seconds)
    rows: list[JobRow] = []
    rates = allowances.rates_of(types)
    for name, rate in rates.items():
        with write_transaction():
            room = min(allowances.count_allowed(name, rate, now), limit - len(rows))
            found = store.lease_jobs([name], owner, until, now, room, states) if room > 0 else []
            if found:
                allowances.spend(name, rate, now, len(found))
        rows += found
    others = [name for name in types if name not in rates]
    if others and len(rows) < limit:
        with store.unit(has_claims=False):
            rows += store.lease_jobs(others, owner, until, now, limit - len(rows), states)
    for row in [row for row in rows if row.lapses >= MOST_LAPSES]:
        fail(row.id, owner, say("The worker died three times while it had this job."), retries=0)
    usable = [row for row in rows if row.lapses < MOST_LAPSES]
    loaded = store.load({instance_of(row.id) for row in usable})
    return [describe_job(row, loaded[instance_of(row.id)]) for row in usable if instance_of(row.id) in loaded]


def extend_many(job_ids: Collection[int], owner: str, *, seconds: float) -> set[int]:
    """Those that are still the owner's."""
    if not job_ids:
        return set()
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        return store.extend_lease(job_ids, owner, now + timedelta(seconds=seconds))


def extend(job: int, owner: str, *, seconds: float) -> None:
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        if not store.extend_lease([job], owner, now + timedelta(seconds=seconds)):
            raise Conflict("lease-lost", say("The job is not yours any more."))


def complete(job: int, owner: str | None, variables: dict[str, Any] | None = None, *, actor: Actor = None) -> None:
    """The job is done; the process goes on with its result. Only whoever has it can say so."""
    _bring_back_one(Done(job, check_variables(variables or {})), owner, actor)


def throw_error(
    job: int, owner: str | None, code: str, message: str = "", variables: dict[str, Any] | None = None, *,
    actor: Actor = None,
) -> None:  # fmt: skip
    """A business error: goes to whoever catches it in the diagram, else it is an incident at the job."""
    _bring_back_one(Thrown(job, code, message, check_variables(variables or {})), owner, actor)


def fail(
    job: int, owner: str | None, message: str, *,
    retries: int | None = None, retry_after: float | None = None, actor: Actor = None,
) -> None:  # fmt: skip
    """The attempt failed: the job waits for its next one, or becomes an incident when none is left."""
    _bring_back_one(Failed(job, message, retries, retry_after), owner, actor)


def bring_back(outcomes: Sequence[Outcome], owner: str) -> int:
    """Many at once, in one unit: how many counted. What is somebody else's by now, or gone, is left out."""
    put_off = [outcome for outcome in outcomes if isinstance(outcome, NotYet)]
    settled = [outcome for outcome in outcomes if not isinstance(outcome, NotYet)]
    return (_put_off(put_off, owner) if put_off else 0) + (_settle(settled, owner) if settled else 0)


def _settle(outcomes: Sequence[Settled], owner: str) -> int:
    def act(store: Store, unit: Unit) -> int:
        found = {row.id: (row, loaded) for row, loaded in store.load_jobs([outcome.job for outcome in outcomes])}
        counted = 0
        for outcome in outcomes:
            # Once: a worker that has lost a lease may have got the same job again, and bring back both.
            row, loaded = found.pop(outcome.job, (None, None))
            if row is None or loaded is None or row.owner != owner or loaded.row.status != ACTIVE:
                logger.info("job %s was somebody else's, or over, when it was done", outcome.job)
                continue
            _take(unit, unit.open(loaded), row, outcome, owner)
            counted += 1
        return counted

    try:
        return in_unit(act, is_urgent=True)
    except Exception as error:
        if len(outcomes) == 1:
            raise
        logger.info("a batch of %s results is brought back one by one: %r", len(outcomes), error)
    return sum(_bring_back_alone(outcome, owner) for outcome in outcomes)


def _put_off(jobs: Sequence[NotYet], owner: str) -> int:
    """Beside the instance and its history: a look that found nothing has changed nothing."""
    store, now = open_store(), datetime.now(UTC)
    rows = [PutOff(one.job, now + timedelta(seconds=one.seconds), pack(one.progress or None)) for one in jobs]
    with store.unit():
        return store.put_off_jobs(rows, owner)


def _bring_back_alone(outcome: Settled, owner: str) -> int:
    with telemetry.about(instance=str(instance_of(outcome.job)), job=str(outcome.job)):
        try:
            return _settle([outcome], owner)
        except Exception:  # the others must not wait for it; its lease ends and it is tried again
            logger.exception("the result of job %s could not be brought back", outcome.job)
            return 0


def _bring_back_one(outcome: Settled, owner: str | None, actor: Actor, reason: str = "") -> None:
    def act(store: Store, unit: Unit) -> None:
        row, loaded = _load(store, outcome.job, owner, actor)
        case = unit.open(loaded)
        note_reason(case, reason, actor)
        if not _take(unit, case, row, outcome, name_of(actor) or owner or ""):
            raise Conflict("already-gone", say("The process has gone on without this job."))

    in_unit(act, is_urgent=actor is None)


def _take(unit: Unit, case: Case, row: JobRow, outcome: Settled, actor: str) -> bool:
    """What came of the job; false where the process has gone on without it."""
    if not isinstance(outcome, Done):
        outcome = outcome._replace(message=conceal(outcome.message))
    if isinstance(outcome, Failed):
        code = _error_of(unit, case, row, outcome.message)
        if code is None:
            _take_failure(unit, case, row, outcome)
            return True
        outcome = Thrown(row.id, code, outcome.message, {})
    if isinstance(outcome, Done):
        delivery = Delivery(row.token, row.trigger, {"variables": outcome.variables}, actor)
        unit.published += [Event(case.id, kind, data) for kind, data in outcome.events]
    else:
        data = {"code": outcome.code, "message": outcome.message, "variables": outcome.variables}
        delivery = Delivery(row.token, "error", data, actor)
    unit.batch.ended_jobs.append(row.id)
    result = unit.deliver(case, [delivery])
    if isinstance(result, Failure):
        unit.park(case, delivery, result)  # what the job has done is kept, and delivered by the incident's retry
        return True
    return not result.refused


def _error_of(unit: Unit, case: Case, row: JobRow, message: str) -> str | None:
    """The error that the task's own definitions make of the failure; listeners' jobs have none."""
    config = case.version.machine.states[case.version.state_keys[row.state]].config
    if not config.get("job", {}).get("errors") or row.kind != JOB_KINDS["job"]:
        return None
    return find_error(config, case.visible_variables(row.token), message, unit.now, expression_budget())


def _take_failure(unit: Unit, case: Case, row: JobRow, outcome: Failed) -> None:
    left = max(row.retries - 1, 0) if outcome.retries is None else max(outcome.retries, 0)
    message = outcome.message[:2000]
    attempt = {"at": unit.now.isoformat(), "message": message, "class": outcome.kind}
    failures = [*(unpack(row.failures) or []), attempt][-MOST_FAILURES:]
    failed = row._replace(retries=left, owner=None, lapses=0, failures=pack(failures))
    if left:
        again = unit.now + timedelta(seconds=_pause(row, outcome.retry_after))
        unit.batch.jobs.append(failed._replace(available_at=again))
        case.note("attempt", row.token, row.id, message[:200])
    else:
        exhaust(unit, case, failed, message)


def exhaust(unit: Unit, case: Case, row: JobRow, message: str) -> None:
    """No attempt is left: an incident, until somebody gives the job another one."""
    unit.batch.jobs.append(row._replace(retries=0, owner=None, available_at=None))
    node = _node_of(case.version, row.state)
    case.open_incident(row.token, node, "job-failed", message, row.trigger, job=row.id)


def skip(job: int, actor: Actor, variables: dict[str, Any] | None = None, *, reason: str = "") -> None:
    """An operator gives the result by hand, whoever has the job."""
    _bring_back_one(Done(job, check_variables(variables or {})), None, actor, reason)


def unlock(job: int, actor: Actor) -> None:
    """Take the job from whoever has it: it may be taken by another at once. The attempt counts."""

    def act(store: Store, unit: Unit) -> None:
        row, loaded = _load(store, job, None, actor)
        if row.owner is None:
            raise Conflict("job-free", say("Nobody has this job."))
        case = unit.open(loaded)
        case.note("reason", ROOT, say("taken from %(name)s", name=row.owner), name_of(actor))
        unit.batch.jobs.append(row._replace(owner=None, available_at=unit.now))

    in_unit(act)


def _load(store: Store, job: int, owner: str | None, actor: Actor) -> tuple[JobRow, Loaded]:
    found = store.load_jobs([job])
    if not found:
        raise NotFound("job-not-found", MISSING)
    row, loaded = found[0]
    if actor is not None:
        require_job_right(actor, loaded, "operate" if owner is None else "serve")
    if owner is not None and row.owner != owner:
        raise Conflict("lease-lost", say("The job is not yours any more."))
    if loaded.row.status != ACTIVE:
        raise Conflict("instance-suspended", say("The instance is suspended or has ended."))
    return row, loaded


def require_job_right(actor: Actor, loaded: Loaded, right: Right) -> None:
    """As missing for whoever may not even see the process of the job."""
    version = ProcessVersion.objects.select_related("process").get(pk=loaded.row.version)
    try:
        require(actor, right, version.process)
    except NotFound:
        raise NotFound("job-not-found", MISSING) from None


def describe_job(row: JobRow, loaded: Loaded) -> LeasedJob:
    version = get_version(loaded.row.version)
    failures = unpack(row.failures) or []
    own = next((token.variables for token in loaded.tokens if number_of(token.id) == row.token), None)
    return LeasedJob(
        row.id, row.type, _node_of(version, row.state), loaded.row.id, version.process, version.number,
        loaded.row.business_key, visible_variables(loaded, version, row.token), unpack(row.headers) or {},
        row.script, row.retries, row.attempts, bool(row.retry_cycle), row.token, loaded.row.version, row.priority,
        str(failures[-1]["message"]) if failures else "", unpack_variables(own), loaded.row.trace,
        unpack(row.progress) or {},
    )  # fmt: skip


def visible_variables(loaded: Loaded, version: Version, token: int) -> dict[str, Any]:
    """What the token sees: its own variables over those of the scopes around it."""
    snapshot = to_snapshot(loaded, version)
    return view(snapshot.instance, {own.id: own for own in snapshot.tokens}, token)


def _node_of(version: Version, state: int) -> str:
    return version.machine.states[version.state_keys[state]].node


def _pause(row: JobRow, retry_after: float | None) -> float:
    """Said by the worker, else by the element's retry cycle, else twice as long each time with some chance."""
    if retry_after is not None:
        return max(retry_after, 0.0)
    cycle = pause_of(row.retry_cycle, row.attempts)
    if cycle is not None:
        return cycle
    doubled = FIRST_PAUSE * float(2 ** min(row.attempts - 1, 12)) if row.attempts else FIRST_PAUSE
    return min(doubled, LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311 no secret, only spread


def pause_of(text: str, attempts: int) -> float | None:
    """Seconds before the next attempt: of a cycle like `R3/PT1M`, or the one of a list like `PT1S, PT1M`."""
    if not text:
        return None
    try:
        if text.startswith("R"):
            pause = read_cycle(text).pause
        else:
            parts: Sequence[str] = [part.strip() for part in text.split(",")]
            pause = read_duration(parts[min(max(attempts - 1, 0), len(parts) - 1)])
    except ScheduleError:
        return None
    return None if pause is None else pause.rest.total_seconds() + pause.months * 30 * 86400.0
