"""Calls, variables and data, and messages that find their run by a key."""

import pytest

from engine.core.simulate import CorrelationError, Simulation
from tests.semantics.drawing import (
    both,
    boundary,
    catch,
    compensate,
    definitions,
    draw,
    each,
    end,
    error,
    escalation,
    event_sub,
    extensions,
    flow,
    flows,
    job,
    message,
    node,
    play,
    process,
    signal,
    some,
    start,
    sub,
    throw,
    undo,
    user,
    waiting,
)  # fmt: skip

# calls


def calling(called: str, *parts: str, target: str = "q") -> str:
    return definitions(
        process(
            start("s1"), node("callActivity", "c", calledElement=target), user("u"), *parts, flows("s1->c->u"), name="p"
        ),
        called,
    )


def test_a_call_waits_for_the_called_process():
    sim = Simulation(calling(process(start("s2"), user("v"), flows("s2->v"), name="q")))
    run = sim.start("p", variables={"a": 1}, business_key="K")
    assert [(wait.kind, wait.node) for wait in run.waits] == [("call", "c")]
    (child,) = run.children
    assert (child.process, child.business_key) == ("q", "K")
    child.complete("v")
    assert (waiting(run), child.status) == (["u"], "completed")
    assert child in sim.runs


def test_a_call_without_a_target_is_an_incident_later_and_an_error_at_the_start():
    text = draw(start(), user("k"), node("callActivity", "c", calledElement="nobody"), flows("s->k->c"))
    _, run = play(text)
    run.complete("k")
    assert [found.node for found in run.incidents] == ["c"]


def test_cancelling_a_call_cancels_the_called_process():
    sim = Simulation(
        calling(
            process(start("s2"), user("v"), flows("s2->v"), name="q"),
            boundary("b", "c", message("m")),
            user("x"),
            flows("b->x"),
        )
    )
    run = sim.start("p")
    sim.message("m")
    assert (waiting(run), run.children[0].status) == (["x"], "cancelled")


def test_an_escalation_of_a_called_process_is_caught_by_the_caller():
    called = process(start("s2"), throw("t", escalation("X")), user("v"), flows("s2->t->v"), name="q")
    sim = Simulation(calling(called, boundary("b", "c", escalation("X"), interrupts=False), user("x"), flows("b->x")))
    run = sim.start("p")
    assert waiting(run) == ["c", "x"]
    run.children[0].complete("v")
    assert waiting(run) == ["u", "x"]


def test_a_called_global_user_task_is_a_task_of_its_own_run():
    text = definitions(
        process(start("s1"), node("callActivity", "c", calledElement="g"), user("u"), flows("s1->c->u"), name="p"),
        node("globalUserTask", "g", name="Do"),
    )
    sim = Simulation(text)
    assert sim.processes == ["p"]
    run = sim.start("p")
    (child,) = run.children
    child.complete(child.tasks[0], {"x": 1})
    assert (waiting(run), run.variables) == (["u"], {"x": 1})


