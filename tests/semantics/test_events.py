"""Start, intermediate and end events of every cause."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import CorrelationError, ProcessError, Simulation
from tests.semantics.drawing import (
    TERMINATE,
    both,
    catch,
    condition,
    definitions,
    draw,
    end,
    error,
    escalation,
    flows,
    link,
    message,
    play,
    process,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
    waiting,
)  # fmt: skip

HOUR = timedelta(hours=1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


# start


def test_a_message_starts_a_run_with_its_variables():
    sim = Simulation(draw(start("s", message("m")), user("u"), flows("s->u")))
    sim.message("m", variables={"x": 7})
    assert [(run.variables, waiting(run)) for run in sim.runs] == [({"x": 7}, ["u"])]


def test_a_process_with_only_message_starts_cannot_be_started_plainly():
    sim = Simulation(draw(start("s", message("m")), user("u"), flows("s->u")))
    with pytest.raises(ProcessError):
        sim.start()
    assert sim.runs == []


@pytest.mark.parametrize(
    ("kind", "text", "after"),
    [
        ("timeDate", "2030-01-01T02:00:00Z", [0, 1, 1]),
        ("timeDuration", "PT2H", [0, 1, 1]),
        ("timeCycle", "R2/PT2H", [0, 1, 2, 2]),
        ("timeCycle", "0 0 */2 * * *", [0, 1, 2]),
    ],
)
def test_a_timer_starts_runs_at_its_moments(kind: str, text: str, after: list[int]):
    sim = Simulation(draw(start("s", timer(text, kind)), user("u"), flows("s->u")), now=NOW)
    seen = []
    for index in range(len(after)):
        sim.advance(HOUR if index == 0 else 2 * HOUR)
        seen.append(len(sim.runs))
    assert seen == after


def test_a_signal_starts_a_run_of_every_process_that_waits_for_it():
    text = definitions(
        process(start("s1", signal("x")), user("a"), flows("s1->a"), name="p1"),
        process(start("s2", signal("x")), user("b"), flows("s2->b"), name="p2"),
    )
    sim = Simulation(text)
    sim.signal("x", {"v": 1})
    assert sorted(run.process for run in sim.runs) == ["p1", "p2"]
    assert all(run.variables == {"v": 1} for run in sim.runs)


def test_a_conditional_start_starts_when_its_condition_holds():
    sim = Simulation(draw(start("s", condition("= x > 1")), user("u"), flows("s->u")))
    assert waiting(sim.start(variables={"x": 2})) == ["u"]


def test_a_conditional_start_whose_condition_does_not_hold_leaves_no_run():
    sim = Simulation(draw(start("s", condition("= x > 1")), user("u"), flows("s->u")))
    with pytest.raises(ProcessError):
        sim.start(variables={"x": 0})
    assert sim.runs == []


def test_any_event_of_a_multiple_start_starts_a_run():
    sim = Simulation(draw(start("s", message("m"), signal("x")), user("u"), flows("s->u")))
    sim.message("m")
    sim.signal("x")
    assert [waiting(run) for run in sim.runs] == [["u"], ["u"]]


def test_a_parallel_multiple_start_needs_all_of_its_events():
    """10.5.2: all of the triggers are needed before a process is instantiated."""
    sim = Simulation(draw(start("s", message("m"), message("n"), parallelMultiple=True), user("u"), flows("s->u")))
    sim.message("m")
    assert [waiting(run) for run in sim.runs if "u" in waiting(run)] == []
    sim.message("n")
    assert [waiting(run) for run in sim.runs] == [["u"]]


def test_several_start_events_start_by_the_one_that_happens():
    sim = Simulation(draw(start("s"), start("m1", message("m")), user("a"), user("b"), flows("s->a", "m1->b")))
    assert waiting(sim.start()) == ["a"]
    sim.message("m")
    assert waiting(sim.runs[1]) == ["b"]


# message


def test_a_caught_message_brings_its_variables():
    sim, run = play(draw(start(), catch("c", message("m")), user("u"), flows("s->c->u")))
    assert [(wait.kind, wait.node) for wait in run.waits] == [("message", "c")]
    sim.message("m", variables={"x": 1})
    assert (run.variables, waiting(run)) == ({"x": 1}, ["u"])


def test_a_thrown_message_reaches_a_waiting_run_of_the_same_deployment():
    text = definitions(
        process(start("s1"), catch("c", message("m")), user("a"), flows("s1->c->a"), name="p1"),
        process(start("s2"), throw("t", message("m")), end("e2"), flows("s2->t->e2"), name="p2"),
    )
    sim = Simulation(text)
    waiter = sim.start("p1")
    sender = sim.start("p2")
    assert (waiting(waiter), sender.status) == (["a"], "completed")


def test_a_message_end_event_starts_the_process_that_waits_for_it():
    text = definitions(
        process(start("s1", message("m")), user("a"), flows("s1->a"), name="p1"),
        process(start("s2"), end("e2", message("m")), flows("s2->e2"), name="p2"),
    )
    sim = Simulation(text)
    sim.start("p2")
    assert {run.process: run.status for run in sim.runs} == {"p2": "completed", "p1": "active"}


def test_a_message_that_nobody_waits_for_is_an_error():
    sim, run = play(draw(start(), user("u"), flows("s->u")))
    with pytest.raises(CorrelationError):
        sim.message("m")
    assert waiting(run) == ["u"]


# signal


def test_a_signal_reaches_every_waiting_run_and_start():
    text = definitions(
        process(start("s1"), catch("c", signal("x")), user("a"), flows("s1->c->a"), name="p1"),
        process(start("s2", signal("x")), user("b"), flows("s2->b"), name="p2"),
    )
    sim = Simulation(text)
    runs = [sim.start("p1"), sim.start("p1")]
    sim.signal("x")
    assert [waiting(run) for run in runs] == [["a"], ["a"]]
    assert len(sim.runs) == 3


def test_a_signal_that_nobody_waits_for_is_no_error():
    sim, run = play(draw(start(), user("u"), flows("s->u")))
    sim.signal("x")
    assert waiting(run) == ["u"]


def test_a_signal_is_not_kept_for_those_who_wait_later():
    sim, run = play(draw(start(), user("u"), catch("c", signal("x")), flows("s->u->c")))
    sim.signal("x")
    run.complete("u")
    assert waiting(run) == ["c"]


def test_a_thrown_signal_is_caught_in_the_throwing_run_too():
    text = draw(
        start(),
        both("g"),
        catch("c", signal("x")),
        user("a"),
        throw("t", signal("x")),
        user("b"),
        flows("s->g->t->b", "g->c->a"),
    )
    assert waiting(play(text)[1]) == ["a", "b"]


def test_a_signal_end_event_throws_and_ends():
    text = draw(
        start(), both("g"), catch("c", signal("x")), user("a"), end("t", signal("x")), flows("s->g->t", "g->c->a")
    )
    assert waiting(play(text)[1]) == ["a"]


# conditional


def test_a_conditional_catch_event_passes_at_once_when_its_condition_holds():
    text = draw(start(), catch("c", condition("= x > 1")), user("u"), flows("s->c->u"))
    assert waiting(play(text, {"x": 2})[1]) == ["u"]


def test_a_conditional_catch_event_waits_for_a_change_of_what_it_reads():
    _, run = play(draw(start(), catch("c", condition("= x > 1")), user("u"), flows("s->c->u")))
    assert [(wait.kind, wait.node) for wait in run.waits] == [("condition", "c")]
    run.set_variables({"x": 1})
    assert waiting(run) == ["c"]
    run.set_variables({"x": 2})
    assert waiting(run) == ["u"]


def test_a_conditional_event_hears_what_another_branch_writes():
    text = draw(start(), both("g"), catch("c", condition("= x > 1")), user("a"), user("b"), flows("s->g->c->a", "g->b"))
    _, run = play(text)
    run.complete("b", {"x": 5})
    assert waiting(run) == ["a"]


# link


def test_a_link_goes_from_the_throw_to_the_catch_of_its_name():
    text = draw(start(), throw("t", link("L")), catch("c", link("L")), user("u"), flows("s->t", "c->u"))
    assert waiting(play(text)[1]) == ["u"]


def test_several_throws_may_lead_to_one_link():
    text = draw(
        start(),
        both("g"),
        throw("t1", link("L")),
        throw("t2", link("L")),
        catch("c", link("L")),
        user("u"),
        flows("s->g->t1", "g->t2", "c->u"),
    )
    assert waiting(play(text)[1]) == ["u", "u"]


# multiple


def test_any_event_of_a_multiple_catch_event_is_enough():
    text = draw(start(), catch("c", message("m"), signal("x")), user("u"), flows("s->c->u"))
    sim, run = play(text)
    sim.signal("x")
    assert waiting(run) == ["u"]
    with pytest.raises(CorrelationError):
        sim.message("m")


def test_a_parallel_multiple_catch_event_needs_all_of_its_events():
    text = draw(start(), catch("c", message("m"), signal("x"), parallelMultiple=True), user("u"), flows("s->c->u"))
    sim, run = play(text)
    sim.signal("x")
    assert waiting(run) == ["c"]
    sim.message("m")
    assert waiting(run) == ["u"]


def test_a_multiple_throw_event_throws_all_of_its_events():
    text = draw(
        start(),
        both("g"),
        catch("c", signal("x")),
        catch("d", signal("y")),
        user("a"),
        user("b"),
        throw("t", signal("x"), signal("y")),
        flows("s->g->t", "g->c->a", "g->d->b"),
    )
    assert waiting(play(text)[1]) == ["a", "b"]


def test_a_multiple_end_event_throws_all_of_its_events():
    text = draw(
        start(),
        both("g"),
        catch("c", signal("x")),
        catch("d", signal("y")),
        user("a"),
        user("b"),
        end("t", signal("x"), signal("y")),
        flows("s->g->t", "g->c->a", "g->d->b"),
    )
    assert waiting(play(text)[1]) == ["a", "b"]


def test_definitions_may_be_shared_by_reference():
    shared = '<signalEventDefinition id="d" signalRef="x"/>'
    text = definitions(
        shared,
        process(
            start(),
            both("g"),
            catch("c", "<eventDefinitionRef>d</eventDefinitionRef>"),
            user("a"),
            throw("t", "<eventDefinitionRef>d</eventDefinitionRef>"),
            flows("s->g->t", "g->c->a"),
        ),
    )
    assert waiting(play(text)[1]) == ["a"]


def test_a_none_throw_event_is_passed():
    assert waiting(play(draw(start(), throw("t"), user("u"), flows("s->t->u")))[1]) == ["u"]


# end


def test_terminate_ends_everything_in_the_process():
    text = draw(start(), both("g"), user("a"), user("b"), end("t", TERMINATE), flows("s->g->a->t", "g->b"))
    _, run = play(text)
    run.complete("a")
    assert (run.status, run.waits) == ("terminated", [])


def test_terminate_in_a_sub_process_ends_only_the_sub_process():
    inner = sub("h", start("hs"), both("g"), user("a"), user("b"), end("t", TERMINATE), flows("hs->g->a->t", "g->b"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete("a")
    assert waiting(run) == ["u"]


def test_an_uncaught_error_end_fails_the_run_with_its_code():
    _, run = play(draw(start(), user("u"), end("t", error("E1")), flows("s->u->t")))
    assert run.error is None
    run.complete("u")
    assert (run.status, run.error) == ("failed", "E1")


def test_an_uncaught_error_without_a_code_fails_the_run_with_an_empty_code():
    _, run = play(draw(start(), user("u"), end("t", error()), flows("s->u->t")))
    run.complete("u")
    assert (run.status, run.error) == ("failed", "")


def test_an_uncaught_escalation_is_no_error():
    _, run = play(draw(start(), throw("t", escalation("X")), user("u"), flows("s->t->u")))
    assert waiting(run) == ["u"]
    _, run = play(draw(start(), user("u"), end("t", escalation("X")), flows("s->u->t")))
    run.complete("u")
    assert run.status == "completed"


def test_a_process_without_end_events_ends_where_its_paths_end():
    _, run = play(draw(start(), user("u"), task("t"), flows("s->u->t")))
    run.complete("u")
    assert run.status == "completed"
