"""Event-based and complex gateways, and flows that split and merge without any."""

import pytest

from engine.core.simulate import ProcessError
from tests.semantics.drawing import (
    both,
    catch,
    definitions,
    draw,
    end,
    entered,
    first,
    flow,
    flows,
    message,
    node,
    play,
    process,
    signal,
    start,
    task,
    timer,
    user,
    waiting,
    xor,
)  # fmt: skip


def test_event_gateway_takes_the_first_event_and_closes_the_others():
    text = draw(
        start(),
        first("g"),
        catch("m1", message("m")),
        catch("s1", signal("sig")),
        user("a"),
        user("b"),
        flows("s->g->m1->a", "g->s1->b"),
    )
    sim, run = play(text)
    assert [(wait.kind, wait.node) for wait in run.waits] == [("gateway", "g")]
    sim.message("m")
    assert waiting(run) == ["a"]
    sim.signal("sig")
    assert waiting(run) == ["a"]


def test_event_gateway_with_a_receive_task_behind_it():
    text = draw(
        start(),
        first("g"),
        node("receiveTask", "r", messageRef="m"),
        catch("t1", timer("PT1H")),
        user("a"),
        user("b"),
        flows("s->g->r->a", "g->t1->b"),
    )
    sim, run = play(text)
    sim.message("m", variables={"x": 1})
    assert waiting(run) == ["a"]
    assert run.variables["x"] == 1


def test_instantiating_event_gateway_starts_one_run_by_whichever_comes():
    text = draw(
        first("g", instantiate=True),
        catch("m1", message("m")),
        catch("m2", message("n")),
        user("a"),
        user("b"),
        flows("g->m1->a", "g->m2->b"),
    )
    from engine.core.simulate import Simulation

    sim = Simulation(text)
    sim.message("n")
    assert [waiting(run) for run in sim.runs] == [["b"]]
    sim.message("m")
    assert [waiting(run) for run in sim.runs] == [["b"], ["a"]]


def test_parallel_instantiating_event_gateway_needs_all_of_its_events_for_one_run():
    """10.6.6: the first creates the instance, the others are waited for by it."""
    text = draw(
        first("g", instantiate=True, eventGatewayType="Parallel"),
        catch("m1", message("m")),
        catch("m2", message("n")),
        user("a"),
        user("b"),
        flows("g->m1->a", "g->m2->b"),
    )
    from engine.core.simulate import Simulation

    sim = Simulation(text)
    sim.message("n")
    assert len(sim.runs) == 1
    sim.message("m")
    assert len(sim.runs) == 1
    assert waiting(sim.runs[0]) == ["a", "b"]
    for name in ("a", "b"):
        sim.runs[0].complete(name)
    assert sim.runs[0].status == "completed"


COMPLEX = draw(
    start(), both("f"), user("a"), user("b"), user("c"),
    node("complexGateway", "g", "<activationCondition>= activationCount &gt;= 2</activationCondition>"),
    user("u"), end(), flows("s->f->a->g->u->e", "f->b->g", "f->c->g"),
)  # fmt: skip


def test_complex_gateway_goes_on_when_its_condition_holds():
    _, run = play(COMPLEX)
    run.complete("a")
    assert waiting(run) == ["b", "c"]
    run.complete("b")
    assert waiting(run) == ["c", "u"]


def test_complex_gateway_swallows_what_comes_after_it_has_gone_on():
    _, run = play(COMPLEX)
    for name in ("a", "b", "c"):
        run.complete(name)
    assert entered(run, "u") == ["u"]
    run.complete("u")
    assert run.status == "completed"


def test_implicit_split_takes_all_unconditional_flows_of_an_activity():
    assert waiting(play(draw(start(), task("t"), user("a"), user("b"), flows("s->t->a", "t->b")))[1]) == ["a", "b"]


def test_implicit_merge_runs_an_activity_once_per_token():
    text = draw(start(), both("g"), task("a"), task("b"), user("u"), flows("s->g->a->u", "g->b->u"))
    assert waiting(play(text)[1]) == ["u", "u"]


