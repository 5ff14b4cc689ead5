"""The oracle: how a tree of blocks runs by rules of its own, to be compared with the engine after every step.

It knows nothing of tokens and states: a leaf that is complete tells its parent, which decides what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.core.run.blocks import Block, Choice, End, Host, Multi, Reaction, Task

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

    def signals(self) -> list[str]:
        return []

    def hear(self, name: str) -> None:
        """The signal has come; only who waits for it is told."""

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


class LiveScope(Live):
    """What owns tokens: the process, a sub-process, an event sub-process; `done` can be undone."""

    def __init__(self, parent: Live | None, path: Path, body: Block | None, reactions: list[Reaction]) -> None:
        super().__init__(parent, path)
        self.body, self.reactions = body, reactions
        self.done: list[Record] = []
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

    def signals(self) -> list[str]:
        if self.is_interrupted or self.is_over:
            return []
        return [reaction.name for reaction in self.reactions if not reaction.is_error]

    def hear(self, name: str) -> None:
        for reaction in self.reactions:
            if reaction.name == name and not self.is_interrupted:
                self.react(reaction)

    def react(self, reaction: Reaction) -> None:
        if reaction.interrupts:
            self.children.clear()
            self.is_interrupted = True
        child = LiveScope(self, self.path, reaction.body, [])
        child.is_reaction = True
        self.children.append(child)
        child.begin()


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


class LiveHost(Live):
    """An activity with boundary events; what an interrupting one leads to stands in its place."""

    def __init__(self, parent: Live, path: Path, host: Host) -> None:
        super().__init__(parent, path)
        self.host = host
        self.heard: set[str] = set()
        self.is_left = False

    def begin(self) -> None:
        self.add(self.host.activity)

    def signals(self) -> list[str]:
        return [] if self.is_left else [reaction.name for reaction in self.host.events if not reaction.is_error]

    def hear(self, name: str) -> None:
        for reaction in self.host.events:
            if reaction.name == name and not self.is_left:
                self.react(reaction)

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
    """Waits for one of several signals, then goes the way behind it."""

    def __init__(self, parent: Live, path: Path, choice: Choice) -> None:
        super().__init__(parent, path)
        self.choice = choice

    def signals(self) -> list[str]:
        return [] if self.children else list(self.choice.branches)

    def hear(self, name: str) -> None:
        if not self.children:
            self.add(self.choice.branches[name])


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
        else:
            self.throw()

    def throw(self) -> None:
        inner: Live = self
        node = self.parent
        while node is not None:
            if isinstance(node, LiveHost) and not node.is_left:
                for reaction in node.host.events:
                    if reaction.is_error:
                        node.react(reaction)
                        return
            if isinstance(node, LiveScope) and not node.is_interrupted:
                for reaction in node.reactions:
                    is_from_itself = isinstance(inner, LiveScope) and inner.body is reaction.body
                    if reaction.is_error and not is_from_itself:
                        node.react(reaction)
                        return
                if node.parent is None:
                    break
            inner, node = node, node.parent
        assert isinstance(inner, LiveScope) or node is not None
        root = self.root()
        root.children.clear()
        root.is_over, root.status = True, "failed"

    def root(self) -> LiveScope:
        node: Live = self
        while node.parent is not None:
            node = node.parent
        assert isinstance(node, LiveScope)
        return node


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
