"""Guards: each bound is a setting, and ends in an incident or a refusal."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django import Settings

from engine.core.model.problems import ProcessError
from engine.models import Delivery, Incident, Instance, Timer, Token, WorkItem
from engine.service import instances, items, jobs, versions, work
from engine.service.advance import in_unit
from engine.service.errors import Busy, Invalid
from engine.service.limits import door
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import (
    call,
    catch,
    end,
    line,
    make_process,
    message,
    service,
    signal,
    simple,
    start,
    start_on,
    throw,
    user,
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)

Limit = Callable[..., None]


@pytest.fixture
def limit(settings: Settings) -> Limit:
    def change(**bounds: int) -> None:
        settings.ENGINE_LIMITS = {**settings.ENGINE_LIMITS, **bounds}

    return change


def settle(rounds: int = 200) -> None:
    """What workers do, until nothing is left; a chain without end would not let it."""
    for _ in range(rounds):
        if not work.advance_deliveries() + work.run_continuations():
            return
    raise AssertionError("it never rests")


def ping_pong(own: str, other: str) -> str:
    """Waits for its own signal, sends the other one, and waits again."""
    return make_process(
        own, start(), '<exclusiveGateway id="again"/>', catch("wait", "signal", own), throw("tell", "signal", other),
        line("start", "again", "wait", "tell", "again"),
    )  # fmt: skip


def test_signals_that_cause_one_another_without_end_are_an_incident(deployed: Deploy, limit: Limit) -> None:
    limit(hops=50)
    deployed(ping_pong("ping", "pong"), ping_pong("pong", "ping"), roots=signal("ping") + signal("pong"))
    for name in ("ping", "pong"):
        instances.start(name, None)
    instances.send_signal("ping", None)
    settle()
    incident = Incident.objects.get()
    assert incident.code == "hop-limit"
    assert not Delivery.objects.exists()
    limit(hops=60)
    instances.retry_incident(incident.pk, None)
    settle()
    assert Incident.objects.filter(status=Incident.Status.OPEN).count() == 1


def test_a_chain_is_counted_over_the_units_that_it_takes(deployed: Deploy, limit: Limit) -> None:
    """So many listen that each signal is delivered by later units."""
    limit(hops=5)
    listening = make_process(
        "listening", start(), '<exclusiveGateway id="again"/>', catch("wait", "signal", "pong"),
        line("start", "again", "wait", "again"),
    )  # fmt: skip
    deployed(ping_pong("ping", "pong"), ping_pong("pong", "ping"), listening, roots=signal("ping") + signal("pong"))
    for name in ("ping", "pong"):
        instances.start(name, None)
    instances.start_many("listening", None, [instances.Start({})] * 21)
    instances.send_signal("ping", None)
    settle()
    assert {incident.code for incident in Incident.objects.all()} == {"hop-limit"}


def test_messages_that_start_one_another_without_end_stop_with_an_incident(deployed: Deploy, limit: Limit) -> None:
    limit(hops=30)
    deployed(
        make_process(
            "again", start_on("begin", "message", "go"), throw("tell", "message", "go"), end(),
            line("begin", "tell", "end"),
        ),
        roots=message("go"),
    )  # fmt: skip
    instances.send_message("go", None)
    settle()
    assert Instance.objects.count() == 30
    assert Incident.objects.get().code == "start-limit"


def test_calls_have_a_depth(deployed: Deploy, limit: Limit) -> None:
    limit(call_depth=7)
    deployed(simple("deeper", ("down", call("down", "deeper"))))
    instances.start("deeper", None)
    assert (Instance.objects.count(), Incident.objects.get().code) == (8, "call-depth")


def test_a_loop_without_a_wait_is_stopped(deployed: Deploy, limit: Limit) -> None:
    limit(steps=100)
    loop = line("start", "again", "check", "again")
    deployed(make_process("loop", start(), '<exclusiveGateway id="again"/>', '<task id="check"/>', loop))
    with pytest.raises(ProcessError, match="loop"):
        instances.start("loop", None)


def test_tokens_have_a_number(deployed: Deploy, limit: Limit) -> None:
    limit(tokens=50, steps=100_000)
    bomb = make_process(
        "bomb", start(), user("begin"), '<exclusiveGateway id="again"/>', '<parallelGateway id="fork"/>',
        '<task id="a"/>', '<task id="b"/>', line("start", "begin", "again", "fork"), line("fork", "a", "again"),
        line("fork", "b", "again"),
    )  # fmt: skip
    deployed(bomb)
    one = instances.start("bomb", None)
    items.complete(WorkItem.objects.get().pk, None)
    assert Incident.objects.filter(code="token-limit").exists()
    assert Token.objects.of(one).count() <= 51
    instances.cancel(one, None)


def test_instances_of_one_activity_have_a_number(deployed: Deploy, limit: Limit) -> None:
    limit(multi_instance=5)
    many = (
        '<userTask id="each"><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics '
        'inputCollection="=people" inputElement="person"/></extensionElements></multiInstanceLoopCharacteristics>'
        "</userTask>"
    )
    deployed(simple("many", ("each", many)))
    instances.start("many", None, variables={"people": [1] * 5})
    with pytest.raises(ProcessError):
        instances.start("many", None, variables={"people": [1] * 6})


def test_variables_have_a_size(deployed: Deploy, limit: Limit) -> None:
    limit(variables=1000)
    deployed(simple("approval", ("check", user("check"))))
    with pytest.raises(Invalid) as refused:
        instances.start("approval", None, variables={"text": "x" * 1000})
    assert (refused.value.code, refused.value.status) == ("variables-too-large", 413)
    assert not Instance.objects.exists()


def test_a_history_that_is_too_long_stops_with_an_incident_and_goes_on_when_it_may(
    deployed: Deploy, limit: Limit
) -> None:
    ticking = make_process(
        "ticking", start(), '<exclusiveGateway id="again"/>', catch("wait", "duration", "PT0S"),
        line("start", "again", "wait", "again"),
    )  # fmt: skip
    deployed(ticking)
    limit(history=40)
    one = instances.start("ticking", None)
    for _ in range(100):
        if not work.fire_timers():
            break
    incident = Incident.objects.get()
    assert (incident.code, incident.node) == ("history-limit", "wait")
    assert not Timer.objects.exists()
    limit(history=80)
    instances.retry_incident(incident.pk, None)
    assert Timer.objects.count() == 1
    limit(history=40)
    instances.cancel(one, None)
    assert Instance.objects.get().status == Instance.Status.CANCELLED


def test_a_person_is_told_of_a_history_that_is_too_long(deployed: Deploy, limit: Limit) -> None:
    deployed(simple("approval", ("check", user("check"))))
    instances.start("approval", None)
    limit(history=1)
    with pytest.raises(Invalid, match="history"):
        items.complete(WorkItem.objects.get().pk, None)
    assert WorkItem.objects.get().status == 0


def test_what_a_job_has_done_is_not_lost_when_the_history_is_too_long(deployed: Deploy, limit: Limit) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    instances.start("pays", None)
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    limit(history=1)
    assert jobs.bring_back([jobs.Done(job.id, {"paid": True})], "me") == 1
    incident = Incident.objects.get()
    assert (incident.code, Instance.objects.get().status) == ("history-limit", Instance.Status.ACTIVE)
    limit(history=1000)
    instances.retry_incident(incident.pk, None)
    assert Instance.objects.get().variables == {"paid": True}
    assert Instance.objects.get().status == Instance.Status.COMPLETED


def test_messages_that_wait_for_receivers_have_a_number(deployed: Deploy, limit: Limit) -> None:
    limit(messages=2)
    for _ in range(2):
        instances.send_message("paid", None, key="1", time_to_live=60)
    with pytest.raises(Busy) as refused:
        instances.send_message("paid", None, key="1", time_to_live=60)
    assert refused.value.status == 503


def test_more_requests_than_there_is_room_for_are_asked_to_come_again(deployed: Deploy, limit: Limit) -> None:
    deployed(simple("approval", ("check", user("check"))))
    limit(units=2)
    go_on = threading.Event()

    def hold_up() -> None:
        in_unit(lambda store, unit: go_on.wait(20))
        connection.close()

    threads = [threading.Thread(target=hold_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    waited = threading.Event()
    while door.inside < 2:
        waited.wait(0.005)
    with pytest.raises(Busy):
        instances.start("approval", None)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert instances.start("approval", None)
    assert door.inside == 0


def test_machines_are_kept_up_to_a_number_of_states(deployed: Deploy, settings: Settings) -> None:
    deployed(*(simple(f"p{number}", ("a", '<task id="a"/>')) for number in range(5)))
    instances.start("p0", None)
    states = len(next(iter(versions._versions.values())).state_ids)
    settings.MACHINE_STATES = 2 * states
    for number in range(5):
        instances.start(f"p{number}", None)
    assert [one.process for one in versions._versions.values()] == ["p3", "p4"]
    settings.MACHINE_STATES = 1
    assert instances.start("p0", None)
    assert [one.process for one in versions._versions.values()] == ["p0"]
