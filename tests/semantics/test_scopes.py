"""Embedded sub-processes, transactions and ad-hoc sub-processes."""

import pytest

from tests.semantics.drawing import (
    CANCEL,
    both,
    boundary,
    draw,
    end,
    error,
    escalation,
    flows,
    node,
    play,
    start,
    sub,
    task,
    undo,
    user,
    waiting,
    xor,
)  # fmt: skip

# embedded sub-processes


def test_a_sub_process_without_start_event_starts_at_what_has_no_incoming_flow():
    assert waiting(play(draw(start(), sub("h", user("a"), user("b")), flows("s->h")))[1]) == ["a", "b"]


def test_an_empty_sub_process_is_passed():
    assert waiting(play(draw(start(), sub("h"), user("u"), flows("s->h->u")))[1]) == ["u"]


def test_a_sub_process_is_left_when_its_last_token_is_gone():
    inner = sub("h", start("hs"), both("g"), user("a"), user("b"), flows("hs->g->a", "g->b"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")))
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_two_tokens_run_a_sub_process_twice():
    inner = sub("h", start("hs"), user("a"), flows("hs->a"))
    text = draw(start(), both("g"), xor("m"), task("k"), inner, user("u"), flows("s->g->m->h->u", "g->k->m"))
    _, run = play(text)
    assert waiting(run) == ["a", "a"]
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["a", "u"]


def test_an_escalation_end_in_a_nested_sub_process_reaches_the_outer_catcher():
    inner = sub("i", start("is_"), end("t", escalation("X")), flows("is_->t"))
    outer = sub("h", start("hs"), inner, user("a"), flows("hs->i->a"))
    text = draw(start(), outer, boundary("b", "h", escalation("X"), interrupts=False), user("x"), flows("s->h", "b->x"))
    assert waiting(play(text)[1]) == ["a", "x"]


# transactions


def transaction(*parts: str) -> str:
    return node("transaction", "tx", *parts)


BOOKING = (
    start("ts"), user("a"), user("b"), undo("ab", "a", "ua"), undo("bb", "b", "ub"),
    user("ua", isForCompensation=True), user("ub", isForCompensation=True),
)  # fmt: skip


def test_a_cancelled_transaction_compensates_and_leaves_by_its_cancel_event():
    tx = transaction(*BOOKING, end("tc", CANCEL), flows("ts->a->b->tc"))
    text = draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x"))
    _, run = play(text)
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ub"]
    run.complete("ub")
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_a_cancelled_transaction_ends_what_still_runs_in_it_first():
    tx = transaction(*BOOKING, both("g"), end("tc", CANCEL), flows("ts->g->a->tc", "g->b"))
    text = draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x"))
    _, run = play(text)
    run.complete("a")
    assert waiting(run) == ["ua"]
    run.complete("ua")
    assert waiting(run) == ["x"]


def test_a_transaction_that_succeeds_goes_on():
    tx = transaction(*BOOKING, end("te"), flows("ts->a->b->te"))
    _, run = play(draw(start(), tx, boundary("cb", "tx", CANCEL), user("x"), user("ok"), flows("s->tx->ok", "cb->x")))
    run.complete("a")
    run.complete("b")
    assert waiting(run) == ["ok"]


def test_an_error_out_of_a_transaction_does_not_compensate():
    """10.3.6 (hazard): the activity is interrupted without compensation."""
    tx = transaction(*BOOKING, end("te", error("E")), flows("ts->a->te"))
    _, run = play(
        draw(start(), tx, boundary("eb", "tx", error("E")), user("x"), user("ok"), flows("s->tx->ok", "eb->x"))
    )
    run.complete("a")
    assert waiting(run) == ["x"]


# ad-hoc


def ad_hoc(*parts: str, **given) -> str:
    return node("adHocSubProcess", "h", *parts, **given)


def test_an_ad_hoc_sub_process_offers_all_of_its_activities():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b")), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a", "b"]
    run.complete("b")
    run.complete("a")
    assert waiting(run) == ["u"]


def test_a_sequential_ad_hoc_sub_process_has_one_at_a_time():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b"), ordering="Sequential"), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


@pytest.mark.parametrize(("cancels", "then"), [(True, ["u"]), (False, ["b"])])
def test_the_completion_condition_of_an_ad_hoc_sub_process(cancels: bool, then: list[str]):
    done = '<completionCondition xsi:type="tFormalExpression">= ready</completionCondition>'
    text = draw(
        start(), ad_hoc(user("a"), user("b"), done, cancelRemainingInstances=cancels), user("u"), flows("s->h->u")
    )
    _, run = play(text, {"ready": False})
    run.complete("a", {"ready": True})
    assert waiting(run) == then
    if not cancels:
        run.complete("b")
        assert waiting(run) == ["u"]


def test_flows_within_an_ad_hoc_sub_process_hold():
    _, run = play(draw(start(), ad_hoc(user("a"), user("b"), flows("a->b")), user("u"), flows("s->h->u")))
    assert waiting(run) == ["a"]
    run.complete("a")
    assert waiting(run) == ["b"]
