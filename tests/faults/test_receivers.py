"""Service tasks that ask bad receivers: the other work goes on, and each of them ends or says what it met."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import Driver, Person, driven, wait_until
from tests.faults.mortal import DAYS_AGO, Mortal
from tests.faults.receivers import Receivers, run_receivers
from tests.runtime.diagrams import make_file, service, simple

pytestmark = pytest.mark.skipif(not IS_WHOLE, reason="slow receivers take their time: `make faults` runs it")

MIX, EFFECTS = 300, 60
GOOD = ("well",)
SLOW = ("late", "drip")
BAD = ("late", "drip", "refused", "error", "no TLS")
INPUTS = "".join(f'<zeebe:input source="={name}" target="{name}"/>' for name in ("url", "method", "timeout"))
SEND = service("send", "statewright:http", more=f"<zeebe:ioMapping>{INPUTS}</zeebe:ioMapping>")
OUTWARD = {"outward.bpmn": make_file(simple("outward", ("send", SEND)))}
STANDING = "SELECT DISTINCT id >> 24 FROM engine_incident WHERE status = 0"
COMPLETED = "SELECT id FROM engine_instance WHERE status = 1"


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    with run_receivers() as found:
        yield found


def time_mix(driver: Driver, receivers: Receivers, ways: Sequence[str], timeout: float) -> tuple[float, dict[int, str]]:
    """The seconds until every instance of the mix has ended, beside effects that ask such receivers."""
    began = time.monotonic()
    # By the same session: the turns of two callers are no matter of this.
    effects = start_effects(driver.person, receivers, ways, timeout)
    wait_until(lambda: driver.failures or has_ended(driver), "the end of the mix")
    return time.monotonic() - began, effects


def has_ended(driver: Driver) -> bool:
    return len(driver.journal.started) == MIX and not driver.living()


def start_effects(person: Person, receivers: Receivers, ways: Sequence[str], timeout: float) -> dict[int, str]:
    """Instance → the address that it asks; all ways in turn."""
    found = {}
    for number in range(EFFECTS):
        url = receivers.url(ways[number % len(ways)], number)
        variables = {"url": url, "method": "POST", "timeout": timeout}
        answer = person.post("instances/", {"process": "outward", "variables": variables})
        assert answer.status_code == 201, answer.text
        found[int(answer.json()["id"])] = url
    return found


def read(mortal: Mortal, question: str) -> set[int]:
    return {instance for (instance,) in mortal.ask(question)}


def settle(mortal: Mortal, effects: dict[int, str]) -> set[int]:
    """Those that stand still, when every other one has come to its end; nobody waits for pauses and breakers."""

    def is_settled() -> bool:
        mortal.change("UPDATE engine_breaker SET open_until = ?", DAYS_AGO)
        mortal.change(
            "UPDATE engine_job SET available_at = ? WHERE owner IS NULL AND available_at IS NOT NULL", DAYS_AGO
        )
        return read(mortal, STANDING) | read(mortal, COMPLETED) >= effects.keys()

    wait_until(is_settled, lambda: f"an end of {effects.keys() - read(mortal, STANDING) - read(mortal, COMPLETED)}")
    return read(mortal, STANDING) & effects.keys()


@pytest.mark.parametrize(("ways", "timeout"), [(SLOW, 60), (BAD, 5)], ids=["slow", "bad"])
def test_bad_receivers_hold_up_nothing_else_and_no_effect_of_theirs_is_lost(
    mortal: Mortal, receivers: Receivers, ways: tuple[str, ...], timeout: float
) -> None:
    Person(mortal, "admin").deploy(OUTWARD)
    with driven(mortal, 20):
        pass  # what is done once, and made ready
    with driven(mortal, MIX) as driver:
        normal, answered = time_mix(driver, receivers, GOOD, timeout)
        assert not settle(mortal, answered)
    with driven(mortal, MIX) as driver:
        beside, effects = time_mix(driver, receivers, ways, timeout)
        if ways == BAD:  # whoever looks sees it
            assert mortal.ask("SELECT type FROM engine_breaker") or mortal.ask(STANDING)
        receivers.mend()
        standing = settle(mortal, effects)
    print(f"the mix beside {EFFECTS} effects ({', '.join(ways)}): {normal / beside:.0%} of the usual ({normal:.1f} s)")
    assert standing >= {instance for instance, url in effects.items() if url.startswith("https:")}
    arrived = {url: keys for path, keys in receivers.keys.items() for url in effects.values() if url.endswith(path)}
    assert {len(keys) for keys in arrived.values()} == {1}
    assert len(set().union(*arrived.values())) == len(arrived)
    assert {effects[instance] for instance in effects.keys() - standing} <= arrived.keys()
    if ways == SLOW:
        assert not standing, "they all answered in the end"
