"""The part of the oracle that waits for events, throws them, calls and races."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.run.oracle import (
    Key,
    Listening,
    Live,
    LiveParallel,
    LiveScope,
    Path,
    Record,
    find_reaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.run.blocks import Reaction
    from tests.core.run.blocks_events import Call, Choice, End, Host, Throw


class LiveHost(Listening):
    """An activity with boundary events; what an interrupting one leads to stands in its place."""

    def __init__(self, parent: Live, path: Path, host: Host) -> None:
        super().__init__(parent, path, host.events)
        self.host = host
        self.is_left = False

    def begin(self) -> None:
        self.add(self.host.activity)

    def is_open(self) -> bool:
        return not self.is_left

    def catches(self, cause: str, code: str, inner: Live) -> Reaction | None:
        return None if self.is_left else find_reaction(self.reactions, cause, code)

    def react(self, reaction: Reaction) -> None:
        if reaction.interrupts:
            self.children.clear()
            self.is_left = True
            self.add(reaction.body)
        else:
            scope = self.scope()
            live = reaction.body.live(scope, self.path)
            scope.children.append(live)
            live.begin()

    def child_done(self, child: Live) -> None:
        self.is_left = True
        self.finish()


class LiveChoice(Live):
    """Waits for one of several events, then goes the way behind it."""

    def __init__(self, parent: Live, path: Path, choice: Choice) -> None:
        super().__init__(parent, path)
        self.choice = choice

    def hears(self) -> list[tuple[str, str]]:
        return [] if self.children else [(event.cause, event.name) for event in self.choice.events]

    def hear(self, name: str) -> None:
        if not self.children:
            self.add(next(event.body for event in self.choice.events if event.name == name))


class LiveEnd(Live):
    def __init__(self, parent: Live, path: Path, end: End) -> None:
        super().__init__(parent, path)
        self.end = end

    def begin(self) -> None:
        if self.end.kind == "terminate":
            scope = self.scope()
            scope.children.clear()
            scope.status = "terminated"
            scope.end()
        elif not self.throw("error", self.end.code):
            root = self.root()
            root.children.clear()
            root.is_over, root.status = True, "failed"


class LiveThrow(Live):
    """A throw event. An escalation is looked for outward at once; a signal goes out when everything rests."""

    def __init__(self, parent: Live, path: Path, block: Throw) -> None:
        super().__init__(parent, path)
        self.block = block

    def begin(self) -> None:
        if self.block.cause == "signal":
            self.root().pending.append(self)
            return
        if self.block.cause == "escalation":
            self.throw("escalation", self.block.name)
        if self.is_attached():
            self.finish()

    def deliver(self) -> None:
        if self.is_attached():
            name = self.block.name
            for live in [live for live in self.root().walk() if ("signal", name) in live.hears()]:
                if live.is_attached():
                    live.hear(name)
        if self.is_attached():
            self.finish()


class LiveCalled(LiveScope):
    """A process of its own: what is complete in it is not undone from outside."""

    def end(self) -> None:
        self.is_over = True
        self.finish()


class LiveCall(Live):
    def __init__(self, parent: Live, path: Path, call: Call) -> None:
        super().__init__(parent, path)
        self.call = call

    def begin(self) -> None:
        child = LiveCalled(self, self.path, self.call.body, self.call.reactions)
        self.children.append(child)
        child.begin()


class LiveRace(LiveParallel):
    """Goes on with the first branch that arrives; the others are swallowed when they do."""

    def child_done(self, child: Live) -> None:
        scope = self.scope()
        rest = LiveRest(scope, self.path)
        rest.children, self.children = self.children, []
        for other in rest.children:
            other.parent = rest
        if rest.children:
            scope.children.append(rest)
        self.finish()


class LiveRest(Live):
    def child_done(self, child: Live) -> None:
        if not self.children:
            self.finish()


class LiveUndo(Live):
    """A compensation throw: the handlers one after the other, last first."""

    def begin(self) -> None:
        scope = self.scope()
        records: list[Record] = []
        while True:
            records = scope.done + records
            scope.done = []
            if not scope.is_reaction:
                break
            scope = scope.scope()
        self.queue = list(flatten(records))
        self.go_on()

    def go_on(self) -> None:
        if not self.queue:
            self.finish()

    def waits(self) -> list[Key]:
        return self.queue[:1]

    def complete(self) -> None:
        self.queue.pop(0)
        self.go_on()


def flatten(records: list[Record]) -> Iterator[Key]:
    for kind, what in reversed(records):
        if kind == "task":
            yield what
        else:
            yield from flatten(what)
