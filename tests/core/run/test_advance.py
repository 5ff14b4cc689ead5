"""What one advance takes, refuses and says of its changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.limits import Limits
from engine.core.model.runtime import ROOT, Delivery, Failure, Instance, Snapshot
from engine.core.run import advance
from tests.core.run.driver import NOW, drive

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">'
)


def diagram(*lines: str, before: str = "") -> str:
    """Nodes as written; `a>b` is a flow, `a>b|x` one with a condition."""
    body = []
    for line in lines:
        if line.startswith("<"):
            body.append(line)
            continue
        ends, _, condition = line.partition("|")
        source, target = ends.split(">")
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        body.append(
            f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
    return f'{HEAD}{before}<process id="p" isExecutable="true">{"".join(body)}</process></definitions>'


TWO_TASKS = diagram('<startEvent id="s"/>', '<userTask id="a"/>', '<userTask id="b"/>', "s>a", "a>b")


def test_a_delta_names_what_was_born_changed_and_is_gone() -> None:
    driver = drive(TWO_TASKS)
    driver.start({"x": 1})
    token = next(iter(driver.tokens))
    moved = driver.deliver([Delivery(token, "complete", {"variables": {"y": 2}})])
    assert ([t.id for t in moved.changed], [*moved.born], [*moved.gone]) == ([token], [], [])
    assert moved.closed == {token}
    assert ("set", ROOT, {"y": 2}) in moved.log
    ended = driver.deliver([Delivery(token, "complete")])
    assert ended.gone == [token]
    assert driver.instance.status == "completed"


def test_a_late_delivery_is_refused_and_changes_nothing() -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    late = Delivery(99, "complete")
    delta = driver.deliver([late])
    assert delta.refused == [late]
    assert not delta.log
    assert not delta.changed


def test_of_two_deliveries_for_one_wait_the_second_is_refused() -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    token = next(iter(driver.tokens))
    first, second = Delivery(token, "complete"), Delivery(token, "complete")
    delta = driver.deliver([first, second])
    assert delta.refused == [second]
    assert [wait.node for wait in driver.waits] == ["b"]


@pytest.mark.parametrize("trigger", ["fire:nothing", "continue", "escalation", "start"])
def test_a_trigger_that_the_state_does_not_know_is_refused(trigger: str) -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    delta = driver.deliver([Delivery(next(iter(driver.tokens)), trigger)])
    assert [delivery.trigger for delivery in delta.refused] == [trigger]


def test_a_sub_process_cannot_be_completed_from_outside() -> None:
    driver = drive(diagram('<startEvent id="s"/>', '<subProcess id="sp"><userTask id="a"/></subProcess>', "s>sp"))
    driver.start({})
    owner = next(token.id for token in driver.tokens.values() if token.state == "sp")
    assert driver.deliver([Delivery(owner, "complete")]).refused


def test_an_instance_is_started_once() -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    assert driver.deliver([Delivery(ROOT, "start")]).refused
    assert len(driver.tokens) == 1


def test_an_ended_instance_refuses_everything() -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    driver.deliver([Delivery(ROOT, "cancel")])
    assert driver.deliver([Delivery(ROOT, "variables", {"variables": {"x": 1}})]).refused
    assert driver.instance.status == "cancelled"


def test_a_wait_that_is_opened_and_ended_in_one_advance_never_shows() -> None:
    signal = '<signal id="g" name="g"/>'
    driver = drive(
        diagram(
            '<startEvent id="s"/>',
            '<parallelGateway id="f"/>',
            '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="g"/></intermediateThrowEvent>',
            '<intermediateCatchEvent id="c"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>',
            "s>f", "f>t", "f>c",
            before=signal,
        )
    )  # fmt: skip
    driver.start({})
    assert not driver.waits
    assert driver.instance.status == "completed"


def test_an_interrupting_event_sub_process_drops_single_waits_of_its_scope() -> None:
    driver = drive(
        diagram(
            '<startEvent id="s"/>',
            '<subProcess id="sp"><userTask id="a"/>'
            '<subProcess id="e1" triggeredByEvent="true"><startEvent id="s1"><timerEventDefinition><timeDuration>PT1H'
            '</timeDuration></timerEventDefinition></startEvent><userTask id="x"/>'
            '<sequenceFlow id="f1" sourceRef="s1" targetRef="x"/></subProcess>'
            '<subProcess id="e2" triggeredByEvent="true"><startEvent id="s2"><signalEventDefinition signalRef="g"/>'
            '</startEvent><userTask id="y"/><sequenceFlow id="f2" sourceRef="s2" targetRef="y"/></subProcess>'
            "</subProcess>",
            '<boundaryEvent id="b" attachedToRef="sp"><timerEventDefinition><timeDuration>PT2H</timeDuration>'
            "</timerEventDefinition></boundaryEvent>",
            "s>sp",
            before='<signal id="g" name="g"/>',
        )
    )
    driver.start({})
    signal = next(wait for wait in driver.waits if isinstance(wait, OpenSubscription))
    delta = driver.deliver([Delivery(signal.token, signal.trigger)])
    assert sorted(delta.dropped) == [(signal.token, "fire:s1"), (signal.token, "fire:s2")]
    assert [wait.node for wait in driver.waits if isinstance(wait, OpenTimer)] == ["b"]


def test_an_incident_delivers_again_what_failed() -> None:
    driver = drive(
        diagram('<startEvent id="s"/>', '<userTask id="a"/>', '<exclusiveGateway id="g"/>', '<userTask id="b"/>',
                "s>a", "a>g", "g>b|x &gt; 1")
    )  # fmt: skip
    driver.start({})
    driver.deliver([Delivery(1, "complete")])
    incident = next(wait for wait in driver.waits if isinstance(wait, OpenIncident))
    driver.waits.remove(incident)
    driver.deliver([Delivery(ROOT, "variables", {"variables": {"x": 2}})])
    driver.deliver([Delivery(incident.token, incident.trigger, incident.data)])
    assert [wait.node for wait in driver.waits if isinstance(wait, OpenItem)] == ["b"]


@pytest.mark.parametrize("gateway", ["parallelGateway", "inclusiveGateway"])
def test_of_two_tokens_on_one_flow_a_join_takes_the_one_that_came_first(gateway: str) -> None:
    driver = drive(
        diagram('<startEvent id="s"/>', '<parallelGateway id="f"/>', '<userTask id="a"/>', '<userTask id="b"/>',
                '<task id="m"/>', '<userTask id="c"/>', f'<{gateway} id="j"/>', '<userTask id="z"/>',
                "s>f", "f>a", "f>b", "f>c", "a>m", "b>m", "m>j", "c>j", "j>z")
    )  # fmt: skip
    driver.start({})
    waiting = {token.state: token.id for token in driver.tokens.values()}
    driver.deliver([Delivery(waiting["b"], "complete")])
    driver.deliver([Delivery(waiting["a"], "complete")])
    driver.deliver([Delivery(waiting["c"], "complete")])
    went_on = [token for what, node, token, flow in driver.trace() if (what, node, flow) == ("left", "j", None)]
    assert waiting["b"] in went_on[:2]
    assert waiting["a"] not in went_on[:2]


@pytest.mark.parametrize("first", [None, False])
def test_a_join_whose_condition_cannot_be_told_is_one_incident_however_often_it_could_be_asked(first: Any) -> None:
    """At the arrival of a token, or when a variable that was a truth has become something else."""
    activation = "<activationCondition>x</activationCondition>"
    driver = drive(
        diagram('<startEvent id="s"/>', '<parallelGateway id="f"/>', '<userTask id="a"/>', '<userTask id="b"/>',
                '<userTask id="c"/>', f'<complexGateway id="j">{activation}</complexGateway>', '<userTask id="z"/>',
                "s>f", "f>a", "f>b", "f>c", "a>j", "b>j", "j>z")
    )  # fmt: skip
    driver.start({} if first is None else {"x": first})
    waiting = {token.state: token.id for token in driver.tokens.values()}
    driver.deliver([Delivery(waiting["a"], "complete")])
    driver.deliver([Delivery(ROOT, "variables", {"variables": {"x": 5}})])
    driver.deliver([Delivery(waiting["c"], "complete")])
    incidents = [wait for wait in driver.waits if isinstance(wait, OpenIncident)]
    assert [(wait.token, wait.node) for wait in incidents] == [(waiting["a"], "j")]


def test_work_that_waits_for_its_continuation_cannot_be_completed_yet() -> None:
    driver = drive(diagram('<startEvent id="s"/>', '<userTask id="a" camunda:asyncBefore="true"/>', "s>a"))
    driver.start({})
    (wait,) = driver.waits
    assert isinstance(wait, OpenJob)
    early = Delivery(wait.token, "complete")
    assert driver.deliver([early]).refused == [early]
    driver.take(wait)
    driver.deliver([Delivery(wait.token, wait.trigger)])
    assert [type(wait) for wait in driver.waits] == [OpenItem]


def test_a_cycle_goes_on_from_the_moment_that_was_due_however_late_it_is_looked_at() -> None:
    timer = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
    boundary = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    driver = drive(diagram('<startEvent id="s"/>', '<userTask id="a"/>', boundary, '<task id="x"/>', "s>a", "b>x"))
    driver.start({})
    first = next(wait for wait in driver.waits if isinstance(wait, OpenTimer))
    driver.take(first)
    data = {"due": "2025-06-01T12:00:00+00:00", "remaining": first.remaining}
    driver.deliver([Delivery(first.token, first.trigger, data)])
    second = next(wait for wait in driver.waits if isinstance(wait, OpenTimer))
    assert (second.due, second.remaining) == (datetime(2025, 6, 1, 13, tzinfo=UTC), 1)


def test_a_failed_start_is_a_failure_and_no_delta() -> None:
    driver = drive(diagram('<startEvent id="s"/>', '<exclusiveGateway id="g"/>', '<task id="b"/>', "s>g", "g>b|x > 1"))
    snapshot = Snapshot(Instance("1", "p", "1"), is_new=True)
    result = advance(driver.machine, snapshot, [Delivery(ROOT, "start")], NOW)
    assert isinstance(result, Failure)
    assert (result.code, result.node) == ("condition-failed", "g")


def test_tokens_without_end_are_stopped_at_their_limit() -> None:
    driver = drive(
        diagram('<startEvent id="s"/>', '<userTask id="u"/>', '<task id="m"/>', '<task id="n"/>',
                "s>u", "u>m", "m>m", "m>n", "n>m")
    )  # fmt: skip
    driver.start({})
    snapshot = Snapshot(driver.instance, list(driver.tokens.values()))
    delta = advance(driver.machine, snapshot, [Delivery(1, "complete")], NOW, Limits(tokens=50))
    assert not isinstance(delta, Failure)
    assert "token-limit" in {effect.code for effect in delta.effects if isinstance(effect, OpenIncident)}
    assert len(delta.born) <= 50


def test_the_starter_is_kept_under_the_name_that_the_start_event_gives() -> None:
    driver = drive(diagram('<startEvent id="s" camunda:initiator="who"/>', '<userTask id="a"/>', "s>a"))
    driver.deliver([Delivery(ROOT, "start", {"variables": {}}, actor="mary")], is_new=True)
    assert driver.instance.variables == {"who": "mary"}


def test_the_history_tells_where_every_token_is() -> None:
    driver = drive(TWO_TASKS)
    driver.start({})
    assert driver.trace() == [("entered", "s", 1, None), ("left", "s", 1, None), ("entered", "a", 1, "s_a")]


def test_an_advance_uses_only_the_time_it_is_given() -> None:
    driver = drive(
        diagram(
            '<startEvent id="s"/>',
            '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>P1M</timeDuration>'
            "</timerEventDefinition></intermediateCatchEvent>",
            "s>c",
        )
    )
    driver.start({})
    timer = driver.waits[0]
    assert isinstance(timer, OpenTimer)
    assert timer.due == datetime(2026, 2, 1, tzinfo=UTC)
