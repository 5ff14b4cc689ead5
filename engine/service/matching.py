"""Messages and jobs that are meant by more than a name: by business key, by values of variables, by their instance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from engine.core.model.problems import CorrelationError
from engine.core.model.runtime import Delivery
from engine.core.model.words import say
from engine.models import Instance, Job, ProcessStart, ProcessVersion
from engine.models.keys import instance_of
from engine.service import external, jobs
from engine.service.advance import in_unit
from engine.service.correlation import MOST_RECEIVERS
from engine.service.instances import check_variables
from engine.service.jobs import LeasedJob
from engine.service.receivers import MESSAGE
from engine.service.rights import Actor, may, name_of, require_any
from engine.service.starts import entry_of
from engine.service.translate import ACTIVE, unpack
from engine.service.unit import Unit
from engine.service.versions import get_version
from engine.store.contract import Store
from engine.store.rows import Loaded, SubscriptionRow

MOST_LOOKED_AT = 500


class Where(NamedTuple):
    """Which instances are meant; what is not said does not matter."""

    business_key: str | None = None
    variables: Mapping[str, Any] = {}
    instance: int | None = None
    version_tag: str | None = None
    versions: Collection[int] | None = None

    @property
    def is_anywhere(self) -> bool:
        return self == Where()

    def fits(self, loaded: Loaded) -> bool:
        row = loaded.row
        if self.business_key is not None and row.business_key != self.business_key:
            return False
        if self.instance is not None and row.id != self.instance:
            return False
        if self.versions is not None and row.version not in self.versions:
            return False
        if self.version_tag is not None and _tag_of(row.version) != self.version_tag:
            return False
        given = unpack(row.variables) or {} if self.variables else {}
        return all(name in given and given[name] == value for name, value in self.variables.items())


class Reached(NamedTuple):
    """An instance that got the message; `token` is None for one that was started by it."""

    instance: int
    token: int | None


def correlate(
    name: str, actor: Actor, where: Where, variables: dict[str, Any], *, is_for_all: bool = False
) -> list[Reached]:
    """Give the message to the instance that is meant, or to all of them; with none, to a start event.

    CorrelationError where nothing waits, or where several do and one was meant: nothing has moved."""
    require_any(actor, "work")
    given = check_variables(variables)

    def act(store: Store, unit: Unit) -> list[Reached]:
        found = store.find_subscriptions(MESSAGE, name, is_any_key=True, limit=MOST_RECEIVERS)
        loaded = store.load({instance_of(row.id) for row in found})
        fitting = [row for row in found if _is_meant(row, loaded, where)]
        if len(fitting) > 1 and not is_for_all:
            raise CorrelationError(
                say(
                    "%(fitting)s steps wait for “%(name)s”: say which instance is meant.",
                    fitting=len(fitting),
                    name=name,
                )
            )
        reached: list[Reached] = []
        for row in fitting if is_for_all else fitting[:1]:
            delivery = Delivery(row.token, row.trigger, {"variables": given}, name_of(actor))
            unit.send(instance_of(row.id), delivery, is_must=True)
            reached.append(Reached(instance_of(row.id), row.token))
        if not reached or is_for_all:
            reached += _start(unit, name, where, given, actor)
        if not reached:
            raise CorrelationError(
                say("Nothing waits for “%(name)s” like this, and no process starts with it.", name=name)
            )
        return reached

    return in_unit(act)


def _start(unit: Unit, name: str, where: Where, variables: dict[str, Any], actor: Actor) -> list[Reached]:
    if where.instance is not None:
        return []
    start = ProcessStart.objects.filter(kind="message", name=name, version__process__is_suspended=False).first()
    if start is None:
        return []
    version = get_version(start.version_id)
    trigger = entry_of(version, start)["trigger"]
    instance = unit.begin(version, trigger, variables, business_key=where.business_key or "", actor=name_of(actor))
    return [Reached(instance, None)]


def _is_meant(row: SubscriptionRow, loaded: Mapping[int, Loaded], where: Where) -> bool:
    found = loaded.get(instance_of(row.id))
    return found is not None and where.fits(found)


def fetch_some(
    actor: Actor, worker: str, type: str, seconds: float, processes: tuple[str, ...] | None, where: Where, limit: int
) -> list[LeasedJob]:
    """As `external.fetch` for jobs of the instances that are meant: they are looked at one by one."""
    external.require_worker(actor)
    states = external.states_for(actor, processes)
    now = datetime.now(UTC)
    rows = Job.objects.filter(type=type, available_at__lte=now)
    if states is not None:
        rows = rows.filter(state__in=states)
    keys = list(rows.order_by("-priority", "available_at").values_list("id", flat=True)[:MOST_LOOKED_AT])
    owner = external.name_owner(actor, worker)

    def act(store: Store, unit: Unit) -> list[LeasedJob]:
        taken: list[LeasedJob] = []
        for row, loaded in store.load_jobs(keys, is_locked=True):
            if len(taken) >= limit:
                break
            is_free = row.available_at is not None and row.available_at <= unit.now
            if not is_free or loaded.row.status != ACTIVE or not where.fits(loaded):
                continue
            leased = row._replace(
                owner=owner, available_at=unit.now + timedelta(seconds=seconds), attempts=row.attempts + 1,
                lapses=row.lapses + (row.owner is not None),
            )  # fmt: skip
            unit.batch.jobs.append(leased)
            unit.open(loaded).note("locked", row.token, row.id)
            taken.append(jobs.describe_job(leased, loaded))
        return taken

    return in_unit(act, has_claims=True) if keys else []


def _tag_of(version: int) -> str:
    return ProcessVersion.objects.values_list("tag", flat=True).get(pk=version)


def get_served_instance(actor: Actor, instance: int | None) -> Instance | None:
    """One whose process the actor sees or serves: its workers read what its jobs were given."""
    row = Instance.objects.select_related("version__process").filter(pk=instance).first() if instance else None
    if row is None or not (may(actor, "see", row.version.process) or may(actor, "serve", row.version.process)):
        return None
    return row
