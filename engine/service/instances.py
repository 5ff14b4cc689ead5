"""Starting, stopping and changing instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.core.model.graph import PROCESS
from engine.core.model.problems import CorrelationError, ProcessError
from engine.core.model.runtime import ROOT, Delivery, Failure
from engine.core.model.words import Grouped, say
from engine.core.run.starts import find_start, has_plain_start
from engine.models import BufferedMessage, Instance, Process, ProcessVersion
from engine.models.json_text import make_writer
from engine.models.keys import instance_of
from engine.service import correlation, limits
from engine.service.advance import in_unit
from engine.service.case import Case
from engine.service.errors import Busy, Conflict, Forbidden, Invalid, NotFound, ServiceError, TooLarge
from engine.service.expressions import expression_budget
from engine.service.latest import Found, on_latest
from engine.service.once import find_known, name_source
from engine.service.reading import get_instance
from engine.service.receivers import Message
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of, require, require_any
from engine.service.translate import ACTIVE, SUSPENDED, unpack
from engine.service.unit import Unit
from engine.service.versions import Version, get_version
from engine.store import open_store
from engine.store.contract import Store
from engine.store.rows import EndedItem, EventRow, Loaded

BATCH = 100
LONGEST_REASON = 1000


def start(
    process: str,
    actor: Actor,
    *,
    variables: dict[str, Any] | None = None,
    business_key: str = "",
    version: int | None = None,
    idempotency_key: str = "",
) -> int:
    """Start an instance of the latest version, or of the numbered one; returns its id.

    The same idempotency key of the same person starts once: the second call gets the first one's id."""

    def start_on(found: Found | None, is_sure: bool) -> int:
        chosen, initiator = _require_startable(found, process, actor, version)
        given = check_variables(variables or {})
        if initiator:
            given = given | {initiator: name_of(actor)}

        def act(store: Store, unit: Unit) -> int:
            if idempotency_key:
                source = name_source("start", process, name_of(actor))
                known = store.knows_event(source, idempotency_key)
                if known is not None:
                    return known
            trigger = _trigger_of(chosen, given, unit)
            instance = unit.begin(chosen, trigger, given, business_key=business_key, actor=name_of(actor))
            if idempotency_key:
                unit.batch.events.append(EventRow(unit.now, source, idempotency_key, instance))
            if not is_sure:
                unit.expect_latest(found)
            return instance

        return in_unit(act, births=1)

    return on_latest(process, start_on)


def _trigger_of(version: Version, variables: dict[str, Any], unit: Unit) -> str:
    """The plain start, or one whose condition holds; the plain one is refused where there is none."""
    return find_start(version.machine.states[PROCESS].config, variables, unit.now, expression_budget()) or "start"


class Start(NamedTuple):
    """What one instance of a batch starts with; a key of the person's counts once, as that of `start` does."""

    variables: dict[str, Any]
    business_key: str = ""
    idempotency_key: str = ""


def start_many(
    process: str, actor: Actor, starts: Sequence[Start], *, version: int | None = None
) -> list[int | ServiceError]:
    """As `start` for each, in one unit: the instance, or why this one did not start."""

    def start_on(found: Found | None, is_sure: bool) -> list[int | ServiceError]:
        chosen, initiator = _require_startable(found, process, actor, version)
        extra = {initiator: name_of(actor)} if initiator else {}
        source = name_source("start", process, name_of(actor))

        def act(store: Store, unit: Unit) -> list[int | ServiceError]:
            known = find_known(source, {one.idempotency_key for one in starts if one.idempotency_key})
            unit.expect_births(len(starts) - len(known))
            if not is_sure:
                unit.expect_latest(found)
            answers: list[int | ServiceError] = []
            is_plain = has_plain_start(chosen.machine.states[PROCESS].config)
            for one in starts:
                key = one.idempotency_key
                if key in known:
                    answers.append(known[key])
                    continue
                try:
                    given = check_variables(one.variables)
                    if extra:
                        given = given | extra
                    trigger = "start" if is_plain else _trigger_of(chosen, given, unit)
                    new = unit.begin(chosen, trigger, given, business_key=one.business_key, actor=name_of(actor))
                    answers.append(new)
                    if key:
                        known[key] = new
                        unit.batch.events.append(EventRow(unit.now, source, key, new))
                except ProcessError as error:
                    answers.append(Invalid(error.code, error.message))
                except ServiceError as error:
                    answers.append(error)
            return answers

        return in_unit(act)

    return on_latest(process, start_on)


def cancel(instance: int, actor: Actor, *, reason: str = "") -> None:
    """End the instance now, with everything that it waits for and what it has called."""
    _deliver(instance, actor, Delivery(ROOT, "cancel", {"reason": reason}, name_of(actor)), reason)


def set_variables(
    instance: int, actor: Actor, variables: dict[str, Any], *, token: int = ROOT, reason: str = ""
) -> None:
    """Set variables in the scope where they are; conditions that read them are asked."""
    data = {"variables": check_variables(variables), "is_local": False}
    _deliver(instance, actor, Delivery(token, "variables", data, name_of(actor)), reason)


