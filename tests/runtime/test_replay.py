"""Any moment of an instance's past is rebuilt from its history, and is what was stored at that moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from engine.models import Incident, Instance, Token, WorkItem
from engine.models.keys import number_of
from engine.service import instances, items, jobs, work
from engine.service.errors import NotFound
from engine.service.replay import rebuild_at, report_failure
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import (
    boundary,
    call,
    catch,
    end,
    line,
    make_process,
    message,
    service,
    simple,
    start,
    user,
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)

Stored = tuple[str, dict[str, Any], dict[int, tuple[str, int]], dict[int, dict[str, Any]]]

INPUT = '<zeebe:ioMapping><zeebe:input source="=sum * 2" target="own"/></zeebe:ioMapping>'


def stored(instance: int) -> tuple[int, Stored]:
    """The sequence number, and everything that is stored of the moment."""
    row = Instance.objects.get(pk=instance)
    tokens = list(Token.objects.of(instance).select_related("state"))
    return row.sequence, (
        row.get_status_display(),
        row.variables,
        {number_of(token.pk): (token.state.key, token.scope) for token in tokens},
        {number_of(token.pk): token.variables for token in tokens if token.variables},
    )


def rebuilt(instance: int, sequence: int) -> Stored:
    past = rebuild_at(None, instance, sequence)
    assert past.sequence == sequence
    return (
        past.status,
        past.variables[0],
        {token.id: (token.state, token.scope) for token in past.tokens},
        {owner: own for owner, own in past.variables.items() if own and owner},
    )


def test_every_moment_between_units_is_what_was_stored(deployed: Deploy) -> None:
    deployed(
        make_process(
            "order", start(), '<parallelGateway id="fork"/>', user("check", group="managers"),
            boundary("late", "check", "duration", "PT0S", is_interrupting=False), end("late-end"),
            catch("paid", "message", "paid"), service("pack", "pack", more=INPUT), call("ship", "shipping"),
            '<parallelGateway id="join"/>', end(), line("start", "fork", "check", "join", "end"),
            line("fork", "paid", "join"), line("fork", "pack", "ship", "join"), line("late", "late-end"),
        ),
        simple("shipping", ("leave", user("leave"))),
        roots=message("paid", key="number"),
    )  # fmt: skip
    one = instances.start("order", None, variables={"number": "1", "sum": 4})
    moments: dict[int, Stored] = {}

    def note() -> None:
        sequence, moment = stored(one)
        moments[sequence] = moment

    def complete(node: str) -> None:
        items.complete(WorkItem.objects.get(state__node=node, status=0).pk, None, {node: True})

    def fail_once() -> None:
        (job,) = jobs.lease(["pack"], "me", seconds=60)
        jobs.fail(job.id, "me", "no", retry_after=0)

    def pack() -> None:
        (job,) = jobs.lease(["pack"], "me", seconds=60)
        assert job.inputs == {"own": 8}
        jobs.complete(job.id, "me", {"packed": {"by": "me"}})

    note()
    steps: list[Callable[[], Any]] = [
        work.fire_timers,
        lambda: instances.set_variables(one, None, {"sum": 5}),
        fail_once,
        lambda: instances.suspend(one, None),
        lambda: instances.resume(one, None),
        pack,
        lambda: instances.send_message("paid", None, key="1", variables={"paid": 9}),
        lambda: complete("leave"),
        lambda: complete("check"),
    ]
    for step in steps:
        step()
        note()
    assert len(moments) == len(steps) + 1
    assert Instance.objects.get(pk=one).status == Instance.Status.COMPLETED
    for sequence, moment in moments.items():
        assert rebuilt(one, sequence) == moment
    for sequence in range(1, max(moments) + 1):
        assert rebuild_at(None, one, sequence).sequence == sequence


def test_waits_of_the_past_are_known_with_what_failed(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))
    one = instances.start("pays", None, variables={"sum": 1})
    before = Instance.objects.get().sequence
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    jobs.fail(job.id, "me", "card refused")
    after = Instance.objects.get().sequence
    jobs.skip(job.id, None, {"paid": True})
    assert [(wait.node, wait.kind) for wait in rebuild_at(None, one, before).waits] == [("pay", "job")]
    (failed,) = rebuild_at(None, one, after).waits
    assert (failed.node, failed.kind, failed.message) == ("pay", "incident", "card refused")
    present = rebuild_at(None, one, 10_000)
    assert (present.status, present.waits, present.variables[0]) == ("completed", [], {"sum": 1, "paid": True})


def test_only_who_sees_the_process_sees_its_past(deployed: Deploy, make_user: Callable[..., User]) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    assert rebuild_at(make_user("o", "operators"), one, 1).instance == one
    with pytest.raises(NotFound):
        rebuild_at(make_user("c", "participants"), one, 1)
    with pytest.raises(NotFound):
        rebuild_at(None, one, 0)


def test_a_failure_is_told_with_its_attempts_and_what_the_step_saw_then(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge", retries=2, more=INPUT))))
    one = instances.start("pays", None, variables={"sum": 1})
    for message_ in ("slow", "card refused"):
        (job,) = jobs.lease(["charge"], "me", seconds=60)
        jobs.fail(job.id, "me", message_, retry_after=0)
    instances.set_variables(one, None, {"sum": 100})
    report = report_failure(None, Incident.objects.get().pk)
    assert [attempt["message"] for attempt in report.attempts] == ["slow", "card refused"]
    assert all(attempt["at"] and attempt["class"] == "unknown" for attempt in report.attempts)
    assert report.input == {"sum": 1, "own": 2}
