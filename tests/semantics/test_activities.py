"""Activities, loops, multi-instance, sub-processes, transactions, ad-hoc, calls (BPMN 2.0.2, 10.3 and 13.3)."""

from datetime import timedelta

import pytest

from engine.core.simulate import CorrelationError, DiagramError, Simulation
from tests.semantics.drawing import (
    CANCEL,
    both,
    boundary,
    cancelled,
    catch,
    compensate,
    definitions,
    draw,
    each,
    end,
    entered,
    error,
    escalation,
    event_sub,
    extensions,
    flow,
    flows,
    job,
    loop,
    message,
    node,
    play,
    process,
    signal,
    some,
    start,
    sub,
    task,
    throw,
    timer,
    times,
    undo,
    until,
    user,
    waiting,
    xor,
)  # fmt: skip

# kinds of tasks


@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_tasks_without_work_are_passed(kind: str):
    assert waiting(play(draw(start(), node(kind, "t"), user("u"), flows("s->t->u")))[1]) == ["u"]


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "scriptTask", "businessRuleTask"])
def test_tasks_with_a_job_type_go_to_its_handler_or_wait_for_a_worker(kind: str):
    text = draw(start(), job("t", kind=kind, type_="work"), user("u"), flows("s->t->u"))
    _, run = play(text)
    assert [(wait.kind, wait.node, wait.type) for wait in run.jobs] == [("job", "t", "work")]
    run.complete("t", {"x": 1})
    assert (waiting(run), run.variables) == (["u"], {"x": 1})
    _, run = play(text, handlers={"work": lambda found: {"x": 2}})
    assert (waiting(run), run.variables) == (["u"], {"x": 2})


def test_a_receive_task_waits_for_its_message():
    sim, run = play(draw(start(), node("receiveTask", "r", messageRef="m"), user("u"), flows("s->r->u")))
    assert [(wait.kind, wait.node) for wait in run.waits] == [("receive", "r")]
    sim.message("m", variables={"x": 1})
    assert (waiting(run), run.variables) == (["u"], {"x": 1})


def test_a_receive_task_may_be_completed_by_hand():
    _, run = play(draw(start(), node("receiveTask", "r", messageRef="m"), user("u"), flows("s->r->u")))
    run.complete("r", {"y": 1})
    assert (waiting(run), run.variables) == (["u"], {"y": 1})


def test_an_instantiating_receive_task_starts_a_run_and_is_done():
    sim = Simulation(draw(node("receiveTask", "r", messageRef="m", instantiate=True), user("u"), flows("r->u")))
    sim.message("m", variables={"x": 1})
    assert [(waiting(run), run.variables) for run in sim.runs] == [(["u"], {"x": 1})]


def test_a_send_task_sends_its_message():
    text = definitions(
        process(start("s1"), catch("c", message("m")), user("a"), flows("s1->c->a"), name="p1"),
        process(start("s2"), node("sendTask", "t", messageRef="m"), end("e2"), flows("s2->t->e2"), name="p2"),
    )
    sim = Simulation(text)
    run = sim.start("p1")
    sim.start("p2")
    assert waiting(run) == ["a"]


# standard loop


def test_a_standard_loop_asks_after_each_round():
    _, run = play(draw(start(), user("t", loop("= n < 3")), end(), flows("s->t->e")), {"n": 9})
    run.complete("t", {"n": 1})
    assert waiting(run) == ["t"]
    run.complete("t", {"n": 3})
    assert run.status == "completed"


def test_a_standard_loop_with_test_before_may_have_no_round():
    _, run = play(draw(start(), user("t", loop("= n < 3", test_before=True)), user("u"), flows("s->t->u")), {"n": 9})
    assert waiting(run) == ["u"]
    assert "t" not in entered(run)


@pytest.mark.parametrize("before", [True, False])
def test_a_loop_maximum_ends_the_loop(before: bool):
    _, run = play(draw(start(), user("t", loop("= true", before, 2)), user("u"), flows("s->t->u")))
    run.complete("t")
    assert waiting(run) == ["t"]
    run.complete("t")
    assert waiting(run) == ["u"]


def test_a_loop_maximum_without_a_condition_is_enough():
    _, run = play(draw(start(), user("t", loop(maximum=3)), user("u"), flows("s->t->u")))
    for _ in range(3):
        run.complete("t")
    assert waiting(run) == ["u"]


def test_a_loop_counter_counts_the_rounds():
    _, run = play(draw(start(), user("t", loop("= loopCounter < 2")), user("u"), flows("s->t->u")))
    run.complete("t")
    run.complete("t")
    assert waiting(run) == ["u"]


