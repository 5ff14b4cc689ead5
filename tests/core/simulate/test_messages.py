"""Messages and signals: from outside, between runs, early ones, and what starts by them."""

from datetime import timedelta

import pytest

from engine.core.simulate import CorrelationError, ProcessError, Simulation
from tests.core.simulate.texts import ALARM, GO, HEAD, REPLY, ROOTS, boundary, bpmn, catch, flows, line, process, user

WAITING = bpmn(line(catch("c", GO), user("u")))
KEYED = bpmn(line(catch("c", REPLY), user("u")))
STARTED = bpmn(line(user("u"), start=f'<startEvent id="s">{GO}</startEvent>'))


def throw(key: str, definition: str) -> str:
    return f'<intermediateThrowEvent id="{key}">{definition}</intermediateThrowEvent>'


def nodes(run: object) -> list[str]:
    return [wait.node for wait in run.waits]  # type: ignore[attr-defined]


def test_a_message_without_a_key_is_found_by_name_alone():
    sim = Simulation(KEYED)
    run = sim.start(variables={"order": "7"})
    sim.message("reply", variables={"x": 1})
    assert (nodes(run), run.variables) == (["u"], {"order": "7", "x": 1})


def test_a_key_chooses_among_runs():
    sim = Simulation(KEYED)
    first, second = sim.start(variables={"order": "1"}), sim.start(variables={"order": "2"})
    sim.message("reply", correlation_key="2")
    assert (nodes(first), nodes(second)) == (["c"], ["u"])


def test_a_number_and_its_text_are_the_same_key():
    sim = Simulation(KEYED)
    run = sim.start(variables={"order": 7})
    sim.message("reply", correlation_key="7")
    assert nodes(run) == ["u"]


def test_a_business_key_chooses_among_runs():
    sim = Simulation(WAITING)
    first, second = sim.start(business_key="A"), sim.start(business_key="B")
    sim.message("go", business_key="B")
    assert (nodes(first), nodes(second)) == (["c"], ["u"])


def test_a_message_for_nobody_is_an_error():
    with pytest.raises(CorrelationError):
        Simulation(WAITING).message("go")


def test_a_message_for_more_than_one_is_an_error_that_moves_nothing():
    sim = Simulation(WAITING)
    runs = [sim.start(), sim.start()]
    with pytest.raises(CorrelationError):
        sim.message("go")
    assert [nodes(run) for run in runs] == [["c"], ["c"]]


def test_a_wrong_key_is_an_error():
    sim = Simulation(KEYED)
    sim.start(variables={"order": "1"})
    with pytest.raises(CorrelationError):
        sim.message("reply", correlation_key="2")


def test_a_message_starts_a_process():
    sim = Simulation(STARTED)
    sim.message("go", business_key="B", variables={"x": 1})
    (run,) = sim.runs
    assert (run.business_key, run.variables, nodes(run)) == ("B", {"x": 1}, ["u"])


def test_a_process_with_only_message_starts_is_not_started_plainly():
    sim = Simulation(STARTED)
    with pytest.raises(ProcessError) as error:
        sim.start()
    assert (error.value.code, sim.runs) == ("no-plain-start", [])


def test_a_waiting_run_comes_before_a_message_start():
    both = f'<startEvent id="s"/><startEvent id="s2">{GO}</startEvent>' + catch("c", GO) + user("u") + user("v")
    sim = Simulation(bpmn(both + flows("s c u", "s2 v")))
    run = sim.start()
    sim.message("go")
    assert (nodes(run), len(sim.runs)) == (["u"], 1)
    sim.message("go")
    assert [nodes(found) for found in sim.runs] == [["u"], ["v"]]


def test_a_boundary_event_that_does_not_interrupt_takes_every_message():
    sim = Simulation(bpmn(line(user("u")) + boundary("b", "u", GO, False) + user("v") + flows("b v")))
    run = sim.start()
    sim.message("go")
    sim.message("go")
    assert nodes(run) == ["u", "v", "v"]


def test_a_wait_shows_what_it_waits_for():
    run = Simulation(KEYED).start(variables={"order": "7"})
    (wait,) = run.waits
    assert (wait.kind, wait.data) == ("message", {"message": "reply", "correlation_key": "7"})


def test_a_receive_task_waits_for_its_message():
    sim = Simulation(bpmn(line('<receiveTask id="r" messageRef="m_go"/>')))
    run = sim.start()
    assert [wait.kind for wait in run.waits] == ["receive"]
    sim.message("go")
    assert run.status == "completed"


def test_a_receive_task_without_message_is_completed_by_hand():
    run = Simulation(bpmn(line('<receiveTask id="r"/>'))).start()
    run.complete("r", {"x": 1})
    assert (run.status, run.variables) == ("completed", {"x": 1})


def publishing() -> str:
    extension = (
        '<extensionElements><zeebe:publishMessage correlationKey="=order" timeToLive="PT1H"/></extensionElements>'
    )
    return line(f'<intermediateThrowEvent id="t">{extension}{REPLY}</intermediateThrowEvent>', user("w"))


def test_a_thrown_message_reaches_the_run_with_its_key():
    sim = Simulation(bpmn(publishing(), "a"), bpmn(line(catch("c", REPLY), user("u")), "b"))
    first, second = (sim.start("b", variables={"order": key}) for key in ("1", "2"))
    sim.start("a", variables={"order": "2"})
    assert (nodes(first), nodes(second)) == (["c"], ["u"])