def suspend(instance: int, actor: Actor, *, reason: str = "") -> None:
    """Nothing of the instance moves until it is resumed."""
    _change_status(instance, actor, ACTIVE, SUSPENDED, reason)


def resume(instance: int, actor: Actor, *, reason: str = "") -> None:
    _change_status(instance, actor, SUSPENDED, ACTIVE, reason)


def suspend_process(
    process: Process, actor: Actor, *, is_suspended: bool, with_instances: bool = False, reason: str = ""
) -> int:
    """A suspended process starts nothing; what runs goes on, unless its instances are to be suspended too (or resumed,
    whoever has suspended them). How many instances changed."""
    require(actor, "operate", process)
    Process.objects.filter(pk=process.pk).update(is_suspended=is_suspended)
    if not with_instances:
        return 0
    before, after = (ACTIVE, SUSPENDED) if is_suspended else (SUSPENDED, ACTIVE)
    rows = Instance.objects.filter(version__process=process, status=before).order_by("pk")
    changed, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        changed, last = changed + _change_statuses(ids, actor, before, after, reason), ids[-1]
    return changed


def retry_incident(incident: int, actor: Actor, *, variables: dict[str, Any] | None = None, reason: str = "") -> None:
    """Change variables if given, then try the failed step again."""
    row = get_instance(actor, instance_of(incident))
    require(actor, "operate", row.version.process)

    given = check_variables(variables or {})

    def act(store: Store, unit: Unit) -> None:
        found = store.load_incidents([incident])
        if not found or found[0][0].status != 0:
            raise Conflict("incident-closed", say("The incident is closed already."))
        incident_row, loaded = found[0]
        _require_living(loaded)
        case = unit.open(loaded)
        note_reason(case, reason, actor)
        unit.batch.resolved_incidents.append(EndedItem(incident, name_of(actor)))
        if given:
            change = Delivery(incident_row.token, "variables", {"variables": given}, name_of(actor))
            changed = unit.deliver(case, [change])
            if isinstance(changed, Failure):
                raise Invalid(changed.code, changed.message)
        if incident_row.job is None:
            data = unpack(incident_row.data)
            move(unit, case, Delivery(incident_row.token, incident_row.trigger, data, name_of(actor)))
            return
        case.note("retried", incident_row.token, incident_row.job, name_of(actor))
        for job, _ in store.load_jobs([incident_row.job]):
            available = None if case.is_suspended else unit.now
            unit.batch.jobs.append(
                job._replace(retries=max(job.retries, 1), lapses=0, available_at=available, owner=None)
            )

    in_unit(act)


def send_message(
    name: str,
    actor: Actor,
    *,
    key: str | None = None,
    business_key: str | None = None,
    variables: dict[str, Any] | None = None,
    time_to_live: float = 0.0,
    message_id: str | None = None,
) -> list[int]:
    """Give the message to the one instance that waits for it, or start one; else keep it as long as asked.

    CorrelationError where nothing waits and nothing is kept, or where several wait: nothing has moved."""
    require_any(actor, "work")
    given = check_variables(variables or {})
    source = name_source("message", name)

    def act(store: Store, unit: Unit) -> list[int]:
        if message_id:
            known = store.knows_event(source, message_id)
            if known is not None:
                return [known] if known else []
        message = Message(name, key, business_key=business_key, is_open=True)
        reached = correlation.correlate(unit, message, given, actor=name_of(actor))
        if not reached and message_id:
            # The same message may have come in beside this one, and have had what waited.
            known = store.knows_event(source, message_id)
            if known:
                return [known]
        if not reached:
            if time_to_live <= 0:
                raise CorrelationError(
                    say("Nothing waits for “%(name)s” with this key, and no process starts with it.", name=name)
                )
            if business_key is not None:
                raise Invalid("not-kept", say("A message for a business key is not kept: leave out how long it lives."))
            if BufferedMessage.objects.count() >= limits.read("messages"):
                raise Busy("too-many-messages", say("Too many messages wait for receivers; this one was not kept."))
            correlation.keep(unit, message, given, time_to_live, message_id)
        if message_id:
            unit.batch.events.append(EventRow(unit.now, source, message_id, reached[0] if reached else 0))
        return reached

    return in_unit(act)


def send_signal(name: str, actor: Actor, *, variables: dict[str, Any] | None = None, idempotency_key: str = "") -> int:
    """Give the signal to everyone who waits for it; how many it reaches. A key of the person's counts once."""
    require_any(actor, "work")
    given = check_variables(variables or {})
    source = name_source("signal", name, name_of(actor))

    def act(store: Store, unit: Unit) -> int:
        if idempotency_key:
            known = store.knows_event(source, idempotency_key)
            if known is not None:
                return known
        reached = correlation.broadcast(unit, name, given, actor=name_of(actor))
        if idempotency_key:
            unit.batch.events.append(EventRow(unit.now, source, idempotency_key, reached))
        return reached

    return in_unit(act)


_write_strictly = make_writer(allow_nan=False)


