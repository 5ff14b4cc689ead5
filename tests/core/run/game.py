"""One random process played by the engine and by the oracle side by side, compared after every step."""

from __future__ import annotations

from collections import Counter
from random import Random

from engine.core.model.effects import OpenIncident, OpenItem, OpenSubscription, OpenTimer
from engine.core.model.runtime import ROOT, Delivery
from tests.core.run.blocks_events import write
from tests.core.run.chooser import Chooser
from tests.core.run.driver import Driver, Stored, replay
from tests.core.run.family import Family
from tests.core.run.oracle import Key, Live, LiveScope, Path

MOST_MOVES = 60
Event = tuple[str, str, Path]  # cause, name, instance


class Game:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        chooser = Chooser(self.random, size=self.random.randint(3, 14))
        process = chooser.process()
        self.text, variables = write(process, chooser.happenings)
        self.kinds = chooser.kinds
        self.family = Family(self.text, self.random.choice(["lean", "stock"]), self.random.random() < 0.5)
        self.root = LiveScope(None, (), process.body, process.reactions)
        self.family.start(variables)
        self.root.begin()
        self.root.settle()
        self.compare()

    # what both see

    def items(self) -> list[tuple[Driver, OpenItem, Key]]:
        return [
            (driver, wait, (wait.node, path_at(driver, wait)))
            for driver in self.family.drivers
            for wait in driver.waits
            if isinstance(wait, OpenItem)
        ]

    def events(self) -> list[tuple[Driver, Stored, Event]]:
        found: list[tuple[Driver, Stored, Event]] = []
        for driver in self.family.drivers:
            for wait in driver.waits:
                if isinstance(wait, OpenSubscription):
                    found.append((driver, wait, (wait.kind, wait.name, path_at(driver, wait))))
                elif isinstance(wait, OpenTimer):
                    found.append((driver, wait, ("timer", wait.node[2:], path_at(driver, wait))))
        return found

    def compare(self) -> None:
        """What waits, what history says, and that what was opened is closed."""
        is_over = self.root.is_over
        lives = [] if is_over else list(self.root.walk())
        keys = Counter((node, tuple(sorted(path))) for live in lives for node, path in live.waits())
        events = Counter(
            (cause, name, tuple(sorted(live.path)))
            for live in lives
            for cause, name in live.hears()
            if cause != "condition"  # no row waits for it
        )
        assert Counter(key for _, _, key in self.items()) == keys
        assert Counter(event for _, _, event in self.events()) == events
        assert (self.family.root.instance.status != "active") is is_over
        assert not is_over or self.family.root.instance.status == self.root.status
        for driver in self.family.drivers:
            check(driver)
        assert not is_over or all(driver.instance.status != "active" for driver in self.family.drivers)

    # moves

    def play(self) -> None:
        for _ in range(MOST_MOVES):
            if self.root.is_over:
                return
            self.move()
            self.compare()

    def move(self) -> None:
        lives = list(self.root.walk())
        keys = sorted((node, tuple(sorted(path))) for live in lives for node, path in live.waits())
        events = sorted({(*heard, live.path) for live in lives for heard in live.hears()})
        assert keys or events, "nothing waits and it is not over"
        if events and (not keys or self.random.random() < 0.25):
            cause, name, path = self.random.choice(events)
            if cause in ("signal", "condition"):
                self.happen(cause, name)
            else:
                self.hand_over(cause, name, tuple(sorted(path)))
        else:
            is_alone = len(self.family.drivers) == 1
            number = 2 if is_alone and len(keys) > 1 and self.random.random() < 0.2 else 1
            self.complete(self.random.sample(keys, number))

    def complete(self, keys: list[Key]) -> None:
        """Several at once are several deliveries in one advance; one may take the wait of the next away."""
        found = [pair for pair in map(self.find, keys) if pair is not None]
        if len({(driver, wait.token) for _, driver, wait in found}) < len(found):
            found = found[:1]
        for live, _, _ in found:
            if live.is_attached():
                live.complete()
            self.root.settle()
        for driver in dict.fromkeys(driver for _, driver, _ in found):
            self.family.deliver(driver, [Delivery(w.token, w.trigger) for _, own, w in found if own is driver])

    def find(self, key: Key) -> tuple[Live, Driver, OpenItem] | None:
        """Who waits under the key, here and there; None where several do and nobody can tell which is which."""
        lives = [live for live in self.root.walk() if key in [(n, tuple(sorted(p))) for n, p in live.waits()]]
        waiting = [(driver, wait) for driver, wait, own in self.items() if own == key]
        return (lives[0], *waiting[0]) if len(lives) == 1 else None

    def happen(self, cause: str, name: str) -> None:
        """Everybody who waits for it hears it."""
        for live in [live for live in self.root.walk() if (cause, name) in live.hears()]:
            if live.is_attached():
                live.hear(name)
        self.root.settle()
        drivers = [driver for driver in self.family.drivers if driver.instance.status == "active"]
        for driver in drivers:
            if cause == "condition":
                for value in (True, False):
                    if driver.instance.status == "active":
                        change = {"variables": {f"c_{name}": value}}
                        self.family.deliver(driver, [Delivery(ROOT, "variables", change)])
                continue
            listening = [w for w in driver.waits if isinstance(w, OpenSubscription) and w.name == name]
            self.random.shuffle(listening)
            self.family.deliver(driver, [Delivery(wait.token, wait.trigger) for wait in listening])

    def hand_over(self, cause: str, name: str, path: Path) -> None:
        """A message is taken by one, and a timer is one's own."""
        lives = [
            live for live in self.root.walk() if (cause, name) in live.hears() and tuple(sorted(live.path)) == path
        ]
        found = [(driver, wait) for driver, wait, own in self.events() if own == (cause, name, path)]
        if len(lives) > 1:
            return  # nobody can tell which is which
        driver, wait = found[0]
        assert isinstance(wait, OpenSubscription | OpenTimer)
        data = None
        if isinstance(wait, OpenTimer):
            driver.take(wait)
            data = {"due": wait.due.isoformat(), "remaining": wait.remaining}
        lives[0].hear(name)
        self.root.settle()
        self.family.deliver(driver, [Delivery(wait.token, wait.trigger, data)])


def path_at(driver: Driver, wait: Stored) -> Path:
    """Which instance of each multi-instance activity around."""
    seen = driver.visible(wait.token)
    return tuple(sorted((name, seen[name]) for name in seen if name.startswith("i_")))


def check(driver: Driver) -> None:
    assert not [wait for wait in driver.waits if isinstance(wait, OpenIncident)]
    places, variables = replay(driver.machine, driver.log)
    assert places == {token.id: token.state for token in driver.tokens.values()}
    assert variables == driver.instance.variables
    opened = Counter(node for what, node, _, _ in driver.trace() if what == "entered")
    closed = Counter(node for what, node, _, _ in driver.trace() if what != "entered")
    assert all(closed[node] <= opened[node] for node in closed)
    if driver.instance.status != "active":
        assert not driver.tokens
        assert not driver.waits
        assert opened == closed
