"""What the tokens of one instance wait for, while it advances: waits opened, closed and dropped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, cast

from engine.core.model.effects import Effect, OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.runtime import Token
from engine.core.run.variables import Scoped

WAITS: Final = frozenset({OpenItem, OpenTimer, OpenSubscription, OpenJob, OpenIncident})
NONE: Final[Any] = frozenset()  # a set is made with its first


class Waiting(Scoped):
    """A wait belongs to a token: what ends before the advance does never shows up."""

    __slots__ = ("waits",)

    waits: dict[int, list[Effect]]
    closed: set[int]
    dropped: frozenset[tuple[int, str]]

    def open(self, effect: Effect) -> None:
        if effect.__class__ in WAITS:
            waits, number = self.waits, effect.token
            if number in waits:
                waits[number].append(effect)
            else:
                waits[number] = [effect]
        else:
            self.effects.append(effect)

    def close(self, token: Token) -> None:
        if self.waits:
            self.waits.pop(token.id, None)
        if not token.is_new:
            if self.closed:
                self.closed.add(token.id)
            else:
                self.closed = {token.id}

    def drop(self, token: Token, triggers: Collection[str]) -> None:
        waits = self.waits.get(token.id)
        if waits:
            self.waits[token.id] = [wait for wait in waits if cast(Any, wait).trigger not in triggers]
        if not token.is_new:
            self.dropped |= {(token.id, trigger) for trigger in triggers}