def test_conditional_flows_of_an_activity_are_inclusive_with_its_default():
    text = draw(
        start(),
        task("t", default="t-c"),
        user("a"),
        user("b"),
        user("c"),
        flows("s->t", "t->c"),
        flow("t->a", "= x > 0"),
        flow("t->b", "= x > 1"),
    )
    assert waiting(play(text, {"x": 2})[1]) == ["a", "b"]
    assert waiting(play(text, {"x": 0})[1]) == ["c"]


def test_conditional_and_unconditional_flows_of_an_activity_go_together():
    text = draw(start(), task("t"), user("a"), user("b"), flows("s->t", "t->b"), flow("t->a", "= x > 0"))
    assert waiting(play(text, {"x": 1})[1]) == ["a", "b"]
    assert waiting(play(text, {"x": 0})[1]) == ["b"]


def test_conditional_flows_of_an_activity_of_which_none_passes_are_an_error_and_not_silence():
    text = draw(start(), task("t"), user("a"), flows("s->t"), flow("t->a", "= x > 0"))
    with pytest.raises(ProcessError) as caught:
        play(text, {"x": 0})
    assert caught.value.node == "t"


def test_a_start_event_splits_over_all_its_flows():
    assert waiting(play(draw(start(), user("a"), user("b"), flows("s->a", "s->b")))[1]) == ["a", "b"]


def test_a_catch_event_splits_over_all_its_flows():
    text = draw(start(), catch("m1", message("m")), user("a"), user("b"), flows("s->m1->a", "m1->b"))
    sim, run = play(text)
    sim.message("m")
    assert waiting(run) == ["a", "b"]


def test_a_gateway_may_stand_at_the_end_of_a_path():
    text = draw(start(), user("u"), both("g"), flows("s->u->g"))
    _, run = play(text)
    run.complete("u")
    assert run.status == "completed"


def test_a_process_without_start_events_starts_at_everything_without_incoming_flow():
    """13.2: all activities and gateways without incoming flow get a token."""
    text = draw(user("a"), user("b"), user("c"), flows("a->c"))
    assert waiting(play(text)[1]) == ["a", "b"]


def test_a_process_may_start_at_a_gateway_without_incoming_flow():
    text = draw(both("g"), user("a"), user("b"), flows("g->a", "g->b"))
    assert waiting(play(text)[1]) == ["a", "b"]


def test_the_process_ends_when_its_last_token_ends():
    text = draw(start(), both("g"), user("a"), user("b"), end("e1"), end("e2"), flows("s->g->a->e1", "g->b->e2"))
    _, run = play(text)
    run.complete("a")
    assert run.status == "active"
    run.complete("b")
    assert run.status == "completed"


def test_an_undefined_variable_in_the_condition_of_a_flow_is_an_error():
    text = draw(
        start() + user("a") + user("b"), xor("g", default="g-b"), flows("s->g", "g->b"), flow("g->a", "= nothing > 1")
    )
    with pytest.raises(ProcessError) as caught:
        play(text)
    assert caught.value.node == "g"


def test_a_loop_back_through_gateways_runs_until_its_condition_ends_it():
    text = draw(
        start(),
        xor("m"),
        task("t"),
        user("u"),
        xor("x", default="x-e"),
        end(),
        flows("s->m->u->t->x", "x->e"),
        flow("x->m", "= n < 3"),
    )
    _, run = play(text)
    for n in (1, 2, 3):
        run.complete("u", {"n": n})
    assert run.status == "completed"
    assert entered(run, "t") == ["t"] * 3


def test_several_processes_of_one_file_do_not_share_tokens():
    text = definitions(
        process(start("s1"), user("a"), flows("s1->a"), name="p1"),
        process(start("s2"), user("b"), flows("s2->b"), name="p2"),
    )
    from engine.core.simulate import Simulation

    sim = Simulation(text)
    assert sim.processes == ["p1", "p2"]
    sim.start("p2")
    assert [run.process for run in sim.runs] == ["p2"]
