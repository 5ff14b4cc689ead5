"""Between rows and the core: a loaded instance into a snapshot, a delta into the rows of a batch; no decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.core.feel import to_json
from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.runtime import Delta, Instance, Snapshot, Token
from engine.models.keys import instance_of, make_key, number_of
from engine.models.waits import CONTINUATION
from engine.service.versions import Version
from engine.store.rows import (
    AudienceRow,
    Batch,
    IncidentRow,
    InstanceRow,
    ItemRow,
    JobRow,
    Loaded,
    StepRow,
    SubscriptionRow,
    TimerRow,
    TokenRow,
)

STATUS = {"active": 0, "completed": 1, "terminated": 2, "cancelled": 3, "failed": 4}
ACTIVE, SUSPENDED = 0, 5
JOB_KINDS = {"job": 0, "async": 1, "listener": 2}
SUBSCRIPTION_KINDS = {"message": 0, "signal": 1}


def pack(value: Any) -> str:
    """Compact JSON text; None is the empty text."""
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=to_json)


def unpack(text: str) -> Any:
    return json.loads(text) if text else None


def to_snapshot(loaded: Loaded, version: Version) -> Snapshot:
    row = loaded.row
    parent = None if row.parent is None else (str(instance_of(row.parent)), number_of(row.parent))
    instance = Instance(
        id=str(row.id),
        process=version.process,
        version=str(version.id),
        business_key=row.business_key,
        variables=unpack(row.variables) or {},
        data=unpack(row.data),
        tokens_made=row.tokens_made,
        sequence=row.sequence,
        error=row.error,
        parent=parent,
    )
    tokens = [
        Token(
            number_of(token.id),
            version.state_keys[token.state],
            token.scope,
            token.flow,
            token.loop_index,
            unpack(token.variables),
            unpack(token.data),
        )
        for token in loaded.tokens
    ]
    return Snapshot(instance, tokens)


def add_delta(
    batch: Batch, delta: Delta, version: Version, before: InstanceRow | None, fresh: InstanceRow
) -> InstanceRow:
    """Put everything that the delta changed into the batch; the new instance row is returned.

    `fresh` is the row to start from: what the delta does not know (id, start, parent) is taken from it."""
    instance = delta.instance
    waits = _Waits(batch, version, fresh, delta.at or batch.at, instance)
    for effect in delta.effects:
        waits.add(effect)
    row = fresh._replace(
        ended_at=fresh.ended_at if instance.status == "active" else batch.at,
        revision=fresh.revision + 1,
        sequence=instance.sequence,
        tokens_made=instance.tokens_made,
        waits_made=waits.made,
        status=STATUS[instance.status],
        error=instance.error,
        variables=pack(instance.variables),
        data=pack(instance.data),
    )
    (batch.new if before is None else batch.moved).append(row)
    batch.tokens += [_token_row(fresh.id, token, version) for token in (*delta.born, *delta.changed)]
    batch.gone += [make_key(fresh.id, number) for number in delta.gone]
    batch.closed += [make_key(fresh.id, number) for number in delta.closed]
    batch.dropped += [(make_key(fresh.id, number), trigger) for number, trigger in delta.dropped]
    batch.steps.append(StepRow(make_key(fresh.id, row.revision), batch.at, row.sequence, pack(delta.log)))
    return row


def _token_row(instance: int, token: Token, version: Version) -> TokenRow:
    return TokenRow(
        make_key(instance, token.id),
        version.state_ids[token.state],
        token.scope,
        token.index,
        token.flow,
        pack(token.variables),
        pack(token.data),
    )


class _Waits:
    """Gives each opened wait its number and its row."""

    def __init__(self, batch: Batch, version: Version, row: InstanceRow, now: datetime, instance: Instance) -> None:
        self.batch, self.version, self.now = batch, version, now
        self.instance, self.made = row.id, row.waits_made

    def add(self, effect: Any) -> None:
        make = _ROWS.get(type(effect))
        if make is not None:
            self.made += 1
            make(self, effect, make_key(self.instance, self.made))

    def state_of(self, node: str) -> int:
        ids = self.version.state_ids
        return ids[node] if node in ids else ids["#process"]

    def item(self, effect: OpenItem, key: int) -> None:
        audience = audience_of(effect.candidate_users, effect.candidate_groups)
        if audience is not None and audience not in self.batch.audiences:
            self.batch.audiences.append(audience)
        self.batch.items.append(
            ItemRow(
                key, audience.id if audience else None, effect.due, effect.follow_up, None, effect.token,
                self.state_of(effect.node), effect.priority, 0, effect.assignee, None, None,
                pack(effect.form), pack(effect.config or None),
            )
        )  # fmt: skip

    def timer(self, effect: OpenTimer, key: int) -> None:
        row = TimerRow(
            key, effect.token, self.state_of(effect.node), effect.trigger, effect.due, effect.remaining, False
        )
        self.batch.timers.append(row)

    def subscription(self, effect: OpenSubscription, key: int) -> None:
        kind = SUBSCRIPTION_KINDS[effect.kind]
        state = self.state_of(effect.node)
        row = SubscriptionRow(key, effect.token, state, effect.trigger, kind, effect.name, effect.key)
        self.batch.subscriptions.append(row)

    def job(self, effect: OpenJob, key: int) -> None:
        job_type = CONTINUATION if effect.kind == "async" else effect.type
        self.batch.jobs.append(
            JobRow(
                key, effect.token, self.state_of(effect.node), effect.trigger, self.now, JOB_KINDS[effect.kind],
                effect.retries, 0, 0, effect.priority, job_type, None, effect.retry_cycle,
                pack(effect.headers or None), effect.script, "",
            )
        )  # fmt: skip

    def incident(self, effect: OpenIncident, key: int) -> None:
        self.batch.incidents.append(
            IncidentRow(
                key, effect.token, self.state_of(effect.node), effect.trigger, self.now, None, None, 0,
                effect.node, effect.code, effect.message, None, pack(effect.data),
            )
        )  # fmt: skip


_ROWS = {
    OpenItem: _Waits.item,
    OpenTimer: _Waits.timer,
    OpenSubscription: _Waits.subscription,
    OpenJob: _Waits.job,
    OpenIncident: _Waits.incident,
}


def audience_of(users: Iterable[str], groups: Iterable[str]) -> AudienceRow | None:
    """The set of candidates under the hash of what it holds."""
    names = sorted(set(users)), sorted(set(groups))
    if not any(names):
        return None
    digest = hashlib.blake2b(json.dumps(names).encode(), digest_size=8).digest()
    return AudienceRow(int.from_bytes(digest) >> 1, pack(names[0]), pack(names[1]))


def variables_of(data: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict((data or {}).get("variables") or {})
