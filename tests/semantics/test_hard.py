"""The eight things that most engines get wrong, the first to the fourth: signals, event sub-processes, who catches
what, conditions."""

from datetime import timedelta

import pytest

from engine.core.simulate import CorrelationError, Simulation
from tests.semantics.drawing import (
    TERMINATE,
    both,
    boundary,
    catch,
    condition,
    draw,
    end,
    entered,
    error,
    escalation,
    event_sub,
    flow,
    flows,
    job,
    message,
    node,
    play,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    times,
    user,
    waiting,
    xor,
)  # fmt: skip

HOUR = timedelta(hours=1)


# 1


@pytest.mark.parametrize("order", [("g->t", "g->c"), ("g->c", "g->t")])
def test_all_branches_reach_their_waits_before_a_signal_of_one_of_them_is_delivered(order: tuple[str, str]):
    text = draw(
        start(),
        both("g"),
        throw("t", signal("x")),
        user("b"),
        task("k1"),
        task("k2"),
        catch("c", signal("x")),
        user("a"),
        flows("s->g", "g->t", "g->k1", "k1->k2->c->a", "t->b"),
    )
    assert waiting(play(text)[1]) == ["a", "b"]


def test_branches_in_sub_processes_reach_their_waits_before_a_signal_is_delivered():
    inner = sub("h", start("hs"), task("k"), catch("c", signal("x")), user("a"), flows("hs->k->c->a"))
    text = draw(start(), both("g"), throw("t", signal("x")), user("b"), inner, flows("s->g->t->b", "g->h"))
    assert waiting(play(text)[1]) == ["a", "b"]


def test_a_thrower_whose_own_signal_cancels_its_scope_stops():
    inner = sub("h", start("hs"), throw("t", signal("x")), user("never"), flows("hs->t->never"))
    text = draw(start(), inner, boundary("b", "h", signal("x")), user("a"), user("after"), flows("s->h->after", "b->a"))
    _, run = play(text)
    assert waiting(run) == ["a"]
    assert "never" not in entered(run)


def test_a_signal_end_event_that_cancels_its_own_process_scope_stops():
    inner = event_sub("es", start("es_s", signal("x")), user("a"), flows("es_s->a"))
    text = draw(start(), both("g"), user("k"), end("t", signal("x")), inner, flows("s->g->t", "g->k"))
    assert waiting(play(text)[1]) == ["a"]


def test_a_thrown_signal_is_not_caught_by_a_catch_that_follows_the_throw():
    text = draw(start(), throw("t", signal("x")), catch("c", signal("x")), user("a"), flows("s->t->c->a"))
    assert waiting(play(text)[1]) == ["c"]


# 2


def test_an_interrupting_event_sub_process_removes_its_siblings_subscriptions_and_timers():
    one = event_sub("es1", start("es1_s", message("m")), user("x"), flows("es1_s->x"))
    two = event_sub("es2", start("es2_s", message("n"), isInterrupting=False), user("y"), flows("es2_s->y"))
    three = event_sub("es3", start("es3_s", timer("PT1H")), user("z"), flows("es3_s->z"))
    sim, run = play(draw(start(), user("u"), one, two, three, flows("s->u")))
    sim.message("m")
    assert waiting(run) == ["x"]
    with pytest.raises(CorrelationError):
        sim.message("n")
    sim.advance(2 * HOUR)
    assert waiting(run) == ["x"]


def test_an_interrupting_event_sub_process_cancels_running_non_interrupting_siblings():
    one = event_sub("es1", start("es1_s", message("m")), user("x"), flows("es1_s->x"))
    two = event_sub("es2", start("es2_s", message("n"), isInterrupting=False), user("y"), flows("es2_s->y"))
    sim, run = play(draw(start(), user("u"), one, two, flows("s->u")))
    sim.message("n")
    assert waiting(run) == ["u", "y"]
    sim.message("m")
    assert waiting(run) == ["x"]


def test_terminate_in_an_event_sub_process_ends_that_event_sub_process_only():
    inner = event_sub(
        "es",
        start("es_s", message("m"), isInterrupting=False),
        both("g"),
        user("x"),
        user("k"),
        end("t", TERMINATE),
        flows("es_s->g->x->t", "g->k"),
    )
    sim, run = play(draw(start(), user("u"), inner, flows("s->u")))
    sim.message("m")
    run.complete("x")
    assert waiting(run) == ["u"]


def test_terminate_in_one_instance_of_a_multi_instance_sub_process_spares_the_others():
    inner = sub(
        "h", times("2"), start("hs"), both("g"), user("a"), user("k"), end("t", TERMINATE), flows("hs->g->a->t", "g->k")
    )
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete(next(wait.id for wait in run.tasks if wait.node == "a"))
    assert waiting(run) == ["a", "k"]


