"""The demo process, as its users meet it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.core.simulate import BpmnError, FormError, Simulation

DEMO = (Path(engine.__file__).parent / "demo" / "expense_approval.bpmn").read_bytes()
EXPENSE = {"amount": 120.5, "reason": "Train to Bern"}


def simulation(pay: Any = lambda job: {"paymentReference": job.key}) -> Simulation:
    return Simulation(DEMO, handlers={"pay-expense": pay})


def problems_of(error: pytest.ExceptionInfo[FormError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_the_demo_has_no_findings():
    (process,) = simulation().processes
    assert (process, process.warnings) == ("expense_approval", ())


def test_an_approved_expense_is_paid():
    run = simulation().submit_start("expense_approval", EXPENSE)
    (task,) = run.tasks
    assert (task.node, task.candidate_groups, task.outcomes) == (
        "approve", ["managers"], [("approve", "Approve"), ("reject", "Reject")],
    )  # fmt: skip
    run.submit("approve", {"outcome": "approve", "comment": "fine"})
    assert run.status == "completed"
    assert run.variables == EXPENSE | {"approved": True, "comment": "fine", "paymentReference": "pay"}


def test_a_rejected_expense_is_not_paid():
    run = simulation(pay=lambda job: pytest.fail("paid")).submit_start("expense_approval", EXPENSE)
    run.submit("approve", {"outcome": "reject"})
    assert run.status == "completed"
    assert [node for _, what, node, _ in run.trace if what == "entered"][-1] == "rejected"


def test_after_two_days_others_approve_in_place_of_the_manager():
    sim = simulation()
    run = sim.submit_start("expense_approval", EXPENSE)
    sim.advance(timedelta(days=2) - timedelta(seconds=1))
    assert [task.node for task in run.tasks] == ["approve"]
    sim.advance(timedelta(seconds=1))
    assert [(task.node, task.candidate_groups) for task in run.tasks] == [("approve_escalated", ["administrators"])]


def test_an_expense_that_cannot_be_paid_is_corrected():
    def refuse(job: Any) -> None:
        raise BpmnError("INVALID_AMOUNT")

    run = simulation(pay=refuse).submit_start("expense_approval", EXPENSE)
    run.submit("approve", {"outcome": "approve"})
    run.submit("correct", {"amount": 99, "reason": "Train"})
    assert run.variables["amount"] == 99
    assert [task.node for task in run.tasks] == ["approve"]


def test_the_start_form_names_every_problem():
    sim = simulation()
    with pytest.raises(FormError) as error:
        sim.submit_start("expense_approval", {"amount": 0})
    assert problems_of(error) == [("amount", "min"), ("reason", "required")]
    assert sim.runs == []


def test_what_is_only_shown_to_the_approver_cannot_be_changed():
    run = simulation().submit_start("expense_approval", EXPENSE)
    with pytest.raises(FormError) as error:
        run.submit("approve", {"outcome": "approve", "amount": 1})
    assert problems_of(error) == [("amount", "readonly")]


def test_the_approver_has_to_choose_an_outcome():
    run = simulation().submit_start("expense_approval", EXPENSE)
    with pytest.raises(FormError) as error:
        run.submit("approve", {"comment": "?"})
    assert problems_of(error) == [("outcome", "required")]
