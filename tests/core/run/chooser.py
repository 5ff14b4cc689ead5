"""Makes random trees of blocks from a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.core.run.blocks import Block, Loop, Multi, Reaction, Scope, Sequence, Split, Task
from tests.core.run.blocks_events import CODES, Call, Choice, End, Host, Race, Throw, Undo

CAUSES = ("signal", "message", "timer", "condition")
KINDS = (
    "task", "sequence", "sequence", "exclusive", "parallel", "inclusive", "scope", "multi", "host", "host", "choice",
    "call", "throw", "undo",
)  # fmt: skip


class Chooser:
    """Makes the tree. Events have names of their own, so that each reaches the copies of one block only."""

    def __init__(self, random: Random, size: int) -> None:
        self.random, self.left = random, size
        self.names: dict[str, int] = {}
        self.kinds: dict[str, int] = {}
        self.happenings: dict[str, list[str]] = {cause: [] for cause in CAUSES}
        self.throws: list[Throw] = []
        self.loops = 0  # flows that come back, around what is made in the same scope

    def process(self) -> Scope:
        process = Scope("p", *self.within(0, is_copied=False, throws=self.is_chosen(0.05)))
        for throw in self.throws:
            if not self.happenings[throw.cause]:
                self.happenings[throw.cause].append(self.name(throw.cause))
            throw.name = self.random.choice(self.happenings[throw.cause])
        return process

    def is_chosen(self, chance: float) -> bool:
        return self.random.random() < chance

    def count(self, kind: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def name(self, kind: str) -> str:
        self.names[kind] = self.names.get(kind, 0) + 1
        return f"{kind}{self.names[kind]}"

    def task(self) -> Task:
        self.left -= 1
        return Task(self.name("t"), is_compensable=self.is_chosen(0.25))

    def block(self, depth: int, is_copied: bool) -> Block:
        """`is_copied`: inside something that runs in several copies at once, which may share no counter."""
        if self.left <= 0 or depth > 4:
            return self.task()
        kinds = list(KINDS)
        if not is_copied:
            kinds.append("loop")
        if not is_copied and not self.loops:
            kinds.append("race")
        kind = self.random.choice(kinds)
        self.count(kind)
        block: Block = getattr(self, f"make_{kind}")(depth + 1, is_copied)
        return block

    def make_task(self, depth: int, is_copied: bool) -> Block:
        return self.task()

    def make_sequence(self, depth: int, is_copied: bool) -> Block:
        return Sequence([self.block(depth, is_copied) for _ in range(self.random.randint(2, 3))])

    def make_undo(self, depth: int, is_copied: bool) -> Block:
        return Sequence([self.block(depth, is_copied), self.task(), Undo(), self.task()])

    def make_throw(self, depth: int, is_copied: bool) -> Block:
        cause = self.random.choice(["signal", "signal", "escalation", "message", ""])
        self.count(f"throw {cause}")
        throw = Throw(cause, self.random.choice(CODES["escalation"]))
        if cause in self.happenings:
            self.throws.append(throw)
        return Sequence([self.task(), throw, self.task()])

    def branches(self, depth: int, is_copied: bool) -> list[Block]:
        return [self.block(depth, is_copied) for _ in range(self.random.randint(2, 3))]

    def make_exclusive(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        chosen = [self.random.randrange(len(branches))]
        return Split("exclusiveGateway", branches, chosen, self.default(branches, chosen))

    def make_parallel(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        return Split("parallelGateway", branches, list(range(len(branches))))

    def make_race(self, depth: int, is_copied: bool) -> Block:
        return Race(self.branches(depth, is_copied))

    def make_inclusive(self, depth: int, is_copied: bool) -> Block:
        branches = self.branches(depth, is_copied)
        number = self.random.randint(1, len(branches))
        chosen = sorted(self.random.sample(range(len(branches)), number))
        return Split("inclusiveGateway", branches, chosen, self.default(branches, chosen))

    def default(self, branches: list[Block], chosen: list[int]) -> int | None:
        indexes = [index for index in range(len(branches)) if index not in chosen or chosen == [index]]
        return self.random.choice([*indexes, None])

    def make_loop(self, depth: int, is_copied: bool) -> Block:
        self.loops += 1
        body = self.block(depth, is_copied)
        self.loops -= 1
        return Loop(body, self.random.randint(1, 3))

    def within(self, depth: int, is_copied: bool, throws: bool) -> tuple[Block, list[Reaction]]:
        """What a scope holds. Where it throws, some way out of it is an error."""
        loops, self.loops = self.loops, 0
        body = self.block(depth, is_copied)
        if throws or self.is_chosen(0.15):
            end = End("error", self.random.choice(["", *CODES["error"]])) if throws else End("terminate")
            leaving = Sequence([self.task(), end])
            chosen = [0, 1] if self.is_chosen(0.6) else [1]
            body = Split("inclusiveGateway", [leaving, body], chosen)
        reactions = self.reactions(depth, is_copied)
        self.loops = loops
        return body, reactions

    def scope(self, depth: int, is_copied: bool, throws: bool = False) -> Scope:
        return Scope(self.name("sp"), *self.within(depth, is_copied, throws))

    def make_scope(self, depth: int, is_copied: bool) -> Block:
        return self.scope(depth, is_copied)

    def call(self, depth: int, throws: bool = False) -> Call:
        return Call(self.name("q"), *self.within(depth, is_copied=False, throws=throws))

    def make_call(self, depth: int, is_copied: bool) -> Block:
        return self.call(depth, throws=self.is_chosen(0.05))

    def reaction(self, body: Block, cause: str, prefix: str) -> Reaction:
        self.count(f"{prefix} {cause}")
        name = self.name(cause)
        if cause in self.happenings:
            self.happenings[cause].append(name)
        interrupts = cause == "error" or self.is_chosen(0.5)
        times = self.random.randint(1, 3) if cause == "timer" and not interrupts else 1
        codes = CODES.get(cause, ())
        return Reaction(name, body, interrupts, cause, self.random.choice(["", *codes]) if codes else "", times)

    def reactions(self, depth: int, is_copied: bool) -> list[Reaction]:
        """Event sub-processes. Each begins with a task: what a condition or an escalation leads to must rest."""
        if not self.is_chosen(0.4):
            return []
        causes = self.random.sample([*CAUSES, "error", "escalation"], self.random.randint(1, 2))
        loops, self.loops = self.loops, 0
        found = [
            self.reaction(Sequence([self.task(), self.block(depth + 2, is_copied=True)]), cause, "inside")
            for cause in causes
        ]
        self.loops = loops
        return found

    def activity(self, depth: int, is_copied: bool, throws: bool = False) -> Any:
        kind = self.random.choice(["scope", "call"] if throws else ["task", "task", "scope", "call"])
        if kind == "task":
            return self.task()
        return self.scope(depth, is_copied, throws) if kind == "scope" else self.call(depth, throws)

    def multi(self, depth: int, throws: bool = False) -> Multi:
        is_sequential, has_items = self.is_chosen(0.4), self.is_chosen(0.7)
        body = self.activity(depth, is_copied=True, throws=throws)
        return Multi(body, self.random.randint(1, 3), is_sequential or not has_items, has_items)

    def make_multi(self, depth: int, is_copied: bool) -> Block:
        return self.multi(depth)

    def make_host(self, depth: int, is_copied: bool) -> Block:
        """What does not interrupt may be begun again before it has ended: in copies."""
        throws = self.is_chosen(0.4)
        is_many = self.is_chosen(0.3)
        activity = self.multi(depth, throws) if is_many else self.activity(depth, is_copied, throws)
        causes = self.random.sample([*CAUSES, "escalation"], self.random.randint(0 if throws else 1, 2))
        if throws and (not causes or self.is_chosen(0.8)):
            causes.append("error")
        return Host(activity, [self.reaction(self.block(depth, is_copied=True), cause, "boundary") for cause in causes])

    def make_choice(self, depth: int, is_copied: bool) -> Block:
        causes = self.random.choices(CAUSES, k=self.random.randint(1, 3))
        events = [self.reaction(self.block(depth, is_copied), cause, "catch") for cause in causes]
        for event in events:
            event.times = 1
        return Choice(events, has_tasks=self.is_chosen(0.5))
