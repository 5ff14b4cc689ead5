"""Exclusive, parallel and inclusive gateways."""

import pytest

from engine.core.simulate import ProcessError
from tests.semantics.drawing import (
    both,
    catch,
    draw,
    end,
    entered,
    first,
    flow,
    flows,
    message,
    play,
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