def test_terminate_in_a_called_process_ends_the_called_process_and_the_caller_goes_on():
    from tests.semantics.drawing import definitions, process

    text = definitions(
        process(
            start("s1"), node("callActivity", "call", calledElement="q"), user("u"), flows("s1->call->u"), name="p"
        ),
        process(
            start("s2"), both("g"), user("a"), user("k"), end("t", TERMINATE), flows("s2->g->a->t", "g->k"), name="q"
        ),
    )
    sim = Simulation(text)
    run = sim.start("p")
    run.children[0].complete("a")
    assert waiting(run) == ["u"]


# 3


def thrower(*inside: str, outside: str = "", code: str = "E1") -> str:
    scope = sub("h", start("hs"), user("k"), end("t", error(code)), *inside, flows("hs->k->t"))
    return draw(start(), scope, user("after"), outside, flows("s->h->after"))


def on_error(name: str, target: str, *codes: str) -> str:
    return event_sub(name, start(f"{name}_s", error(*codes)), user(target), flows(f"{name}_s->{target}"))


def at_boundary(name: str, target: str, *codes: str, host: str = "h") -> str:
    return boundary(name, host, error(*codes)) + user(target) + flows(f"{name}->{target}")


def after_error(text: str) -> list[str]:
    _, run = play(text)
    run.complete("k")
    return waiting(run)


def test_an_event_sub_process_catches_before_the_boundary_even_if_it_catches_all():
    text = thrower(on_error("es", "x"), outside=at_boundary("b", "y", "E1"))
    assert after_error(text) == ["x"]


def test_a_specific_code_comes_before_catch_all_at_the_boundary():
    text = thrower(outside=at_boundary("b1", "all") + at_boundary("b2", "one", "E1"))
    assert after_error(text) == ["one"]


def test_a_specific_code_comes_before_catch_all_among_event_sub_processes():
    text = thrower(on_error("es1", "all"), on_error("es2", "one", "E1"))
    assert after_error(text) == ["one"]


def test_the_nearest_catcher_comes_first():
    inner = sub("i", start("is_"), user("k"), end("t", error("E1")), flows("is_->k->t"))
    scope = sub("h", start("hs"), inner, at_boundary("b1", "near", host="i"), flows("hs->i"))
    assert after_error(draw(start(), scope, at_boundary("b2", "far", "E1"), flows("s->h"))) == ["near"]


def test_a_rethrow_in_an_event_sub_process_goes_outward():
    again = event_sub("es", start("es_s", error("E1")), task("z"), end("t2", error("E1")), flows("es_s->z->t2"))
    assert after_error(thrower(again, outside=at_boundary("b", "y", "E1"))) == ["y"]


def test_an_escalation_thrown_again_in_its_own_event_sub_process_goes_outward():
    again = event_sub(
        "es", start("es_s", escalation("E1"), isInterrupting=False), user("z"), end("t2", escalation("E1")),
        flows("es_s->z->t2"),
    )  # fmt: skip
    scope = sub("h", start("hs"), throw("t", escalation("E1")), user("k"), again, flows("hs->t->k"))
    _, run = play(
        draw(start(), scope, boundary("b", "h", escalation("E1"), interrupts=False), user("y"), flows("s->h", "b->y"))
    )
    run.complete("z")
    assert waiting(run) == ["k", "y"]


def test_a_rethrow_behind_a_boundary_event_goes_outward():
    inner = sub("i", start("is_"), user("k"), end("t", error("E1")), flows("is_->k->t"))
    scope = sub(
        "h", start("hs"), inner, boundary("b1", "i", error("E1")), end("t2", error("E1")), flows("hs->i", "b1->t2")
    )
    assert after_error(draw(start(), scope, at_boundary("b2", "far", "E1"), flows("s->h"))) == ["far"]


def test_an_uncaught_error_of_a_job_is_an_incident_at_the_job():
    _, run = play(draw(start(), job("j"), user("u"), flows("s->j->u")))
    run.throw_error("j", "E1")
    assert [(found.node) for found in run.incidents] == ["j"]
    assert run.status == "active"


