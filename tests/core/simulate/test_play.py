"""Scripts played on the engine: every kind of action, what decided, what is covered, and how trials are judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.model.problems import DiagramError
from engine.core.simulate.picture import coverage, draw
from engine.core.simulate.play import ActionRefused, Player, play, prepare
from engine.core.simulate.script import ScriptError, read_script
from engine.core.simulate.verdict import expect_as, judge
from tests.core.simulate.texts import HEAD, boundary, bpmn, catch, flows, job, line, process, timer, user

DEMO = Path("engine/demo/expense_approval.bpmn").read_text()
SUBMITTED = {"do": "submit_start", "variables": {"amount": 12.5, "reason": "Tea"}}
APPROVED = {"do": "submit", "node": "approve", "outcome": "approve", "variables": {"comment": "fine"}}
PAID: dict[str, Any] = {"pay-expense": {"does": "result", "variables": {"reference": "R1"}}}


def played(text: str, *actions: dict[str, Any], mocks: Any = None, **more: Any) -> Player:
    script = read_script(list(actions), mocks)
    player = Player(prepare([text]), mocks=script.mocks, **more)
    refused = play(player, script)
    assert refused is None, refused
    return player


def places(player: Player) -> list[str]:
    return [wait.node for run in player.simulation.runs for wait in run.waits]


def test_expense_is_submitted_approved_and_paid_by_a_mock() -> None:
    player = played(DEMO, SUBMITTED, APPROVED, mocks=PAID)
    run = player.simulation.find_run("1")
    assert (run.status, run.variables["reference"]) == ("completed", "R1")


def test_mock_throws_an_error_that_the_diagram_catches() -> None:
    player = played(DEMO, SUBMITTED, APPROVED, mocks={"pay-expense": {"does": "error", "code": "INVALID_AMOUNT"}})
    assert places(player) == ["correct"]


def test_mock_fails_until_nothing_is_left_to_try() -> None:
    tries = [{"do": "next_timer"}, {"do": "next_timer"}]
    player = played(DEMO, SUBMITTED, APPROVED, *tries, mocks={"pay-expense": {"does": "fail", "message": "no bank"}})
    (incident,) = draw(player)["runs"][0]["incidents"]
    assert (incident["node"], incident["message"]) == ("pay", "no bank")


def test_job_without_a_mock_waits_to_be_done_by_hand() -> None:
    player = played(DEMO, SUBMITTED, APPROVED)
    (wait,) = draw(player)["runs"][0]["waits"]
    assert (wait["kind"], wait["type"], wait["retries"]) == ("job", "pay-expense", 3)
    for action, expected in (
        ({"do": "complete", "node": "pay", "variables": {"reference": "R2"}}, "completed"),
        ({"do": "error", "node": "pay", "code": "INVALID_AMOUNT"}, "active"),
    ):
        assert played(DEMO, SUBMITTED, APPROVED, action).simulation.find_run("1").status == expected


def test_clock_jumps_to_the_next_timer() -> None:
    player = played(DEMO, SUBMITTED, {"do": "next_timer"})
    assert places(player) == ["approve_escalated"]
    assert player.simulation.now.isoformat() == "2030-01-03T00:00:00+00:00"


def test_clock_moves_by_a_duration() -> None:
    assert places(played(DEMO, SUBMITTED, {"do": "wait", "duration": "P1D"})) == ["approve"]
    assert places(played(DEMO, SUBMITTED, {"do": "wait", "duration": "P2D"})) == ["approve_escalated"]


def test_messages_and_signals_that_may_be_sent_are_shown_and_taken() -> None:
    text = bpmn(line(catch("m", '<messageEventDefinition messageRef="m_reply"/>'),
                     catch("s2", '<signalEventDefinition signalRef="sig"/>')))  # fmt: skip
    started = {"do": "start", "variables": {"order": "A"}}
    (event,) = draw(played(text, started))["events"]
    assert (event["kind"], event["name"], event["key"], event["node"]) == ("message", "reply", "A", "m")
    sent = {"do": "message", "name": "reply", "key": "A", "variables": {"answer": 42}}
    (event,) = draw(played(text, started, sent))["events"]
    assert (event["kind"], event["name"]) == ("signal", "alarm")
    player = played(text, started, sent, {"do": "signal", "name": "alarm"})
    assert player.simulation.find_run("1").variables == {"order": "A", "answer": 42}
    assert player.simulation.find_run("1").status == "completed"


def guarded(*guards: str, kind: str = "exclusiveGateway") -> str:
    body = f'<startEvent id="s"/><{kind} id="g" default="no"/>{user("other")}{flows("s g")}'
    for number, guard in enumerate(guards, 1):
        body += f'{user(f"u{number}")}<sequenceFlow id="f{number}" sourceRef="g" targetRef="u{number}">'
        body += f"<conditionExpression>={guard}</conditionExpression></sequenceFlow>"
    return bpmn(body + '<sequenceFlow id="no" sourceRef="g" targetRef="other"/>')


def ways(player: Player) -> list[tuple[str, str | None, bool]]:
    (decided,) = draw(player)["steps"][-1]["decided"]
    return [(way["flow"], way["gave"], way["is_taken"]) for way in decided["ways"]]


def test_guard_that_decided_is_shown_with_its_values() -> None:
    player = played(guarded("sum &gt; 100", "sum &gt; limit"), {"do": "start", "variables": {"sum": 50, "limit": 10}})
    assert ways(player) == [("f1", "false", False), ("f2", "true", True), ("no", None, False)]
    assert draw(player)["steps"][0]["decided"][0]["values"] == {"sum": 50, "limit": 10}


def test_guards_after_the_one_that_passed_were_not_asked() -> None:
    player = played(guarded("sum &gt; 10", "sum &gt; 20"), {"do": "start", "variables": {"sum": 50}})
    assert ways(player) == [("f1", "true", True), ("f2", None, False), ("no", None, False)]


def test_every_guard_of_an_inclusive_gateway_is_shown_once() -> None:
    text = guarded("sum &gt; 10", "sum &gt; 100", "sum &gt; 20", kind="inclusiveGateway")
    player = played(text, {"do": "start", "variables": {"sum": 50}})
    assert ways(player) == [("f1", "true", True), ("f2", "false", False), ("f3", "true", True), ("no", None, False)]


def test_guard_reads_the_values_of_its_own_moment() -> None:
    """A later change of the variable does not change what is told of the earlier choice."""
    flow = '<sequenceFlow id="{}" sourceRef="{}" targetRef="{}"><conditionExpression>={}</conditionExpression>'
    flow += "</sequenceFlow>"
    body = (
        '<startEvent id="s"/><exclusiveGateway id="g"/>' + job("set") + '<exclusiveGateway id="h"/><endEvent id="e"/>'
    )
    body += (
        flows("s g") + flow.format("f1", "g", "set", "n = 1") + flows("set h") + flow.format("f2", "h", "e", "n = 2")
    )
    started = {"do": "start", "variables": {"n": 1}}
    player = played(bpmn(body), started, mocks={"set": {"does": "result", "variables": {"n": 2}}})
    decided = draw(player)["steps"][0]["decided"]
    assert [(one["node"], one["values"]) for one in decided] == [("g", {"n": 1}), ("h", {"n": 2})]


def test_coverage_counts_nodes_and_flows_of_all_runs() -> None:
    text = guarded("sum &gt; 10")
    player = played(text, *({"do": "start", "variables": {"sum": number}} for number in (5, 50, 60)))
    assert coverage(player) == {
        "nodes": {"s": 3, "g": 3, "other": 1, "u1": 2},
        "flows": {"s_g": 3, "no": 1, "f1": 2},
    }


def test_variables_that_changed_are_told_with_each_step() -> None:
    player = played(DEMO, SUBMITTED, APPROVED)
    steps = draw(player)["steps"]
    assert steps[0]["changed"] == {"1": {"amount": 12.5, "reason": "Tea"}}
    assert steps[1]["changed"] == {"1": {"approved": True, "comment": "fine"}}


def test_form_refuses_the_answers_field_by_field_and_nothing_moves() -> None:
    script = read_script([{"do": "submit_start", "variables": {"amount": -1}}])
    player = Player(prepare([DEMO]))
    refused = play(player, script)
    assert refused is not None
    assert {name for name, _ in refused.fields} == {"amount", "reason"}
    assert player.simulation.runs == []


def test_form_of_a_file_of_its_own_is_used() -> None:
    inside = '<extensionElements><zeebe:formDefinition formId="sums"/><zeebe:userTask/></extensionElements>'
    forms = {"sums": {"components": [{"type": "number", "key": "sum", "id": "sum", "validate": {"required": True}}]}}
    text = bpmn(line(f'<userTask id="u">{inside}</userTask>'))
    player = Player(prepare([text]), forms=forms)
    refused = play(player, read_script([{"do": "start"}, {"do": "submit", "node": "u"}]))
    assert refused is not None
    assert refused.fields[0][0] == "sum"
    player = played(text, {"do": "start"}, {"do": "submit", "node": "u", "variables": {"sum": "7"}}, forms=forms)
    assert player.simulation.find_run("1").variables == {"sum": 7}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"do": "complete", "node": "nowhere"}, "Nothing waits at"),
        ({"do": "fail", "node": "approve"}, "Only a job can fail"),
        ({"do": "message", "name": "unknown"}, "Nothing waits for the message"),
        ({"do": "wait", "duration": "soon"}, "duration"),
        ({"do": "complete", "node": "approve", "run": "9"}, "There is no run 9"),
        ({"do": "retry", "node": "approve"}, "no such incident"),
    ],
)
def test_action_that_cannot_be_done_is_refused_in_words(action: dict[str, Any], words: str) -> None:
    player = Player(prepare([DEMO]))
    refused = play(player, read_script([SUBMITTED, action]))
    assert isinstance(refused, ActionRefused)
    assert words in refused.message
    assert places(player) == ["approve"]


@pytest.mark.parametrize(
    ("actions", "mocks", "words"),
    [
        ("start", None, "a list"),
        ([{"do": "explode"}], None, "needs a “do”"),
        ([{"do": "complete"}], None, "needs “node”"),
        ([{"do": "start", "variables": []}], None, "variables are an object"),
        ([{"do": "start", "process": ["p"]}], None, "must be a text"),
        ([{"do": "start"}] * 201, None, "at most 200"),
        ([], {"a": {"does": "explode"}}, "says what it does"),
        ([], [], "an object"),
    ],
)
def test_script_that_is_none_is_refused_with_its_place(actions: Any, mocks: Any, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        read_script(actions, mocks)


def test_trial_that_takes_too_long_stops_where_it_is() -> None:
    turns = iter([True, False])
    player = Player(prepare([DEMO]))
    refused = play(player, read_script([SUBMITTED, APPROVED]), lambda: next(turns))
    assert refused is not None
    assert "took too long" in refused.message
    assert places(player) == ["approve"]


def test_endless_loop_is_an_incident_and_not_a_hang() -> None:
    text = bpmn('<startEvent id="s"/><task id="a"/><task id="b"/>' + flows("s a b") + flows("b a"))
    refused = play(Player(prepare([text])), read_script([{"do": "start"}]))
    assert refused is not None
    assert "steps without a wait" in refused.message


def test_same_script_gives_the_same_picture() -> None:
    pictures = [json.dumps(draw(played(DEMO, SUBMITTED, APPROVED, mocks=PAID))) for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_trial_is_as_expected_until_the_diagram_is_another() -> None:
    expected = expect_as(played(DEMO, SUBMITTED, APPROVED, mocks=PAID))
    assert judge(played(DEMO, SUBMITTED, APPROVED, mocks=PAID), expected, None) == []
    other = DEMO.replace("=outcome = &#34;approve&#34;", "=outcome = &#34;reject&#34;")
    told = judge(played(other, SUBMITTED, APPROVED, mocks=PAID), expected, None)
    assert told == [
        "Step 4 of its way is “rejected”, not “pay”.",
        "“approved” is false, not true.",
        "There is no variable “reference”.",
    ]


def test_only_the_aspects_that_a_scenario_names_are_judged() -> None:
    player = played(DEMO, SUBMITTED)
    assert set(expect_as(player, ["status", "places"])) == {"status", "places"}
    assert judge(player, {"status": "active"}, None) == []
    assert judge(player, {"places": ["pay"]}, None) == ["It waits at “approve”, not at “pay”."]


def test_boundary_timer_that_does_not_interrupt_is_offered_with_its_moment() -> None:
    text = bpmn(line(user("u")) + boundary("b", "u", timer("duration", "PT1H"), False) + user("v") + flows("b v"))
    (event,) = draw(played(text, {"do": "start"}))["events"]
    assert (event["kind"], event["node"], event["due"]) == ("timer", "b", "2030-01-01T01:00:00+00:00")


def test_runs_that_wake_each_other_without_end_are_stopped() -> None:
    def thrower(key: str, heard: str, thrown: str) -> str:
        start = f'<startEvent id="s{key}"><signalEventDefinition signalRef="{heard}"/></startEvent>'
        end = f'<endEvent id="e{key}"><signalEventDefinition signalRef="{thrown}"/></endEvent>'
        return process(start + end + flows(f"s{key} e{key}"), key)

    signals = '<signal id="ping" name="ping"/><signal id="pong" name="pong"/>'
    text = f"{HEAD}{signals}{thrower('a', 'ping', 'pong')}{thrower('b', 'pong', 'ping')}</definitions>"
    refused = play(Player(prepare([text])), read_script([{"do": "signal", "name": "ping"}]))
    assert refused is not None
    assert "wake each other" in refused.message


def test_two_players_on_what_was_compiled_once_know_nothing_of_each_other() -> None:
    compiled = prepare([DEMO])
    players = [Player(compiled) for _ in range(2)]
    play(players[0], read_script([SUBMITTED, APPROVED]))
    assert players[1].simulation.runs == []
    play(players[1], read_script([SUBMITTED]))
    assert [places(player) for player in players] == [["pay"], ["approve"]]


def test_every_conformance_file_has_a_picture() -> None:
    """Whatever the elements wait for, what is shown of it is plain JSON."""
    seen = 0
    for path in sorted(Path("tests/conformance").rglob("*.bpmn")):
        try:
            compiled = prepare([path.read_bytes()])
        except DiagramError:
            continue
        player = Player(compiled, main=next(iter(compiled)))
        play(player, read_script([{"do": "start"}, *[{"do": "next_timer"}] * 3]))
        assert json.loads(json.dumps(draw(player)))["steps"] is not None, path
        seen += 1
    assert seen > 100