def test_a_thrown_message_waits_for_its_receiver_until_its_time_is_over():
    sim = Simulation(bpmn(publishing(), "a"), bpmn(line(catch("c", REPLY), user("u")), "b"))
    sim.start("a", variables={"order": "2"})
    sim.advance(timedelta(minutes=59))
    assert nodes(sim.start("b", variables={"order": "2"})) == ["u"]
    sim.start("a", variables={"order": "3"})
    sim.advance(timedelta(minutes=60))
    assert nodes(sim.start("b", variables={"order": "3"})) == ["c"]


def test_an_early_message_is_taken_once():
    sim = Simulation(bpmn(publishing(), "a"), bpmn(line(catch("c", REPLY), user("u")), "b"))
    sim.start("a", variables={"order": "2"})
    assert [nodes(sim.start("b", variables={"order": "2"})) for _ in range(2)] == [["u"], ["c"]]


def test_a_message_flow_starts_the_process_at_its_other_end():
    flow = (
        '<collaboration id="co"><participant id="pa" processRef="a"/><participant id="pb" processRef="b"/>'
        '<messageFlow id="mf" sourceRef="send" targetRef="begin"/></collaboration>'
    )
    sender = line('<sendTask id="send" messageRef="m_go"/>', user("w"))
    receiver = f'<startEvent id="begin">{GO}</startEvent>' + user("u") + flows("begin u")
    text = f"{HEAD}{ROOTS}{flow}{process(sender, 'a')}{process(receiver, 'b')}</definitions>"
    sim = Simulation(text)
    sim.start("a")
    assert [run.process for run in sim.runs] == ["a", "b"]


def test_a_signal_reaches_every_waiting_run_and_start_event():
    both = (
        f'<startEvent id="s"/><startEvent id="s2">{ALARM}</startEvent>'
        + catch("c", ALARM) + user("u") + user("v") + flows("s c u", "s2 v")
    )  # fmt: skip
    sim = Simulation(bpmn(both))
    first, second = sim.start(), sim.start()
    sim.signal("alarm", {"x": 1})
    assert [nodes(run) for run in sim.runs] == [["u"], ["u"], ["v"]]
    assert (first.variables, second.variables) == ({"x": 1}, {"x": 1})


def test_a_thrown_signal_reaches_other_runs():
    sim = Simulation(bpmn(line(catch("c", ALARM), user("u")), "a"), bpmn(line(throw("t", ALARM)), "b"))
    run = sim.start("a")
    assert sim.start("b").status == "completed"
    assert nodes(run) == ["u"]


def test_a_signal_that_nobody_hears_is_no_error():
    sim = Simulation(WAITING)
    sim.signal("alarm")
    assert sim.runs == []


def test_an_event_gateway_takes_the_first_event_and_closes_the_others():
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/>' + catch("c", GO) + catch("d", ALARM) + user("u") + user("v")
        + flows("s g", "g c u", "g d v")
    )  # fmt: skip
    sim = Simulation(bpmn(body))
    run = sim.start()
    assert [(wait.node, wait.kind) for wait in run.waits] == [("g", "gateway")]
    sim.signal("alarm")
    assert nodes(run) == ["v"]
    with pytest.raises(CorrelationError):
        sim.message("go")


def test_a_message_with_an_id_is_buffered_once():
    extension = '<zeebe:publishMessage correlationKey="=order" messageId="=order" timeToLive="PT1H"/>'
    throws = throw("t", f"<extensionElements>{extension}</extensionElements>{REPLY}")
    sim = Simulation(bpmn(line(throws), "a"), bpmn(line(catch("c", REPLY), user("u")), "b"))
    for _ in range(2):
        sim.start("a", variables={"order": "2"})
    assert [nodes(sim.start("b", variables={"order": "2"})) for _ in range(2)] == [["u"], ["c"]]


def test_a_thrown_message_goes_to_whoever_waits_longest():
    late = bpmn(line(user("first"), catch("c", GO), user("u")), "b")
    sim = Simulation(bpmn(line(throw("t", GO)), "a"), late)
    younger, elder = sim.start("b"), sim.start("b")
    elder.complete("first")
    younger.complete("first")
    sim.start("a")
    assert (nodes(younger), nodes(elder)) == (["c"], ["u"])


def test_the_run_that_throws_a_signal_hears_it_once():
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/>' + user("u") + boundary("b", "u", ALARM, False) + user("v")
        + user("w") + throw("t", ALARM) + flows("s f u", "f w t", "b v")
    )  # fmt: skip
    run = Simulation(bpmn(body)).start()
    run.complete("w")
    assert nodes(run) == ["u", "v"]


def test_an_event_sub_process_that_has_interrupted_waits_no_more():
    inside = f'<startEvent id="es">{GO}</startEvent>{user("v")}{flows("es v")}'
    sim = Simulation(bpmn(line(user("u")) + f'<subProcess id="ev" triggeredByEvent="true">{inside}</subProcess>'))
    sim.start()
    sim.message("go")
    with pytest.raises(CorrelationError):
        sim.message("go")


def test_what_a_signal_starts_is_called_by_an_expression_over_what_came_with_it():
    named = '<extensionElements><businessKey xmlns="https://statewright.dev/schema/bpmn/1.0" value="=order"/></extensionElements>'
    sim = Simulation(bpmn(line(user("u"), start=f'<startEvent id="s">{named}{ALARM}</startEvent>')))
    sim.signal("alarm", variables={"order": "A-1"})
    sim.signal("alarm")
    assert [run.business_key for run in sim.runs] == ["A-1", ""]
