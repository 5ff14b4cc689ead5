"""The oracle: how a tree of blocks runs by rules of its own, to be compared with the engine after every step.

It knows nothing of tokens and states: a leaf that is complete tells its parent, which decides what comes next. What
waits for or causes events is in oracle_events.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.core.run.blocks import Block, Multi, Reaction, Task

HEARD = ("signal", "message", "timer", "condition")  # causes that come from outside; the others are looked up

Path = tuple[tuple[str, int], ...]  # which instance of each multi-instance block around
Key = tuple[str, Path]
Record = tuple[str, Any]  # ("task", key of the handler) or ("scope", records)


class Live:
    def __init__(self, parent: Live | None, path: Path) -> None:
        self.parent, self.path = parent, path
        self.children: list[Live] = []

    def begin(self) -> None:
        """Called once, when the parent already counts it among its children."""

    def add(self, block: Block, path: Path | None = None) -> None:
        child = block.live(self, self.path if path is None else path)
        self.children.append(child)
        child.begin()

    def is_attached(self) -> bool:
        return self.parent is None or (self in self.parent.children and self.parent.is_attached())

    def finish(self) -> None:
        parent = self.parent
        if parent is not None and self in parent.children:
            parent.children.remove(self)
            parent.child_done(self)

    def child_done(self, child: Live) -> None:
        self.finish()

    def walk(self) -> Iterator[Live]:
        yield self
        for child in list(self.children):
            yield from child.walk()

    def waits(self) -> list[Key]:
        return []

    def hears(self) -> list[tuple[str, str]]:
        """Cause and name of every event that is waited for."""
        return []

    def hear(self, name: str) -> None:
        """The event has happened; only who waits for it is told."""

    def catches(self, cause: str, code: str, inner: Live) -> Reaction | None:
        """What reacts here to an error or an escalation that comes out of `inner`."""
        return None

    def react(self, reaction: Reaction) -> None:
        """What `catches` named happens; who catches nothing is never asked."""
        raise AssertionError(f"{self.path} catches nothing")

    def complete(self) -> None:
        """The wait is over."""

    def record(self, record: Record) -> None:
        """To what can be undone in the scope around; what is complete in a loop counts once the loop is."""
        node = self.parent
        while not isinstance(node, LiveScope | LiveMulti):
            assert node is not None
            node = node.parent
        node.done.append(record)

    def scope(self) -> LiveScope:
        node = self.parent
        while not isinstance(node, LiveScope):
            assert node is not None
            node = node.parent
        return node

    def root(self) -> LiveScope:
        node: Live = self
        while node.parent is not None:
            node = node.parent
        assert isinstance(node, LiveScope)
        return node

    def throw(self, cause: str, code: str) -> bool:
        """Outward to whoever catches it first: a scope before the boundary of its activity."""
        inner, node = self, self.parent
        while node is not None:
            reaction = node.catches(cause, code, inner)
            if reaction is not None:
                node.react(reaction)
                return True
            inner, node = node, node.parent
        return False


class Listening(Live, ABC):
    """What has reactions: each is heard as often as its cause may happen."""

    reactions: list[Reaction]

    def __init__(self, parent: Live | None, path: Path, reactions: list[Reaction]) -> None:
        super().__init__(parent, path)
        self.reactions = reactions
        self.left = {reaction.name: reaction.times for reaction in reactions if reaction.cause == "timer"}

    @abstractmethod
    def is_open(self) -> bool: ...

    def hears(self) -> list[tuple[str, str]]:
        open_ones = [reaction for reaction in self.reactions if self.is_open() and self.left.get(reaction.name, 1)]
        return [(reaction.cause, reaction.name) for reaction in open_ones if reaction.cause in HEARD]

    def hear(self, name: str) -> None:
        for reaction in self.reactions:
            if reaction.name == name and self.is_open():
                if name in self.left:
                    self.left[name] -= 1
                self.react(reaction)


def find_reaction(reactions: Iterable[Reaction], cause: str, code: str) -> Reaction | None:
    """The one for this very code before the one for all."""
    own = [reaction for reaction in reactions if reaction.cause == cause and reaction.code in ("", code)]
    return max(own, key=lambda reaction: reaction.code, default=None)


class LiveScope(Listening):
    """What owns tokens: the process, a sub-process, an event sub-process; `done` can be undone."""

    def __init__(self, parent: Live | None, path: Path, body: Block | None, reactions: list[Reaction]) -> None:
        super().__init__(parent, path, reactions)
        self.body = body
        self.done: list[Record] = []
        self.pending: list[Any] = []  # of the process: throwers whose signal is not delivered yet
        self.is_interrupted = self.is_over = self.is_reaction = False
        self.status = "completed"

    def begin(self) -> None:
        if self.body is not None:
            self.add(self.body)

    def child_done(self, child: Live) -> None:
        if not self.children:
            self.end()

    def end(self) -> None:
        self.is_over = True
        if self.parent is not None and self.is_attached():
            if self.done:
                self.record(("scope", self.done))
            self.finish()

    def is_open(self) -> bool:
        return not self.is_interrupted and not self.is_over

    def catches(self, cause: str, code: str, inner: Live) -> Reaction | None:
        """What comes out of a reaction is not caught by it again."""
        if not self.is_open():
            return None
        others = [one for one in self.reactions if not (isinstance(inner, LiveScope) and inner.body is one.body)]
        return find_reaction(others, cause, code)

    def react(self, reaction: Reaction) -> None:
        if reaction.interrupts:
            self.children.clear()
            self.is_interrupted = True
        child = LiveScope(self, self.path, reaction.body, [])
        child.is_reaction = True
        self.children.append(child)
        child.begin()

    def settle(self) -> None:
        """Deliver the signals that were thrown, one after the other, once everything rests."""
        while self.pending:
            self.pending.pop(0).deliver()


class LiveTask(Live):
    def __init__(self, parent: Live, path: Path, task: Task) -> None:
        super().__init__(parent, path)
        self.task = task

    def waits(self) -> list[Key]:
        return [(self.task.name, self.path)]

    def complete(self) -> None:
        if self.task.is_compensable:
            self.record(("task", (f"undo_{self.task.name}", self.path)))
        self.finish()


class LiveSequence(Live):
    def __init__(self, parent: Live, path: Path, blocks: list[Block]) -> None:
        super().__init__(parent, path)
        self.left = list(blocks)

    def begin(self) -> None:
        if self.left:
            self.add(self.left.pop(0))
        else:
            self.finish()

    def child_done(self, child: Live) -> None:
        self.begin()


class LiveParallel(Live):
    """Also the inclusive block, with the branches that were chosen."""

    def __init__(self, parent: Live, path: Path, blocks: list[Block]) -> None:
        super().__init__(parent, path)
        self.blocks = blocks

    def begin(self) -> None:
        lives = [block.live(self, self.path) for block in self.blocks]
        self.children.extend(lives)
        for live in lives:
            live.begin()

    def child_done(self, child: Live) -> None:
        if not self.children:
            self.finish()


class LiveMulti(Live):
    def __init__(self, parent: Live, path: Path, multi: Multi) -> None:
        super().__init__(parent, path)
        self.multi, self.begun = multi, 0
        self.done: list[Record] = []

    def begin(self) -> None:
        for _ in range(1 if self.multi.is_sequential else self.multi.number):
            self.next()

    def next(self) -> None:
        path = (*self.path, (f"i_{self.multi.body.name}", self.begun)) if self.multi.has_items else self.path
        self.begun += 1
        live = self.multi.body.live_instance(self, path)
        self.children.append(live)
        live.begin()

    def child_done(self, child: Live) -> None:
        if self.children:
            return
        if self.begun < self.multi.number:
            self.next()
            return
        if self.done:
            self.record(("scope", self.done))
        self.finish()
