"""Elements in one another: joins, signals, boundaries and event sub-processes."""

from datetime import timedelta

import pytest

from engine.core.simulate import CorrelationError
from tests.semantics.drawing import (
    both,
    boundary,
    catch,
    draw,
    end,
    error,
    escalation,
    event_sub,
    first,
    flow,
    flows,
    job,
    link,
    message,
    play,
    signal,
    some,
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


def test_an_inclusive_join_waits_for_a_task_whose_boundary_event_leads_to_it():
    text = draw(
        start(),
        both("g"),
        user("a"),
        end("dead"),
        boundary("b", "a", message("m")),
        user("k"),
        some("j"),
        user("u"),
        flows("s->g->a->dead", "b->j", "g->k->j->u"),
    )
    sim, run = play(text)
    run.complete("k")
    assert waiting(run) == ["a"]
    sim.message("m")
    assert waiting(run) == ["u"]
    _, run = play(text)
    run.complete("k")
    run.complete("a")
    assert waiting(run) == ["u"]


def test_an_inclusive_join_waits_through_a_link():
    text = draw(
        start(),
        both("g"),
        user("a"),
        throw("t", link("L")),
        catch("c", link("L")),
        user("k"),
        some("j"),
        user("u"),
        flows("s->g->a->t", "c->j", "g->k->j->u"),
    )
    _, run = play(text)
    run.complete("k")
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["u"]


def test_an_inclusive_join_takes_one_token_of_each_flow():
    text = draw(
        start(),
        both("g"),
        task("a"),
        task("b"),
        xor("m"),
        user("k"),
        some("j"),
        user("u"),
        flows("s->g->a->m->j->u", "g->b->m", "g->k->j"),
    )
    _, run = play(text)
    run.complete("k")
    assert waiting(run) == ["u", "u"]


def test_a_signal_reaches_gateways_boundaries_and_scopes_at_once():
    text = draw(
        start(),
        both("g"),
        first("eg"),
        catch("c1", signal("x")),
        catch("c2", timer("PT1H")),
        user("a"),
        user("h"),
        boundary("b", "h", signal("x")),
        user("y"),
        sub("sp", start("ss"), catch("c3", signal("x")), user("z"), flows("ss->c3->z")),
        flows("s->g->eg->c1->a", "eg->c2", "g->h", "b->y", "g->sp"),
    )
    sim, run = play(text)
    sim.signal("x")
    assert waiting(run) == ["a", "y", "z"]


def test_two_tokens_in_one_task_are_both_interrupted_by_a_signal():
    text = draw(
        start(),
        both("g"),
        task("a"),
        xor("m"),
        user("h"),
        boundary("b", "h", signal("x")),
        user("y"),
        flows("s->g->m->h", "g->a->m", "b->y"),
    )
    sim, run = play(text)
    sim.signal("x")
    assert waiting(run) == ["y", "y"]


def test_a_message_that_fits_two_boundary_events_is_an_error():
    text = draw(
        start(),
        both("g"),
        user("a"),
        user("b"),
        boundary("ba", "a", message("m")),
        boundary("bb", "b", message("m")),
        user("x"),
        user("y"),
        flows("s->g->a", "g->b", "ba->x", "bb->y"),
    )
    sim, run = play(text)
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert waiting(run) == ["a", "b"]


def test_an_error_in_one_instance_that_it_catches_itself_spares_the_others():
    own = event_sub("es", start("es_s", error("E")), user("x"), flows("es_s->x"))
    inner = sub("h", times("2"), start("hs"), job("j"), own, flows("hs->j"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.throw_error(run.jobs[0].id, "E")
    assert waiting(run) == ["j", "x"]
    run.complete("x")
    run.complete("j")
    assert waiting(run) == ["u"]


def test_a_boundary_event_stays_while_an_interrupting_event_sub_process_runs():
    own = event_sub("es", start("es_s", message("m")), user("x"), flows("es_s->x"))
    inner = sub("h", start("hs"), user("a"), own, flows("hs->a"))
    sim, run = play(draw(start(), inner, boundary("b", "h", timer("PT1H")), user("y"), flows("s->h", "b->y")))
    sim.message("m")
    sim.advance(HOUR)
    assert waiting(run) == ["y"]


def test_a_cycle_starts_a_non_interrupting_event_sub_process_each_time():
    own = event_sub(
        "es", start("es_s", timer("R2/PT1H", "timeCycle"), isInterrupting=False), user("x"), flows("es_s->x")
    )
    sim, run = play(draw(start(), user("u"), own, flows("s->u")))
    sim.advance(5 * HOUR)
    assert waiting(run) == ["u", "x", "x"]


def test_an_event_sub_process_with_several_causes_starts_by_any_of_them():
    own = event_sub("es", start("es_s", message("m"), signal("x"), isInterrupting=False), user("x1"), flows("es_s->x1"))
    sim, run = play(draw(start(), user("u"), own, flows("s->u")))
    sim.signal("x")
    sim.message("m")
    assert waiting(run) == ["u", "x1", "x1"]


def test_an_escalation_out_of_an_event_sub_process_goes_to_the_outer_scope():
    own = event_sub(
        "es", start("es_s", message("m"), isInterrupting=False), end("t", escalation("X")), flows("es_s->t")
    )
    inner = sub("h", start("hs"), user("a"), own, flows("hs->a"))
    text = draw(start(), inner, boundary("b", "h", escalation("X"), interrupts=False), user("y"), flows("s->h", "b->y"))
    sim, run = play(text)
    sim.message("m")
    assert waiting(run) == ["a", "y"]


def test_a_task_that_is_entered_again_has_its_boundary_timer_anew():
    text = draw(
        start(),
        xor("m"),
        user("a"),
        boundary("b", "a", timer("PT2H")),
        user("y"),
        xor("g", default="g-m"),
        end(),
        flows("s->m->a->g->m", "b->y"),
        flow("g->e", "= done"),
    )
    sim, run = play(text, {"done": False})
    sim.advance(HOUR)
    run.complete("a")
    sim.advance(HOUR)
    assert waiting(run) == ["a"]
    sim.advance(HOUR)
    assert waiting(run) == ["y"]


def test_an_event_gateway_in_a_loop_waits_anew():
    text = draw(
        start(),
        xor("m"),
        first("g"),
        catch("c1", message("m")),
        catch("c2", message("stop")),
        end(),
        flows("s->m->g->c1->m", "g->c2->e"),
    )
    sim, run = play(text)
    for _ in range(2):
        sim.message("m")
    assert [wait.kind for wait in run.waits] == ["gateway"]
    sim.message("stop")
    assert run.status == "completed"