def test_a_boundary_event_of_a_loop_belongs_to_all_rounds():
    text = draw(start(), user("t", loop("= true")), boundary("b", "t", timer("PT2H")), user("x"), flows("s->t", "b->x"))
    sim, run = play(text)
    sim.advance(timedelta(hours=1))
    run.complete("t")
    sim.advance(timedelta(hours=1))
    assert waiting(run) == ["x"]


def test_a_sub_process_may_loop():
    inner = sub("h", loop("= again"), start("hs"), user("t"), end("he"), flows("hs->t->he"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete("t", {"again": True})
    assert waiting(run) == ["t"]
    run.complete("t", {"again": False})
    assert waiting(run) == ["u"]


# multi-instance


@pytest.mark.parametrize(("sequential", "at_once"), [(True, 1), (False, 3)])
def test_multi_instance_by_cardinality(sequential: bool, at_once: int):
    _, run = play(draw(start(), user("t", times("= n", sequential=sequential)), user("u"), flows("s->t->u")), {"n": 3})
    assert waiting(run) == ["t"] * at_once
    for _ in range(3):
        run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]
    assert entered(run, "t") == ["t"] * 3


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_over_an_empty_collection_goes_on(sequential: bool):
    text = draw(
        start(),
        user("t", each("= items", "item", output=("out", "= item"), isSequential=sequential)),
        user("u"),
        flows("s->t->u"),
    )
    _, run = play(text, {"items": []})
    assert (waiting(run), run.variables["out"]) == (["u"], [])


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_collects_results_in_the_order_of_the_collection(sequential: bool):
    text = draw(
        start(),
        user("t", each("= items", "item", output=("out", "= item * 10"), isSequential=sequential)),
        user("u"),
        flows("s->t->u"),
    )
    _, run = play(text, {"items": [1, 2, 3]})
    while run.tasks[-1].node == "t":
        run.complete(run.tasks[-1].id)
    assert run.variables == {"items": [1, 2, 3], "out": [10, 20, 30]}


def test_each_instance_sees_its_own_item_and_counter():
    _, run = play(draw(start(), user("t", each("= items", "item")), flows("s->t")), {"items": ["a", "b"]})
    seen = [(found.variables["item"], found.variables["loopCounter"]) for found in run.tasks]
    assert [item for item, _ in seen] == ["a", "b"]
    assert seen[1][1] - seen[0][1] == 1


def test_the_numbers_of_instances_are_variables_of_each_instance():
    _, run = play(draw(start(), user("t", times("3")), flows("s->t")))
    run.complete(run.tasks[0].id)
    seen = run.variables_at(run.tasks[0])
    names = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")
    assert [seen.get(name) for name in names] == [3, 1, 2]


@pytest.mark.parametrize("sequential", [True, False])
def test_a_completion_condition_ends_the_body_and_cancels_the_rest(sequential: bool):
    loop_ = times("4", until("= numberOfCompletedInstances >= 2"), sequential=sequential)
    _, run = play(draw(start(), user("t", loop_), user("u"), flows("s->t->u")))
    run.complete(run.tasks[0].id)
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]
    assert cancelled(run).count("t") == (0 if sequential else 2)