def check_variables(variables: Any) -> dict[str, Any]:
    """Refuse what no database could keep, with the place; the variables themselves come back."""
    if not isinstance(variables, dict):
        raise Invalid("variables-invalid", say("Variables are an object with a value for each name."))
    for name in variables:
        if not isinstance(name, str) or not name or len(name) > 255:
            raise Invalid("variable-name", say("%(name)s is no name for a variable.", name=repr(str(name)[:40])))
    try:
        text = _write_strictly(variables)
        size = len(text) if text.isascii() else len(text.encode())
    except (ValueError, TypeError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid("variables-invalid", say("A variable cannot be kept: %(reason)s", reason=error)) from None
    if "\\u0000" in text or "\0" in text:
        raise Invalid("variables-invalid", say("A text holds the character NUL, which no database can keep."))
    most = limits.read("variables")
    if size > most:
        raise TooLarge(
            "variables-too-large",
            say("The variables take %(size)s bytes; %(most)s are allowed.", size=Grouped(size), most=Grouped(most)),
        )
    return variables


def find_startable(process: str, actor: Actor, number: int | None) -> tuple[Version, str]:
    """The version, and the variable that gets the name of who starts it."""
    return _require_startable(open_store().find_process(process), process, actor, number)


def _require_startable(found: Found | None, process: str, actor: Actor, number: int | None) -> tuple[Version, str]:
    if found is not None and found[1] is not None and not _may_start(actor, found[0]):
        if allowed_processes(actor, "see", [found[0]]):
            raise Forbidden("not-allowed", say("You may see “%(process)s” but not start it.", process=process))
        found = None
    if found is None or found[1] is None:
        raise NotFound("process-not-found", say("There is no such process, or you may not start it."))
    key, latest, is_suspended = found
    assert latest is not None
    if is_suspended:
        raise Conflict(
            "process-suspended",
            say("“%(process)s” is suspended: it starts nothing until it is resumed.", process=process),
        )
    version = get_version(latest) if number is None else _numbered(key, number)
    return version, _initiator_of(version) if actor is not None else ""


def _may_start(actor: Actor, process: int) -> bool:
    return is_all_powerful(actor) or process in allowed_processes(actor, "start", [process])


def _numbered(process: int, number: int) -> Version:
    found = ProcessVersion.objects.filter(process=process, number=number).values_list("pk", "is_retired").first()
    if found is None:
        raise NotFound("version-not-found", say("The process has no version %(number)s.", number=number))
    version, is_retired = found
    if is_retired:
        raise Conflict("version-retired", say("Version %(number)s is retired: it starts nothing more.", number=number))
    return get_version(version)


def _initiator_of(version: Version) -> str:
    starts = version.machine.states["#process"].config.get("starts", ())
    return next((start["initiator"] for start in starts if start["kind"] == "none" and "initiator" in start), "")


def _deliver(instance: int, actor: Actor, delivery: Delivery, reason: str) -> None:
    row = get_instance(actor, instance)
    require(actor, "operate", row.version.process)

    def act(store: Store, unit: Unit) -> None:
        loaded = store.load([instance]).get(instance)
        case = unit.open(_require_living(loaded))
        note_reason(case, reason, actor)
        move(unit, case, delivery)

    in_unit(act)


def note_reason(case: Case, reason: str, actor: Actor) -> None:
    """Why somebody steps in stands in the history right before what was done."""
    if reason:
        case.note("reason", ROOT, reason[:LONGEST_REASON], name_of(actor))


def move(unit: Unit, case: Case, delivery: Delivery) -> None:
    """Advance by one delivery; a refused one is somebody else's win."""
    result = unit.deliver(case, [delivery])
    if isinstance(result, Failure):
        raise Invalid(result.code, result.message)
    if result.refused:
        raise Conflict("already-gone", say("It does not wait any more: somebody else was first."))


def _require_living(loaded: Loaded | None) -> Loaded:
    if loaded is None or loaded.row.status not in (ACTIVE, SUSPENDED):
        raise Conflict("instance-ended", say("The instance has ended already."))
    return loaded


def _change_status(instance: int, actor: Actor, before: int, after: int, reason: str) -> None:
    row = get_instance(actor, instance)
    require(actor, "operate", row.version.process)

    if not _change_statuses([instance], actor, before, after, reason):
        raise Conflict("status-changed", say("The instance is not in that state any more."))


def _change_statuses(ids: Sequence[int], actor: Actor, before: int, after: int, reason: str) -> int:
    """Those that are still in the state before; how many."""

    def act(store: Store, unit: Unit) -> int:
        found = [loaded for loaded in store.load(ids).values() if loaded.row.status == before]
        for loaded in found:
            case = unit.open(loaded)
            case.row = loaded.row._replace(status=after)
            note_reason(case, reason, actor)
            case.note("suspended" if after == SUSPENDED else "resumed", ROOT, name_of(actor))
            (unit.batch.held if after == SUSPENDED else unit.batch.freed).append(case.id)
        return len(found)

    return in_unit(act)