def test_an_error_in_an_event_sub_process_of_a_called_process_reaches_the_caller():
    from tests.semantics.drawing import definitions, process

    text = definitions(
        process(
            start("s1"),
            node("callActivity", "call", calledElement="q"),
            at_boundary("b", "y", "E1", host="call"),
            user("u"),
            flows("s1->call->u"),
            name="p",
        ),
        process(start("s2"), user("k"), end("t", error("E1")), flows("s2->k->t"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p")
    run.children[0].complete("k")
    assert waiting(run) == ["y"]
    assert run.children[0].status == "failed"


def test_an_escalation_is_caught_by_the_event_sub_process_and_not_by_the_boundary_too():
    inner = event_sub("es", start("es_s", escalation("X"), isInterrupting=False), user("x"), flows("es_s->x"))
    scope = sub("h", start("hs"), throw("t", escalation("X")), user("a"), inner, flows("hs->t->a"))
    text = draw(start(), scope, boundary("b", "h", escalation("X"), interrupts=False), user("y"), flows("s->h", "b->y"))
    assert waiting(play(text)[1]) == ["a", "x"]


def test_an_escalation_end_event_in_a_sub_process_with_an_interrupting_catcher_leaves_by_it_only():
    scope = sub("h", start("hs"), end("t", escalation("X")), flows("hs->t"))
    text = draw(start(), scope, boundary("b", "h", escalation("X")), user("x"), user("u"), flows("s->h->u", "b->x"))
    assert waiting(play(text)[1]) == ["x"]


def test_an_escalation_end_event_in_a_sub_process_with_a_non_interrupting_catcher_leaves_both_ways():
    scope = sub("h", start("hs"), end("t", escalation("X")), flows("hs->t"))
    text = draw(
        start(),
        scope,
        boundary("b", "h", escalation("X"), interrupts=False),
        user("x"),
        user("u"),
        flows("s->h->u", "b->x"),
    )
    assert waiting(play(text)[1]) == ["u", "x"]


def test_an_uncaught_error_inside_parallel_branches_ends_all_of_them():
    text = draw(start(), both("g"), user("a"), user("b"), end("t", error("E1")), flows("s->g->a->t", "g->b"))
    _, run = play(text)
    run.complete("a")
    assert (run.status, run.error, run.waits) == ("failed", "E1", [])


# 4


@pytest.mark.parametrize("interrupts", [True, False])
def test_a_conditional_boundary_event_is_evaluated_on_entry(interrupts: bool):
    text = draw(
        start(),
        user("h"),
        boundary("b", "h", condition("= v > 1"), interrupts=interrupts),
        user("x"),
        flows("s->h", "b->x"),
    )
    assert waiting(play(text, {"v": 5})[1]) == (["x"] if interrupts else ["h", "x"])


def test_a_conditional_event_sub_process_is_evaluated_when_its_scope_begins():
    inner = event_sub("es", start("es_s", condition("= v > 1")), user("x"), flows("es_s->x"))
    assert waiting(play(draw(start(), user("u"), inner, flows("s->u")), {"v": 5})[1]) == ["x"]


def test_an_undefined_variable_is_false_in_a_conditional_event():
    _, run = play(draw(start(), catch("c", condition("= nothing > 1")), user("u"), flows("s->c->u")))
    assert (waiting(run), run.incidents) == (["c"], [])


def test_an_undefined_variable_is_an_error_in_the_condition_of_a_flow():
    text = draw(
        start(),
        user("u"),
        xor("g"),
        user("a"),
        user("b"),
        flows("s->u->g"),
        flow("g->a", "= nothing > 1"),
        flow("g->b", "= true"),
    )
    _, run = play(text)
    run.complete("u")
    assert [found.node for found in run.incidents] == ["g"]


def test_a_non_interrupting_conditional_event_fires_again_when_it_becomes_true_again():
    text = draw(
        start(), user("h"), boundary("b", "h", condition("= v > 1"), interrupts=False), user("x"), flows("s->h", "b->x")
    )
    _, run = play(text)
    for value in (2, 0, 3):
        run.set_variables({"v": value})
    assert waiting(run) == ["h", "x", "x"]


def test_a_conditional_event_reacts_to_what_a_completed_task_brings():
    text = draw(
        start(),
        both("g"),
        user("h"),
        boundary("b", "h", condition("= v = 1")),
        user("x"),
        user("k"),
        user("l"),
        flows("s->g->h", "b->x", "g->k->l"),
    )
    _, run = play(text)
    run.complete("k", {"v": 1})
    assert waiting(run) == ["l", "x"]


def test_a_conditional_event_reacts_to_a_local_variable_of_its_own_scope():
    text = draw(start(), sub("h", start("hs"), user("a"), flows("hs->a")), flows("s->h"))
    _, run = play(text)
    run.set_variables({"z": 1}, wait="a")
    assert run.variables == {"z": 1}  # new ones in the root scope
