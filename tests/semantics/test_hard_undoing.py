"""The eight things that most engines get wrong, the fifth to the eighth: compensation, multi-instance, timers of no
duration and failed starts, endless loops."""

from datetime import timedelta

import pytest

from engine.core.model.limits import Limits
from engine.core.simulate import ProcessError, Simulation
from tests.semantics.drawing import (
    COMPENSATE,
    both,
    boundary,
    cancelled,
    catch,
    compensate,
    draw,
    each,
    end,
    entered,
    error,
    event_sub,
    flow,
    flows,
    job,
    loop,
    node,
    play,
    start,
    sub,
    task,
    throw,
    timer,
    times,
    undo,
    user,
    waiting,
    xor,
)  # fmt: skip

HOUR = timedelta(hours=1)


# 5


UNDOING = (
    user("a"), user("b"), user("c"), undo("ab", "a", "ua"), undo("bb", "b", "ub"),
    user("ua", isForCompensation=True), user("ub", isForCompensation=True),
)  # fmt: skip


def test_compensation_runs_last_first_and_the_throw_waits():
    text = draw(start(), *UNDOING, throw("t", compensate()), user("after"), flows("s->a->b->t->after"))
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ub"]
    run.complete("ub")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["after"]


def test_compensation_does_not_undo_what_has_not_been_completed():
    text = draw(
        start(), *UNDOING, both("g"), throw("t", compensate()), user("after"), flows("s->g->a->t->after", "g->b")
    )
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["b", "ua"]


def test_compensation_of_a_named_activity_undoes_only_that():
    text = draw(start(), *UNDOING, throw("t", compensate("a")), user("after"), flows("s->a->b->t->after"))
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["after"]


def test_compensation_runs_once_only():
    text = draw(
        start(),
        *UNDOING,
        throw("t", compensate("a")),
        throw("t2", compensate("a")),
        user("after"),
        flows("s->a->t->t2->after"),
    )
    _, run = play(text)
    run.complete("a")
    run.complete("ua")
    assert waiting(run) == ["after"]
    assert entered(run, "ua") == ["ua"]


