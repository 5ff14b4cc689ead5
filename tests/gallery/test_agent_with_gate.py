"""Agent with a gate: it reads on its own, a person agrees to each effect, the budget holds, and every word is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.service.errors import NotFound
from gallery.examples.agent_with_gate.services import MODEL, SHOP
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
QUESTION = "Where is order 1001?"
SMALL = "Order 1002 came broken, please pay it back."
LARGE = "Order 1003 came broken, please pay it back."


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("agent_with_gate")
    return gallery_run


def ask(run: GalleryRun, request: str, *, turns: int = 6, cents: int = 40) -> int:
    values = {"request": request, "maxTurns": turns, "maxCents": cents}
    instance = run.submit_start("agent_with_gate", values)
    run.work()
    return instance


def decide(run: GalleryRun, instance: int, outcome: str, by: str = "clerk", **values: Any) -> None:
    run.complete(instance, "approve", values, by=by, outcome=outcome)
    run.work()


def tools(instance: int) -> list[str]:
    return [effect.action for effect in SHOP.effects(instance)]


def last_said(run: GalleryRun, instance: int) -> str:
    return str(run.instance(instance).variables["reply"]["say"])


def test_a_question_is_answered_without_a_person(run: GalleryRun) -> None:
    instance = ask(run, QUESTION)
    assert (run.instance(instance).entered[-1], tools(instance)) == ("answered", ["look_up_order"])
    assert last_said(run, instance) == "Order 1001 is on its way."


def test_nothing_with_an_effect_is_done_before_a_person_agrees(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    assert (run.instance(instance).tokens, tools(instance)) == (["approve"], ["look_up_order"])
    decide(run, instance, "approve")
    assert tools(instance) == ["look_up_order", "refund"]
    assert SHOP.effects(instance)[-1].asked == {"order": "1002", "amount": 35}
    assert run.instance(instance).entered[-1] == "answered"


def test_much_money_is_agreed_to_by_managers(run: GalleryRun) -> None:
    instance = ask(run, LARGE)
    with pytest.raises(NotFound):
        decide(run, instance, "approve", by="clerk")
    decide(run, instance, "approve", by="manager")
    assert tools(instance)[-1] == "refund"


def test_a_refusal_goes_back_to_the_model_with_its_reason(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    decide(run, instance, "refuse", comment="Ask for a picture first")
    assert (tools(instance), run.instance(instance).entered[-1]) == (["look_up_order"], "answered")
    assert last_said(run, instance) == "I could not do that. A person refused: Ask for a picture first"


def test_silence_for_a_day_is_a_no(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    run.move_clock(timedelta(days=1))
    assert (tools(instance), last_said(run, instance)) == (
        ["look_up_order"],
        "I could not do that. Nobody decided within a day.",
    )


@pytest.mark.parametrize(("turns", "cents", "used"), [(3, 100, 3), (50, 10, 3)])
def test_a_spent_budget_ends_it_and_says_so(run: GalleryRun, turns: int, cents: int, used: int) -> None:
    instance = ask(run, "Read everything about order 1001.", turns=turns, cents=cents)
    seen = run.instance(instance)
    assert (seen.entered[-1], seen.variables["turns"], len(MODEL.effects(instance))) == ("spent", used, used)
    assert last_said(run, instance) == (
        f"The budget is spent before there was an answer: {used} turns, {used * 4} cents."
    )


def test_every_word_is_kept(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    decide(run, instance, "refuse", comment="No")
    said = [(entry["role"], entry["tool"]) for entry in run.instance(instance).variables["conversation"]]
    assert said == [
        ("model", "look_up_order"),
        ("tool", "look_up_order"),
        ("model", "refund"),
        ("gate", "refund"),
        ("model", None),
    ]


def test_a_tool_that_refuses_is_told_to_the_model(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    SHOP.switch("refusing")
    decide(run, instance, "approve")
    assert (tools(instance), last_said(run, instance)) == (
        ["look_up_order"],
        "I could not do that. The tool refused.",
    )


def test_a_refund_that_is_sent_twice_is_one_refund(run: GalleryRun) -> None:
    instance = ask(run, SMALL)
    SHOP.switch("duplicate")
    decide(run, instance, "approve")
    assert [(effect.action, effect.calls) for effect in SHOP.effects(instance)][-1] == ("refund", 2)


@pytest.mark.parametrize("mode", ["failing", "refusing"])
def test_a_model_that_does_not_answer_is_an_incident_and_costs_nothing(run: GalleryRun, mode: str) -> None:
    MODEL.switch(mode)
    instance = ask(run, QUESTION)
    run.move_clock(timedelta(minutes=5))
    seen = run.instance(instance)
    assert ([node for node, _, _ in seen.incidents], seen.variables.get("spent")) == (["model"], None)
    MODEL.switch("well")
    run.retry(instance, "model")
    run.work()
    assert (run.instance(instance).entered[-1], run.instance(instance).variables["spent"]) == ("answered", 8)


def test_a_slow_model_is_waited_for(run: GalleryRun) -> None:
    MODEL.switch("slow", seconds=0.01)
    assert run.instance(ask(run, QUESTION)).entered[-1] == "answered"
