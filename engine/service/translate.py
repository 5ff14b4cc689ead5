"""Between rows and the core: a loaded instance into a snapshot, tokens and waits into rows; no decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.core.feel import to_json
from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.runtime import Instance, Snapshot, Token
from engine.models.json_text import make_writer, read_json
from engine.models.keys import instance_of, make_key, number_of
from engine.models.large import fetch, is_large, put_aside
from engine.models.logs import WITH_STATE, encode_log
from engine.models.waits import CONTINUATION
from engine.service.audiences import is_stored, make_audience, make_members
from engine.store.rows import (
    Batch,
    IncidentRow,
    InstanceRow,
    ItemRow,
    JobRow,
    Loaded,
    SubscriptionRow,
    TimerRow,
    TokenRow,
)

if TYPE_CHECKING:
    from engine.service.versions import Version

STATUS = {"active": 0, "completed": 1, "terminated": 2, "cancelled": 3, "failed": 4}
ACTIVE, SUSPENDED = 0, 5
JOB_KINDS = {"job": 0, "async": 1, "listener": 2}
SUBSCRIPTION_KINDS = {"message": 0, "signal": 1}


@dataclass(slots=True)
class JobIncident(OpenIncident):
    """A job whose attempts are used up."""

    job: int = 0


def pack(value: Any) -> str | None:
    """Compact JSON text; None stays None."""
    return None if value is None else pack_always(value)


def pack_always(value: Any) -> str:
    return _encode(value)


_encode = make_writer(default=to_json)


def pack_variables(variables: Mapping[str, Any]) -> str:
    """With references for large ones."""
    text = _encode(variables)
    return _encode(put_aside(json.loads(text))) if is_large(text) else text


def unpack_variables(text: str | None) -> dict[str, Any]:
    return fetch(read_json(text)) if text else {}


def pack_log(log: Iterable[Sequence[Any]], version: Version) -> str:
    """The entries as history keeps them, states by their position."""
    return encode_log(log, version.lines)


def unpack_log(log: Iterable[Sequence[Any]], version: Version) -> list[Sequence[Any]]:
    """Entries read from a step, states by their key again."""
    keys = version.keys_by_position
    return [(entry[0], entry[1], keys[entry[2]], *entry[3:]) if entry[0] in WITH_STATE else entry for entry in log]


def unpack(text: str | None) -> Any:
    return read_json(text) if text else None


def to_snapshot(loaded: Loaded, version: Version) -> Snapshot:
    row = loaded.row
    parent = None if row.parent is None else (str(instance_of(row.parent)), number_of(row.parent))
    instance = Instance(
        id=str(row.id),
        process=version.process,
        version=str(version.id),
        business_key=row.business_key,
        variables=unpack_variables(row.variables),
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
            None if token.flow is None else version.machine.edges[token.flow].flow,
            token.loop_index,
            None if token.variables is None else unpack_variables(token.variables),
            unpack(token.data),
        )
        for token in loaded.tokens
    ]
    return Snapshot(instance, tokens)


def view(instance: Instance, tokens: Mapping[int, Token], token: int) -> dict[str, Any]:
    """What the token sees: its own variables over those of the scopes around it."""
    chain: list[Mapping[str, Any]] = []
    walker = tokens.get(token)
    while walker is not None:
        chain.append(walker.variables or {})
        walker = tokens.get(walker.scope)
    visible = dict(instance.variables)
    for variables in reversed(chain):
        visible.update(variables)
    return visible


def make_token_row(instance: int, token: Token, version: Version) -> TokenRow:
    # Only gateways ask by which flow a token came.
    is_asked = token.flow is not None and version.machine.states[token.state].kind.endswith("Gateway")
    return TokenRow(
        make_key(instance, token.id),
        version.state_ids[token.state],
        token.scope,
        token.index,
        version.flow_numbers[token.flow] if is_asked and token.flow is not None else None,
        None if token.variables is None else pack_variables(token.variables),
        pack(token.data),
    )


class WaitRows:
    """Gives each opened wait of an instance its number and its row."""

    def __init__(self, batch: Batch, version: Version, row: InstanceRow, *, is_held: bool) -> None:
        self.batch, self.version, self.now = batch, version, batch.at
        self.instance, self.made, self.is_held = row.id, row.waits_made, is_held

    def add(self, effect: Any) -> None:
        make = _ROWS.get(type(effect))
        if make is not None:
            self.made += 1
            make(self, effect, make_key(self.instance, self.made))  # type: ignore[operator]

    def state_of(self, node: str) -> int:
        ids = self.version.state_ids
        return ids[node] if node in ids else ids["#process"]

    def item(self, effect: OpenItem, key: int) -> None:
        audience = make_audience(effect.candidate_users or (), effect.candidate_groups or ())
        if audience is not None and not is_stored(audience.id) and audience not in self.batch.audiences:
            self.batch.audiences.append(audience)
            self.batch.members += make_members(audience)
        state = self.version.machine.states.get(effect.node)
        static = state.config if state is not None else {}
        # What every item of the state has is in the state's own row already.
        form = None if effect.form == static.get("form") else effect.form
        config = None if all(static.get(name) == value for name, value in effect.config.items()) else effect.config
        name = None if state is not None and effect.name == state.row.name else effect.name
        self.batch.items.append(
            ItemRow(
                key, audience.id if audience else None, effect.due, effect.follow_up, None, effect.token,
                self.state_of(effect.node), effect.priority, 0, effect.assignee or None, None, name,
                pack(form), pack(config),
            )
        )  # fmt: skip

    def timer(self, effect: OpenTimer, key: int) -> None:
        row = TimerRow(
            key, effect.token, self.state_of(effect.node), effect.trigger, effect.due, effect.remaining, self.is_held
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
                key, effect.token, self.state_of(effect.node), effect.trigger,
                None if self.is_held else self.now, JOB_KINDS[effect.kind],
                effect.retries, 0, 0, effect.priority, job_type, None, effect.retry_cycle,
                pack(effect.headers or None), effect.script, None,
            )
        )  # fmt: skip

    def incident(self, effect: OpenIncident, key: int) -> None:
        self.batch.incidents.append(
            IncidentRow(
                key, effect.token, self.state_of(effect.node), effect.trigger, self.now, None,
                effect.job if isinstance(effect, JobIncident) else None, 0, effect.node, effect.code,
                effect.message, None, pack(effect.data),
            )
        )  # fmt: skip


_ROWS = {
    OpenItem: WaitRows.item,
    OpenTimer: WaitRows.timer,
    OpenSubscription: WaitRows.subscription,
    OpenJob: WaitRows.job,
    OpenIncident: WaitRows.incident,
    JobIncident: WaitRows.incident,
}


def variables_of(data: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict((data or {}).get("variables") or {})
