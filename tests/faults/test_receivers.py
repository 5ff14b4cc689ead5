"""Service tasks that ask bad receivers: the other work goes on, and each of them ends or says what it met."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest

from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import Driver, Person, driven, wait_until
from tests.faults.fleet import Fleet
from tests.faults.mortal import DAYS_AGO, Mortal
from tests.faults.receivers import Receivers, run_receivers
from tests.runtime.diagrams import make_file, service, simple

pytestmark = pytest.mark.skipif(not IS_WHOLE, reason="slow receivers take their time: `make faults` runs it")

Site = Mortal | Fleet
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


def read(site: Site, question: str) -> set[int]:
    return {instance for (instance,) in site.ask(question)}


def settle(site: Site, effects: dict[int, str]) -> set[int]:
    """Those that stand still, when every other one has come to its end; nobody waits for pauses and breakers."""

    def is_settled() -> bool:
        hurry(site)
        return read(site, STANDING) | read(site, COMPLETED) >= effects.keys()

    wait_until(is_settled, lambda: f"an end of {effects.keys() - read(site, STANDING) - read(site, COMPLETED)}")
    return read(site, STANDING) & effects.keys()


def hurry(site: Site) -> None:
    site.change(f"UPDATE engine_breaker SET open_until = '{DAYS_AGO}'")
    for table, condition in (("engine_job", "owner IS NULL"), ("engine_outbox", "attempts > 0")):
        site.change(f"UPDATE {table} SET available_at = '{DAYS_AGO}' WHERE {condition} AND available_at IS NOT NULL")


def check_slow_webhook(site: Site, receivers: Receivers, url: str) -> None:
    """Everything that it was to hear of has come there."""
    of_webhook = f"FROM engine_outbox WHERE webhook = (SELECT id FROM engine_webhook WHERE url = '{url}')"

    def is_sent() -> bool:
        hurry(site)
        return site.ask(f"SELECT count(*) {of_webhook} AND sent_at IS NULL")[0][0] == 0

    wait_until(is_sent, lambda: str(site.ask(f"SELECT event, attempts, error, available_at {of_webhook} LIMIT 5")))
    events = {event for (event,) in site.ask(f"SELECT event {of_webhook}")}
    assert len(events) >= EFFECTS
    assert receivers.keys[urlsplit(url).path] == events


@pytest.mark.parametrize(("ways", "timeout"), [(SLOW, 60), (BAD, 5)], ids=["slow", "bad"])
def test_bad_receivers_hold_up_nothing_else_and_no_effect_of_theirs_is_lost(
    mortal: Mortal, receivers: Receivers, ways: tuple[str, ...], timeout: float
) -> None:
    check_effects(mortal, receivers, ways, timeout)


@pytest.mark.parametrize(("ways", "timeout"), [(SLOW, 60), (BAD, 5)], ids=["slow", "bad"])
def test_bad_receivers_hold_up_nothing_else_on_a_fleet(
    fleet: Fleet, receivers: Receivers, ways: tuple[str, ...], timeout: float
) -> None:
    check_effects(fleet, receivers, ways, timeout)


def check_effects(site: Site, receivers: Receivers, ways: tuple[str, ...], timeout: float) -> None:
    admin = Person(site, "admin")
    admin.deploy(OUTWARD)
    with driven(site, 20):
        pass  # what is done once, and made ready
    with driven(site, MIX) as driver:
        normal, answered = time_mix(driver, receivers, GOOD, timeout)
        assert not settle(site, answered)
    slow_webhook = receivers.url("late", EFFECTS + 1)
    admin.listen(["outward"], slow_webhook)
    with driven(site, MIX) as driver:
        beside, effects = time_mix(driver, receivers, ways, timeout)
        if ways == BAD:  # whoever looks sees it
            assert site.ask("SELECT type FROM engine_breaker") or site.ask(STANDING)
        receivers.mend()
        standing = settle(site, effects)
        check_slow_webhook(site, receivers, slow_webhook)
    admin.stop_listening(slow_webhook)
    print(f"the mix beside {EFFECTS} effects ({', '.join(ways)}): {normal / beside:.0%} of the usual ({normal:.1f} s)")
    assert standing >= {instance for instance, url in effects.items() if url.startswith("https:")}
    arrived = {url: keys for path, keys in receivers.keys.items() for url in effects.values() if url.endswith(path)}
    assert {len(keys) for keys in arrived.values()} == {1}
    assert len(set().union(*arrived.values())) == len(arrived)
    assert {effects[instance] for instance in effects.keys() - standing} <= arrived.keys()
    if ways == SLOW:
        assert not standing, "they all answered in the end"
