"""What nobody should ask of a simulation: each is refused in words that say what to give, and nothing has moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.core.simulate import DiagramError, ProcessError, Simulation, read_bpmn
from tests.core.simulate.texts import GO, bpmn, catch, line, user

WAITING = bpmn(line(user("u"), catch("c", GO)))
UNFINISHED = WAITING[: len(WAITING) // 2]

Act = Callable[[Any, Any], object]
REFUSED: list[tuple[str, Act, type[Exception], str]] = [
    ("an unknown node", lambda sim, run: run.complete("nowhere"), ProcessError, "Nothing waits at “nowhere”"),
    ("a node that is not reached", lambda sim, run: run.complete("c"), ProcessError, "Nothing waits at “c”"),
    ("an unknown token", lambda sim, run: run.complete(99), ProcessError, "does not wait there any more"),
    ("no node", lambda sim, run: run.complete(None), TypeError, "Give a wait, the id of its node"),
    ("a list of variables", lambda sim, run: run.complete("u", [1]), TypeError, "Variables are names with values"),
    ("what JSON cannot hold", lambda sim, run: run.complete("u", {"x": object()}), ValueError, "JSON"),
    ("variables at an unknown node", lambda sim, run: run.variables_at("nowhere"), ProcessError, "Nothing waits"),
    ("a failure of what is no job", lambda sim, run: run.fail("u", "x"), ProcessError, "Only a job can fail"),
    ("the retry of no incident", lambda sim, run: run.retry("u"), ProcessError, "There is no such incident"),
    ("an unknown process", lambda sim, run: sim.start("nobody"), ProcessError, "No executable process “nobody”"),
    ("a start with a text", lambda sim, run: sim.start("p", "x=1"), TypeError, "not a str"),
    ("a clock set back", lambda sim, run: sim.set_time(datetime(2020, 1, 1)), ValueError, "forward only"),  # noqa: DTZ001
    ("a pause below zero", lambda sim, run: sim.advance(timedelta(seconds=-1)), ValueError, "forward only"),
    ("a moment as text", lambda sim, run: sim.set_time("2031-01-01"), TypeError, "A moment is a datetime"),
    ("a day as moment", lambda sim, run: sim.set_time(date(2031, 1, 1)), TypeError, "A moment is a datetime"),
]


@pytest.mark.parametrize(("act", "refusal", "words"), [entry[1:] for entry in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_done_is_refused_and_moves_nothing(act: Act, refusal: type[Exception], words: str):
    sim = Simulation(WAITING)
    run = sim.start(variables={"a": 1})
    before = (sim.now, len(sim.runs), run.trace, run.waits, run.variables)
    with pytest.raises(refusal, match=words):
        act(sim, run)
    assert (sim.now, len(sim.runs), run.trace, run.waits, run.variables) == before


def test_a_task_is_completed_once():
    run = Simulation(WAITING).start()
    task = run.tasks[0]
    run.complete(task)
    for again in (task, "u"):
        with pytest.raises(ProcessError):
            run.complete(again)
    assert [wait.node for wait in run.waits] == ["c"]


@pytest.mark.parametrize("act", [lambda run: run.complete("u"), lambda run: run.set_variables({"a": 1}), lambda run: run.cancel()])  # fmt: skip
def test_nothing_can_be_done_to_a_run_that_has_ended(act: Callable[[Any], object]):
    run = Simulation(WAITING).start()
    run.cancel()
    with pytest.raises(ProcessError) as caught:
        act(run)
    assert caught.value.code == "not-waiting"
    assert (run.status, run.waits) == ("cancelled", [])


def test_a_task_of_another_run_is_not_taken_for_ones_own():
    sim = Simulation(WAITING)
    first, second = sim.start(), sim.start()
    with pytest.raises(ProcessError, match="in run 1, not in run 2"):
        second.complete(first.tasks[0])
    assert [wait.node for wait in (*first.waits, *second.waits)] == ["u", "u"]


@pytest.mark.parametrize("text", ["", "hello", "<html/>", UNFINISHED, UNFINISHED.encode()])
@pytest.mark.parametrize("use", [Simulation, read_bpmn])
def test_what_is_no_diagram_says_so(use: Callable[[Any], object], text: str | bytes):
    with pytest.raises(DiagramError) as caught:
        use(text)
    assert caught.value.problems[0].code in ("xml-malformed", "not-bpmn")


@pytest.mark.parametrize("use", [Simulation, read_bpmn])
def test_a_file_is_given_as_its_text(use: Callable[[Any], object]):
    with pytest.raises(TypeError, match="as its text"):
        use(None)


def test_a_deployment_of_nothing_says_so():
    with pytest.raises(DiagramError, match="There is no process"):
        Simulation()


def test_a_handler_is_a_function():
    with pytest.raises(TypeError, match="The handler “work” is a str"):
        Simulation(WAITING, handlers={"work": "print"})


def test_a_number_for_a_business_key_is_its_text():
    sim = Simulation(WAITING)
    first, second = sim.start(business_key=7), sim.start(business_key="8")
    first.complete("u")
    second.complete("u")
    sim.message("go", business_key=7)
    assert (first.business_key, first.status, second.status) == ("7", "completed", "active")
