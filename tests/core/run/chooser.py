"""Makes random trees of blocks from a seed."""

from __future__ import annotations

from random import Random

from tests.core.run.blocks import Block, Choice, End, Host, Loop, Multi, Reaction, Scope, Sequence, Split, Task, Undo


class Chooser:
    """Makes the tree. Signals have names of their own, so that each reaches the copies of one block only."""

    def __init__(self, random: Random, size: int) -> None:
        self.random, self.left = random, size
        self.names: dict[str, int] = {}
        self.kinds: dict[str, int] = {}
        self.signals: list[str] = []

    def process(self) -> Scope:
        return Scope("p", self.block(0, is_copied=False), self.reactions(0, is_copied=False))

    def name(self, kind: str) -> str:
        self.names[kind] = self.names.get(kind, 0) + 1
        return f"{kind}{self.names[kind]}"

    def signal(self) -> str:
        self.signals.append(self.name("sig"))
        return self.signals[-1]

    def task(self) -> Task:
        self.left -= 1
        return Task(self.name("t"), is_compensable=self.random.random() < 0.25)

    def block(self, depth: int, is_copied: bool) -> Block:
        """`is_copied`: inside something that runs in several copies at once, which may share no counter."""
        if self.left <= 0 or depth > 4:
            return self.task()
        kinds = [
            "task",
            "sequence",
            "sequence",
            "exclusive",
            "parallel",
            "inclusive",
            "scope",
            "multi",
            "host",
            "choice",
        ]
        if not is_copied:
            kinds.append("loop")
        kind = self.random.choice([*kinds, "undo"])
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        block: Block = getattr(self, f"make_{kind}")(depth + 1, is_copied)
        return block

    def make_task(self, depth: int, is_copied: bool) -> Block:
        return self.task()

    def make_sequence(self, depth: int, is_copied: bool) -> Block:
        return Sequence([self.block(depth, is_copied) for _ in range(self.random.randint(2, 3))])

    def make_undo(self, depth: int, is_copied: bool) -> Block:
        return Sequence([self.block(depth, is_copied), self.task(), Undo(), self.task()])

    def branches(self, depth: int, is_copied: bool) -> list[Block]:
        return [self.block(depth, is_copied) for _ in range(self.random.randint(2, 3))]

    def make_exclusive(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        chosen = [self.random.randrange(len(branches))]
        return Split("exclusiveGateway", branches, chosen, self.default(branches, chosen))

    def make_parallel(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        return Split("parallelGateway", branches, list(range(len(branches))))

    def make_inclusive(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        number = self.random.randint(1, len(branches))
        chosen = sorted(self.random.sample(range(len(branches)), number))
        return Split("inclusiveGateway", branches, chosen, self.default(branches, chosen))

    def default(self, branches: list[Block], chosen: list[int]) -> int | None:
        indexes = [index for index in range(len(branches)) if index not in chosen or chosen == [index]]
        return self.random.choice([*indexes, None])

    def make_loop(self, depth: int, is_copied: bool) -> Block:
        return Loop(self.block(depth, is_copied), self.random.randint(1, 3))

    def scope(self, depth: int, is_copied: bool, throws: bool = False) -> Scope:
        body = self.block(depth, is_copied)
        if throws or self.random.random() < 0.15:
            end = End("error" if throws else "terminate")
            leaving = Sequence([self.task(), end])
            chosen = [0, 1] if self.random.random() < 0.6 else [1]
            body = Split("inclusiveGateway", [leaving, body], chosen)
        return Scope(self.name("sp"), body, self.reactions(depth, is_copied))

    def make_scope(self, depth: int, is_copied: bool) -> Block:
        return self.scope(depth, is_copied)

    def reactions(self, depth: int, is_copied: bool) -> list[Reaction]:
        if self.random.random() > 0.3:
            return []
        body = Sequence([self.task(), self.block(depth + 2, is_copied=True)])
        return [Reaction(self.signal(), body, interrupts=self.random.random() < 0.5)]

    def activity(self, depth: int, is_copied: bool) -> Block:
        return self.task() if self.random.random() < 0.5 else self.scope(depth, is_copied)

    def make_multi(self, depth: int, is_copied: bool) -> Block:
        is_sequential, has_items = self.random.random() < 0.4, self.random.random() < 0.7
        body = self.activity(depth, is_copied=True)
        return Multi(body, self.random.randint(1, 3), is_sequential or not has_items, has_items)

    def make_host(self, depth: int, is_copied: bool) -> Block:
        if self.random.random() < 0.4:
            error = Reaction(self.name("err"), self.block(depth, is_copied), is_error=True)
            return Host(self.scope(depth, is_copied, throws=True), [error])
        activity = self.make_multi(depth, is_copied) if self.random.random() < 0.3 else self.activity(depth, is_copied)
        events = [
            # what does not interrupt may be begun again before it has ended: in copies
            Reaction(self.signal(), self.block(depth, is_copied=True), interrupts=self.random.random() < 0.5)
            for _ in range(self.random.randint(1, 2))
        ]
        return Host(activity, events)

    def make_choice(self, depth: int, is_copied: bool) -> Block:
        number = self.random.randint(1, 3)
        return Choice({self.signal(): self.block(depth, is_copied) for _ in range(number)})