def test_completed_calls_are_compensated_by_their_handler():
    text = definitions(
        process(
            start("s1"),
            node("callActivity", "c", calledElement="q"),
            undo("cb", "c", "uc"),
            user("uc", isForCompensation=True),
            throw("t", compensate()),
            user("u"),
            flows("s1->c->t->u"),
            name="p",
        ),
        process(start("s2"), end("e2"), flows("s2->e2"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p")
    assert waiting(run) == ["uc"]


def test_an_inclusive_join_waits_for_a_call_before_it():
    text = definitions(
        process(
            start("s1"),
            both("g"),
            node("callActivity", "c", calledElement="q"),
            user("k"),
            some("j"),
            user("u"),
            flows("s1->g->c->j->u", "g->k->j"),
            name="p",
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p")
    run.complete("k")
    assert waiting(run) == ["c"]
    run.children[0].complete("v")
    assert waiting(run) == ["u"]


# data


def test_data_in_a_sub_process_is_local_where_a_data_object_stands_there():
    inner = sub("h", '<dataObject id="do" name="x"/>', start("hs"), user("a"), user("b"), flows("hs->a->b"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete("a", {"x": 1})
    assert run.variables_at("b")["x"] == 1
    run.complete("b")
    assert "x" not in run.variables


def test_zeebe_mappings_bring_in_and_take_out():
    about = extensions(
        '<zeebe:taskDefinition type="w"/>',
        '<zeebe:ioMapping><zeebe:input source="= order.id" target="id"/>'
        '<zeebe:output source="= result" target="order.state"/></zeebe:ioMapping>',
    )
    seen = []
    text = draw(start(), node("serviceTask", "t", about), user("u"), flows("s->t->u"))
    _, run = play(
        text,
        {"order": {"id": 4}},
        handlers={"w": lambda found: seen.append(found.variables["id"]) or {"result": "paid", "z": 1}},
    )
    assert seen == [4]
    assert run.variables == {"order": {"id": 4, "state": "paid"}}


def test_a_lane_can_give_the_candidate_group():
    text = draw(
        '<laneSet id="ls"><lane id="l1" name="Sales"><flowNodeRef>u</flowNodeRef></lane></laneSet>',
        start(),
        user("u"),
        flows("s->u"),
    )
    assert play(text)[1].tasks[0].candidate_groups == ["Sales"]


def test_message_flows_between_two_processes_deliver_the_message():
    text = definitions(
        '<collaboration id="co"><participant id="A" processRef="p1"/><participant id="B" processRef="p2"/>'
        '<messageFlow id="mf" sourceRef="t" targetRef="s2"/></collaboration>',
        process(start("s1"), throw("t", "<messageEventDefinition/>"), end("e1"), flows("s1->t->e1"), name="p1"),
        process(start("s2", "<messageEventDefinition/>"), user("a"), flows("s2->a"), name="p2"),
    )
    sim = Simulation(text)
    sim.start("p1")
    assert [(run.process, waiting(run)) for run in sim.runs] == [("p1", []), ("p2", ["a"])]


# correlation


def keyed(name: str = "m") -> str:
    about = extensions('<zeebe:subscription correlationKey="= order"/>')
    return definitions(
        f'<message id="{name}" name="{name}">{about}</message>',
        process(start(), catch("c", message(name)), user("u"), flows("s->c->u")),
    )


def test_a_message_goes_to_the_run_with_its_key():
    sim = Simulation(keyed())
    one, two = sim.start(variables={"order": "1"}), sim.start(variables={"order": "2"})
    sim.message("m", correlation_key="2")
    assert (waiting(one), waiting(two)) == (["c"], ["u"])


def test_a_message_that_fits_several_runs_is_an_error_and_moves_nothing():
    sim = Simulation(keyed())
    runs = [sim.start(variables={"order": "1"}) for _ in range(2)]
    with pytest.raises(CorrelationError):
        sim.message("m", correlation_key="1")
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert [waiting(run) for run in runs] == [["c"], ["c"]]


def test_a_message_of_an_unknown_key_is_an_error():
    sim = Simulation(keyed())
    run = sim.start(variables={"order": "1"})
    with pytest.raises(CorrelationError):
        sim.message("m", correlation_key="7")
    assert waiting(run) == ["c"]


def test_a_number_for_a_key_is_the_same_as_its_text():
    sim = Simulation(keyed())
    run = sim.start(variables={"order": 12})
    sim.message("m", correlation_key="12")
    assert waiting(run) == ["u"]


def test_a_business_key_narrows_the_match():
    sim = Simulation(draw(start(), catch("c", message("m")), user("u"), flows("s->c->u")))
    one, two = sim.start(business_key="A"), sim.start(business_key="B")
    sim.message("m", business_key="B")
    assert (waiting(one), waiting(two)) == (["c"], ["u"])


def test_a_message_start_and_a_waiting_run_never_both_take_one_message():
    sim = Simulation(
        definitions(process(start("s1", message("m")), catch("c", message("m")), user("u"), flows("s1->c->u")))
    )
    sim.message("m")
    assert [waiting(run) for run in sim.runs] == [["c"]]
    sim.message("m")
    assert sorted(waiting(run) for run in sim.runs) in ([["u"]], [["c"], ["c"]])


def test_a_signal_with_a_name_from_a_variable():
    text = definitions(
        '<signal id="x" name="= &quot;go-&quot; + who"/>',
        process(start(), catch("c", signal("x")), user("u"), flows("s->c->u")),
    )
    sim, run = play(text, {"who": "ann"})
    sim.signal("go-bob")
    assert waiting(run) == ["c"]
    sim.signal("go-ann")
    assert waiting(run) == ["u"]


def test_an_error_event_sub_process_of_the_process_catches_what_a_job_throws():
    inner = event_sub("es", start("es_s", error()), user("x"), flows("es_s->x"))
    _, run = play(draw(start(), job("j"), user("u"), inner, flows("s->j->u")))
    run.throw_error("j", "ANY", variables={"why": 1})
    assert (waiting(run), run.variables["why"]) == (["x"], 1)


def test_a_condition_over_local_variables_of_an_instance():
    text = draw(start(), job("t", each("= items", "item")), user("u"), flows("s->t"), flow("t->u", "= true"))
    _, run = play(text, {"items": [1]}, handlers={"t": lambda found: {"last": found.variables["item"]}})
    assert run.variables["last"] == 1
