"""Multi-instance activities, and activities that take or give several tokens."""

import pytest

from engine.core.simulate import DiagramError, Simulation
from tests.semantics.drawing import (
    both,
    boundary,
    cancelled,
    definitions,
    draw,
    each,
    end,
    entered,
    flows,
    node,
    play,
    process,
    start,
    sub,
    task,
    times,
    until,
    user,
    waiting,
)  # fmt: skip

# multi-instance


@pytest.mark.parametrize(("sequential", "at_once"), [(True, 1), (False, 3)])
def test_multi_instance_by_cardinality(sequential: bool, at_once: int):
    _, run = play(draw(start(), user("t", times("= n", sequential=sequential)), user("u"), flows("s->t->u")), {"n": 3})
    assert waiting(run) == ["t"] * at_once
    for _ in range(3):
        run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]
    assert entered(run, "t") == ["t"] * 3


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_over_an_empty_collection_goes_on(sequential: bool):
    text = draw(
        start(),
        user("t", each("= items", "item", output=("out", "= item"), isSequential=sequential)),
        user("u"),
        flows("s->t->u"),
    )
    _, run = play(text, {"items": []})
    assert (waiting(run), run.variables["out"]) == (["u"], [])


@pytest.mark.parametrize("sequential", [True, False])
def test_multi_instance_collects_results_in_the_order_of_the_collection(sequential: bool):
    text = draw(
        start(),
        user("t", each("= items", "item", output=("out", "= item * 10"), isSequential=sequential)),
        user("u"),
        flows("s->t->u"),
    )
    _, run = play(text, {"items": [1, 2, 3]})
    while run.tasks[-1].node == "t":
        run.complete(run.tasks[-1].id)
    assert run.variables == {"items": [1, 2, 3], "out": [10, 20, 30]}


def test_each_instance_sees_its_own_item_and_counter():
    _, run = play(draw(start(), user("t", each("= items", "item")), flows("s->t")), {"items": ["a", "b"]})
    seen = [(found.variables["item"], found.variables["loopCounter"]) for found in run.tasks]
    assert [item for item, _ in seen] == ["a", "b"]
    assert seen[1][1] - seen[0][1] == 1


def test_the_numbers_of_instances_are_variables_of_each_instance():
    _, run = play(draw(start(), user("t", times("3")), flows("s->t")))
    run.complete(run.tasks[0].id)
    seen = run.variables_at(run.tasks[0])
    names = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")
    assert [seen.get(name) for name in names] == [3, 1, 2]


@pytest.mark.parametrize("sequential", [True, False])
def test_a_completion_condition_ends_the_body_and_cancels_the_rest(sequential: bool):
    loop_ = times("4", until("= numberOfCompletedInstances >= 2"), sequential=sequential)
    _, run = play(draw(start(), user("t", loop_), user("u"), flows("s->t->u")))
    run.complete(run.tasks[0].id)
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]
    assert cancelled(run).count("t") == (0 if sequential else 2)


def test_a_multi_instance_sub_process_keeps_its_instances_apart():
    inner = sub("h", each("= items", "item"), start("hs"), user("a"), user("b"), end("he"), flows("hs->a->b->he"))
    _, run = play(draw(start(), inner, user("u"), flows("s->h->u")), {"items": [1, 2]})
    run.complete(run.tasks[0].id)
    assert waiting(run) == ["a", "b"]
    for _ in range(3):
        run.complete(run.tasks[0].id)
    assert waiting(run) == ["u"]


def test_a_multi_instance_call_activity_calls_once_per_item():
    text = definitions(
        process(
            start("s1"),
            node("callActivity", "c", each("= items", "item"), calledElement="q"),
            user("u"),
            flows("s1->c->u"),
            name="p",
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p", variables={"items": [1, 2]})
    assert [child.variables["item"] for child in run.children] == [1, 2]
    for child in run.children:
        child.complete("v")
    assert waiting(run) == ["u"]


def test_behaviour_none_throws_for_each_instance_and_one_only_for_the_first():
    def drawn(behaviour: str) -> str:
        loop_ = (
            f'<multiInstanceLoopCharacteristics behavior="{behaviour}" noneBehaviorEventRef="d" oneBehaviorEventRef="d">'
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        return definitions(
            '<signalEventDefinition id="d" signalRef="x"/>',
            process(
                start(),
                user("t", loop_),
                user("u"),
                flows("s->t->u"),
                boundary("b", "t", '<signalEventDefinition signalRef="x"/>', interrupts=False),
                user("v"),
                flows("b->v"),
            ),
        )

    counts = {}
    for behaviour in ("None", "One", "All"):
        _, run = play(drawn(behaviour))
        for _ in range(3):
            run.complete(next(found.id for found in run.tasks if found.node == "t"))
        counts[behaviour] = waiting(run).count("v")
    # The last signal finds the boundary event still there: the activity is not complete before its events are thrown.
    assert counts["All"] == 0
    assert counts["One"] == 1
    assert counts["None"] >= 2


def test_start_quantity_waits_for_that_many_tokens():
    text = draw(start(), both("g"), task("a"), user("b"), user("u", startQuantity=2), flows("s->g->a->u", "g->b->u"))
    _, run = play(text)
    assert waiting(run) == ["b"]
    run.complete("b")
    assert waiting(run) == ["u"]


def test_completion_quantity_sends_that_many_tokens():
    text = draw(start(), user("t", completionQuantity=3), user("u"), flows("s->t->u"))
    _, run = play(text)
    run.complete("t")
    assert waiting(run) == ["u", "u", "u"]


@pytest.mark.parametrize("name", ["startQuantity", "completionQuantity"])
def test_a_quantity_of_nothing_is_refused(name: str):
    with pytest.raises(DiagramError):
        Simulation(draw(start(), user("t", **{name: 0}), flows("s->t")))
