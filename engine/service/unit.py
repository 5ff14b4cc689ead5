"""One unit of work: the instances that it moves, advanced in memory, merged into one batch and written at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from engine.core.model.effects import (
    BroadcastSignal,
    CancelCalled,
    OpenSubscription,
    PublishMessage,
    RecordDecision,
    StartInstance,
)
from engine.core.model.problems import ProcessError
from engine.core.model.runtime import ROOT, Delivery, Delta, Failure, Instance, Snapshot
from engine.core.run import advance
from engine.models import ProcessStart
from engine.models.keys import instance_of, make_key, number_of
from engine.service.errors import NotFound
from engine.service.translate import ACTIVE, add_delta, pack, to_snapshot, unpack
from engine.service.versions import Version, find_version, get_version
from engine.store.contract import Store
from engine.store.rows import Batch, DeliveryRow, IncidentRow, InstanceRow, Loaded, MessageRow

logger = logging.getLogger(__name__)

MESSAGE, SIGNAL = 0, 1
DEFAULT_MESSAGE_SECONDS = 3600.0


class Birth(NamedTuple):
    """An instance to start within the unit."""

    id: int
    version: Version
    trigger: str
    variables: dict[str, Any]
    business_key: str
    parent: int | None
    actor: str


class Unit:
    """Collects what its instances do; `store.write(unit.batch)` is the caller's."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.store, self.now = store, now
        self.batch = Batch(at=now)
        self.births: deque[Birth] = deque()
        self.moved: dict[int, int] = {}  # instance → its last sequence number, for the push
        self.processes: set[str] = set()

    # what happens to instances

    def move(self, loaded: Loaded, deliveries: Sequence[Delivery]) -> Delta | Failure:
        """Advance a stored instance; a failure leaves nothing of it in the batch."""
        version = get_version(loaded.row.version)
        result = advance(version.machine, to_snapshot(loaded, version), deliveries, self.now)
        if isinstance(result, Delta):
            self._add(result, version, loaded.row, loaded.row)
        return result

    def begin(
        self, version: Version, trigger: str, variables: dict[str, Any], *,
        business_key: str = "", parent: int | None = None, actor: str = "",
    ) -> int:  # fmt: skip
        """Start an instance; ProcessError where it cannot even reach its first rest."""
        birth = Birth(self.store.take_ids(1)[0], version, trigger, variables, business_key, parent, actor)
        self._bear(birth)
        self.bear_called()
        return birth.id

    def bear_called(self) -> None:
        """Start what call activities, messages and signals asked for; each may ask for more."""
        while self.births:
            birth = self.births.popleft()
            try:
                self._bear(birth)
            except ProcessError as error:
                self._report_stillborn(birth, error)

    def publish(
        self, name: str, key: str | None, variables: dict[str, Any], *,
        time_to_live: float | None = None, message_id: str | None = None, actor: str = "", is_any_key: bool = False,
    ) -> list[int]:  # fmt: skip
        """Give the message to the one who waits, else to a start event, else keep it for a while.

        Returns the instances that it reaches; one that it starts is among them."""
        waiting = self.store.find_subscriptions(MESSAGE, name, key, is_any_key=is_any_key, limit=2)
        if waiting:
            target = waiting[0]
            self._queue(instance_of(target.id), target.token, target.trigger, {"variables": variables}, actor)
            return [instance_of(target.id)]
        start = ProcessStart.objects.filter(kind="message", name=name, version__process__is_suspended=False).first()
        if start is not None:
            version = get_version(start.version_id)
            return [self.begin(version, f"start:{start.node}", variables, actor=actor)]
        seconds = DEFAULT_MESSAGE_SECONDS if time_to_live is None else time_to_live
        if seconds > 0:
            expires = self.now + timedelta(seconds=seconds)
            self.batch.messages.append(MessageRow(expires, name, key, message_id, pack(variables)))
        return []

    def broadcast(self, name: str, variables: dict[str, Any], *, sender: int = 0, actor: str = "") -> int:
        """Give the signal to everyone who waits, but its sender, and to start events; how many it reaches."""
        reached = 0
        for waiting in self.store.find_subscriptions(SIGNAL, name):
            if instance_of(waiting.id) != sender:
                self._queue(instance_of(waiting.id), waiting.token, waiting.trigger, {"variables": variables}, actor)
                reached += 1
        for start in ProcessStart.objects.filter(kind="signal", name=name, version__process__is_suspended=False):
            ids = self.store.take_ids(1)
            version = get_version(start.version_id)
            self.births.append(Birth(ids[0], version, f"start:{start.node}", dict(variables), "", None, actor))
            reached += 1
        return reached

    # within the unit

    def _bear(self, birth: Birth) -> None:
        version = birth.version
        parent = None if birth.parent is None else (str(instance_of(birth.parent)), number_of(birth.parent))
        instance = Instance(
            str(birth.id), version.process, str(version.id), business_key=birth.business_key, parent=parent
        )
        snapshot = Snapshot(instance, is_new=True)
        delivery = Delivery(ROOT, birth.trigger, {"variables": birth.variables}, birth.actor)
        result = advance(version.machine, snapshot, [delivery], self.now)
        if isinstance(result, Failure):
            raise ProcessError(result.code, result.node, result.message)
        if result.refused:
            raise ProcessError(
                "no-plain-start", "", f"“{version.process}” starts only by a message, a signal or a timer."
            )
        fresh = InstanceRow(
            birth.id,
            self.now,
            birth.parent,
            None,
            version.id,
            0,
            0,
            0,
            0,
            ACTIVE,
            birth.business_key,
            None,
            "{}",
            "",
        )
        self._add(result, version, None, fresh)

    def _add(self, delta: Delta, version: Version, before: InstanceRow | None, fresh: InstanceRow) -> None:
        for effect in delta.effects:
            if isinstance(effect, RecordDecision):
                delta.log.append(("decision", effect.token, effect.node, effect.decision, effect.records))
                delta.instance.sequence += 1
        row = add_delta(self.batch, delta, version, before, fresh)
        self.moved[row.id] = row.sequence
        self.processes.add(version.process)
        for effect in delta.effects:
            self._act(effect, row, version)
        if row.status != ACTIVE and row.parent is not None:
            self._tell_parent(row, delta.instance)

    def _act(self, effect: Any, row: InstanceRow, version: Version) -> None:
        if isinstance(effect, StartInstance):
            self._call(effect, row, version)
        elif isinstance(effect, CancelCalled):
            key = make_key(row.id, effect.token)
            for child in self.store.find_children([key]).values():
                self._queue(child, ROOT, "cancel", {"reason": "The calling process went on."}, "")
        elif isinstance(effect, PublishMessage):
            self.publish(
                effect.name, effect.key, effect.variables,
                time_to_live=effect.time_to_live, message_id=effect.message_id,
            )  # fmt: skip
        elif isinstance(effect, BroadcastSignal):
            self.broadcast(effect.name, effect.variables, sender=row.id)
        elif isinstance(effect, OpenSubscription) and effect.kind == "message":
            self._take_buffered(effect, row)

    def _call(self, effect: StartInstance, row: InstanceRow, version: Version) -> None:
        token = make_key(row.id, effect.token)
        try:
            called = find_version(effect.process, effect.binding, effect.version, version.deployment)
        except NotFound as error:
            self._open_incident(row, effect.token, effect.node, version, "called-missing", str(error))
            return
        business_key = row.business_key if effect.business_key is None else effect.business_key
        birth = Birth(self.store.take_ids(1)[0], called, "start", effect.variables, business_key, token, "")
        self.births.append(birth)

    def _take_buffered(self, effect: OpenSubscription, row: InstanceRow) -> None:
        for number, message in self.store.find_messages([effect.name], self.now, limit=100):
            if number not in self.batch.taken_messages and (effect.key is None or message.key == effect.key):
                self.batch.taken_messages.append(number)
                data = {"variables": unpack(message.variables) or {}}
                self._queue(row.id, effect.token, effect.trigger, data, "")
                return

    def _tell_parent(self, row: InstanceRow, instance: Instance) -> None:
        assert row.parent is not None
        data: dict[str, Any] = {"variables": instance.variables}
        trigger = "complete"
        if instance.status == "failed":
            trigger, data = "error", {"code": instance.error or "", "message": "The called process failed."}
        elif instance.status == "cancelled":
            return
        self._queue(instance_of(row.parent), number_of(row.parent), trigger, data, "")

    def _report_stillborn(self, birth: Birth, error: ProcessError) -> None:
        """A called process that could not start is an incident at the call; others only the log can name."""
        if birth.parent is None:
            logger.error("“%s” could not be started: %s", birth.version.process, error)
            return
        parent = instance_of(birth.parent)
        for rows in (self.batch.new, self.batch.moved):
            for row in list(rows):
                if row.id == parent:
                    message = f"The called process could not start: {error.message}"
                    version = get_version(row.version)
                    self._open_incident(row, number_of(birth.parent), "", version, error.code, message)

    def _open_incident(
        self, row: InstanceRow, token: int, node: str, version: Version, code: str, message: str
    ) -> None:
        made = row.waits_made + 1
        for rows in (self.batch.new, self.batch.moved):
            for index, known in enumerate(rows):
                if known.id == row.id:
                    made = known.waits_made + 1
                    rows[index] = known._replace(waits_made=made)
        state = version.state_ids.get(node, version.state_ids["#process"])
        self.batch.incidents.append(
            IncidentRow(
                make_key(row.id, made),
                token,
                state,
                "enter",
                self.now,
                None,
                None,
                0,
                node,
                code,
                message,
                None,
                "",
            )
        )

    def _queue(self, instance: int, token: int, trigger: str, data: dict[str, Any], actor: str) -> None:
        self.batch.deliveries.append(DeliveryRow(instance, self.now, token, 0, False, trigger, actor, pack(data)))
