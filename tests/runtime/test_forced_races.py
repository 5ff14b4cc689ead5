"""Races that are forced, in both orders: both sides have read before either writes, and history stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from engine.models import Instance, Token, WorkItem
from engine.service import instances, items, work
from engine.service.deploying import File, deploy
from tests.faults.game import Game
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import (
    boundary,
    call,
    catch,
    end,
    flow,
    line,
    make_file,
    make_process,
    message,
    simple,
    start,
    user,
)
from tests.runtime.meeting import Meeting, arrange_meeting, refusals

pytestmark = pytest.mark.django_db(transaction=True)

ACTIVE, COMPLETED, TERMINATED, CANCELLED, FAILED, SUSPENDED = range(6)
both_orders = pytest.mark.parametrize("first", [0, 1])


@pytest.fixture
def meeting(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meeting]:
    with arrange_meeting(monkeypatch) as found:
        yield found


def settled(instance: int) -> tuple[int, Game]:
    """Everything that the race has left to later units is done: status, and the replayed history."""
    while work.advance_deliveries() or work.fire_timers() or work.run_continuations():
        pass
    return Instance.objects.get(pk=instance).status, check_history(ask_django, is_at_rest=True)[instance]


def open_items(instance: int) -> list[int]:
    return list(WorkItem.objects.of(instance).filter(status=0).order_by("id").values_list("pk", flat=True))


@pytest.mark.parametrize("branches", [2, 3, 8])
@both_orders
def test_a_join_of_branches_that_end_together_goes_on_once(
    deployed: Deploy, meeting: Meeting, branches: int, first: int
) -> None:
    names = [f"b{number}" for number in range(branches)]
    ways = [line("fork", name, "join") for name in names]
    gateways = '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    around = line("start", "fork") + line("join", "after", "end")
    deployed(make_process("all", start(), gateways, *map(user, [*names, "after"]), end(), *ways, around))
    one = instances.start("all", None)
    acts = [lambda key=key: items.complete(key, None, {f"v{key}": 1}) for key in open_items(one)]
    # Who loses five times in a row is told so, and nothing has happened; sent again it counts.
    results = meeting.run(*acts, first=first)
    for act, result in zip(acts, results, strict=True):
        if isinstance(result, BaseException):
            act()
    status, game = settled(one)
    assert (status, game.entered["after"]) == (ACTIVE, 1)
    assert len(Instance.objects.get(pk=one).variables) == branches


@both_orders
def test_an_inclusive_join_goes_on_once_when_its_last_branches_end_together(
    deployed: Deploy, meeting: Meeting, first: int
) -> None:
    gateways = '<inclusiveGateway id="fork"/><inclusiveGateway id="join"/>'
    ways = [flow("fork", name, condition) + flow(name, "join") for name, condition in CHOSEN]
    deployed(
        make_process(
            "some", start(), gateways, user("a"), user("b"), user("c"), user("after"), end(), *ways,
            line("start", "fork"), line("join", "after", "end"),
        )
    )  # fmt: skip
    one = instances.start("some", None, variables={"n": 1})
    left, right = open_items(one)
    assert (
        refusals(meeting.run(lambda: items.complete(left, None), lambda: items.complete(right, None), first=first)) == 0
    )
    status, game = settled(one)
    assert (status, game.entered["after"], game.entered["c"]) == (ACTIVE, 1, 0)


CHOSEN = (("a", "n &gt; 0"), ("b", "n &lt; 2"), ("c", "n &gt; 5"))


@both_orders
def test_an_event_gateway_takes_the_timer_or_the_message_and_never_both(
    deployed: Deploy, meeting: Meeting, first: int
) -> None:
    deployed(
        make_process(
            "wait", start(), '<eventBasedGateway id="which"/>', catch("late", "duration", "PT0S"),
            catch("paid", "message", "paid"), end(), end("over"), line("start", "which", "late", "over"),
            line("which", "paid", "end"),
        ),
        roots=message("paid", key="number"),
    )  # fmt: skip
    one = instances.start("wait", None, variables={"number": "1"})
    results = meeting.run(work.fire_timers, lambda: instances.send_message("paid", None, key="1"), first=first)
    status, game = settled(one)
    assert (status, game.entered["end"] + game.entered["over"]) == (COMPLETED, 1)
    assert refusals(results) == game.entered["over"]


@both_orders
def test_a_boundary_timer_and_a_completion_are_one_of_the_two(deployed: Deploy, meeting: Meeting, first: int) -> None:
    late = boundary("late", "check", "duration", "PT0S")
    ways = line("start", "check", "end") + line("late", "over")
    deployed(make_process("slow", start(), user("check"), late, end(), end("over"), ways))
    one = instances.start("slow", None)
    (key,) = open_items(one)
    results = meeting.run(lambda: items.complete(key, None), work.fire_timers, first=first)
    status, game = settled(one)
    assert (status, game.entered["end"] + game.entered["over"]) == (COMPLETED, 1)
    assert refusals(results) == game.entered["over"]


@both_orders
def test_the_last_two_of_a_multi_instance_task_end_it_once(deployed: Deploy, meeting: Meeting, first: int) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    deployed(simple("votes", ("vote", user("vote", more=loop)), ("after", user("after"))))
    one = instances.start("votes", None)
    keys = open_items(one)
    items.complete(keys[0], None)
    acts = [lambda key=key: items.complete(key, None) for key in keys[1:]]
    assert refusals(meeting.run(*acts, first=first)) == 0
    status, game = settled(one)
    assert (status, game.entered["after"]) == (ACTIVE, 1)


@both_orders
def test_a_sub_process_is_left_or_completed(deployed: Deploy, meeting: Meeting, first: int) -> None:
    inner = f'<subProcess id="sub">{start("begin")}{user("check")}{end("done")}{line("begin", "check", "done")}</subProcess>'
    stop = boundary("stopped", "sub", "message", "stop")
    ways = line("start", "sub", "end") + line("stopped", "over")
    deployed(make_process("outer", start(), inner, stop, end(), end("over"), ways), roots=message("stop", key="number"))
    one = instances.start("outer", None, variables={"number": "1"})
    (key,) = open_items(one)
    stop_it = partial(instances.send_message, "stop", None, key="1")
    results = meeting.run(lambda: items.complete(key, None), stop_it, first=first)
    status, game = settled(one)
    assert (status, game.entered["end"] + game.entered["over"], refusals(results)) == (COMPLETED, 1, 1)


@both_orders
def test_a_caller_that_ends_and_its_child_that_ends_agree(deployed: Deploy, meeting: Meeting, first: int) -> None:
    stop = '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
    fork = '<parallelGateway id="fork"/>'
    deployed(
        make_process(
            "outer", start(), fork, call("sub", "child"), user("halt"), end(), stop,
            line("start", "fork", "sub", "end"), line("fork", "halt", "stop"),
        ),
        simple("child", ("check", user("check"))),
    )  # fmt: skip
    one = instances.start("outer", None)
    (halt,) = open_items(one)
    child = Instance.objects.exclude(pk=one).get().pk
    (check,) = open_items(child)
    results = meeting.run(lambda: items.complete(halt, None), lambda: items.complete(check, None), first=first)
    refusals(results)
    assert settled(one)[0] in (COMPLETED, TERMINATED)
    assert Instance.objects.get(pk=child).status in (COMPLETED, CANCELLED)
    assert not Token.objects.exists()


@both_orders
def test_suspending_and_completing_keep_the_task_or_its_completion(
    deployed: Deploy, meeting: Meeting, first: int
) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    (key,) = open_items(one)
    results = meeting.run(lambda: items.complete(key, None), lambda: instances.suspend(one, None), first=first)
    status, _ = settled(one)
    assert refusals(results) == 1
    assert (status, len(open_items(one))) in ((COMPLETED, 0), (SUSPENDED, 1))


@both_orders
def test_completing_and_cancelling_are_one_of_the_two(deployed: Deploy, meeting: Meeting, first: int) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    (key,) = open_items(one)
    results = meeting.run(lambda: items.complete(key, None), lambda: instances.cancel(one, None), first=first)
    assert refusals(results) == 1
    assert settled(one)[0] in (COMPLETED, CANCELLED)


@both_orders
def test_what_is_started_while_a_version_is_deployed_runs_on_one_of_the_two(
    deployed: Deploy, meeting: Meeting, first: int
) -> None:
    deployed(simple("quick", ("check", user("check"))))
    newer = File("0.bpmn", make_file(simple("quick", ("look", user("look")))))
    results = meeting.run(lambda: instances.start("quick", None), lambda: deploy([newer], None), first=first)
    assert refusals(results) == 0
    _, game = settled(results[0])
    assert game.entered["check"] + game.entered["look"] == 1
