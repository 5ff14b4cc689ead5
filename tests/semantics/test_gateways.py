"""Gateways: who goes on, how many, and when (BPMN 2.0.2, 10.6 and 13.4)."""

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
    some,
    start,
    sub,
    task,
    timer,
    user,
    waiting,
    xor,
)  # fmt: skip

SPLIT = start() + user("a") + user("b") + user("c") + end()


def test_exclusive_split_takes_the_first_flow_that_passes_in_document_order():
    text = draw(
        SPLIT, xor("g"), flows("s->g"), flow("g->a", "= x > 5"), flow("g->b", "= x > 1"), flow("g->c", "= true")
    )
    assert waiting(play(text, {"x": 3})[1]) == ["b"]
    assert waiting(play(text, {"x": 9})[1]) == ["a"]


def test_exclusive_default_is_taken_only_when_nothing_else_passes():
    text = draw(SPLIT, xor("g", default="g-a"), flows("s->g", "g->a"), flow("g->b", "= x > 1"))
    assert waiting(play(text, {"x": 3})[1]) == ["b"]
    assert waiting(play(text, {"x": 0})[1]) == ["a"]


def test_a_condition_on_the_default_flow_is_ignored():
    text = draw(SPLIT, xor("g", default="g-a"), flows("s->g"), flow("g->a", "= false"), flow("g->b", "= x > 1"))
    assert waiting(play(text, {"x": 0})[1]) == ["a"]


def test_exclusive_merge_passes_every_token_on():
    text = draw(
        start(), both("g"), task("a"), task("b"), xor("m"), user("u"), end(), flows("s->g->a->m->u->e", "g->b->m")
    )
    assert waiting(play(text)[1]) == ["u", "u"]


def test_mixed_exclusive_gateway_merges_and_splits_at_once():
    text = draw(
        start(),
        user("a"),
        xor("g", default="g-b"),
        user("b"),
        end(),
        flows("s->a->g", "g->b", "b->g"),
        flow("g->e", "= done"),
    )
    _, run = play(text, {"done": False})
    run.complete("a")
    run.complete("b", {"done": False})
    assert waiting(run) == ["b"]
    run.complete("b", {"done": True})
    assert run.status == "completed"


def test_no_flow_passes_at_the_start_is_an_error_and_leaves_no_run():
    text = draw(SPLIT, xor("g"), flows("s->g"), flow("g->a", "= x > 5"), flow("g->b", "= x > 6"))
    from engine.core.simulate import Simulation

    sim = Simulation(text)
    with pytest.raises(ProcessError) as caught:
        sim.start(variables={"x": 1})
    assert caught.value.node == "g"
    assert sim.runs == []


def test_no_flow_passes_later_is_an_incident_at_the_gateway():
    text = draw(
        start(),
        user("u"),
        xor("g"),
        user("a"),
        user("b"),
        flows("s->u->g"),
        flow("g->a", "= x > 5"),
        flow("g->b", "= x > 6"),
    )
    _, run = play(text)
    run.complete("u", {"x": 1})
    assert [found.node for found in run.incidents] == ["g"]
    assert run.status == "active"


def test_an_exclusive_gateway_with_one_unconditional_way_out_takes_it():
    text = draw(start(), xor("g"), user("a"), flows("s->g->a"))
    assert waiting(play(text)[1]) == ["a"]


def test_parallel_split_takes_all_flows_and_ignores_their_conditions():
    text = draw(SPLIT, both("g"), flows("s->g"), flow("g->a", "= false"), flow("g->b", "= x > 1"), flows("g->c"))
    assert waiting(play(text, {"x": 0})[1]) == ["a", "b", "c"]