def test_a_multi_instance_sub_process_keeps_its_instances_apart():
    inner = sub("h", each("= items", "item"), start("hs"), user("a"), user("b"), end("he"), flows("hs->a->b->he"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")), {"items": [1, 2]})
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["a", "b"]
    for _ in range(3):
        run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]


def test_a_multi_instance_call_activity_calls_once_per_item():
    text = definitions(
        process(
            start("s1"),
            node("callActivity", "c", each("= items", "item"), calledElement="q"),
            user("u"),
            flows("s1->c->u"),
            name="p",
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p", variables={"items": [1, 2]})
    assert [child.variables["item"] for child in run.children] == [1, 2]
    for child in run.children:
        child.complete("v")
    assert waiting(run) == ["u"]


def test_behaviour_none_throws_for_each_instance_and_one_only_for_the_first():
    def drawn(behaviour: str) -> str:
        loop_ = (
            f'<multiInstanceLoopCharacteristics behavior="{behaviour}" noneBehaviorEventRef="d" oneBehaviorEventRef="d">'
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        return definitions(
            '<signalEventDefinition id="d" signalRef="x"/>',
            process(
                start(),
                user("t", loop_),
                user("u"),
                flows("s->t->u"),
                boundary("b", "t", '<signalEventDefinition signalRef="x"/>', interrupts=False),
                user("v"),
                flows("b->v"),
            ),
        )

    counts = {}
    for behaviour in ("None", "One", "All"):
        _, run = play(drawn(behaviour))
        for _ in range(3):
            run.complete(next(found.id for found in run.tasks if found.node == "t"))
        counts[behaviour] = waiting(run).count("v")
    # The last signal finds the boundary event still there: the activity is not complete before its events are thrown.
    assert counts["All"] == 0
    assert counts["One"] == 1
    assert counts["None"] >= 2


def test_start_quantity_waits_for_that_many_tokens():
    text = draw(start(), both("g"), task("a"), user("b"), user("u", startQuantity=2), flows("s->g->a->u", "g->b->u"))
    _, run = play(text)
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_completion_quantity_sends_that_many_tokens():
    text = draw(start(), user("t", completionQuantity=3), user("u"), flows("s->t->u"))
    _, run = play(text)
    run.complete("t")
    assert waiting(run) == ["u", "u", "u"]


@pytest.mark.parametrize("name", ["startQuantity", "completionQuantity"])
def test_a_quantity_of_nothing_is_refused(name: str):
    with pytest.raises(DiagramError):
        Simulation(draw(start(), user("t", **{name: 0}), flows("s->t")))


# embedded sub-processes


def test_a_sub_process_without_start_event_starts_at_what_has_no_incoming_flow():
    assert waiting(play(draw(start(), sub("h", user("a"), user("b")), flows("s->h")))[1]) == ["a", "b"]


def test_an_empty_sub_process_is_passed():
    assert waiting(play(draw(start(), sub("h"), user("u"), flows("s->h->u")))[1]) == ["u"]


def test_a_sub_process_is_left_when_its_last_token_is_gone():
    inner = sub("h", start("hs"), both("g"), user("a"), user("b"), flows("hs->g->a", "g->b"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_two_tokens_run_a_sub_process_twice():
    inner = sub("h", start("hs"), user("a"), flows("hs->a"))
    text = draw(start(), both("g"), xor("m"), task("k"), inner, user("u"), flows("s->g->m->h->u", "g->k->m"))
    _, run = play(text)
    assert waiting(run) == ["a", "a"]
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["a", "u"]


def test_an_escalation_end_in_a_nested_sub_process_reaches_the_outer_catcher():
    inner = sub("i", start("is_"), end("t", escalation("X")), flows("is_->t"))
    outer = sub("h", start("hs"), inner, user("a"), flows("hs->i->a"))
    text = draw(start(), outer, boundary("b", "h", escalation("X"), interrupts=False), user("x"), flows("s->h", "b->x"))
    assert waiting(play(text)[1]) == ["a", "x"]


# transactions


def transaction(*parts: str) -> str:
    return node("transaction", "tx", *parts)


BOOKING = (
    start("ts"), user("a"), user("b"), undo("ab", "a", "ua"), undo("bb", "b", "ub"),
    user("ua", isForCompensation=True), user("ub", isForCompensation=True),
)  # fmt: skip


def test_a_cancelled_transaction_compensates_and_leaves_by_its_cancel_event():
    tx = transaction(*BOOKING, end("tc", CANCEL), flows("ts->a->b->tc"))
    text = draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x"))
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ub"]
    run.complete("ub")
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_a_cancelled_transaction_ends_what_still_runs_in_it_first():
    tx = transaction(*BOOKING, both("g"), end("tc", CANCEL), flows("ts->g->a->tc", "g->b"))
    text = draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_a_transaction_that_succeeds_goes_on():
    tx = transaction(*BOOKING, end("te"), flows("ts->a->b->te"))
    _, run = play(draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x")))
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ok"]


def test_an_error_out_of_a_transaction_does_not_compensate():
    """10.3.6 (hazard): the activity is interrupted without compensation."""
    tx = transaction(*BOOKING, end("te", error("E")), flows("ts->a->te"))
    _, run = play(
        draw(start(), tx, boundary("eb", "tx", error("E")), user("x"), user("ok"), flows("s->tx->ok", "eb->x"))
    )
    run.complete("a")
    assert waiting(run) == ["x"]


# ad-hoc


def ad_hoc(*parts: str, **given) -> str:
    return node("adHocSubProcess", "h", *parts, **given)


def test_an_ad_hoc_sub_process_offers_all_of_its_activities():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b")), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a", "b"]
    run.complete("b")
    run.complete("a")
    assert waiting(run) == ["u"]


def test_a_sequential_ad_hoc_sub_process_has_one_at_a_time():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b"), ordering="Sequential"), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


@pytest.mark.parametrize(("cancels", "then"), [(True, ["u"]), (False, ["b"])])
def test_the_completion_condition_of_an_ad_hoc_sub_process(cancels: bool, then: list[str]):
    done = '<completionCondition xsi:type="tFormalExpression">= ready</completionCondition>'
    text = draw(
        start(), ad_hoc(user("a"), user("b"), done, cancelRemainingInstances=cancels), user("u"), flows("s->h->u")
    )
    _, run = play(text, {"ready": False})
    run.complete("a", {"ready": True})
    assert waiting(run) == then
    if not cancels:
        run.complete("b")
        assert waiting(run) == ["u"]


def test_flows_within_an_ad_hoc_sub_process_hold():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b"), flows("a->b")), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["b"]


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
