"""Boundary events, event sub-processes, and timers."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import CorrelationError
from tests.semantics.drawing import (
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
    flows,
    message,
    play,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    waiting,
)  # fmt: skip

HOUR = timedelta(hours=1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


# boundary


def hosted(*events: str) -> str:
    return draw(start(), user("h"), user("after"), end(), *events, user("x"), flows("s->h->after->e", "b->x"))


@pytest.mark.parametrize("interrupts", [True, False])
@pytest.mark.parametrize(
    ("cause", "happen"),
    [
        (message("m"), lambda sim, run: sim.message("m")),
        (signal("g"), lambda sim, run: sim.signal("g")),
        (timer("PT1H"), lambda sim, run: sim.advance(HOUR)),
        (condition("= v = 1"), lambda sim, run: run.set_variables({"v": 1})),
    ],
)
def test_a_boundary_event_interrupts_its_activity_or_not(cause, happen, interrupts):
    sim, run = play(hosted(boundary("b", "h", cause, interrupts=interrupts)))
    happen(sim, run)
    assert waiting(run) == (["x"] if interrupts else ["h", "x"])


def test_a_non_interrupting_message_boundary_event_fires_each_time():
    sim, run = play(hosted(boundary("b", "h", message("m"), interrupts=False)))
    for _ in range(3):
        sim.message("m")
    assert waiting(run) == ["h", "x", "x", "x"]


def test_a_cyclic_timer_at_the_boundary_fires_as_often_as_it_says():
    sim, run = play(hosted(boundary("b", "h", timer("R2/PT1H", "timeCycle"), interrupts=False)))
    sim.advance(5 * HOUR)
    assert waiting(run) == ["h", "x", "x"]


def test_a_boundary_event_is_closed_when_its_activity_is_done():
    sim, run = play(hosted(boundary("b", "h", message("m"))))
    run.complete("h")
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert waiting(run) == ["after"]


def test_of_several_boundary_events_the_first_to_happen_interrupts():
    text = draw(
        start(),
        user("h"),
        boundary("b", "h", message("m")),
        boundary("c", "h", timer("PT1H")),
        user("x"),
        user("y"),
        flows("s->h", "b->x", "c->y"),
    )
    sim, run = play(text)
    sim.advance(HOUR)
    assert waiting(run) == ["y"]
    with pytest.raises(CorrelationError):
        sim.message("m")


def test_a_multiple_boundary_event_fires_by_any_of_its_events():
    sim, run = play(hosted(boundary("b", "h", message("m"), signal("g"))))
    sim.signal("g")
    assert waiting(run) == ["x"]


def test_a_parallel_multiple_boundary_event_needs_all_of_its_events():
    sim, run = play(hosted(boundary("b", "h", message("m"), signal("g"), parallelMultiple=True)))
    sim.signal("g")
    assert waiting(run) == ["h"]
    sim.message("m")
    assert waiting(run) == ["x"]


def test_an_error_boundary_event_catches_an_error_end_of_its_sub_process():
    inner = sub("h", start("hs"), user("a"), end("t", error("E1")), flows("hs->a->t"))
    _, run = play(draw(start(), inner, boundary("b", "h", error("E1")), user("x"), user("u"), flows("s->h->u", "b->x")))
    run.complete("a")
    assert waiting(run) == ["x"]


def test_an_error_boundary_event_of_another_code_does_not_catch():
    inner = sub("h", start("hs"), user("a"), end("t", error("E1")), flows("hs->a->t"))
    _, run = play(draw(start(), inner, boundary("b", "h", error("E2")), user("x"), user("u"), flows("s->h->u", "b->x")))
    run.complete("a")
    assert (run.status, run.error) == ("failed", "E1")


@pytest.mark.parametrize("interrupts", [True, False])
def test_an_escalation_boundary_event_interrupts_or_not(interrupts: bool):
    inner = sub("h", start("hs"), throw("t", escalation("X")), user("a"), flows("hs->t->a"))
    text = draw(
        start(),
        inner,
        boundary("b", "h", escalation("X"), interrupts=interrupts),
        user("x"),
        user("u"),
        flows("s->h->u", "b->x"),
    )
    assert waiting(play(text)[1]) == (["x"] if interrupts else ["a", "x"])


def test_an_interrupting_boundary_event_cancels_what_runs_in_its_sub_process():
    inner = sub("h", start("hs"), both("g"), user("a"), catch("c", signal("x")), flows("hs->g->a", "g->c"))
    sim, run = play(draw(start(), inner, boundary("b", "h", message("m")), user("x"), flows("s->h", "b->x")))
    sim.message("m")
    assert waiting(run) == ["x"]
    assert {name for _, what, name, _ in run.trace if what == "cancelled"} >= {"a", "c", "h"}


# event sub-processes


@pytest.mark.parametrize("interrupts", [True, False])
@pytest.mark.parametrize(
    ("cause", "happen"),
    [
        (message("m"), lambda sim, run: sim.message("m")),
        (signal("g"), lambda sim, run: sim.signal("g")),
        (timer("PT1H"), lambda sim, run: sim.advance(HOUR)),
        (condition("= v = 1"), lambda sim, run: run.set_variables({"v": 1})),
        (escalation("X"), lambda sim, run: run.complete("k")),
    ],
)
def test_an_event_sub_process_interrupts_its_scope_or_not(cause, happen, interrupts):
    inner = event_sub("es", start("es_s", cause, isInterrupting=interrupts), user("x"), flows("es_s->x"))
    text = draw(
        start(),
        both("f"),
        user("u"),
        user("k"),
        throw("t", escalation("X")),
        user("w"),
        inner,
        flows("s->f->u", "f->k->t->w"),
    )
    sim, run = play(text)
    happen(sim, run)
    rest = ["w"] if "escalation" in cause.lower() else ["k"]
    assert waiting(run) == (["x"] if interrupts else sorted(["u", "x", *rest]))


def test_an_error_event_sub_process_takes_the_place_of_its_scope():
    inner = event_sub("es", start("es_s", error("E1")), user("x"), end("ee"), flows("es_s->x->ee"))
    _, run = play(draw(start(), user("u"), end("t", error("E1")), inner, flows("s->u->t")))
    run.complete("u")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert run.status == "completed"


def test_a_scope_is_left_only_when_its_event_sub_processes_are_done():
    inner = event_sub("es", start("es_s", message("m"), isInterrupting=False), user("x"), flows("es_s->x"))
    scope = sub("h", start("hs"), user("a"), inner, flows("hs->a"))
    sim, run = play(draw(start(), scope, user("u"), flows("s->h->u")))
    sim.message("m")
    run.complete("a")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert waiting(run) == ["u"]


def test_an_interrupting_event_sub_process_of_a_sub_process_lets_the_process_go_on_after_it():
    inner = event_sub("es", start("es_s", message("m")), user("x"), flows("es_s->x"))
    scope = sub("h", start("hs"), user("a"), inner, flows("hs->a"))
    sim, run = play(draw(start(), scope, user("u"), flows("s->h->u")))
    sim.message("m")
    assert waiting(run) == ["x"]
    run.complete("x")
    assert waiting(run) == ["u"]


def test_a_non_interrupting_event_sub_process_may_run_many_times():
    inner = event_sub("es", start("es_s", message("m"), isInterrupting=False), user("x"), flows("es_s->x"))
    sim, run = play(draw(start(), user("u"), inner, flows("s->u")))
    sim.message("m")
    sim.message("m")
    assert waiting(run) == ["u", "x", "x"]


def test_an_interrupting_event_sub_process_happens_once():
    inner = event_sub("es", start("es_s", message("m")), user("x"), flows("es_s->x"))
    sim, run = play(draw(start(), user("u"), inner, flows("s->u")))
    sim.message("m")
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert waiting(run) == ["x"]
    assert entered(run, "x") == ["x"]


# timers


@pytest.mark.parametrize(
    ("kind", "text", "hours"),
    [("timeDate", "2030-01-01T02:00:00Z", 2), ("timeDate", "2030-01-01T03:00:00+01:00", 2),
     ("timeDate", "2030-01-01T02:00:00", 2), ("timeDuration", "P1DT1H", 25), ("timeDuration", "P1W", 168),
     ("timeDuration", '= duration("PT" + string(n) + "H")', 3)],
)  # fmt: skip
def test_a_timer_event_passes_at_its_moment(kind: str, text: str, hours: int):
    sim, run = play(draw(start(), catch("c", timer(text, kind)), user("u"), flows("s->c->u")), {"n": 3}, now=NOW)
    sim.set_time(NOW + timedelta(hours=hours) - timedelta(seconds=1))
    assert waiting(run) == ["c"]
    sim.set_time(NOW + timedelta(hours=hours))
    assert waiting(run) == ["u"]


def test_an_intermediate_cycle_fires_as_often_as_it_says():
    sim, run = play(draw(start(), catch("c", timer("R3/PT1H", "timeCycle")), user("u"), flows("s->c->u")))
    counts = []
    for _ in range(4):
        sim.advance(HOUR)
        counts.append(waiting(run).count("u"))
    assert counts == [1, 2, 3, 3]


def test_a_month_is_counted_on_the_calendar():
    sim, run = play(draw(start(), catch("c", timer("P1M")), user("u"), flows("s->c->u")), now=NOW)
    sim.set_time(datetime(2030, 1, 31, 23, 59, tzinfo=UTC))
    assert waiting(run) == ["c"]
    sim.set_time(datetime(2030, 2, 1, tzinfo=UTC))
    assert waiting(run) == ["u"]
