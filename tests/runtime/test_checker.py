"""The history checker of the fault tests tells when an invariant is broken: each one is broken here by hand."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.telemetry import JsonFormatter
from engine.models import Delivery, Incident, Instance, Job, Outbox, State, Step, Timer, Token, WorkItem
from engine.service import instances, items, jobs, telemetry, work
from tests.faults.history import ask_django, check_history
from tests.faults.journal import Journal, check_journal
from tests.faults.listening import check_heard
from tests.faults.logs import check_logs
from tests.faults.mix import KINDS
from tests.infrastructure.receiver import Request
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, line, make_process, service, simple, start, user

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
CHAIN = KINDS[0]


def expect(said: str, *, is_at_rest: bool = False) -> None:
    with pytest.raises(AssertionError, match=re.escape(said)):
        check_history(ask_django, is_at_rest=is_at_rest)


@pytest.fixture
def approval(deployed: Deploy) -> int:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None, variables={"amount": 1})
    check_history(ask_django, is_at_rest=True)
    return one


@pytest.fixture
def charged(deployed: Deploy) -> int:
    deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))
    one = instances.start("pays", None)
    ((job),) = jobs.lease(["charge"], "me", seconds=60)
    jobs.fail(job.id, "me", "no")
    check_history(ask_django, is_at_rest=True)
    return one


def test_a_token_that_nothing_wakes_is_told(approval: int) -> None:
    WorkItem.objects.all().delete()
    expect("nothing will wake token")


def test_a_token_that_stands_where_history_does_not_lead_is_told(approval: int) -> None:
    Token.objects.filter(state__key="check").update(state=State.objects.get(key="end"))
    expect("history leads to")


def test_a_token_that_is_lost_is_told(approval: int) -> None:
    Token.objects.filter(state__key="check").delete()
    expect("history leads to")


def test_variables_that_history_does_not_lead_to_are_told(approval: int) -> None:
    row = Instance.objects.get(pk=approval)
    row.variables = {"amount": 2}
    row.save()
    expect("variables {'amount': 2} are stored")


def test_an_end_that_history_does_not_know_is_told(approval: int) -> None:
    Token.objects.all().delete()
    WorkItem.objects.all().delete()
    Instance.objects.update(status=Instance.Status.COMPLETED)
    expect("completed, and history says None")


def test_a_step_that_is_missing_is_told(approval: int) -> None:
    items.complete(WorkItem.objects.get().pk, None)
    Step.objects.order_by("pk")[0].delete()
    expect("for the revision 2")


def test_a_step_that_happened_twice_is_told(approval: int) -> None:
    items.complete(WorkItem.objects.get().pk, None)
    last = Step.objects.order_by("-pk")[0]
    Step.objects.create(pk=last.pk + 1, at=last.at, sequence=last.sequence + 1, log=last.log)
    Instance.objects.update(revision=3)
    expect("after the end")


def test_a_join_that_goes_on_without_a_token_of_each_flow_is_told(deployed: Deploy) -> None:
    join = '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    ways = line("start", "fork", "a", "join", "after") + line("fork", "b", "join")
    deployed(make_process("two", start(), join, user("a"), user("b"), user("after"), ways))
    instances.start("two", None)
    for item in WorkItem.objects.order_by("pk"):
        items.complete(item.pk, None)
    check_history(ask_django)
    gateway = State.objects.get(key="join")
    gateway.config = gateway.config | {"incoming": [*gateway.config["incoming"], "a-third-flow"]}
    gateway.save()
    expect("without a token per flow")


def test_an_event_that_is_neither_sent_nor_given_up_is_told(approval: int) -> None:
    event = Outbox.objects.create(created_at=LONG_AGO, webhook=1, event="e", kind="k", payload="{}")
    expect(f"event {event.pk} was neither sent nor given up")


@pytest.fixture
def pause(deployed: Deploy) -> int:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT1H"))))
    return instances.start("pause", None)


def test_a_timer_that_fired_early_is_told(pause: int) -> None:
    Timer.objects.update(due=LONG_AGO)
    assert work.fire_timers() == 1
    expect("and says PT1H")


def test_a_timer_that_is_due_and_left_behind_is_told(pause: int) -> None:
    Timer.objects.update(due=LONG_AGO)
    expect("timer", is_at_rest=True)


def test_a_failure_without_its_incident_is_told(charged: int) -> None:
    Incident.objects.all().delete()
    expect("has no attempt left and no incident")


def test_an_incident_without_its_failure_is_told(charged: int) -> None:
    Job.objects.update(retries=1, available_at=datetime.now(UTC) + timedelta(hours=1))
    expect("has no such job")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], str]:
    """The line of an installation whose advance of the instance fails."""

    def log(instance: int, level: int) -> str:
        record = logging.LogRecord("engine", level, __file__, 1, "an advance failed", None, None)
        with telemetry.about(instance=str(instance)):
            return JsonFormatter().format(record)

    return log


def test_an_error_that_nothing_shows_is_told(approval: int, logged: Callable[[int, int], str]) -> None:
    line_of_it = logged(approval, logging.ERROR)
    check_logs([logged(approval, logging.WARNING), "INFO: an advance failed", line_of_it[:-9]], ask_django)
    with pytest.raises(AssertionError, match=f"instance {approval} has no incident and has not gone on"):
        check_logs([line_of_it], ask_django)
    with pytest.raises(AssertionError, match="instance 77 has no incident"):
        check_logs([logged(77, logging.CRITICAL)], ask_django)


def test_an_error_that_was_got_over_is_not_told(
    charged: int, deployed: Deploy, logged: Callable[[int, int], str]
) -> None:
    check_logs([logged(charged, logging.ERROR)], ask_django)  # its incident is open
    Incident.objects.update(status=Incident.Status.RESOLVED)
    check_logs([logged(charged, logging.ERROR)], ask_django)
    deployed(simple("approval", ("check", user("check")), ("again", user("again"))))
    one = instances.start("approval", None)
    before = logged(one, logging.ERROR)
    items.complete(WorkItem.objects.get().pk, None)
    check_logs([before], ask_django)  # it has gone on
    items.complete(WorkItem.objects.get(status=WorkItem.Status.OPEN).pk, None)
    check_logs([logged(one, logging.ERROR)], ask_django)  # it has ended


def test_a_lease_that_is_over_is_told(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    instances.start("pays", None)
    jobs.lease(["charge"], "somebody who died", seconds=-1)
    expect("job", is_at_rest=True)


def test_a_delivery_that_waits_is_told(approval: int) -> None:
    token = Token.objects.values_list("pk", flat=True)[0] & 0xFFFFFF
    Delivery.objects.create(instance=approval, token=token, trigger="complete", not_before=LONG_AGO)
    expect("delivery", is_at_rest=True)


@pytest.fixture
def chain(deployed: Deploy) -> int:
    deployed(simple("chain", ("check", user("check"))))
    one = instances.start("chain", None, business_key="j-1", variables={"number": "j-1"})
    items.complete(WorkItem.objects.get().pk, None, dict.fromkeys(CHAIN.effects, True))
    return one


@pytest.fixture
def effects(tmp_path: Path, chain: int) -> Callable[..., None]:
    def write(*nodes: tuple[str, str]) -> None:
        lines = [json.dumps({"instance": chain, "node": node, "key": key}) for node, key in nodes]
        (tmp_path / "effects").write_text("\n".join(lines))

    return write


ALL = tuple((node, f"key of {node}") for node in CHAIN.effects)


@pytest.mark.parametrize(
    ("done", "answered", "said"),
    [
        ([*ALL, ALL[0]], 0, ""),
        (ALL, 1, "the answer to j-1 was"),
        (ALL[1:], 0, "never happened"),
        ([*ALL, ("one", "another key")], 0, "was done under the keys"),
        ([*ALL, ("four", "k")], 0, "which nobody asked for"),
    ],
    ids=["repeated under its key", "answered and not there", "lost", "doubled", "unasked"],
)
def test_what_was_answered_and_done_outside_is_compared(
    chain: int, effects: Callable[..., None], tmp_path: Path, done: list[tuple[str, str]], answered: int, said: str
) -> None:
    effects(*done)
    journal = Journal("j-")
    journal.note_start("j-1", CHAIN, chain + answered)
    if not said:
        check_journal(journal, ask_django, tmp_path)
        return
    with pytest.raises(AssertionError, match=said):
        check_journal(journal, ask_django, tmp_path)


TOLD = (("1_1", "instance.started"), ("1_2", "task.created"), ("2_1", "task.completed"), ("2_2", "instance.ended"))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([*TOLD, TOLD[1]], ""),
        (TOLD[:-1], "history tells of"),
        ([*TOLD, ("2_3", "instance.ended")], "history tells of"),
        ([TOLD[0], TOLD[2], TOLD[1], TOLD[3]], "in the order"),
        ([*TOLD, ("1_1", "instance.ended")], "different things as evt"),
    ],
    ids=["repeated", "lost", "doubled", "out of order", "changed"],
)
def test_what_a_receiver_heard_is_compared(chain: int, told: list[tuple[str, str]], said: str) -> None:
    requests = []
    for place, kind in told:
        event = f"evt_{chain:x}_{place}"
        body = json.dumps({"id": event, "type": kind, "data": {"instance": str(chain)}}).encode()
        requests.append(Request("POST", "/", {"webhook-id": event}, body))
    if not said:
        check_heard(requests, [chain], ask_django)
        return
    with pytest.raises(AssertionError, match=said):
        check_heard(requests, [chain], ask_django)


def test_a_start_that_happened_twice_and_an_end_that_was_not_meant_are_told(
    chain: int, effects: Callable[..., None], tmp_path: Path
) -> None:
    effects(*ALL)
    journal = Journal("j-")
    journal.note_start("j-1", CHAIN, chain)
    second = instances.start("chain", None, business_key="j-1")
    with pytest.raises(AssertionError, match=f"j-1 was started as .*{second}"):
        check_journal(journal, ask_django, tmp_path)
    Instance.objects.filter(pk=second).update(business_key="other")
    row = Instance.objects.get(pk=chain)
    row.variables = {"number": "j-1"}
    row.save()
    with pytest.raises(AssertionError, match="chain j-1 is completed with"):
        check_journal(journal, ask_django, tmp_path)
