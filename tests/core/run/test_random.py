"""Random processes against an oracle of their own. RANDOM_PROCESSES raises the number, RANDOM_SEED plays one again."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from engine.core.model.effects import OpenIncident, OpenItem, OpenSubscription
from engine.core.model.graph import Transition
from engine.core.model.runtime import Delivery
from engine.core.run.run import InstanceRun
from engine.core.triggers import compensate
from tests.core.run.blocks import Scope, write
from tests.core.run.chooser import Chooser
from tests.core.run.driver import Driver, replay
from tests.core.run.oracle import Key, Live, LiveScope

NUMBER = int(os.environ.get("RANDOM_PROCESSES", "1000"))
FIRST = int(os.environ.get("RANDOM_SEED", "0"))
GROUPS = 20
MOST_MOVES = 60


def engine_keys(driver: Driver) -> list[Key]:
    keys = []
    for wait in driver.waits:
        if isinstance(wait, OpenItem):
            seen = driver.visible(wait.token)
            keys.append((wait.node, tuple(sorted((name, seen[name]) for name in seen if name.startswith("i_")))))
    return sorted(keys)


def oracle_keys(root: LiveScope) -> list[Key]:
    return sorted((node, tuple(sorted(path))) for live in root.walk() for node, path in live.waits())


def engine_signals(driver: Driver) -> Counter[str]:
    return Counter(wait.name for wait in driver.waits if isinstance(wait, OpenSubscription))


def oracle_signals(root: LiveScope) -> Counter[str]:
    return Counter(name for live in root.walk() for name in live.signals())


class Game:
    """Engine and oracle side by side."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        chooser = Chooser(self.random, size=self.random.randint(3, 14))
        process: Scope = chooser.process()
        self.text, variables = write(process, chooser.signals)
        self.kinds = chooser.kinds
        self.driver = Driver(
            self.text, hooks=self.random.choice(["lean", "stock"]), is_restored=self.random.random() < 0.5
        )
        self.root = LiveScope(None, (), process.body, process.reactions)
        self.driver.start(variables)
        self.root.begin()
        self.compare()

    def compare(self) -> None:
        """What waits, what history says, and that what was opened is closed."""
        assert not [wait for wait in self.driver.waits if isinstance(wait, OpenIncident)]
        assert engine_keys(self.driver) == oracle_keys(self.root)
        assert engine_signals(self.driver) == oracle_signals(self.root)
        places = {token.id: token.state for token in self.driver.tokens.values()}
        assert replay(self.driver.machine, self.driver.log) == places
        is_over = self.root.is_over
        assert (self.driver.instance.status != "active") is is_over
        assert not is_over or self.driver.instance.status == self.root.status
        opened = Counter(node for what, node, _, _ in self.driver.trace() if what == "entered")
        closed = Counter(node for what, node, _, _ in self.driver.trace() if what != "entered")
        assert all(closed[node] <= opened[node] for node in closed)
        if is_over:
            assert not self.driver.tokens
            assert not self.driver.waits
            assert opened == closed

    def play(self) -> None:
        for _ in range(MOST_MOVES):
            keys, signals = oracle_keys(self.root), sorted(oracle_signals(self.root))
            if self.root.is_over:
                return
            assert keys or signals, "nothing waits and it is not over"
            if signals and (not keys or self.random.random() < 0.2):
                self.send(self.random.choice(signals))
            else:
                number = 2 if len(keys) > 1 and self.random.random() < 0.2 else 1
                self.complete(self.random.sample(keys, number))
            self.compare()

    def complete(self, keys: list[Key]) -> None:
        """Several at once are several deliveries in one advance; one may take the wait of the next away."""
        found = [pair for pair in map(self.find, keys) if pair is not None]
        if len({wait.token for _, wait in found}) < len(found):
            found = found[:1]
        for live, _ in found:
            if live.is_attached():
                live.complete()
        self.driver.deliver([Delivery(wait.token, wait.trigger) for _, wait in found])

    def find(self, key: Key) -> tuple[Live, OpenItem] | None:
        """Who waits under the key, here and there; None where several do and nobody can tell which is which."""
        lives = [live for live in self.root.walk() if key in [(n, tuple(sorted(p))) for n, p in live.waits()]]
        for wait in self.driver.waits:
            if isinstance(wait, OpenItem) and wait.node == key[0]:
                seen = self.driver.visible(wait.token)
                if all(seen.get(name) == index for name, index in key[1]):
                    return (lives[0], wait) if len(lives) == 1 else None
        raise AssertionError(f"the engine does not wait for {key}")

    def send(self, name: str) -> None:
        listening = [w for w in self.driver.waits if isinstance(w, OpenSubscription) and w.name == name]
        self.random.shuffle(listening)
        for live in [live for live in self.root.walk() if name in live.signals()]:
            if live.is_attached():
                live.hear(name)
        self.driver.deliver([Delivery(wait.token, wait.trigger) for wait in listening])


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_processes_run_as_the_oracle_says(group: int) -> None:
    for seed in range(FIRST + group, FIRST + NUMBER, GROUPS):
        try:
            game = Game(seed)
            game.play()
        except Exception as error:
            raise AssertionError(f"RANDOM_SEED={seed} RANDOM_PROCESSES=1: {error!r}") from error


def lose_errors(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("engine.core.run.catching.find_catcher", lambda *arguments: None)


def keep_siblings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "interrupt", lambda self, owner: self.clear(owner))


def never_clear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "interrupt", lambda self, owner: None)


def never_settle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.modules["engine.core.run.advance"], "settle", lambda run: False)


def undo_in_order(patch: pytest.MonkeyPatch) -> None:
    take = compensate.take_records
    patch.setattr(compensate, "take_records", lambda *arguments: take(*arguments)[::-1])


def forget_default(patch: pytest.MonkeyPatch) -> None:
    init = Transition.__init__

    def without_default(self: Transition, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.is_default = False

    patch.setattr(Transition, "__init__", without_default)


def join_any(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "rest", lambda self, token: None)


BREAKS = [lose_errors, keep_siblings, never_clear, never_settle, undo_in_order, forget_default, join_any]


@pytest.mark.parametrize("break_engine", BREAKS, ids=lambda function: function.__name__)
def test_a_broken_engine_is_caught(break_engine: Callable[[pytest.MonkeyPatch], None]) -> None:
    def run_all() -> None:
        for seed in range(200):
            Game(seed).play()

    with pytest.MonkeyPatch.context() as patch:
        break_engine(patch)
        with pytest.raises((AssertionError, LookupError, AttributeError, TypeError, RuntimeError)):
            run_all()


def test_the_generator_makes_every_kind_of_block() -> None:
    made: Counter[str] = Counter()
    for seed in range(200):
        chooser = Chooser(Random(seed), size=12)
        chooser.process()
        made.update(chooser.kinds)
    assert len(made) == 11, made
    assert min(made.values()) > 20, made
