"""Kinds of tasks, and those that loop."""

from datetime import timedelta

import pytest

from engine.core.simulate import Simulation
from tests.semantics.drawing import (
    boundary,
    catch,
    definitions,
    draw,
    end,
    entered,
    flows,
    job,
    loop,
    message,
    node,
    play,
    process,
    start,
    sub,
    timer,
    user,
    waiting,
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
