"""One instance while a unit moves it, however often: what each advance changed, merged; its rows are made once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from engine.core.model.effects import (
    OpenIncident,
    OpenItem,
    OpenJob,
    OpenSubscription,
    OpenTimer,
    RecordDecision,
)
from engine.core.model.limits import Limits
from engine.core.model.runtime import Delivery, Delta, Failure, Instance, Snapshot, Token
from engine.core.model.words import say
from engine.core.run import advance
from engine.models.keys import LARGEST_NUMBER, make_key
from engine.service.errors import Conflict
from engine.service.translate import (
    ACTIVE,
    STATUS,
    SUSPENDED,
    JobIncident,
    WaitRows,
    make_token_row,
    pack,
    pack_log,
    pack_variables,
    to_snapshot,
    view,
)
from engine.service.versions import Version, get_version
from engine.store.rows import Batch, InstanceRow, Loaded, StepRow, WaitKey

Wait = OpenItem | OpenTimer | OpenSubscription | OpenJob | OpenIncident
WAITS = (OpenItem, OpenTimer, OpenSubscription, OpenJob, OpenIncident)

# By what a wait ends that nobody needs any more: a member of the batch.
ENDINGS = {
    OpenItem: "cancelled_items",
    OpenTimer: "ended_timers",
    OpenSubscription: "ended_subscriptions",
    OpenJob: "ended_jobs",
    OpenIncident: "obsolete_incidents",
    JobIncident: "obsolete_incidents",
}
_NONE: frozenset[Any] = frozenset()


class Case:
    """`row` is what is stored; of a new instance, what it starts from. `instance` and `tokens` are the present, `log`
    is the text that history gets: entries are forgotten at once, as a unit has many cases."""

    __slots__ = (
        "born", "changed", "closed", "dropped", "gone", "instance", "is_new", "log", "row", "stored", "tokens",
        "version", "waits",
    )  # fmt: skip

    def __init__(
        self, version: Version, row: InstanceRow, instance: Instance, *,
        tokens: Iterable[Token] = (), stored: Sequence[WaitKey] = (), is_new: bool = False,
    ) -> None:  # fmt: skip
        self.version, self.row, self.stored = version, row, stored
        self.is_new = is_new
        self.instance = instance
        self.tokens: dict[int, Token] = {token.id: token for token in tokens} if tokens else {}
        self.born: frozenset[int] = _NONE
        self.changed: frozenset[int] = _NONE
        self.gone: frozenset[int] = _NONE
        self.closed: frozenset[int] = _NONE
        self.dropped: frozenset[tuple[int, str]] = _NONE
        self.waits: list[Wait] = []
        self.log = ""

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def is_active(self) -> bool:
        return self.instance.status == "active"

    @property
    def is_suspended(self) -> bool:
        return self.row.status == SUSPENDED and self.is_active

    def advance(self, deliveries: Sequence[Delivery], now: datetime, limits: Limits) -> Delta | Failure:
        """Take the deliveries. After a Failure, or an exception, the case is of no use any more."""
        is_first = self.is_new and not self.log
        snapshot = Snapshot(self.instance, list(self.tokens.values()), is_new=is_first)
        result = advance(self.version.machine, snapshot, deliveries, now, limits)
        if isinstance(result, Delta):
            self._merge(result)
        return result

    def visible_variables(self, token: int) -> dict[str, Any]:
        return view(self.instance, self.tokens, token)

    def note(self, *entry: Any) -> None:
        """A history entry of the service's own: who took a work item, which attempt failed."""
        self._log((entry,))
        self.instance.sequence += 1

    def open_incident(
        self, token: int, node: str, code: str, message: str, trigger: str, data: dict[str, Any] | None = None, *,
        job: int | None = None,
    ) -> None:  # fmt: skip
        self.note("incident", token, code, message)
        if job is None:
            self.waits.append(OpenIncident(token, trigger, node, code, message, data))
        else:
            self.waits.append(JobIncident(token, trigger, node, code, message, data, job))

    def write(self, batch: Batch, named: Collection[int]) -> InstanceRow:
        """Put everything into the batch; the new instance row is returned. `named` waits end in another way."""
        instance, row = self.instance, self.row
        waits_made = row.waits_made
        if self.waits:
            waits = WaitRows(batch, self.version, row, is_held=self.is_suspended)
            for wait in self.waits:
                waits.add(wait)
            waits_made = waits.made
        if max(instance.tokens_made, waits_made, row.revision + 1) > LARGEST_NUMBER:
            raise Conflict("instance-worn-out", say("The instance has made more tokens, waits or steps than fit it."))
        status = STATUS[instance.status]
        written = InstanceRow(
            row.id,
            row.started_at,
            row.parent,
            None if status == ACTIVE else batch.at,
            row.version,
            row.revision + 1,
            instance.sequence,
            instance.tokens_made,
            waits_made,
            row.status if status == ACTIVE else status,
            row.business_key,
            instance.error,
            pack_variables(instance.variables),
            pack(instance.data),
            row.depth,
            row.started_by,
            row.trace,
        )
        (batch.new if self.is_new else batch.moved).append(written)
        if self.born or self.changed:
            for number in sorted(self.born | self.changed):
                batch.tokens.append(make_token_row(row.id, self.tokens[number], self.version))
        if self.gone:
            batch.gone += [make_key(row.id, number) for number in sorted(self.gone)]
        self._end_waits(batch, named)
        batch.steps.append(StepRow(make_key(row.id, written.revision), batch.at, written.sequence, self.log))
        return written

    def rest(self, row: InstanceRow) -> None:
        """A new instance is stored as this row now: a later unit may go on with it."""
        self.stored = [
            WaitKey(ENDINGS[type(wait)], make_key(row.id, number), wait.token, _trigger_of(wait))
            for number, wait in enumerate(self.waits, self.row.waits_made + 1)
        ]
        self.row, self.is_new, self.waits, self.log = row, False, [], ""
        self.born = self.changed = self.gone = self.closed = self.dropped = _NONE

    def _end_waits(self, batch: Batch, named: Collection[int]) -> None:
        """Those stored ones whose token has left, or that were dropped by themselves."""
        if not self.closed and not self.dropped:
            return
        for wait in self.stored:
            is_over = wait.token in self.closed or (wait.token, wait.trigger) in self.dropped
            if is_over and wait.id not in named:
                getattr(batch, wait.kind).append(wait.id)

    def _log(self, entries: Sequence[Any]) -> None:
        text = pack_log(entries, self.version)
        self.log = f"{self.log}\n{text}" if self.log and text else self.log or text

    def _end(self, closed: frozenset[int], dropped: frozenset[tuple[int, str]]) -> None:
        # Opened by an earlier advance of this unit and over again: never stored.
        self.waits = [
            wait for wait in self.waits if wait.token not in closed and (wait.token, wait.trigger) not in dropped
        ]
        self.closed |= closed - self.born
        self.dropped |= dropped

    def _merge(self, delta: Delta) -> None:
        self._log(delta.log)
        if delta.closed or delta.dropped:
            self._end(frozenset(delta.closed), frozenset(delta.dropped))
        if delta.born:
            for token in delta.born:
                token.is_new = False
                self.tokens[token.id] = token
            self.born = self.born.union([token.id for token in delta.born])
        if delta.changed:
            self.changed = self.changed.union([token.id for token in delta.changed]) - self.born
        if delta.gone:
            for number in delta.gone:
                del self.tokens[number]
            gone = frozenset(delta.gone)
            self.changed -= gone
            self.gone |= gone - self.born
            self.born -= gone
        for effect in delta.effects:
            if isinstance(effect, WAITS):
                self.waits.append(effect)
            elif isinstance(effect, RecordDecision):
                self.note(
                    "decision", effect.token, effect.node, effect.decision, effect.records,
                    effect.version, effect.findings,
                )  # fmt: skip


def case_of(loaded: Loaded) -> Case:
    """Of an instance that was read."""
    version = get_version(loaded.row.version)
    snapshot = to_snapshot(loaded, version)
    return Case(version, loaded.row, snapshot.instance, tokens=snapshot.tokens, stored=loaded.waits)


def _trigger_of(wait: Wait) -> str:
    """A work item ends with its token alone."""
    return "" if isinstance(wait, OpenItem) else wait.trigger