def test_compensation_at_an_end_event_is_waited_for():
    text = draw(start(), *UNDOING, end("t", compensate()), flows("s->a->t"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert run.status == "completed"


def test_compensation_without_anything_to_undo_goes_on():
    _, run = play(draw(start(), throw("t", compensate()), user("after"), flows("s->t->after")))
    assert waiting(run) == ["after"]


def test_compensation_of_a_multi_instance_activity_runs_once_per_instance_last_first():
    text = draw(
        start(),
        user("a", each("= [1, 2, 3]", "item")),
        undo("ab", "a", "ua"),
        user("ua", isForCompensation=True),
        throw("t", compensate()),
        user("after"),
        flows("s->a->t->after"),
    )
    _, run = play(text)
    for wait in run.tasks:
        run.complete(wait.id)
    seen = []
    while waiting(run) == ["ua"]:
        seen.append(run.variables_at("ua").get("item"))
        run.complete("ua")
    assert (seen, waiting(run)) == ([3, 2, 1], ["after"])


def test_compensation_of_a_loop_runs_once_per_round():
    text = draw(
        start(),
        user("a", loop("= again")),
        undo("ab", "a", "ua"),
        user("ua", isForCompensation=True),
        throw("t", compensate()),
        user("after"),
        flows("s->a->t->after"),
    )
    _, run = play(text)
    run.complete("a", {"again": True})
    run.complete("a", {"again": False})
    count = 0
    while waiting(run) == ["ua"]:
        count += 1
        run.complete("ua")
    assert (count, waiting(run)) == (2, ["after"])


def test_compensation_reaches_into_completed_sub_processes():
    inner = sub("h", start("hs"), *UNDOING, flows("hs->a->b"))
    text = draw(start(), inner, throw("t", compensate()), user("after"), flows("s->h->t->after"))
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ub"]
    run.complete("ub")
    run.complete("ua")
    assert waiting(run) == ["after"]


def test_compensation_does_not_reach_into_a_sub_process_that_failed():
    inner = sub("h", start("hs"), *UNDOING, end("t1", error("E")), flows("hs->a->t1"))
    text = draw(
        start(),
        inner,
        boundary("eb", "h", error("E")),
        throw("t", compensate()),
        user("after"),
        flows("s->h", "eb->t->after"),
    )
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["after"]


def test_a_compensation_event_sub_process_replaces_the_default():
    own = event_sub("es", start("es_s", COMPENSATE), user("x"), flows("es_s->x"))
    inner = sub("h", start("hs"), *UNDOING, own, flows("hs->a"))
    text = draw(start(), inner, throw("t", compensate()), user("after"), flows("s->h->t->after"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert waiting(run) == ["after"]
    assert "ua" not in entered(run)


def test_an_outer_compensation_event_sub_process_replaces_the_handlers_within():
    own = event_sub("es", start("es_s", COMPENSATE), user("x"), flows("es_s->x"))
    deep = sub("i", start("is_"), *UNDOING, flows("is_->a"))
    inner = sub("h", start("hs"), deep, own, flows("hs->i"))
    text = draw(start(), inner, throw("t", compensate()), user("after"), flows("s->h->t->after"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert waiting(run) == ["after"]


def test_a_compensation_event_sub_process_may_throw_on_to_the_handlers_within():
    own = event_sub(
        "es", start("es_s", COMPENSATE), user("x"), throw("t1", compensate()), end("ee"), flows("es_s->x->t1->ee")
    )
    inner = sub("h", start("hs"), *UNDOING, own, flows("hs->a"))
    text = draw(start(), inner, throw("t", compensate()), user("after"), flows("s->h->t->after"))
    _, run = play(text)
    run.complete("a")
    run.complete("x")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["after"]


def test_compensation_that_does_not_wait_goes_on_beside_its_handlers():
    text = draw(start(), *UNDOING, throw("t", compensate(waits=False)), user("after"), flows("s->a->t->after"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["after", "ua"]


# 6


def test_one_boundary_timer_for_the_whole_multi_instance_body():
    text = draw(
        start(),
        user("h", times("3")),
        boundary("b", "h", timer("PT1H"), interrupts=False),
        user("x"),
        flows("s->h", "b->x"),
    )
    sim, run = play(text)
    sim.advance(HOUR)
    assert waiting(run) == ["h", "h", "h", "x"]


def test_an_interrupting_boundary_timer_cancels_all_instances():
    text = draw(start(), user("h", times("3")), boundary("b", "h", timer("PT1H")), user("x"), flows("s->h", "b->x"))
    sim, run = play(text)
    sim.advance(HOUR)
    assert waiting(run) == ["x"]
    assert cancelled(run).count("h") == 3


def test_an_error_of_one_instance_cancels_the_rest():
    text = draw(start(), job("h", times("3")), boundary("b", "h", error("E")), user("x"), flows("s->h", "b->x"))
    _, run = play(text)
    run.throw_error(run.jobs[1].id, "E")
    assert waiting(run) == ["x"]


@pytest.mark.parametrize(("left", "right", "fires"), [(2, 2, 2), (2, 1, 1), (1, 2, 1), (3, 1, 1), (1, 3, 1)])
def test_a_join_counts_its_arrivals_per_flow(left: int, right: int, fires: int):
    names = [f"l{i}" for i in range(left)] + [f"r{i}" for i in range(right)]
    text = draw(
        start(),
        both("g"),
        *(task(name) for name in names),
        xor("m"),
        xor("n"),
        both("j"),
        user("u"),
        flows("s->g", "m->j->u", "n->j"),
        *(flows(f"g->{name}->{'m' if name[0] == 'l' else 'n'}") for name in names),
    )
    assert waiting(play(text)[1]) == ["u"] * fires


# 7


def test_a_timer_without_duration_fires_on_the_next_move_of_the_clock():
    sim, run = play(draw(start(), catch("c", timer("PT0S")), catch("d", timer("PT0S")), user("u"), flows("s->c->d->u")))
    assert waiting(run) == ["c"]
    sim.advance(timedelta())
    assert waiting(run) == ["d"]
    sim.advance(timedelta())
    assert waiting(run) == ["u"]


def test_a_failed_start_leaves_no_run():
    sim = Simulation(
        draw(start(), user("u"), xor("g"), both("f"), user("v"), flows("s->f->u", "f->g"), flow("g->v", "= false"))
    )
    with pytest.raises(ProcessError):
        sim.start()
    assert sim.runs == []


# 8


def test_an_endless_loop_stops_as_an_incident_that_names_it_and_delays_nothing_else():
    text = draw(
        start(), user("k"), both("f"), xor("merge"), task("turn"), user("other"),
        flows("s->k->f->merge->turn->merge", "f->other"),
    )  # fmt: skip
    _, run = play(text)
    run.complete("k")
    (incident,) = run.incidents
    assert "merge" in incident.message
    assert "turn" in incident.message
    assert "other" in waiting(run)
    assert run.status == "active"
    run.complete("other")
    assert "other" not in waiting(run)


def test_the_steps_of_one_delivery_are_limited_by_a_setting():
    text = draw(start(), user("k"), xor("merge"), task("turn"), flows("s->k->merge->turn->merge"))
    _, run = play(text, limits=Limits(steps=100))
    run.complete("k")
    assert [found.code for found in run.incidents] == ["step-limit"]
    assert 90 < len(entered(run, "merge", "turn")) < 110


def test_a_long_loop_below_the_limit_ends():
    text = draw(
        start(),
        xor("m"),
        node("scriptTask", "t", "<script>n + 1</script>", scriptFormat="feel", camunda_resultVariable="n"),
        xor("g", default="g-m"),
        user("u"),
        flows("s->m->t->g->m"),
        flow("g->u", "= n >= 1000"),
    )
    _, run = play(text, {"n": 0})
    assert (waiting(run), run.variables) == (["u"], {"n": 1000})
