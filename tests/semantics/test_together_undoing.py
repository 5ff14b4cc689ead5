"""Elements in one another: compensation, cancelling, ending, quantities and loops."""

from datetime import timedelta

import pytest

from engine.core.simulate import CorrelationError, Simulation
from tests.semantics.drawing import (
    CANCEL,
    COMPENSATE,
    TERMINATE,
    both,
    boundary,
    cancelled,
    catch,
    compensate,
    condition,
    definitions,
    draw,
    each,
    end,
    entered,
    error,
    event_sub,
    extensions,
    flow,
    flows,
    job,
    link,
    message,
    node,
    play,
    process,
    signal,
    start,
    sub,
    task,
    throw,
    times,
    undo,
    user,
    waiting,
    xor,
)  # fmt: skip

HOUR = timedelta(hours=1)


def test_compensation_in_a_sub_process_does_not_undo_what_is_outside():
    inner = sub("h", start("hs"), throw("t", compensate()), user("x"), flows("hs->t->x"))
    text = draw(start(), user("a"), undo("ab", "a", "ua"), user("ua", isForCompensation=True), inner, flows("s->a->h"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["x"]


def test_compensation_out_of_an_event_sub_process_undoes_its_enclosing_scope():
    own = event_sub(
        "es",
        start("es_s", message("m"), isInterrupting=False),
        throw("t", compensate()),
        user("x"),
        flows("es_s->t->x"),
    )
    text = draw(
        start(), user("a"), undo("ab", "a", "ua"), user("ua", isForCompensation=True), user("k"), own, flows("s->a->k")
    )
    sim, run = play(text)
    run.complete("a")
    sim.message("m")
    assert waiting(run) == ["k", "ua"]
    run.complete("ua")
    assert waiting(run) == ["k", "x"]


def test_a_compensation_handler_may_be_a_sub_process():
    handler = sub("ua", start("us"), user("u1"), user("u2"), flows("us->u1->u2"), isForCompensation=True)
    text = draw(
        start(), user("a"), undo("ab", "a", "ua"), handler, throw("t", compensate()), user("x"), flows("s->a->t->x")
    )
    _, run = play(text)
    run.complete("a")
    run.complete("u1")
    assert waiting(run) == ["u2"]
    run.complete("u2")
    assert waiting(run) == ["x"]


def test_compensation_of_a_named_sub_process_undoes_its_parts():
    inner = sub("h", start("hs"), user("a"), undo("ab", "a", "ua"), user("ua", isForCompensation=True), flows("hs->a"))
    text = draw(
        start(),
        inner,
        user("b"),
        undo("bb", "b", "ub"),
        user("ub", isForCompensation=True),
        throw("t", compensate("h")),
        user("x"),
        flows("s->h->b->t->x"),
    )
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_two_completions_of_one_activity_are_undone_twice():
    text = draw(
        start(),
        both("g"),
        xor("m"),
        user("a"),
        undo("ab", "a", "ua"),
        user("ua", isForCompensation=True),
        task("k"),
        user("z"),
        throw("t", compensate()),
        user("x"),
        flows("s->g->m->a", "g->k->m", "g->z->t->x"),
    )
    _, run = play(text)
    run.complete(run.tasks[0].id)
    run.complete("a")
    run.complete("z")
    run.complete("ua")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_an_error_of_a_sequential_instance_begins_no_other():
    text = draw(
        start(), job("h", times("3", sequential=True)), boundary("b", "h", error("E")), user("x"), flows("s->h", "b->x")
    )
    _, run = play(text)
    run.throw_error("h", "E")
    assert (waiting(run), entered(run, "h")) == (["x"], ["h"])


def test_a_multi_instance_activity_with_an_empty_collection_does_not_open_its_boundary_events():
    text = draw(
        start(),
        user("h", each("= []", "i")),
        boundary("b", "h", message("m")),
        user("x"),
        user("u"),
        flows("s->h->u", "b->x"),
    )
    sim, run = play(text)
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert waiting(run) == ["u"]


def test_a_multi_instance_activity_is_compensated_only_when_all_of_it_is_complete():
    """10.7: only what has completed can be undone; here the completed instances of an activity that has not."""
    text = draw(
        start(),
        both("g"),
        user("a", times("2")),
        undo("ab", "a", "ua"),
        user("ua", isForCompensation=True),
        user("k"),
        throw("t", compensate("a")),
        user("x"),
        flows("s->g->a", "g->k->t->x"),
    )
    _, run = play(text)
    run.complete("k")
    assert waiting(run) == ["a", "a", "x"]


def test_terminate_cancels_the_processes_that_are_called():
    text = definitions(
        process(start("s1"), both("g"), node("callActivity", "c", calledElement="q"), user("k"), end("t", TERMINATE),
                flows("s1->g->c", "g->k->t"), name="p"),
        process(start("s2"), user("v"), flows("s2->v"), name="q"))  # fmt: skip
    sim = Simulation(text)
    run = sim.start("p")
    run.complete("k")
    assert (run.status, run.children[0].status) == ("terminated", "cancelled")


def test_a_cancelled_run_is_cancelled_with_its_children():
    text = definitions(
        process(start("s1"), node("callActivity", "c", calledElement="q"), flows("s1->c"), name="p"),
        process(start("s2"), user("v"), flows("s2->v"), name="q"))  # fmt: skip
    run = Simulation(text).start("p")
    run.cancel()
    assert (run.status, run.children[0].status) == ("cancelled", "cancelled")


def test_an_incident_of_a_gateway_is_retried_when_the_variables_are_right():
    text = draw(start(), user("k"), xor("g"), user("a"), flows("s->k->g"), flow("g->a", "= x > 1"))
    _, run = play(text)
    run.complete("k", {"x": 0})
    run.set_variables({"x": 5})
    run.retry(run.incidents[0])
    assert (waiting(run), run.incidents) == (["a"], [])


def test_a_cancel_end_event_deep_in_a_transaction_cancels_the_transaction():
    deep = sub("h", start("hs"), user("a"), end("tc", CANCEL), flows("hs->a->tc"))
    tx = node("transaction", "tx", start("ts"), deep, end("te"), flows("ts->h->te"))
    text = draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), flows("s->tx", "cb->x"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["x"]


def test_links_of_a_sub_process_belong_to_it():
    inner = sub("h", start("hs"), throw("t2", link("L")), catch("c2", link("L")), user("b"), flows("hs->t2", "c2->b"))
    text = draw(start(), throw("t", link("L")), catch("c", link("L")), inner, flows("s->t", "c->h"))
    assert waiting(play(text)[1]) == ["b"]


def test_an_interrupting_signal_event_sub_process_and_a_boundary_signal_both_hear_the_signal():
    """A signal is broadcast: the sub-process hears it and so does its boundary, which interrupts all of it."""
    own = event_sub("es", start("es_s", signal("x")), user("z"), flows("es_s->z"))
    inner = sub("h", start("hs"), user("a"), own, flows("hs->a"))
    sim, run = play(draw(start(), inner, boundary("b", "h", signal("x")), user("y"), flows("s->h", "b->y")))
    sim.signal("x")
    assert waiting(run) == ["y"]


def test_a_terminate_beside_a_signal_in_one_end_event_throws_first():
    text = draw(start(), both("g"), user("a"), user("k"), end("t", signal("x"), TERMINATE), flows("s->g->a->t", "g->k"))
    caught = definitions(process(start("s9", signal("x")), user("z"), flows("s9->z"), name="q"))
    sim = Simulation(text, caught)
    run = sim.start("p")
    run.complete("a")
    assert (run.status, [found.process for found in sim.runs if found is not run]) == ("terminated", ["q"])


def test_a_parallel_join_in_a_loop_counts_each_round_anew():
    text = draw(
        start(),
        xor("m"),
        both("f"),
        user("a"),
        user("b"),
        both("j"),
        xor("x", default="x-e"),
        end(),
        flows("s->m->f->a->j->x", "f->b->j", "x->e"),
        flow("x->m", "= again"),
    )
    _, run = play(text)
    for again in (True, False):
        run.complete("a")
        assert waiting(run) == ["b"]
        run.complete("b", {"again": again})
    assert run.status == "completed"


def test_start_quantity_takes_its_tokens_again_and_again():
    text = draw(start(), user("k", completionQuantity=5), user("u", startQuantity=2), flows("s->k->u"))
    _, run = play(text)
    run.complete("k")
    assert waiting(run) == ["u", "u"]


def test_completion_quantity_feeds_a_parallel_join_by_one_flow_only():
    text = draw(
        start(),
        both("g"),
        user("a", completionQuantity=2),
        user("b"),
        both("j"),
        user("u"),
        flows("s->g->a->j->u", "g->b->j"),
    )
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_a_non_interrupting_boundary_event_keeps_the_scope_until_its_path_is_done():
    inner = sub(
        "h",
        start("hs"),
        user("a"),
        boundary("b", "a", message("m"), interrupts=False),
        user("x"),
        flows("hs->a", "b->x"),
    )
    sim, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    sim.message("m")
    run.complete("a")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert waiting(run) == ["u"]


def test_the_completion_condition_of_nested_multi_instance_ends_the_inner_one_only():
    inner = user("t", times("3", "<completionCondition>= nrOfCompletedInstances = 1</completionCondition>"))
    text = draw(start(), sub("h", times("2"), start("hs"), inner, user("z"), flows("hs->t->z")), flows("s->h"))
    _, run = play(text)
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["t", "t", "t", "z"]


def test_active_elements_of_an_ad_hoc_sub_process_are_chosen_by_a_list():
    about = extensions('<zeebe:adHoc activeElementsCollection="= which"/>')
    text = draw(
        start(), node("adHocSubProcess", "h", about, user("a"), user("b"), user("c")), user("u"), flows("s->h->u")
    )
    _, run = play(text, {"which": ["a", "c"]})
    assert waiting(run) == ["a", "c"]


def test_an_event_sub_process_in_a_called_process_does_not_hear_after_its_end():
    own = event_sub("es", start("es_s", message("m"), isInterrupting=False), user("x"), flows("es_s->x"))
    sim, run = play(draw(start(), user("u"), own, flows("s->u")))
    run.complete("u")
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert run.status == "completed"


def test_a_condition_that_a_boundary_signal_path_sets_wakes_a_conditional_catch():
    text = draw(
        start(),
        both("g"),
        catch("c", condition("= v = 1")),
        user("a"),
        user("h"),
        boundary("b", "h", message("m"), interrupts=False),
        task("k"),
        flows("s->g->c->a", "g->h", "b->k"),
    )
    sim, run = play(text)
    sim.message("m", variables={"v": 1})
    assert waiting(run) == ["a", "h"]


def test_an_error_event_sub_process_at_process_level_catches_errors_of_called_processes():
    own = event_sub("es", start("es_s", error("E")), user("x"), flows("es_s->x"))
    text = definitions(
        process(start("s1"), node("callActivity", "c", calledElement="q"), own, flows("s1->c"), name="p"),
        process(start("s2"), user("v"), end("t", error("E")), flows("s2->v->t"), name="q"))  # fmt: skip
    run = Simulation(text).start("p")
    run.children[0].complete("v")
    assert waiting(run) == ["x"]


def test_a_compensation_event_sub_process_of_a_scope_that_is_not_complete_does_not_run():
    own = event_sub("es", start("es_s", COMPENSATE), user("x"), flows("es_s->x"))
    inner = sub("h", start("hs"), user("a"), own, flows("hs->a"))
    text = draw(
        start(), both("g"), inner, user("k"), throw("t", compensate()), user("u"), flows("s->g->h", "g->k->t->u")
    )
    _, run = play(text)
    run.complete("k")
    assert waiting(run) == ["a", "u"]


def test_cancelled_parts_of_an_interrupted_scope_are_told_inside_out():
    inner = sub("h", start("hs"), user("a"), flows("hs->a"))
    sim, run = play(draw(start(), inner, boundary("b", "h", message("m")), user("x"), flows("s->h", "b->x")))
    sim.message("m")
    assert cancelled(run) == ["a", "h"]


def test_instances_that_run_beside_one_another_do_not_mix_their_results():
    """As in Camunda 8, the variable that an output element names belongs to each instance."""
    loop_ = each("= items", "item", output=("out", "= r"))
    inner = sub("h", loop_, start("hs"), user("a"), user("z"), flows("hs->a->z"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")), {"items": [1, 2]})
    for wait in run.tasks:
        run.complete(wait.id, {"r": wait.variables["item"] * 10})
    for wait in run.tasks:
        run.complete(wait.id)
    assert run.variables["out"] == [10, 20]