def test_parallel_join_waits_for_one_token_per_flow():
    text = draw(start(), both("g"), user("a"), user("b"), both("j"), user("u"), flows("s->g->a->j->u", "g->b->j"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["b"]
    assert [wait.kind for wait in run.waits if wait.node == "j"] == ["join"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_two_tokens_on_one_flow_do_not_open_a_parallel_join():
    """13.4.1: one token per incoming flow; excess tokens stay."""
    text = draw(
        start(),
        both("g"),
        task("a"),
        task("b"),
        xor("m"),
        user("c"),
        both("j"),
        user("u"),
        flows("s->g->a->m->j->u", "g->b->m", "g->c->j"),
    )
    _, run = play(text)
    assert waiting(run) == ["c"]
    run.complete("c")
    assert waiting(run) == ["u"]
    run.complete("u")
    assert run.status == "active"  # the excess token is stuck: the standard lets it


def test_parallel_join_with_two_arrivals_per_flow_fires_twice():
    text = draw(
        start(),
        both("g"),
        task("a"),
        task("b"),
        task("c"),
        task("d"),
        xor("m"),
        xor("n"),
        both("j"),
        user("u"),
        end(),
        flows("s->g->a->m->j->u->e", "g->b->m", "g->c->n->j", "g->d->n"),
    )
    _, run = play(text)
    assert waiting(run) == ["u", "u"]
    for wait in run.tasks:
        run.complete(wait.id)
    assert run.status == "completed"


def test_mixed_parallel_gateway_joins_then_splits():
    text = draw(
        start(), both("g"), user("a"), user("b"), both("x"), user("c"), user("d"), flows("s->g->a->x->c", "g->b->x->d")
    )
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["c", "d"]


def test_inclusive_split_takes_every_flow_that_passes():
    text = draw(
        SPLIT, some("g", default="g-c"), flows("s->g", "g->c"), flow("g->a", "= x > 1"), flow("g->b", "= x > 2")
    )
    assert waiting(play(text, {"x": 2})[1]) == ["a"]
    assert waiting(play(text, {"x": 3})[1]) == ["a", "b"]
    assert waiting(play(text, {"x": 0})[1]) == ["c"]


def test_inclusive_split_without_a_passing_flow_is_an_error():
    text = draw(SPLIT, some("g"), flows("s->g"), flow("g->a", "= x > 1"), flow("g->b", "= x > 2"))
    with pytest.raises(ProcessError):
        play(text, {"x": 0})


OR_JOIN = draw(
    start(), some("g", default="g-c"), user("a"), user("b"), user("c"), some("j"), user("u"), end(),
    flows("s->g", "a->j", "b->j", "c->j->u->e", "g->c"), flow("g->a", "= x > 0"), flow("g->b", "= x > 1"),
)  # fmt: skip


def test_inclusive_join_waits_for_those_that_are_on_their_way_only():
    _, run = play(OR_JOIN, {"x": 2})
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]
    assert entered(run, "u") == ["u"]


def test_inclusive_join_passes_at_once_when_nobody_else_can_come():
    _, run = play(OR_JOIN, {"x": 1})
    run.complete("a")
    assert waiting(run) == ["u"]


def test_inclusive_join_goes_on_when_a_token_on_its_way_dies():
    text = draw(
        start(),
        both("g"),
        user("a"),
        user("b"),
        xor("x", default="x-j"),
        end("dead"),
        some("j"),
        user("u"),
        flows("s->g->a->j->u", "g->b->x", "x->j"),
        flow("x->dead", "= kill"),
    )
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b", {"kill": True})
    assert waiting(run) == ["u"]


def test_inclusive_join_does_not_wait_for_a_token_that_comes_through_the_join_itself():
    """13.4.3: a path that visits the gateway does not count."""
    text = draw(
        start(),
        both("f"),
        user("a"),
        user("b"),
        some("j"),
        user("c"),
        xor("x", default="x-e"),
        end(),
        flows("s->f->a->j->c->x", "f->b->j", "x->e"),
        flow("x->j", "= again"),
    )
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["c"]
    run.complete("c", {"again": True})
    assert waiting(run) == ["c"]
    run.complete("c", {"again": False})
    assert run.status == "completed"


def test_inclusive_join_waits_for_a_token_in_a_sub_process_before_it():
    text = draw(
        start(),
        both("g"),
        sub("h", start("hs"), user("a"), end("he"), flows("hs->a->he")),
        user("b"),
        some("j"),
        user("u"),
        flows("s->g->h->j->u", "g->b->j"),
    )
    _, run = play(text)
    run.complete("b")
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["u"]


def test_inclusive_join_waits_for_a_token_at_an_event_gateway_before_it():
    text = draw(
        start(),
        both("g"),
        first("eg"),
        catch("m1", message("m")),
        catch("t1", timer("PT1H")),
        end("dead"),
        user("b"),
        some("j"),
        user("u"),
        flows("s->g->eg->m1->j->u", "eg->t1->dead", "g->b->j"),
    )
    sim, run = play(text)
    run.complete("b")
    assert waiting(run) == ["eg"]
    sim.message("m")
    assert waiting(run) == ["u"]


def test_inclusive_join_is_released_when_the_event_gateway_goes_the_other_way():
    from datetime import timedelta

    text = draw(
        start(),
        both("g"),
        first("eg"),
        catch("m1", message("m")),
        catch("t1", timer("PT1H")),
        end("dead"),
        user("b"),
        some("j"),
        user("u"),
        flows("s->g->eg->m1->j->u", "eg->t1->dead", "g->b->j"),
    )
    sim, run = play(text)
    run.complete("b")
    sim.advance(timedelta(hours=2))
    assert waiting(run) == ["u"]


def test_inclusive_join_waits_for_tokens_in_an_upstream_loop():
    text = draw(
        start(),
        both("g"),
        user("a"),
        user("b"),
        xor("x", default="x-j"),
        some("j"),
        user("u"),
        flows("s->g->a->j->u", "g->b->x", "x->j"),
        flow("x->b", "= again"),
    )
    _, run = play(text)
    run.complete("a")
    run.complete("b", {"again": True})
    assert waiting(run) == ["b"]
    run.complete("b", {"again": False})
    assert waiting(run) == ["u"]


def test_two_inclusive_joins_in_a_row_wait_in_order():
    text = draw(
        start(),
        both("g"),
        user("a"),
        user("b"),
        user("c"),
        some("j"),
        some("k"),
        user("u"),
        flows("s->g->a->j->k->u", "g->b->j", "g->c->k"),
    )
    _, run = play(text)
    run.complete("c")
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_mixed_inclusive_gateway_joins_and_splits():
    text = draw(
        start(),
        both("g"),
        user("a"),
        user("b"),
        some("x", default="x-d"),
        user("c"),
        user("d"),
        flows("s->g->a->x", "g->b->x", "x->d"),
        flow("x->c", "= y > 1"),
    )
    _, run = play(text, {"y": 2})
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["c"]


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
    text = draw(SPLIT, xor("g", default="g-b"), flows("s->g", "g->b"), flow("g->a", "= nothing > 1"))
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
