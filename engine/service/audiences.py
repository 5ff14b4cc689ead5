"""Sets of candidates: each is kept once, under the hash of what it holds, however many work items it is for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from threading import Lock
from typing import NamedTuple

from engine.models import Audience, AudienceMember
from engine.service.rights import Actor, groups_of, name_of
from engine.store.rows import AudienceRow, MemberRow

MOST_KNOWN = 50_000


class Members(NamedTuple):
    users: frozenset[str]
    groups: frozenset[str]


_stored: set[int] = set()  # sets that are in the database for certain: they are never deleted
_members: dict[int, Members] = {}
_lock = Lock()


def make_audience(users: Collection[str], groups: Collection[str]) -> AudienceRow | None:
    if not users and not groups:
        return None
    names = sorted(set(users)), sorted(set(groups))
    digest = hashlib.blake2b(json.dumps(names).encode(), digest_size=8).digest()
    users_text, groups_text = (json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in names)
    return AudienceRow(int.from_bytes(digest) >> 1, users_text, groups_text)


def make_members(row: AudienceRow) -> list[MemberRow]:
    users = [MemberRow(row.id, user, False) for user in json.loads(row.users)]
    return users + [MemberRow(row.id, group, True) for group in json.loads(row.groups)]


def is_stored(audience: int) -> bool:
    return audience in _stored


def remember_stored(audiences: Collection[int]) -> None:
    """After the commit."""
    with _lock:
        if len(_stored) > MOST_KNOWN:
            _stored.clear()
        _stored.update(audiences)


def members_of(audience: int | None) -> Members | None:
    if audience is None:
        return None
    known = _members.get(audience)
    if known is None:
        row = Audience.objects.filter(pk=audience).first()
        if row is None:
            return None
        known = Members(frozenset(row.users), frozenset(row.groups))
        with _lock:
            if len(_members) > MOST_KNOWN:
                _members.clear()
            _members[audience] = known
    return known


def has_member(audience: int | None, actor: Actor) -> bool:
    members = members_of(audience)
    return members is not None and (name_of(actor) in members.users or not members.groups.isdisjoint(groups_of(actor)))


def audiences_of(actor: Actor) -> list[int]:
    """The sets that the actor belongs to."""
    user = AudienceMember.objects.filter(name=name_of(actor), is_group=False)
    groups = AudienceMember.objects.filter(name__in=groups_of(actor), is_group=True)
    return sorted({*user.values_list("audience", flat=True), *groups.values_list("audience", flat=True)})


def forget_all() -> None:
    """For tests, whose databases forget as well."""
    with _lock:
        _stored.clear()
        _members.clear()
